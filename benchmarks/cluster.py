"""What Ray costs: the same photos corrected by ``colorfix correct`` and by ``colorfix correct --ray``.

Makes its photos (see ``folder_photos.py``), and lets the ways take turns on the same cores: worker processes
of this machine, and as many actors of a Ray cluster of this machine, on local paths; with --bucket also from
a bucket of moto's server into one. Runs of four photos tell what start-up takes, which is taken off.

Processor time is that of all processes of the command's session, Ray's own ones included, looked at ten times
a second; the processes that do photos count by what the system noted when they ended.

    python benchmarks/cluster.py [--photos 1000] [--rounds 3] [--data FOLDER] [--bucket] [--trial]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from folder_photos import GUIDE, KINDS, folder_of
from machine import described
from tables import table, written

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "cluster"
PAGE = ROOT / "docs" / "scale.md"
DATA = Path(tempfile.gettempdir()) / "colorfix-folder"
FEW = 4
EVERY = 0.1  # seconds between two looks at processes
WAYS = {"folder": (), "ray": ("--ray",), "bucket": ("--ray",)}
"""Options of each way."""


def main() -> None:
    """Measure, keep and write the table."""
    asked = parsed()
    asked.data.mkdir(parents=True, exist_ok=True)
    ways = [way for way in WAYS if way != "bucket" or asked.bucket]
    records = []
    with served() as server:
        for number in range(asked.rounds):
            for count in (FEW, asked.photos):
                for way in ways:
                    record = {"round": number, **once(way, count, asked, server)}
                    print(record, file=sys.stderr, flush=True)
                    records.append(record)
    result = {**described(), "records": records}
    print(rows_of(result))
    if not asked.trial:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "2mp.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(
            written(PAGE.read_text(encoding="utf-8"), "overhead", rows_of(result)), encoding="utf-8"
        )


def parsed() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--data", type=Path, default=DATA, help="where photos are made and written")
    parser.add_argument("--bucket", action="store_true", help="from a bucket into one, too")
    parser.add_argument("--trial", action="store_true", help="keep nothing, print the table")
    return parser.parse_args()


def once(way: str, count: int, asked: argparse.Namespace, server: dict[str, str]) -> dict[str, Any]:
    """Let a way correct so many photos once.

    Raises:
        SystemExit: it failed, or did not write every photo.
    """
    folder = folder_of(KINDS["2mp"], count, asked.data)
    with tempfile.TemporaryDirectory(dir=asked.data) as place:
        out = Path(place) / "out"
        names = (str(folder), f"{out}/")
        if way == "bucket":
            names = filled(folder, server, out.parent.name)
        line = [
            "colorfix",
            "correct",
            names[0],
            "-t",
            str(GUIDE),
            "-o",
            names[1],
            "-q",
            "-j",
            str(asked.workers),
        ]
        os.sync()
        began = time.perf_counter()
        status, cpu = watched([*line, *WAYS[way]], {**os.environ, **server})
        wall = time.perf_counter() - began
        found = count if way == "bucket" else len(list(out.glob("*.jpg")))
        if status or found != count:
            raise SystemExit(f"{way} ended with {status}, {found} of {count} photos")
    return {"way": way, "photos": count, "workers": asked.workers, "wall": wall, "cpu": cpu}


def watched(command: list[str], environment: dict[str, str]) -> tuple[int, float]:
    """Run a command; return its exit status and the processor seconds of all processes of its session."""
    seen: dict[int, tuple[int, float, float]] = {}
    engines: set[int] = set()
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while True:
        look(process.pid, seen, engines)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        time.sleep(EVERY)
    process.returncode = os.waitstatus_to_exitcode(status)
    if not engines:  # the system's own account of it and of its children
        return process.returncode, used.ru_utime + used.ru_stime
    own = sum(used for parent, used, _ in seen.values() if parent not in engines)
    return process.returncode, own + sum(seen[engine][2] for engine in engines)


def look(session: int, seen: dict[int, tuple[int, float, float]], engines: set[int]) -> None:
    """Note parent, own time and that of ended children of each process of a session; and the engines."""
    tick = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                )
                line = (entry / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
            if int(status[3]) == session:
                used, ended = (sum(map(int, status[at : at + 2])) / tick for at in (11, 13))
                seen[int(entry.name)] = int(status[1]), used, ended
                if b"colorfix.cluster.engine" in line:
                    engines.add(int(entry.name))


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """Start moto's server; give the environment in which it is S3."""
    code = (
        "from moto.server import ThreadedMotoServer as S; s = S('127.0.0.1', 0, verbose=False); s.start()\n"
    )
    code += "print(s.get_host_and_port()[1], flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "RAY_worker_niceness": "0",  # as the other ways; Ray's own 15 gives way to all else
        }
        server.kill()


def filled(folder: Path, server: dict[str, str], name: str) -> tuple[str, str]:
    """Put photos into a new bucket; return where they are and where results go."""
    import boto3  # noqa: PLC0415 - only where a bucket is asked for

    os.environ.update(server)
    bucket = "".join(letter for letter in name.lower() if letter.isalnum())
    client = boto3.client("s3")
    client.create_bucket(Bucket=bucket)
    for path in folder.iterdir():
        client.upload_file(str(path), bucket, f"photos/{path.name}")
    return f"s3://{bucket}/photos", f"s3://{bucket}/out"


def rows_of(result: dict[str, Any]) -> str:
    """Return the table: start-up, and the processor time of a photo above it, in the folder run's too.

    The records keep wall times; on a machine that others use they say little.
    """
    rows = []
    ways = [way for way in WAYS if any(record["way"] == way for record in result["records"])]
    for way in ways:
        start = median(taken(result, way, "wall", FEW))
        each, plain = above(result, way, "cpu"), above(result, "folder", "cpu")
        rows.append(f"| {way} | {start:.1f} s | {1000 * median(each):.1f} ms | {ratio(each, plain)} |")
    return table("| way | start-up | CPU a photo | CPU, in the folder run's |", rows)


def taken(result: dict[str, Any], way: str, measure: str, count: int) -> list[float]:
    """Return what a way took for so many photos, by round."""
    return [r[measure] for r in result["records"] if r["way"] == way and r["photos"] == count]


def above(result: dict[str, Any], way: str, measure: str) -> list[float]:
    """Return what a photo took above start-up, by round."""
    most = max(record["photos"] for record in result["records"])
    pairs = zip(taken(result, way, measure, most), taken(result, way, measure, FEW), strict=True)
    return [(many - few) / (most - FEW) for many, few in pairs]


def ratio(over: list[float], under: list[float]) -> str:
    """Return the median of the paired ratios, with the lowest and the highest."""
    ratios = [one / other for one, other in zip(over, under, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


if __name__ == "__main__":
    main()
