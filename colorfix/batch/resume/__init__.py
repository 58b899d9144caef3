"""What earlier runs have done: journal, file stamps, fingerprint, failed list."""
