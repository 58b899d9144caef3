"""Overhead of Ray: the same photos corrected by ``colorfix correct`` with and without ``--ray``.

Makes its photos (``common/synthetic_photos.py``) and runs in alternation, on the same cores: worker processes
of this machine; as many actors of a Ray cluster of this machine, on local paths; with --bucket also from a
bucket of moto's server into one. The start-up time, measured on four photos, is subtracted.

Processor time is that of all processes of the command's session, Ray's own included, sampled ten times a
second; for processes that correct photos it is the system's own count at their exit.

    python -m benchmarks.cluster.overhead [--photos 1000] [--rounds 3] [--data FOLDER] [--bucket] [--trial]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cluster.overhead_table import FEW, WAYS, rows_of
from benchmarks.common.machine import specification
from benchmarks.common.paths import DATA, GUIDE
from benchmarks.common.results import save
from benchmarks.common.synthetic_photos import KINDS, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = 0.1  # seconds between two looks at processes


def main() -> None:
    """Measure, print the table, and save the results."""
    options = parsed()
    options.data.mkdir(parents=True, exist_ok=True)
    ways = [way for way in WAYS if way != "bucket" or options.bucket]
    records = []
    with served() as server:
        for number in range(options.rounds):
            for count in (FEW, options.photos):
                for way in ways:
                    record = {"round": number, **once(way, count, options, server)}
                    print(record, file=sys.stderr, flush=True)
                    records.append(record)
    result = {**specification(), "records": records}
    print(rows_of(result))
    if not options.trial:
        save("cluster", "2mp", result)


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of synthetic photos and outputs")
    parser.add_argument("--bucket", action="store_true", help="from a bucket into one, too")
    parser.add_argument("--trial", action="store_true", help="save nothing, print the table")
    return parser.parse_args()


def once(way: str, count: int, options: argparse.Namespace, server: dict[str, str]) -> dict[str, Any]:
    """Let a way correct so many photos once.

    Raises:
        SystemExit: it failed, or did not write every photo.
    """
    folder = folder_of(KINDS["2mp"], count, options.data)
    with tempfile.TemporaryDirectory(dir=options.data) as place:
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
            str(options.workers),
        ]
        os.sync()
        began = time.perf_counter()
        status, cpu = watched([*line, *WAYS[way]], {**os.environ, **server})
        wall = time.perf_counter() - began
        found = count if way == "bucket" else len(list(out.glob("*.jpg")))
        if status or found != count:
            raise SystemExit(f"{way} ended with {status}, {found} of {count} photos")
    return {"way": way, "photos": count, "workers": options.workers, "wall": wall, "cpu": cpu}


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


if __name__ == "__main__":
    main()
