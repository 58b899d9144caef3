"""One file per command, and the output that only one command has."""
