"""All benchmarks of ``docs/benchmarks.md``: make the photos, measure, save the results, write the pages.

Each step is a module of its own, which makes its photos if they are missing and saves its results in
``benchmarks/results``; ``pages.py`` then writes the tables. The end of the output lists the steps that were
measured, and those left out with the reason. Needs an idle machine and an hour; ``--quick`` takes five
minutes for few photos and rounds, and saves nothing.

    python -m benchmarks.run [--only single,folder,...] [--quick] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import pages
from benchmarks.common.paths import DATA
from benchmarks.folder.programs import PEERS
from benchmarks.photo.programs import OTHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _nothing_missing() -> str:
    return ""


def _no_gpu() -> str:
    import torch  # noqa: PLC0415 - a second, and only this step needs it

    return "" if torch.cuda.is_available() else "no CUDA device"


def _no_ray() -> str:
    return "" if find_spec("ray") else "ray is not installed"


@dataclass(frozen=True)
class Step:
    """A module to run.

    Attributes:
        name: for ``--only``.
        module: below ``benchmarks``.
        quick: arguments of a quick run, or None if that would save something or take long.
        full: arguments of a full run.
        takes_data: whether it makes photos in the folder of ``--data``.
        threads: whether torch computes on all cores, as for users.
        obstacle: returns the reason why it cannot run here, or nothing.
    """

    name: str
    module: str
    quick: Sequence[str] | None
    full: Sequence[str] = ()
    takes_data: bool = False
    threads: bool = False
    obstacle: Callable[[], str] = _nothing_missing

    def reason(self, *, quick: bool) -> str:
        """Return why it is left out, or nothing."""
        if quick and self.quick is None:
            return "has no quick form"
        return self.obstacle()

    def run(self, data: Path, *, quick: bool) -> int:
        """Run it, on one thread unless ``threads``, and return its exit status."""
        data_option = ["--data", str(data)] if self.takes_data else []
        arguments = (self.quick or ()) if quick else self.full
        command = [sys.executable, "-m", f"benchmarks.{self.module}", *arguments, *data_option]
        environment = os.environ | ({} if self.threads else {"OMP_NUM_THREADS": "1"})
        return subprocess.run(command, env=environment, check=False).returncode


FEW = ["--trial", "--rounds", "1", "--counts", "2mp=40", "apply=40", "peers=3"]
MANY = ["--rounds", "3", "--counts", "2mp=240", "12mp=60", "0.3mp=1000", "png=32", "apply=160", "peers=12"]

STEPS = (
    Step("single", "photo.single", ("2mp", "12mp", "--rounds", "2", "--trial"), takes_data=True),
    Step("single_stages", "photo.stages", ("--rounds", "3", "--trial"), takes_data=True),
    Step("folder", "folder.throughput", ("2mp", "apply", "peers", *FEW), MANY, takes_data=True),
    Step("folder_stages", "folder.stages", None, takes_data=True),
    Step("quality", "quality.comparison", ("--trial",)),
    Step("learning", "learning.cost", None),
    Step("gpu", "gpu.speed", None, takes_data=True, threads=True, obstacle=_no_gpu),
    Step("cluster", "cluster.overhead", None, obstacle=_no_ray),
)


def _steps(text: str) -> list[Step]:
    known = {step.name: step for step in STEPS}
    if unknown := [name for name in text.split(",") if name not in known]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
    return [known[name] for name in text.split(",")]


def parsed() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_steps, default=[*STEPS], metavar="STEP,...", help="these steps alone")
    parser.add_argument("--quick", action="store_true", help="few photos and rounds; nothing is saved")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    return parser.parse_args()


def not_installed() -> list[str]:
    """Return the other programs that are not installed."""
    peers = {way.name: way for way in (*OTHERS, *PEERS)}
    return [f"{name}: {way.needed} is not installed" for name, way in peers.items() if not way.is_installed]


def main() -> int:
    """Run the steps, write the pages, and list what was measured."""
    asked = parsed()
    summary: dict[str, list[str]] = {"measured": [], "left out": not_installed(), "failed": []}
    for step in asked.only:
        if reason := step.reason(quick=asked.quick):
            summary["left out"].append(f"{step.name}: {reason}")
            continue
        print(f"== {step.name}", flush=True)
        began = time.monotonic()
        status = step.run(asked.data, quick=asked.quick)
        summary["failed" if status else "measured"].append(f"{step.name}: {time.monotonic() - began:.0f} s")
    if not asked.quick:
        pages.write()
    for title, lines in summary.items():
        print(f"\n{title}:", *(lines or ["nothing"]), sep="\n  ")
    return int(bool(summary["failed"]))


if __name__ == "__main__":
    sys.exit(main())
