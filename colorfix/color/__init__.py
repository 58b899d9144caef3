"""Color as small NumPy arrays: histogram statistics, gain tables, CIEDE2000, the scene that a loss judges."""
