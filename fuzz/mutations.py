"""Fuzz with mutations of the seeds, without coverage: for where atheris cannot be installed.

    python -m fuzz.mutations jpeg corpus/jpeg -max_total_time=60 -artifact_prefix=findings/jpeg-

The arguments are those of libFuzzer that ``fuzz.run`` gives.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from fuzz.targets import together


def run(arguments: list[str]) -> int:
    """Fuzz until the time is up; an exception ends it, after its input is written."""
    names, *others = arguments
    options = dict(word[1:].split("=", 1) for word in others if word.startswith("-"))
    files = [path for word in others if not word.startswith("-") for path in sorted(Path(word).iterdir())]
    seeds = [path.read_bytes() for path in files] or [b""]
    target, until = together(names.split(",")), time.monotonic() + float(options["max_total_time"])
    chance, count = random.Random(time.time_ns()), 0  # noqa: S311 - no secret
    while time.monotonic() < until:
        data, count = mutated(chance.choice(seeds), chance), count + 1
        try:
            target(data)
        except Exception:
            Path(f"{options['artifact_prefix']}{count}").write_bytes(data)
            raise
    print(f"stat::number_of_executed_units: {count}", file=sys.stderr)
    return 0


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few of them changed, removed, repeated or zeroed, or the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, size = chance.randrange(len(changed) + 1), chance.randint(1, 16)
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = chance.randbytes(1)
            case 1:
                changed[at : at + size] = chance.randbytes(size)
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size]
            case 4:
                changed[at : at + size] = bytes(size)
            case 5:
                del changed[max(at, 1) :]
    return bytes(changed)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
