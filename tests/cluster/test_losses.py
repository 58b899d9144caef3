"""No photo is lost when an actor, a node or the driver dies during a run."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from clusters import actors, wait_for
from disturbed import photo

COUNT, LONGEST = 16, 200
SLOW = ("-t", "neutral", "--steps", "2500", "--starts", "one", "--patience", "0", "-j", "2")
"""A size that takes long enough to be killed in between."""


def filled(folder: Path) -> None:
    """Put photos into a folder."""
    (folder / "photos").mkdir()
    for number in range(COUNT):
        (folder / "photos" / f"{number:02}.jpg").write_bytes(photo(number))


@pytest.fixture
def shoot(tmp_path):
    """A folder of photos that all machines see, and how a folder's results are read."""
    filled(tmp_path)

    def results(folder: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / folder).glob("*.jpg")}

    return results


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> dict[str, bytes]:
    """What a run on one machine makes of it."""
    folder = tmp_path_factory.mktemp("local")
    filled(folder)
    line = [sys.executable, "-P", "-m", "colorfix", "correct", "photos", "-o", "out", *SLOW]
    subprocess.run(line, cwd=folder, check=True, capture_output=True, timeout=LONGEST)
    return {path.name: path.read_bytes() for path in (folder / "out").glob("*.jpg")}


def test_no_photo_is_lost_when_an_actor_is_killed(shoot, local, start):
    process = start("photos", "-o", "out", *SLOW, "--ray", "--json")
    wait_for(lambda: shoot("out"), process)
    os.kill(actors(process.pid)[0], signal.SIGKILL)
    assert len(shoot("out")) < COUNT - 2  # work is left, more than the other actor has in hand
    rows, said = process.communicate(timeout=LONGEST)
    assert (process.returncode, len(rows.splitlines())) == (0, COUNT), said
    assert shoot("out") == local


def test_the_same_command_resumes_after_the_driver_is_killed_even_with_stderr_closed(
    shoot, local, start, tmp_path
):
    process = start("photos", "-o", "out", *SLOW, "--ray")
    wait_for(lambda: list((tmp_path / "out/.colorfix/outcomes").glob("*.parquet")), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=LONGEST)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.jpg")}
    assert 0 < len(before) < COUNT
    again = shlex.join([sys.executable, "-P", "-m", "colorfix", "correct", "photos", *SLOW, "-o", "out"])
    line = ["bash", "-c", f"{again} --ray --json 2>&-"]
    rows = subprocess.run(line, cwd=tmp_path, check=True, stdout=subprocess.PIPE, timeout=LONGEST).stdout
    assert len(rows.splitlines()) == COUNT
    assert 0 < rows.count(b'"skipped"') < COUNT
    assert shoot("out") == local
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.jpg")}
    assert before.items() <= after.items()


def test_no_photo_is_lost_when_a_node_is_lost(shoot, local, start):
    """Two nodes of one core each; one is gone in mid-run, and there is no other to take its place."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        other = cluster.add_node(**node)
        process = start("photos", "-o", "out", *SLOW, f"--ray={cluster.address}", "--json")
        wait_for(lambda: len(shoot("out")) > COUNT // 4, process)
        cluster.remove_node(other, allow_graceful=False)
        rows, said = process.communicate(timeout=LONGEST)
        assert (process.returncode, len(rows.splitlines())) == (0, COUNT), said
        assert shoot("out") == local
    finally:
        cluster.shutdown()
