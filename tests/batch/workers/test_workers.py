"""Workers that are copies of the command's process, or start afresh as on systems that copy badly."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest
from disturbed import Shoot

from colorfix import Settings, batch
from colorfix.batch.process.learn import LazyTargets
from colorfix.batch.process.write import OutputFiles
from colorfix.batch.resume.file_stamp import FileStamp
from colorfix.batch.resume.journal import Journal
from colorfix.batch.workers import supervisor
from colorfix.batch.workers.commit import Committer, PendingOutput, commit
from colorfix.batch.workers.queue import Task
from colorfix.batch.workers.temporary import remove_temporary
from colorfix.batch.workers.window import Window
from colorfix.core.atomic import PLACE, TemporaryFile
from colorfix.core.errors import SettingError
from colorfix.optim.hill_adam import HillAdam  # noqa: F401 - torch in the parent must not stop its copies
from colorfix.regularizers.plugins import choose_regularizers


def jobs_of(shoot: Shoot, output: str) -> list[batch.Job]:
    into = shoot.folder / output
    into.mkdir()
    sources = [str(shoot.folder / "photos" / name) for name in shoot.names]
    return [batch.Job(path, str(into / path.rpartition("/")[2]), None, "neutral") for path in sources]


@pytest.fixture(scope="module")
def shoot(tmp_path_factory):
    return Shoot(tmp_path_factory.mktemp("workers")).fill(6)


def test_spawned_workers_write_the_same_bytes(shoot, monkeypatch):
    order = batch.Order(Settings(steps=5), workers=2)
    for output, forks in (("copied", True), ("afresh", False)):
        monkeypatch.setattr(supervisor, "can_fork", lambda forks=forks: forks)
        outcomes = list(batch.run_jobs(jobs_of(shoot, output), LazyTargets(("neutral",)), order))
        assert Counter(map(type, outcomes)) == {batch.Corrected: 6}
    assert shoot.results("afresh") == shoot.results("copied")


def test_a_regularizer_that_cannot_be_pickled_for_spawned_workers_is_reported(shoot, monkeypatch, tmp_path):
    """A function of a file has no module from which another process could take it."""
    (tmp_path / "mine.py").write_text("def green(gains, scene):\n    return (gains[:, 1] - 1) ** 2\n")
    monkeypatch.setattr(supervisor, "can_fork", lambda: False)
    settings = Settings(regularizers=choose_regularizers(f"{tmp_path}/mine.py:green=1"), steps=5)
    run = batch.run_jobs(jobs_of(shoot, "stays"), LazyTargets(("neutral",)), batch.Order(settings))
    with pytest.raises(SettingError, match="cannot travel"):
        list(run)


def test_a_window_has_few_large_photos_or_many_small_ones():
    """The largest a worker holds is its share and one photo; small ones are learned 32 and more at a time."""
    megabyte = 1 << 20
    for share, photo, held in ((100, 40, 2), (100, 200, 1), (800, 30, 16), (400, 8, 20), (400, 1, 64)):
        window = Window(share * megabyte)
        for _ in range(200):
            if window.full:
                break
            window.add(round(photo * megabyte))
        assert window._photos == held


def test_temporary_files_of_a_zombie_are_removed_and_of_a_live_process_are_not(tmp_path):
    """Nobody has asked how the child ended: its process id stays taken, in a container perhaps for ever."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    names = [f".colorfix-{process}-{PLACE}-{'0' * 16}.tmp" for process in (child.pid, os.getpid())]
    for name in names:
        (tmp_path / name).touch()
    remove_temporary([str(tmp_path)])
    child.wait()
    assert os.listdir(tmp_path) == names[1:]


def test_temporary_files_of_another_host_are_removed_after_a_day(tmp_path):
    """A process of another host or container has an id that may be free here while it is alive there."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    elsewhere = f"{int(PLACE, 16) ^ 1:08x}"
    fresh, old = (f".colorfix-{child.pid}-{elsewhere}-{digit * 16}.tmp" for digit in "01")
    for name in (fresh, old):
        (tmp_path / name).touch()
    os.utime(tmp_path / old, (time.time() - 90_000,) * 2)
    remove_temporary([str(tmp_path)])
    assert os.listdir(tmp_path) == [fresh]


def test_an_exception_in_a_commit_fails_its_batch_and_blocks_no_other(tmp_path, monkeypatch):
    def broken(*_):
        raise PermissionError(1, "no way")

    monkeypatch.setattr("colorfix.batch.workers.commit.commit", broken)
    reported = []
    committer = Committer(None, reported.extend)
    job = batch.Job("a.jpg", str(tmp_path / "b.jpg"), None, "neutral")
    for number in range(3):
        draft = TemporaryFile(job.output, overwrite=False)
        committer.submit([PendingOutput(Task(number, job, ""), FileStamp(0, 0), "", OutputFiles(draft))])
    committer.finish()
    assert [number for number, _ in reported] == [0, 1, 2]
    assert all("b.jpg: met a bug or a fault of the disk" in str(outcome.error) for _, outcome in reported)


@pytest.mark.parametrize("changed", [False, True])
def test_in_place_a_photo_edited_during_the_run_is_not_replaced(tmp_path, changed):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"as it was read")
    job = batch.Job(str(path), str(path), None, "neutral", in_place=True)
    draft = TemporaryFile(str(path), overwrite=True)
    with draft.writing() as file:
        file.write(b"corrected")
    done = PendingOutput(Task(0, job, ""), FileStamp.of_source(str(path)), "", OutputFiles(draft))
    if changed:
        path.write_bytes(b"edited by its owner")
    with closing(Journal(str(tmp_path / "journal"))) as journal:
        ((_, outcome),) = commit([done], journal, lambda: False)
    assert isinstance(outcome, batch.Failed if changed else batch.Corrected)
    assert path.read_bytes() == (b"edited by its owner" if changed else b"corrected")
    assert sorted(os.listdir(tmp_path)) == ["a.jpg", "journal"]
