"""How fast colorfix corrects whole folders, against decoding and encoding alone, and beside others.

Makes its photos (see ``folder_photos.py``; a minute or two, once) and lets the ways over a folder take turns,
each a whole program from start to end, with start-up and learning. A turn of each before looks at memory, and
its times count for nothing. What they took is kept in ``benchmarks/results/folder/``, and the tables of
``docs/benchmarks.md`` are written from what is kept.

Sections: 2mp, 12mp, 0.3mp, png; apply (kept gains, given to photos); peers (colorfix beside others that are
installed, fewer photos); flatness (memory at 200 and at 5000 photos); all, if none is named. Wants an
idle machine, 4 GB in the folder of data, and an hour; try small counts with --trial first.

    python benchmarks/folder.py [SECTION...] [--data FOLDER] [--rounds 5] [--counts 2mp=60 peers=20] [--trial]
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pages
from folder_photos import GUIDE, KINDS, folder_of, truth_of
from folder_ways import APPLIED, APPLY, COLORFIX, DURABLE, FLOORS, LINE, PEERS, Way
from machine import described
from turns import turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from folder_photos import Kind

DATA = Path(tempfile.gettempdir()) / "colorfix-folder"
CORES = 2
FEW, MANY = 200, 5000
"""Photos at which memory is compared."""

BESIDE_PEERS, COMPARED = 40, 13
"""Photos that peers get, for some take a second for each; and how many of them are held against the truth."""


def speed(kind: Kind, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside the floors, with one worker and with one a core."""
    count = asked.counts.get(kind.name, kind.count)
    ways = [*FLOORS, DURABLE, Way(COLORFIX, asked.line)]
    return turns(ways, folder_of(kind, count, asked.data), (1, CORES), asked.rounds, target=GUIDE)


def kept_gains(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what ``colorfix apply`` takes, beside the floors and beside learning."""
    ways = [*FLOORS, DURABLE, APPLIED, Way(COLORFIX, asked.line)]
    folder = folder_of(KINDS["2mp"], asked.counts.get("apply", FEW), asked.data)
    return turns(ways, folder, (1, CORES), asked.rounds, target=GUIDE)


def peers(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside others that are installed, at 2 MP: what they take, how near they come."""
    kind, count = KINDS["2mp"], asked.counts.get("peers", BESIDE_PEERS)
    ways = [*FLOORS, APPLIED, Way(COLORFIX, asked.line), *PEERS]
    truths = [truth_of(kind, number) for number in range(min(count, COMPARED))]
    installed = [way for way in ways if way.is_installed]
    folder = folder_of(kind, count, asked.data)
    records = turns(installed, folder, (CORES,), asked.rounds, target=GUIDE, truths=truths)
    return records + [{"way": way.name, "missing": way.needed} for way in ways if not way.is_installed]


def flatness(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Look at colorfix's memory for few and for many photos."""
    way, kind = Way(COLORFIX, asked.line), KINDS["0.3mp"]
    folders = [folder_of(kind, count, asked.data) for count in (FEW, MANY)]
    return [record for folder in folders for record in turns([way], folder, (CORES,), 0, target=GUIDE)]


SECTIONS: dict[str, Callable[[argparse.Namespace], list[dict[str, Any]]]] = {
    **{name: partial(speed, kind) for name, kind in KINDS.items()},
    "apply": kept_gains,
    "peers": peers,
    "flatness": flatness,
}


def _section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(SECTIONS)}")
    return name


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in {*KINDS, "apply", "peers"} or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count, such as 2mp=60")
    return name, int(number)


def parsed() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", type=_section, metavar="SECTION")
    parser.add_argument("--data", type=Path, default=DATA, help="where photos are made and written")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--counts", type=_count, nargs="+", default=[], help="photos, as 2mp=60 peers=20")
    parser.add_argument("--line", default=LINE, help="another command line of colorfix; see folder_ways.py")
    parser.add_argument("--trial", action="store_true", help="keep nothing, print the tables")
    asked = parser.parse_args()
    asked.counts, asked.data = dict(asked.counts), asked.data.resolve()
    return asked


def main() -> None:
    """Measure what is asked for, keep it, and write the page."""
    asked = parsed()
    asked.data.mkdir(parents=True, exist_ok=True)
    sections = (
        (
            name,
            {
                "line": APPLY if name == "apply" else asked.line,
                **described(),
                "records": SECTIONS[name](asked),
            },
        )
        for name in asked.sections or SECTIONS
    )
    pages.tell("folder", sections, trial=asked.trial)


if __name__ == "__main__":
    main()
