"""The log of a run on a cluster, from a bucket into one, with a worker killed in its middle.

moto's server is the bucket. When the first batch is recorded, one of the actors gets SIGKILL. In the end
every result is compared with the one of a run without a cluster, byte for byte. What the command and this
script say is kept in ``benchmarks/results/cluster/killed.log``.

    python -m benchmarks.cluster.killed_actor [--photos 200] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.cluster.overhead import filled, served
from benchmarks.common.paths import DATA, GUIDE, RESULTS
from benchmarks.common.synthetic_photos import KINDS, folder_of


class Log:
    """Lines with the seconds at which they were said."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        """Print a line and keep it."""
        self.lines.append(f"{time.perf_counter() - self._began:7.2f}  {line.rstrip()}")
        print(self.lines[-1], flush=True)


def main() -> None:
    """Run it, kill a worker, compare, and keep the log."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    folder, log = folder_of(KINDS["2mp"], options.photos, options.data), Log()
    with tempfile.TemporaryDirectory(dir=options.data) as place, served() as server:
        local = Path(place) / "out"
        line = ["colorfix", "correct", str(folder), "-t", str(GUIDE), "-o", f"{local}/"]
        subprocess.run([*line, "-q"], check=True)
        source, output = filled(folder, server, Path(place).name)
        line = ["colorfix", "correct", source, "-t", str(GUIDE), "-o", output, "--ray", "-j", "2"]
        log.say("$ " + " ".join(line).replace(str(GUIDE), GUIDE.name))
        killed_in(line, {**os.environ, **server}, output, log)
        compare(local, output, log)
        log.say("$ the same command again")
        follow(subprocess.Popen(line, text=True, stderr=subprocess.PIPE, env={**os.environ, **server}), log)
    log_file = RESULTS / "cluster" / "killed.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    log_file.write_text("\n".join(log.lines) + "\n", encoding="utf-8")


def killed_in(line: list[str], environment: dict[str, str], output: str, log: Log) -> None:
    """Start a run; kill an actor when the first batch is recorded; follow the run to its end."""
    process = subprocess.Popen(
        line, text=True, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    while not objects(output, ".colorfix/outcomes/"):
        time.sleep(0.05)
    actors = workers_of(process.pid)
    standing = sum(not key.startswith(".colorfix") for key in objects(output))
    log.say(f"-- {standing} results stand; SIGKILL to worker {min(actors)}, one of {len(actors)}")
    os.kill(min(actors), signal.SIGKILL)
    follow(process, log)


def workers_of(session: int) -> list[int]:
    """Return the process ids of a session's actors."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                ours = os.getsid(int(entry.name)) == session
                if ours and (entry / "cmdline").read_bytes().startswith(b"ray::MapWorker"):
                    found.append(int(entry.name))
            except OSError:  # it has ended
                continue
    return found


def follow(process: subprocess.Popen[str], log: Log) -> None:
    """Keep what a run says, and how it ends."""
    for said in process.stderr or ():
        log.say(said)
    log.say(f"-- exit status {process.wait()}")


def objects(output: str, below: str = "") -> dict[str, str]:
    """Return the objects of a bucket below ``out/``: the rest of each key, and the key."""
    import boto3  # noqa: PLC0415 - the server is up by now

    bucket = output.split("/")[2]
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"out/{below}")
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    return {key.removeprefix("out/"): key for key in keys}


def compare(local: Path, output: str, log: Log) -> None:
    """Say how many results are the same as those of the run without a cluster."""
    import boto3  # noqa: PLC0415 - likewise

    client, bucket = boto3.client("s3"), output.split("/")[2]
    wanted = {path.name: path.read_bytes() for path in local.glob("*.jpg")}
    found = {name: key for name, key in objects(output).items() if not name.startswith(".colorfix")}
    same = sum(
        client.get_object(Bucket=bucket, Key=found[name])["Body"].read() == data
        for name, data in wanted.items()
        if name in found
    )
    log.say(
        f"-- {len(found)} results, {same} of {len(wanted)} byte for byte those of a run without a cluster"
    )


if __name__ == "__main__":
    main()
