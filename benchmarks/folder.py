"""How fast colorfix corrects whole folders, against decoding and encoding alone, and beside others.

Makes its photos (see ``folder_photos.py``; a minute or two, once) and lets the ways over a folder take turns,
each a whole program from start to end, with start-up and learning. One more turn of each looks at memory, and
its times count for nothing. What they took is kept in ``benchmarks/results/folder/``, and the tables of
``docs/benchmarks.md`` are written from what is kept.

Sections: 2mp, 12mp, 0.3mp, png; apply (kept gains, given to photos); peers (colorfix beside others that are
installed, fewer photos); flatness (memory at 200 and at 5000 photos); all, if none is named. ``write``
writes the tables alone. Wants an idle machine, 4 GB in the folder of data, and an hour; try small counts with
--trial first.

    python benchmarks/folder.py [SECTION...] [--data FOLDER] [--rounds 5] [--counts 2mp=60 peers=20] [--trial]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import processes
from folder_photos import KINDS, folder_of
from folder_tables import TABLES
from folder_ways import APPLIED, APPLY, COLORFIX, DURABLE, FLOORS, LINE, PEERS, Way
from machine import described
from tables import written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from folder_photos import Kind

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "folder"
PAGE = ROOT / "docs" / "benchmarks.md"
DATA = Path(tempfile.gettempdir()) / "colorfix-folder"
CORES = 2
FEW, MANY = 200, 5000
"""Photos at which memory is compared."""

BESIDE_PEERS = 40
"""Photos that peers get: some take a second for each."""


def once(way: Way, folder: Path, workers: int, *, watched: bool) -> dict[str, Any]:
    """Let a way go over a folder once, from links to its photos into a new folder beside it.

    Raises:
        ProgramFailed: it failed, or did not write every photo.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        photos, out = Path(place) / "photos", Path(place) / "out"
        shutil.copytree(folder, photos, copy_function=os.link)
        count = len(list(photos.iterdir()))
        if not way.makes:
            out.mkdir()
        os.sync()  # nobody pays for what the one before left to write
        cost = processes.run(way.command(photos, out, workers), watched=watched, success=way.success)
        suffixes = {path.suffix for path in folder.iterdir()}
        found = [path for path in way.results(photos, out).iterdir() if path.suffix in suffixes]
        sizes = [path.stat().st_size for path in found]
        if len(found) != count or not all(sizes):
            raise processes.ProgramFailed(f"{way.name} wrote {len(found)} of {count} photos")
    return {"way": way.name, "workers": workers, "photos": count, "bytes": sum(sizes), **asdict(cost)}


def turns(ways: Sequence[Way], folder: Path, workers: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Let ways take turns, and look at memory in one more round."""
    for path in folder.iterdir():
        path.read_bytes()  # all find the photos in the page cache
    records = []
    for number in range(rounds + 1):
        for count in workers:
            for way in ways:
                record = once(way, folder, count, watched=number == rounds)
                print(f"{folder.name} {number} {record}", file=sys.stderr, flush=True)
                records.append(record | {"round": number})
    return records


def speed(kind: Kind, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside the floors, with one worker and with one a core."""
    count = asked.counts.get(kind.name, kind.count)
    ways = [*FLOORS, DURABLE, Way(COLORFIX, asked.line)]
    return turns(ways, folder_of(kind, count, asked.data), (1, CORES), asked.rounds)


def kept_gains(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what ``colorfix apply`` takes, beside the floors and beside learning."""
    ways = [*FLOORS, DURABLE, APPLIED, Way(COLORFIX, asked.line)]
    folder = folder_of(KINDS["2mp"], asked.counts.get("apply", FEW), asked.data)
    return turns(ways, folder, (1, CORES), asked.rounds)


def peers(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure colorfix beside others that are installed, on photos of two megapixels."""
    count = asked.counts.get("peers", BESIDE_PEERS)
    installed = [way for way in PEERS if processes.is_installed(way.program)]
    for way in {way.name for way in PEERS} - {way.name for way in installed}:
        print(f"{way}: not installed, left out", file=sys.stderr)
    ways = [*FLOORS, Way(COLORFIX, asked.line), *installed]
    return turns(ways, folder_of(KINDS["2mp"], count, asked.data), (CORES,), asked.rounds)


def flatness(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Look at colorfix's memory for few and for many photos."""
    way, kind = Way(COLORFIX, asked.line), KINDS["0.3mp"]
    folders = [folder_of(kind, count, asked.data) for count in (FEW, MANY)]
    return [record for folder in folders for record in turns([way], folder, (CORES,), 0)]


SECTIONS: dict[str, Callable[[argparse.Namespace], list[dict[str, Any]]]] = {
    **{name: partial(speed, kind) for name, kind in KINDS.items()},
    "apply": kept_gains,
    "peers": peers,
    "flatness": flatness,
}


def _section(name: str) -> str:
    if name not in {*SECTIONS, "write"}:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(SECTIONS)}, write")
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
    parser.add_argument("sections", nargs="*", type=_section, default=[*SECTIONS], metavar="SECTION")
    parser.add_argument("--data", type=Path, default=DATA, help="where photos are made and written")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--counts", type=_count, nargs="+", default=[], help="photos, as 2mp=60 peers=20")
    parser.add_argument("--line", default=LINE, help="another command line of colorfix; see folder_ways.py")
    parser.add_argument("--trial", action="store_true", help="keep nothing, print the tables")
    asked = parser.parse_args()
    asked.counts, asked.data = dict(asked.counts), asked.data.resolve()
    return asked


def kept() -> dict[str, Any]:
    """Return the results kept so far, by section."""
    paths = {name: RESULTS / f"{name}.json" for name in SECTIONS}
    return {
        name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()
    }


def write(results: dict[str, Any]) -> None:
    """Write the tables into the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        page = written(page, name, table(results))
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Measure what is asked for, keep it, and write the page."""
    asked = parsed()
    asked.data.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in asked.sections:
        if name != "write":
            line = APPLY if name == "apply" else asked.line
            found[name] = {"line": line, **described(), "records": SECTIONS[name](asked)}
            if not asked.trial:
                RESULTS.mkdir(parents=True, exist_ok=True)
                text = json.dumps(found[name], indent=1) + "\n"
                (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    for name, table in TABLES.items():
        print(f"{name}\n\n{table(found or kept())}\n")
    if not asked.trial:
        write(kept())


if __name__ == "__main__":
    main()
