"""``python -m colorfix`` is the command ``colorfix``."""

from colorfix.cli import main

main()
