"""Planning, before anything is written: sources, globs, targets, destinations, checks."""
