"""A look as other programs take it: a format a file."""
