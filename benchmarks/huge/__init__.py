"""Photos of 400 megapixels: peak memory and time."""
