"""Originals are replaced where that was asked for in so many words, in one step, and kept where asked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from colorfix.batch.workers.commit import back_up
from colorfix.core.errors import OutputError


def test_the_journal_is_in_the_common_folder_of_the_names(shoot, planned, tmp_path):
    shoot("p/x/a.jpg", "p/y/b.jpg")
    names_of = {
        "p": [("p",), ("p/x", "p/y"), ("p/x/a.jpg", "p/y/b.jpg"), ("p/*/*.jpg",)],
        "p/x": [("p/x/a.jpg",)],
    }
    for root, names in ((root, names) for root, many in names_of.items() for names in many):
        found = planned(*names, output=None, in_place=True, recursive=True)
        assert found.root == str(tmp_path / root), names
    assert planned("p", recursive=True).root == "out"
    assert planned("p", output="o/{parent}/{name}", recursive=True).root == "o"
    assert planned("p", output="{stem}_{name}", recursive=True).root == "."
    assert planned("p/x/a.jpg", output="b.jpg").root is None


def test_a_link_stays_a_link_and_its_file_is_corrected_once(shoot, planned, tmp_path):
    shoot("p/a.jpg", "far/b.jpg")
    os.symlink("a.jpg", "p/link.jpg")
    os.symlink("../far/b.jpg", "p/z.jpg")
    found = planned("p", output=None, in_place=True, backup=True)
    real = [("p/a.jpg", "p/a.jpg.orig"), (str(tmp_path / "far/b.jpg"), str(tmp_path / "far/b.jpg.orig"))]
    assert [os.path.relpath(job.source) for job in found.jobs] == ["p/a.jpg", "far/b.jpg"]
    assert [os.path.relpath(job.backup) for job in found.jobs] == [os.path.relpath(kept) for _, kept in real]
    assert all(job.in_place and job.output == job.source for job in found.jobs)


def test_cameras_raw_is_left_out(shoot, planned):
    shoot("p/a.nef", "p/b.jpg")
    found = planned("p", output=None, in_place=True)
    assert [job.source for job in found.jobs] == ["p/b.jpg"]
    assert found.left_out == {"RAW files": 1}


def test_a_backup_is_the_original_and_never_an_older_one_replaced(tmp_path):
    photo, kept = tmp_path / "a.jpg", tmp_path / "a.jpg.orig"
    photo.write_bytes(b"first")
    back_up(str(photo), str(kept))
    back_up(str(photo), str(kept))  # as after a kill between the two steps
    photo.unlink()
    photo.write_bytes(b"second")
    with pytest.raises(OutputError, match=r"a\.jpg\.orig: exists already"):
        back_up(str(photo), str(kept))
    assert (photo.read_bytes(), kept.read_bytes()) == (b"second", b"first")


def test_without_hard_links_a_backup_is_a_copy(tmp_path, monkeypatch):
    def link(*paths: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    photo, kept = tmp_path / "a.jpg", tmp_path / "a.jpg.orig"
    photo.write_bytes(b"first")
    os.utime(photo, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(os, "link", link)
    back_up(str(photo), str(kept))
    assert kept.read_bytes() == b"first"
    assert kept.stat().st_mtime == 1_000_000_000
    back_up(str(photo), str(kept))  # as after a kill before the photo was replaced
    photo.write_bytes(b"second")
    with pytest.raises(OutputError, match="an older original is never replaced"):
        back_up(str(photo), str(kept))
    assert kept.read_bytes() == b"first"


def test_the_command_replaces_photos_and_makes_backups(colorfix, shoot, small, tmp_path):
    shoot("p/a.jpg", "p/s/b.jpg", content=small)
    os.chmod("p/a.jpg", 0o640)
    done = colorfix("correct", "p", "-r", "-t", "neutral", "--in-place", "--backup")
    assert done.returncode == 0, done.stderr
    assert Path("p/a.jpg").read_bytes() != small
    assert Path("p/a.jpg").stat().st_mode & 0o777 == 0o640
    assert [Path(f"p/{name}.orig").read_bytes() for name in ("a.jpg", "s/b.jpg")] == [small, small]
    assert not list(tmp_path.rglob("*.tmp"))
    assert not list(tmp_path.rglob("*.report.json"))


def test_a_failed_report_does_not_remove_the_photo(colorfix, shoot, small):
    """In place the photo is no new file that could be taken back."""
    shoot("a.jpg", content=small)
    shutil.copy("a.jpg", "before.jpg")
    os.mkdir("a.report.json")
    done = colorfix("correct", "a.jpg", "-t", "neutral", "--in-place")
    assert done.returncode == 1
    assert Path("a.jpg").read_bytes() == Path("before.jpg").read_bytes()


@pytest.mark.parametrize("first", ["above", "below"])
def test_a_photo_is_not_corrected_twice_from_another_root(colorfix, shoot, small, first):
    """The journal of a run in place lies in the folder that its names have in common."""
    shoot("p/d1/a.jpg", "p/d1/b.jpg", content=small)
    ways = [("p", "-r"), ("p/d1",)] if first == "above" else [("p/d1/*.jpg",), ("p", "-r")]
    assert colorfix("correct", *ways[0], "-t", "neutral", "--in-place").returncode == 0
    once = Path("p/d1/a.jpg").read_bytes()
    done = colorfix("correct", *ways[1], "-t", "neutral", "--in-place")
    assert "skipped 2" in done.stderr
    assert Path("p/d1/a.jpg").read_bytes() == once != small


def test_a_restored_original_is_corrected_again_although_the_result_had_its_times(colorfix, shoot, cat):
    """A BMP is as large as its result, and with --preserve as old."""
    shoot("p")
    Path("p").unlink()
    os.mkdir("p")
    with Image.open(cat.source) as image:
        image.resize((60, 40)).save("p/a.bmp")
    original = Path("p/a.bmp").read_bytes()
    words = ("correct", "p", "-t", "neutral", "--in-place", "--backup", "--preserve")
    assert colorfix(*words).returncode == 0
    corrected = Path("p/a.bmp").read_bytes()
    os.rename("p/a.bmp.orig", "p/a.bmp")
    assert Path("p/a.bmp").read_bytes() == original
    assert colorfix(*words).returncode == 0
    assert Path("p/a.bmp").read_bytes() == corrected != original


def test_a_foreign_report_is_not_replaced_in_place(colorfix, shoot, small):
    shoot("p/a.jpg", content=small)
    Path("p/a.report.json").write_text("mine")
    done = colorfix("correct", "p", "-t", "neutral", "--in-place", "--reports")
    assert (done.returncode, Path("p/a.report.json").read_text()) == (1, "mine")
    assert Path("p/a.jpg").read_bytes() == small
