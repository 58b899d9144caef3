"""Throughput of whole folders: colorfix, decoding and encoding alone, and other programs.

Makes its photos (``common/synthetic_photos.py``; a minute or two, once) and runs the programs in alternating
rounds, each as a whole process, with start-up and learning. A first round measures memory; its times are not
counted. Saves to ``benchmarks/results/folder/``.

Sections: 2mp, 12mp, 0.3mp, png; apply (saved gains); peers (colorfix beside other installed programs, fewer
photos); flatness (memory at 200 and at 5000 photos); all by default. Needs an idle machine, 4 GB in
the data folder, and an hour; try small counts with --trial first.

    python -m benchmarks.folder.throughput [SECTION...] [--data FOLDER] [--rounds 5]
        [--counts 2mp=60 peers=20] [--trial]
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common.machine import specification
from benchmarks.common.paths import DATA, GUIDE
from benchmarks.common.programs import COLORFIX, Program
from benchmarks.common.results import collect
from benchmarks.common.rounds import alternate
from benchmarks.common.synthetic_photos import KINDS, folder_of, truth_of
from benchmarks.folder.programs import APPLIED, APPLY, DURABLE, FLOORS, LINE, PEERS
from benchmarks.folder.throughput_tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.common.synthetic_photos import Kind

CORES = 2
FEW, MANY = 200, 5000
"""Photos at which memory is compared."""

BESIDE_PEERS, COMPARED = 40, 13
"""Photos that peers get, for some take a second for each; and how many of them are held against the truth."""


def speed(kind: Kind, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside the floors, with one worker and with one a core."""
    count = options.counts.get(kind.name, kind.count)
    programs = [*FLOORS, DURABLE, Program(COLORFIX, options.line)]
    return alternate(programs, folder_of(kind, count, options.data), (1, CORES), options.rounds, target=GUIDE)


def kept_gains(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what ``colorfix apply`` takes, beside the floors and beside learning."""
    programs = [*FLOORS, DURABLE, APPLIED, Program(COLORFIX, options.line)]
    folder = folder_of(KINDS["2mp"], options.counts.get("apply", FEW), options.data)
    return alternate(programs, folder, (1, CORES), options.rounds, target=GUIDE)


def peers(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside others that are installed, at 2 MP: what they take, how near they come."""
    kind, count = KINDS["2mp"], options.counts.get("peers", BESIDE_PEERS)
    programs = [*FLOORS, APPLIED, Program(COLORFIX, options.line), *PEERS]
    truths = [truth_of(kind, number) for number in range(min(count, COMPARED))]
    installed = [program for program in programs if program.is_installed]
    folder = folder_of(kind, count, options.data)
    records = alternate(installed, folder, (CORES,), options.rounds, target=GUIDE, truths=truths)
    return records + [
        {"way": program.name, "missing": program.needed} for program in programs if not program.is_installed
    ]


def flatness(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Look at colorfix's memory for few and for many photos."""
    program, kind = Program(COLORFIX, options.line), KINDS["0.3mp"]
    folders = [folder_of(kind, count, options.data) for count in (FEW, MANY)]
    return [
        record for folder in folders for record in alternate([program], folder, (CORES,), 0, target=GUIDE)
    ]


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
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", type=_section, metavar="SECTION")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--counts", type=_count, nargs="+", default=[], help="photos, as 2mp=60 peers=20")
    parser.add_argument(
        "--line", default=LINE, help="another command line of colorfix; see folder/programs.py"
    )
    parser.add_argument("--trial", action="store_true", help="save nothing, print the tables")
    options = parser.parse_args()
    options.counts, options.data = dict(options.counts), options.data.resolve()
    return options


def main() -> None:
    """Measure, and save the results."""
    options = parsed()
    options.data.mkdir(parents=True, exist_ok=True)
    sections = (
        (
            name,
            {
                "line": APPLY if name == "apply" else options.line,
                **specification(),
                "records": SECTIONS[name](options),
            },
        )
        for name in options.sections or SECTIONS
    )
    collect("folder", sections, TABLES, trial=options.trial)


if __name__ == "__main__":
    main()
