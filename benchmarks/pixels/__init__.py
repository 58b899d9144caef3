"""Pixels: blown highlights, dithering, sampling, and the cost of changing a photo."""
