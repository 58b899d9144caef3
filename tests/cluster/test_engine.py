"""When an engine dies, another corrects its photos; only the photo that kills it fails."""

from __future__ import annotations

import os
import signal
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorfix.batch import Corrected, Failed, Job, Order
from colorfix.batch.process.learn import LazyTargets
from colorfix.cluster.engine import Engine
from colorfix.core.errors import OutputError, UncorrectablePhoto
from colorfix.correction.settings import Settings
from colorfix.regularizers import Weighted

GREENS = (90, 51, 110, 130)
KILLER = 51


def kills(gains, scene):
    """Kill the engine, of which this process is a worker, at one of the photos."""
    if np.any(np.abs(scene.source_means[..., 1] - KILLER / 255) < 0.001):
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    return (gains[..., 1] - 1) ** 2


@pytest.fixture
def jobs(tmp_path) -> list[Job]:
    for green in GREENS:
        Image.fromarray(np.full((8, 8, 3), (200, green, 60), np.uint8)).save(tmp_path / f"{green}.png")
    return [Job(f"{tmp_path}/{n}.png", f"{tmp_path}/out-{n}.png", None, "neutral") for n in GREENS]


def engines() -> set[int]:
    """Process ids of our engines."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            if b"colorfix.cluster.engine" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(child)
    return found


def test_a_killed_engine_is_restarted_and_only_the_photo_that_kills_it_fails(jobs, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))  # where the engine finds the penalty
    settings = Settings(steps=5, space="srgb", regularizers=(Weighted("kills", kills, 1.0),))
    engine = Engine(Order(settings), LazyTargets(("neutral",), 10**6))
    done = {outcome.job.output: outcome for outcome in engine.run(jobs, str(tmp_path / "journal"))}
    assert {type(done[job.output]) for job in jobs} == {Corrected, Failed}
    failed = [outcome for outcome in done.values() if isinstance(outcome, Failed)]
    assert [(type(each.error), each.error.name) for each in failed] == [
        (UncorrectablePhoto, f"{tmp_path}/{KILLER}.png")
    ]
    assert "look at the node's memory" in failed[0].error.reason
    assert all(Path(job.output).exists() for job in jobs if done[job.output] is not failed[0])


def test_a_penalty_that_an_engine_cannot_import_is_an_error_of_the_settings(jobs, tmp_path, monkeypatch):
    there = tmp_path / "there"
    there.mkdir()
    (there / "elsewhere.py").write_text("def calm(gains, scene):\n    return (gains[..., 1] - 1) ** 2\n")
    monkeypatch.syspath_prepend(str(there))
    settings = Settings(steps=5, regularizers=(Weighted("calm", import_module("elsewhere").calm, 1.0),))
    engine = Engine(Order(settings), LazyTargets(("neutral",), 10**6))
    (there / "elsewhere.py").unlink()
    with pytest.raises(
        OutputError,
        match=r"^colorfix: a worker's process cannot read .* on every node \(No module named 'elsewhere'\)$",
    ):
        list(engine.run(jobs, str(tmp_path / "journal")))


def test_an_engine_with_unread_outcomes_is_not_reused(jobs, tmp_path):
    engine = Engine(Order(Settings(steps=5)), LazyTargets(("neutral",), 10**6))
    others = engines()
    begun = engine.run(jobs, str(tmp_path / "first"))
    next(begun)
    before = engines()
    begun.close()
    assert before - others
    assert engines() <= others
    for job in jobs:
        Path(job.output).unlink(missing_ok=True)
    again = [outcome.job.output for outcome in engine.run(jobs[:2], str(tmp_path / "second"))]
    assert sorted(again) == sorted(job.output for job in jobs[:2])
