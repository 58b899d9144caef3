"""Which files of a watched folder are tried, and when: real files and real clocks, in tenths of seconds."""

from __future__ import annotations

import os
import time

import pytest

from colorfix.batch import Corrected, Failed, Job, watch
from colorfix.batch.watch import Arrivals
from colorfix.core.errors import OutputError, UnreadablePhoto


@pytest.fixture(autouse=True)
def _hasty(monkeypatch):
    monkeypatch.setattr(watch, "STILL", 0.2)
    monkeypatch.setattr(watch, "PATIENCE", 0.5)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.jpg")


def write(path, text, *, age=0.0):
    with open(path, "w") as file:
        file.write(text)
    then = time.time() - age
    os.utime(path, (then, then))


def job(path):
    return Job(path, "out", None, "neutral")


def corrected(path):
    return Corrected(job(path), {})


def unreadable(path):
    return Failed(job(path), UnreadablePhoto(path, "is cut off"))


def test_a_file_that_was_moved_in_is_due_at_once_and_once(path):
    write(path, "whole", age=100)
    seen = Arrivals()
    assert seen.due([path]) == [path]
    assert seen.is_final(corrected(path))
    time.sleep(0.6)
    assert seen.due([path]) == []


def test_a_growing_file_is_not_due_until_it_stops_changing(path):
    seen = Arrivals()
    for length in range(5):
        write(path, "x" * length)
        assert seen.due([path]) == []
        time.sleep(0.1)
    time.sleep(0.2)
    assert seen.due([path]) == [path]


def test_a_clock_that_is_ahead_does_not_delay_a_file(path):
    """As of a server: its files are an hour from now."""
    write(path, "whole", age=-3600)
    seen = Arrivals()
    assert seen.due([path]) == []
    time.sleep(0.3)
    assert seen.due([path]) == [path]


def test_an_unreadable_file_is_tried_once_more_before_it_fails(path):
    write(path, "half", age=100)
    seen = Arrivals()
    assert seen.due([path]) == [path]
    assert not seen.is_final(unreadable(path))
    assert seen.due([path]) == []
    time.sleep(0.6)
    assert seen.due([path]) == [path]
    assert seen.is_final(unreadable(path))
    time.sleep(0.6)
    assert seen.due([path]) == []


def test_a_file_that_arrives_in_two_halves_is_tried_again_when_complete(path):
    write(path, "half", age=100)
    seen = Arrivals()
    seen.due([path])
    assert not seen.is_final(unreadable(path))
    write(path, "whole now")
    assert seen.due([path]) == []
    time.sleep(0.3)
    assert seen.due([path]) == [path]


def test_a_result_that_cannot_be_written_fails_at_once(path):
    write(path, "whole", age=100)
    seen = Arrivals()
    seen.due([path])
    assert seen.is_final(Failed(job(path), OutputError("out", "is in the way")))


def test_a_file_without_outcome_is_due_again_and_a_finished_one_is_not(tmp_path):
    """As where the disk was full in the middle of a run."""
    paths = [str(tmp_path / name) for name in ("a.jpg", "b.jpg")]
    for path in paths:
        write(path, "whole", age=100)
    seen = Arrivals()
    assert seen.due(paths) == paths
    seen.is_final(corrected(paths[0]))
    seen.retry_open()
    assert seen.due(paths) == paths[1:]


def test_a_replaced_file_is_a_new_arrival_and_a_removed_one_is_forgotten(path):
    write(path, "one", age=100)
    seen = Arrivals()
    seen.due([path])
    seen.is_final(corrected(path))
    write(path + ".new", "two", age=100)
    os.replace(path + ".new", path)
    assert seen.due([path]) == [path]
    os.unlink(path)
    assert seen.due([path]) == []
