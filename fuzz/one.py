"""Fuzz targets with atheris, which sees what parts of colorfix an input reaches.

    python -m fuzz.one jpeg corpus/jpeg -max_total_time=60

Several names are separated by commas. All arguments behind them are those of libFuzzer.
"""

from __future__ import annotations

import sys

import atheris


def run(arguments: list[str]) -> int:
    """Fuzz; this returns only if libFuzzer does."""
    with atheris.instrument_imports(include=["colorfix"]):
        from fuzz.targets import together
    names, *options = arguments
    atheris.Setup(["fuzz", *options], together(names.split(",")))
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
