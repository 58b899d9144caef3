"""Color difference to a known truth: methods, cast check, synthetic photos of lamplit scenes."""
