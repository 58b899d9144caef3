"""Speed with a GPU: folders, the codecs alone, each stage beside the memory's bandwidth, learning.

One command, no network; on a machine with one GPU and 16 cores it should take some ten minutes, most of them
for folders (not measured yet):

    pip install '.[benchmark,cuda12]'        (or cuda13)
    python -m benchmarks.gpu.speed [SECTION...] [--data FOLDER] [--workers 1 2 4 8] [--rehearse]

Sections, in this order: stages, codecs, 2mp, learning, 12mp; all by default. Each is saved as soon as it is
measured, in ``benchmarks/results/gpu/``. Photos are made first (``common/synthetic_photos.py``) and are in
the page cache. Folders are whole programs measured from outside, over few photos and over many, in
alternating rounds, three times; photos a second are the difference of the medians, which leaves out
start-up. Photos that fall back to the processor are counted.

Without a GPU it ends with one line and status 1. ``--rehearse`` runs it on the processor, all but the lines
that query CUDA's events, GPU and driver: with nvImageCodec's CPU back end and a few small photos. It prints
the tables and saves nothing; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.common import processes
from benchmarks.common.machine import specification
from benchmarks.common.results import collect
from benchmarks.common.synthetic_photos import KINDS, Kind, folder_of
from benchmarks.gpu import codecs as codecs_alone
from benchmarks.gpu import learning as learning_alone
from benchmarks.gpu import stages as single_stages
from benchmarks.gpu.speed_tables import TABLES
from colorfix.core.threads import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.photos.gpu.codec import DeviceKind

DATA = Path(tempfile.gettempdir()) / "colorfix-gpu"


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        device: of the codecs and of torch.
        way: the device of whole folders, as gpu_way.py calls it.
        kinds: of photos, by section.
        counts: photos of the small and of the large folder, by section.
        different: photos that stages and codecs take in turn.
        problems: learned at once.
        rounds: that count, of all but folders.
        turns: of folders.
        copied: bytes that are copied to find the peak.
    """

    device: DeviceKind
    way: str
    kinds: dict[str, Kind]
    counts: dict[str, tuple[int, int]]
    different: int
    problems: tuple[int, ...]
    rounds: int
    turns: int
    copied: int


MEASURED = Plan(
    "cuda", "cuda", {name: KINDS[name] for name in ("2mp", "12mp")},
    {"2mp": (200, 1800), "12mp": (100, 500)}, 16, (1, 1000, 100_000), 5, 3, 1 << 30,
)  # fmt: skip
_TINY = Kind("tiny", (320, 240), ".jpg", 4)
REHEARSED = Plan(
    "cpu", "rehearsed", {"2mp": _TINY, "12mp": _TINY},
    {"2mp": (2, 6), "12mp": (2, 4)}, 2, (1, 20, 1001), 1, 2, 1 << 20,
)  # fmt: skip


def folders(name: str, plan: Plan, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure whole runs: the processor with all cores, the GPU with several numbers of workers."""
    ways = [("cpu", usable_cores()), *((plan.way, count) for count in arguments.workers)]
    records = []
    for turn, count in product(range(plan.turns), plan.counts[name]):
        photos = folder_of(plan.kinds[name], count, arguments.data)
        for path in photos.iterdir():
            path.read_bytes()  # all find the photos in the page cache
        for device, workers in ways:
            records.append({"turn": turn, **_once(photos, arguments.data, device, workers), "photos": count})
            print(name, records[-1], file=sys.stderr, flush=True)
    return {"records": records}


def _once(photos: Path, data: Path, device: str, workers: int) -> dict[str, Any]:
    """Measure one whole run, and count what fell back to the processor."""
    with tempfile.TemporaryDirectory(dir=data) as place:
        told = Path(place) / "told.json"
        options = ("--device", device, "--workers", str(workers), "--told", str(told))
        cost = processes.run(
            [sys.executable, "-m", "benchmarks.gpu.run_folder", str(photos), f"{place}/out", *options]
        )
        fallbacks = json.loads(told.read_text(encoding="utf-8"))
    return {"device": device, "workers": workers, "fallbacks": fallbacks, **asdict(cost)}


def _files(name: str, plan: Plan, arguments: argparse.Namespace) -> list[bytes]:
    """Different photos of a kind."""
    photos = folder_of(plan.kinds[name], max(plan.counts[name]), arguments.data)
    return [path.read_bytes() for path in sorted(photos.iterdir())[: plan.different]]


def stages(plan: Plan, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure each stage of photos of both sizes, and the roof above them."""
    found = {
        name: single_stages.summed(
            single_stages.stages(_files(name, plan, arguments), plan.device, plan.rounds)
        )
        for name in plan.kinds
    }
    return {"records": found, "peak": single_stages.peak(plan.device, plan.copied)}


def codecs(plan: Plan, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure nvImageCodec alone."""
    records = []
    for name in plan.kinds:
        found = codecs_alone.looped(_files(name, plan, arguments), plan.device, (1, 16), plan.rounds)
        records += [{"size": name, **record} for record in found]
    return {"records": records}


def learning(plan: Plan, _: argparse.Namespace) -> dict[str, Any]:
    """Measure learning on NumPy, on torch's processor, and on the device."""
    kinds = dict.fromkeys((("numpy", "cpu"), ("torch", "cpu"), ("torch", plan.device)))
    return {"records": learning_alone.learned([*kinds], plan.problems, plan.rounds)}


SECTIONS: dict[str, Callable[[Plan, argparse.Namespace], dict[str, Any]]] = {
    "stages": stages,
    "codecs": codecs,
    "2mp": partial(folders, "2mp"),
    "learning": learning,
    "12mp": partial(folders, "12mp"),
}


def gpu() -> dict[str, Any]:
    """Return which GPU it is, its driver, and torch's CUDA."""
    if not torch.cuda.is_available():
        return {}
    known = torch.cuda.get_device_properties(torch.cuda.current_device())
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    there = shutil.which(query[0]) is not None
    drivers = (
        subprocess.run(query, check=False, capture_output=True, text=True).stdout.split() if there else []
    )
    return {
        "name": known.name,
        "memory": f"{known.total_memory / 2**30:.0f} GiB",
        "driver": drivers[0] if drivers else "unknown",  # a line a GPU, all of one driver
        "cuda": torch.version.cuda,
    }


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8], help="that share the GPU")
    parser.add_argument("--rehearse", action="store_true", help="run it all on the processor; keep nothing")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.sections if name not in SECTIONS]:
        parser.error(f"{unknown[0]!r} is none of {', '.join(SECTIONS)}")
    arguments.sections = arguments.sections or [*SECTIONS]
    return arguments


def main() -> None:
    """Measure, and save the results."""
    arguments = parsed()
    if not arguments.rehearse and not torch.cuda.is_available():
        raise SystemExit("torch finds no CUDA device here; --rehearse runs all of this on the processor")
    plan = REHEARSED if arguments.rehearse else MEASURED
    arguments.data.mkdir(parents=True, exist_ok=True)
    sections = (
        (name, {**specification(), "gpu": gpu(), **SECTIONS[name](plan, arguments)})
        for name in arguments.sections
    )
    collect("gpu", sections, TABLES, trial=arguments.rehearse)


if __name__ == "__main__":
    main()
