"""Many ways to correct one photo, side by side."""
