"""All the benchmarks of ``docs/benchmarks.md`` by one command: data, measuring, results, tables.

Each step is a script of its own beside this one, which makes its photos where they aren't there yet, keeps
what it measured in ``benchmarks/results`` and writes its tables; see there for more. At the end stands what
was measured, what was left out, and why. Wants an idle machine and an hour; ``--quick`` takes five, for
few photos and rounds, and keeps nothing: to see that all works.

    python benchmarks/run.py [--only single,folder,...] [--quick] [--data FOLDER]
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

from folder import DATA
from folder_ways import PEERS
from single_ways import OTHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent


def _nothing_missing() -> str:
    return ""


def _no_gpu() -> str:
    import torch  # noqa: PLC0415 - a second, and only this step wants it

    return "" if torch.cuda.is_available() else "no CUDA device"


def _no_ray() -> str:
    return "" if find_spec("ray") else "ray is not installed"


@dataclass(frozen=True)
class Step:
    """A script of this folder.

    Attributes:
        name: as ``--only`` has it.
        script: its file.
        quick: its arguments for a quick look, or None where that would keep something, or take long.
        full: its arguments for figures that are kept.
        takes_data: whether it makes photos, and is told where.
        threads: whether torch is to compute on all cores in it, as for users.
        lacks: says what keeps it from running here, or nothing.
    """

    name: str
    script: str
    quick: Sequence[str] | None
    full: Sequence[str] = ()
    takes_data: bool = False
    threads: bool = False
    lacks: Callable[[], str] = _nothing_missing

    def reason(self, *, quick: bool) -> str:
        """Return why it is left out, or nothing."""
        if not (HERE / self.script).exists():
            return f"there is no {self.script}"
        if quick and self.quick is None:
            return "has no quick form"
        return self.lacks()

    def run(self, data: Path, *, quick: bool) -> int:
        """Run it, what it computes itself on one thread unless it wants more, and return its exit status."""
        place = ["--data", str(data)] if self.takes_data else []
        arguments = (self.quick or ()) if quick else self.full
        command = [sys.executable, str(HERE / self.script), *arguments, *place]
        environment = os.environ | ({} if self.threads else {"OMP_NUM_THREADS": "1"})
        return subprocess.run(command, env=environment, check=False).returncode


FEW = ["--trial", "--rounds", "1", "--counts", "2mp=40", "apply=40", "peers=3"]
MANY = ["--rounds", "3", "--counts", "2mp=240", "12mp=60", "0.3mp=1000", "png=32", "apply=160", "peers=12"]

STEPS = (
    Step("single", "single.py", ("2mp", "12mp", "--rounds", "2", "--trial"), takes_data=True),
    Step("single_stages", "single_stages.py", ("--rounds", "3", "--trial"), takes_data=True),
    Step("folder", "folder.py", ("2mp", "apply", "peers", *FEW), MANY, takes_data=True),
    Step("folder_stages", "folder_stages.py", None, takes_data=True),
    Step("quality", "quality.py", ("--trial",)),
    Step("learning", "learning.py", None),
    Step("gpu", "gpu.py", None, takes_data=True, threads=True, lacks=_no_gpu),
    Step("cluster", "cluster.py", None, lacks=_no_ray),
)


def _steps(text: str) -> list[Step]:
    known = {step.name: step for step in STEPS}
    if unknown := [name for name in text.split(",") if name not in known]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
    return [known[name] for name in text.split(",")]


def parsed() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_steps, default=[*STEPS], metavar="STEP,...", help="of these alone")
    parser.add_argument("--quick", action="store_true", help="few photos and rounds; nothing is kept")
    parser.add_argument("--data", type=Path, default=DATA, help="where photos are made and written")
    return parser.parse_args()


def not_installed() -> list[str]:
    """Return who could not be run beside colorfix, and what it lacks."""
    peers = {way.name: way for way in (*OTHERS, *PEERS)}
    return [f"{name}: {way.needed} is not installed" for name, way in peers.items() if not way.is_installed]


def main() -> int:
    """Run the steps, and say what was done."""
    asked = parsed()
    told: dict[str, list[str]] = {"measured": [], "left out": not_installed(), "failed": []}
    for step in asked.only:
        if reason := step.reason(quick=asked.quick):
            told["left out"].append(f"{step.name}: {reason}")
            continue
        print(f"== {step.name}", flush=True)
        began = time.monotonic()
        status = step.run(asked.data, quick=asked.quick)
        told["failed" if status else "measured"].append(f"{step.name}: {time.monotonic() - began:.0f} s")
    for title, lines in told.items():
        print(f"\n{title}:", *(lines or ["nothing"]), sep="\n  ")
    return int(bool(told["failed"]))


if __name__ == "__main__":
    sys.exit(main())
