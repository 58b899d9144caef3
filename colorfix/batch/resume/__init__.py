"""Records of earlier runs: journal, file stamps, fingerprint, failed list."""
