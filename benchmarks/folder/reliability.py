"""What a folder's run withstands: kill -9 at random moments, and five thousand photos' memory.

    python -m benchmarks.folder.reliability [--kills 100] [--photos 24] [--many 5000]

A run is killed, its whole group, its supervisor alone or one of its workers, and the same command is given
again, up to four times; then the last one is let run to its end. What it leaves must be, byte for byte, what
a run leaves that nobody disturbed, with no file of another name but the journal. Moments are even over the
time that an undisturbed run takes, start-up included; every other round replaces its own results (--redo).
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.common.processes import run as measured

ROUND = 4
"""Kills in a row on one folder."""

WHOM = ("group", "supervisor", "worker")
SECONDS_TO_END = 2.0
_QUICK = ("--steps", "50", "-j", "2", "-q")


def photo(seed: int, size: tuple[int, int]) -> bytes:
    """An amber JPEG, another one for each seed."""
    rng = np.random.default_rng(seed)
    scene = Image.fromarray(rng.integers(40, 250, (12, 16, 3), np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    amber = np.asarray(scene, np.float64) * (1.0, 0.75, 0.45) + rng.normal(0, 3.5, (size[1], size[0], 3))
    file = BytesIO()
    Image.fromarray(amber.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=92)
    return file.getvalue()


def fill(folder: Path, count: int, size: tuple[int, int]) -> None:
    """Put photos into a folder, at most 40 different ones."""
    folder.mkdir()
    data = [photo(seed, size) for seed in range(min(count, 40))]
    for number in range(count):
        (folder / f"{number:05d}.jpg").write_bytes(data[number % len(data)])


def command(photos: Path, output: Path, *more: str) -> list[str]:
    """The command line that corrects a folder."""
    start = [
        sys.executable,
        "-P",
        "-m",
        "colorfix",
        "correct",
        str(photos),
        "-t",
        "neutral",
        "-o",
        f"{output}/",
    ]
    return [*start, *_QUICK, *more]


def results(output: Path) -> dict[str, bytes]:
    """Every file but the journal."""
    return {path.name: path.read_bytes() for path in output.iterdir() if path.name != ".colorfix.jsonl"}


def workers_of(process: int) -> list[int]:
    """Process ids of the children."""
    try:
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill(process: subprocess.Popen[bytes], whom: str) -> str:
    """Kill, wait, and return what was hit: ``whom``, or ``ended`` where the run had ended by itself."""
    ended = process.poll() is not None
    workers = workers_of(process.pid)
    if whom == "worker" and workers:
        os.kill(workers[-1], signal.SIGKILL)
    elif whom == "group" and not ended:
        os.killpg(process.pid, signal.SIGKILL)
    elif not ended:
        process.kill()
    process.wait()
    until = time.monotonic() + SECONDS_TO_END
    while any(Path(f"/proc/{each}").exists() for each in workers):
        if time.monotonic() > until:
            raise SystemExit(f"a worker outlived its supervisor by {SECONDS_TO_END} s")
        time.sleep(0.01)
    return "ended" if ended else whom


def kills(folder: Path, count: int, photos: int) -> None:
    """Print how rounds of kills ended."""
    fill(folder / "photos", photos, (320, 240))
    began = time.monotonic()
    subprocess.run(command(folder / "photos", folder / "whole"), check=True)
    seconds, whole = time.monotonic() - began, results(folder / "whole")
    moments, hit, outcomes = random.Random(1), Counter[str](), Counter[str]()  # noqa: S311 - a benchmark's
    for number in range(-(-count // ROUND)):
        output = folder / f"round{number}"
        for each in range(ROUND):
            more = ("--redo",) if number % 2 and each else ()
            process = subprocess.Popen(
                command(folder / "photos", output, *more), start_new_session=True, stderr=subprocess.DEVNULL
            )
            time.sleep(moments.uniform(0, seconds))
            hit[kill(process, WHOM[(number + each) % 3])] += 1
        done = subprocess.run(command(folder / "photos", output), check=False)
        same = done.returncode == 0 and results(output) == whole
        outcomes["as undisturbed" if same else "DIFFERENT"] += 1
    print(f"| {photos} photos, {seconds:.1f} s undisturbed | |\n| --- | --: |")
    for name in (*WHOM, "ended"):
        print(f"| {'killed: ' + name if name != 'ended' else 'had ended before'} | {hit[name]} |")
    print("".join(f"| rounds that ended {name} | {times} |\n" for name, times in outcomes.items()))


def memory(folder: Path, many: int) -> None:
    """Print the peak of all processes' memory for few and for many photos."""
    print("| photos of 0.3 MP | peak, MiB | photos a second |\n| --: | --: | --: |")
    for count in (200, many):
        fill(folder / f"{count}", count, (640, 480))
        cost = measured(command(folder / f"{count}", folder / f"out{count}"), watched=True)
        print(f"| {count} | {cost.peak:.0f} | {count / cost.wall:.1f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--many", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.kills:
            kills(Path(folder), options.kills, options.photos)
        if options.many:
            memory(Path(folder), options.many)


if __name__ == "__main__":
    main()
