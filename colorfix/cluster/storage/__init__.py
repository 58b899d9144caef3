"""Stores of photos: shared disk or bucket, with the same methods."""
