"""What is refused before anything is written, and what is not."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from colorfix.batch.plan.preflight import _ignores_case
from colorfix.core.errors import ColorfixError, OutputError, SettingError


def refusal(planned, *names, **options) -> str:
    """Plan, and give the one line that refuses it; nothing may have been made."""
    before = sorted(os.walk("."))
    with pytest.raises(ColorfixError) as error:
        planned(*names, **options)
    assert sorted(os.walk(".")) == before
    assert "\n" not in str(error.value)
    return str(error.value)


def test_two_results_with_one_path_are_refused(shoot, planned):
    shoot("x/a.jpg", "y/a.jpg", "x/a.nef", "x/a.tif")
    assert "out/a.jpg: would be written twice" in refusal(planned, "x/a.jpg", "y/a.jpg")
    assert "out/a.tif: would be written twice" in refusal(planned, "x")
    assert "out/x.jpg: would be" in refusal(planned, "x/a.jpg", "y", output="out/x{suffix}")
    assert len(planned("x/a.jpg", "y/a.jpg", output="out/{folder}/{parent}/{name}").jobs) == 2


def test_clashing_reports_and_backups_are_refused(shoot, planned):
    shoot("p/a.jpg", "p/a.png")
    reports = [job.report for job in planned("p", reports=True).jobs]
    assert reports == ["out/a.jpg.report.json", "out/a.png.report.json"]
    assert {job.report for job in planned("p").jobs} == {None}


def test_paths_that_differ_in_case_clash_only_on_a_case_insensitive_disk(shoot, planned, tmp_path):
    """A folder that answers to its name in other letters stands for a Mac's disk: here, by a link."""
    shoot("p/a.jpg", "p/A.jpg", "Mac/x", "linux/x")
    os.symlink("Mac", "mAC")
    assert _ignores_case(str(tmp_path / "Mac"))
    assert "would be written twice" in refusal(planned, "p", output="Mac/")
    assert len(planned("p", output="linux/").jobs) == 2


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_a_result_over_a_photo_is_refused_for_any_link(shoot, planned, link):
    shoot("p/a.jpg", "p/b.jpg", "out/x")
    if link is None:
        assert "p/a.jpg: is a photo to correct" in refusal(planned, "p", output="p/")
    else:
        link(os.path.abspath("p/b.jpg"), "out/a.jpg")
        assert "out/a.jpg: is a photo to correct" in refusal(planned, "p")


def test_a_result_over_a_target_is_refused(shoot, planned):
    shoot("p/a.jpg", "out/a.jpg", "p/b.jpg")
    assert "out/a.jpg: is the target" in refusal(planned, "p", target="./out/a.jpg")
    assert "out/a.jpg: is the target" in refusal(planned, "p", target_for="../out/a.jpg")


def test_a_target_among_the_photos_is_refused(shoot, planned):
    shoot("p/a.jpg", "p/guide 1.jpg", "p/a_ref.jpg")
    os.symlink("p/guide 1.jpg", "link.jpg")
    printed = refusal(planned, "p", target="link.jpg")
    assert printed == "link.jpg: is a target and among the photos too; leave it out with --exclude link.jpg"
    printed = refusal(planned, "p", target="p/guide 1.jpg")
    assert printed.endswith("leave it out with --exclude 'guide 1.jpg'")
    printed = refusal(planned, "p", target_for="{stem}_ref.jpg")
    assert printed.endswith(
        "p/a_ref.jpg: is a target and among the photos too; leave it out with --exclude '*_ref.jpg'"
    )
    assert len(planned("p", target_for="{stem}_ref.jpg", exclude=["*_ref.jpg"]).jobs) == 2


def test_an_output_folder_that_is_a_file_is_refused(shoot, planned):
    shoot("p/a.jpg", "p/b/c.jpg", "file", "out/b")
    assert "file: is a file, but a folder is needed" in refusal(planned, "p", output="file/x")
    assert "out/b: is a file, but a folder is needed" in refusal(planned, "p", recursive=True)


def test_a_link_out_of_the_output_folder_is_refused(shoot, planned):
    shoot("p/sub/a.jpg", "elsewhere/x", "out/x")
    os.symlink("../elsewhere", "out/sub")
    assert "out/sub: leads out of out by a link" in refusal(planned, "p", recursive=True)
    os.symlink("elsewhere", "there")
    assert planned("p", recursive=True, output="there/").jobs  # the user's own link is the user's own word


def test_a_disk_that_is_too_small_is_refused(shoot, planned, monkeypatch):
    """Two JPEGs of 1000 bytes: 1800 must be free; a PNG is re-encoded; an existing result needs none."""
    shoot("p/a.jpg", "p/b.jpg", "p/c.png", content=b"x" * 1000)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=1799, f_frsize=1))
    assert "are needed" in refusal(planned, "p")
    assert len(planned("p", output="png/{stem}.png").jobs) == 3
    shoot("out/a.jpg")
    assert len(planned("p").jobs) == 3
    assert len(planned("p", output=None, in_place=True).jobs) == 3
    assert "are needed" in refusal(planned, "p", output=None, in_place=True, backup=True)


def test_results_that_exist_are_not_refused(shoot, planned):
    """The journal knows whose they are; the plan does not."""
    shoot("p/a.jpg", "out/a.jpg")
    assert len(planned("p").jobs) == 1


PLACE = {"output": None, "in_place": True}


@pytest.mark.parametrize(
    ("names", "options", "kind", "said"),
    [
        ((), {}, SettingError, "no photos are named"),
        (("a.jpg",), {"pairs": "p.csv"}, SettingError, "--pairs names the photos too"),
        (("a.jpg",), {"target": None}, SettingError, "say what guides"),
        (("a.jpg",), {"pairs": "p.csv", "target_for": "x"}, SettingError, "give one of them"),
        (("a.jpg",), {"output": None}, SettingError, "say where to write"),
        (("p", "a.jpg"), {"output": None}, SettingError, "say where to write"),
        (("a.jpg",), {"in_place": True}, SettingError, "drop one of them"),
        (("a.jpg",), {"backup": True}, SettingError, "--backup keeps what --in-place replaces"),
        (("-",), PLACE, SettingError, "from stdin has no place"),
        (("-",), {"output": "out/{name}"}, OutputError, "has no name in it"),
        (("p",), {"output": "-"}, OutputError, "<stdout>: holds one photo only"),
        (("p",), {"output": "out.jpg"}, OutputError, "name a folder"),
        (("p",), {"output": "out/{stem}.psd"}, OutputError, "no format is known"),
        (("p",), {"report": "r.json"}, SettingError, "use --reports"),
        (("a.jpg",), {"null": True}, SettingError, "--files-from"),
        ((), {"files_from": "nowhere"}, SettingError, "nowhere: cannot be read"),
        (("p",), {"backup_suffix": ".old"}, SettingError, "add --backup"),
        (("p",), PLACE | {"backup": True, "backup_suffix": ".b.JPG"}, SettingError, ".b.JPG"),
    ],
)  # fmt: skip
def test_conflicting_options_are_refused(shoot, planned, names, options, kind, said):
    shoot("a.jpg", "p/b.jpg")
    with pytest.raises(kind) as error:
        planned(*names, **options)
    assert said in str(error.value)
