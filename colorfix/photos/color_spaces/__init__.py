"""ICC profiles, their transfer curves, CMYK and Lab."""
