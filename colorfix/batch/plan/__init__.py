"""Before anything is written: sources, globs, pairs, destinations, refusals."""
