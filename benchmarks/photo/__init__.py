"""One photo a process: start-up, stages, other programs."""
