"""Workers that are copies of the command's process, or start afresh as on systems that copy badly."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing

import pytest
from disturbed import Shoot

from colorfix import Settings, folder, photos
from colorfix.errors import SettingError
from colorfix.folder import supervising
from colorfix.folder.budget import Window
from colorfix.folder.journal import Journal
from colorfix.folder.marks import Mark
from colorfix.folder.settling import Written, settle
from colorfix.folder.task import Task
from colorfix.optim.hill_adam import HillAdam  # noqa: F401 - torch in the parent must not stop its copies
from colorfix.plugins import choose_regularizers


def jobs_of(shoot: Shoot, output: str) -> list[folder.Job]:
    into = shoot.folder / output
    into.mkdir()
    sources = [str(shoot.folder / "photos" / name) for name in shoot.names]
    return [folder.Job(path, str(into / path.rpartition("/")[2]), None, "neutral") for path in sources]


@pytest.fixture(scope="module")
def shoot(tmp_path_factory):
    return Shoot(tmp_path_factory.mktemp("workers")).fill(6)


def test_workers_that_start_afresh_write_the_same_bytes(shoot, monkeypatch):
    order = folder.Order(Settings(steps=5), workers=2)
    for output, forks in (("copied", True), ("afresh", False)):
        monkeypatch.setattr(supervising, "forks_here", lambda forks=forks: forks)
        outcomes = list(folder.run(jobs_of(shoot, output), folder.Guides(("neutral",)), order))
        assert Counter(map(type, outcomes)) == {folder.Corrected: 6}
    assert shoot.results("afresh") == shoot.results("copied")


def test_what_cannot_travel_to_workers_that_start_afresh_is_told(shoot, monkeypatch, tmp_path):
    """A function of a file has no module from which another process could take it."""
    (tmp_path / "mine.py").write_text("def green(gains, scene):\n    return (gains[:, 1] - 1) ** 2\n")
    monkeypatch.setattr(supervising, "forks_here", lambda: False)
    settings = Settings(regularizers=choose_regularizers(f"{tmp_path}/mine.py:green=1"), steps=5)
    run = folder.run(jobs_of(shoot, "stays"), folder.Guides(("neutral",)), folder.Order(settings))
    with pytest.raises(SettingError, match="cannot travel"):
        list(run)


def test_a_window_holds_few_large_photos_and_many_small_ones():
    """The largest a worker holds is its share and one photo; small ones are learned 32 and more at a time."""
    megabyte = 1 << 20
    for share, photo, held in ((100, 40, 2), (100, 200, 1), (800, 30, 16), (400, 8, 20), (400, 1, 64)):
        window = Window(share * megabyte)
        for _ in range(200):
            if window.full:
                break
            window.take(round(photo * megabyte))
        assert window._photos == held


@pytest.mark.parametrize("changed", [False, True])
def test_in_place_a_photo_that_was_edited_meanwhile_is_left_as_it_is(tmp_path, changed):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"as it was read")
    job = folder.Job(str(path), str(path), None, "neutral", in_place=True)
    draft = photos.Draft(str(path), overwrite=True)
    with draft.writing() as file:
        file.write(b"corrected")
    done = Written(Task(0, job, ""), Mark.of_source(str(path)), "", {}, draft)
    if changed:
        path.write_bytes(b"edited by its owner")
    with closing(Journal(str(tmp_path / "journal"))) as journal:
        ((_, outcome),) = settle([done], journal, lambda: False)
    assert isinstance(outcome, folder.Failed if changed else folder.Corrected)
    assert path.read_bytes() == (b"edited by its owner" if changed else b"corrected")
    assert sorted(os.listdir(tmp_path)) == ["a.jpg", "journal"]
