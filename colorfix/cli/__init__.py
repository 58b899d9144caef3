"""The command: a thin layer over :mod:`colorfix.correction` and :mod:`colorfix.folder`.

Exit status: 0 all done, 1 any photo or output failed, 2 wrong usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys

STOPPED = 130
"""128 + SIGINT, as shells have it."""


def main() -> None:
    """Run the command line; the console script ``colorfix`` and ``python -m colorfix`` come here."""
    try:
        from colorfix.cli.app import run  # noqa: PLC0415 - so that Ctrl-C during the imports ends quietly

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = STOPPED
    sys.exit(status)
