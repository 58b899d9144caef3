"""Measure pixels and change them: histograms, sample grid, region, gain tables, highlights, dither."""
