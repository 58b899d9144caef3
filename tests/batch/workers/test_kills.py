"""kill -9 at any moment, then the same command: the result is that of a run nobody disturbed."""

from __future__ import annotations

import random
import subprocess
import time

import pytest
from disturbed import Shoot, kill

PHOTOS, KILLS_A_ROUND = 10, 4


@pytest.fixture(scope="module")
def shoot(tmp_path_factory):
    return Shoot(tmp_path_factory.mktemp("kills")).fill(PHOTOS)


@pytest.fixture(scope="module")
def undisturbed(shoot):
    """Its files, and how long it took."""
    process = shoot.start_work("undisturbed")
    begun = time.monotonic()
    _, said = process.communicate()
    assert (process.returncode, said.count(" -> ")) == (0, PHOTOS)
    return shoot.results("undisturbed"), time.monotonic() - begun


@pytest.mark.parametrize("whom", ["group", "supervisor", "worker"])
@pytest.mark.parametrize("again", [(), ("--redo",)], ids=["go on", "redo"])
def test_a_killed_run_resumes_to_the_same_bytes_as_an_undisturbed_one(shoot, undisturbed, whom, again):
    """4 x 2 x 3 = 24 kills, spread over the work; with --redo files are replaced while it is killed."""
    files, seconds = undisturbed
    moments = random.Random(f"{whom}{again}")  # noqa: S311 - not a secret
    output = f"{whom}{len(again)}"
    for part in range(KILLS_A_ROUND):
        process = shoot.start_work(output, *again)
        time.sleep(seconds * (part + moments.random()) / KILLS_A_ROUND)
        kill(process, whom)
    done = shoot.run(output)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert shoot.results(output) == files


def test_one_worker_four_workers_and_single_photos_give_the_same_bytes(shoot, undisturbed):
    files, _ = undisturbed
    for workers in ("1", "4"):
        assert shoot.run(f"by{workers}", "-j", workers).returncode == 0
        assert shoot.results(f"by{workers}") == files
    name = shoot.names[5]
    command = [word.replace("alone/", name) for word in Shoot(shoot.folder, names=[name]).command("alone")]
    subprocess.run([*command, "--no-report"], cwd=shoot.folder, check=True, capture_output=True)
    assert (shoot.folder / name).read_bytes() == files[name]  # -o FILE: no worker, no journal
