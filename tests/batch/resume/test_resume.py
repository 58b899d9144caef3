"""The same command again does only what is missing or has changed, and touches nothing of anybody else's."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from disturbed import Shoot, photo

PHOTOS = 4


@pytest.fixture
def shoot(tmp_path, done_once):
    """A folder where one run has been, of this test alone."""
    shutil.copytree(done_once.folder, tmp_path / "here")
    return Shoot(tmp_path / "here", names=done_once.names)


@pytest.fixture(scope="module")
def done_once(tmp_path_factory):
    shoot = Shoot(tmp_path_factory.mktemp("resume")).fill(PHOTOS)
    assert shoot.run("out", "--reports").returncode == 0
    return shoot


def written_anew(shoot, *options: str, output: str = "out") -> list[str]:
    """Run again, and return what was written; all else must be the very same files."""
    before = {path.name: path.stat().st_ino for path in (shoot.folder / output).iterdir()}
    done = shoot.run(output, *options)
    assert done.returncode == 0, done.stderr
    after = {path.name: path.stat().st_ino for path in (shoot.folder / output).iterdir()}
    return sorted(name for name in after if after[name] != before.get(name) and name.endswith(".jpg"))


def test_a_second_run_writes_nothing_and_says_so(shoot):
    done = shoot.run()
    assert (done.returncode, done.stderr.startswith("skipped 4 ")) == (0, True), done.stderr
    assert written_anew(shoot) == []


def test_the_journal_has_every_report(shoot):
    printed = shoot.run("other", "--json", "-q").stdout
    lines = (shoot.folder / "other/.colorfix.jsonl").read_text().splitlines()
    held = [line["report"] for line in map(json.loads, lines) if "report" in line]
    assert sorted(map(json.loads, printed.splitlines()), key=str) == sorted(held, key=str)
    assert len(held) == PHOTOS


def test_a_moved_folder_is_recognized(shoot):
    (shoot.folder / "out").rename(shoot.folder / "elsewhere")
    assert written_anew(shoot, output="elsewhere") == []


def test_only_a_changed_photo_is_corrected_again(shoot):
    shoot.put("002.jpg", photo(77))
    assert written_anew(shoot) == ["002.jpg"]
    assert written_anew(shoot) == []


def test_a_photo_with_new_times_but_the_same_bytes_is_skipped(shoot):
    os.utime(shoot.folder / "photos/002.jpg", (1, 1))
    assert written_anew(shoot) == []
    assert b'"modified":1000000000,' in (shoot.folder / "out/.colorfix.jsonl").read_bytes()  # noted


def test_a_photo_of_the_same_size_and_times_at_another_path_is_read(shoot):
    """As when two shoots have a photo of one name, and both were unpacked without fractions of seconds."""
    there = shoot.folder / "photos/001.jpg"
    status, data = there.stat(), bytearray(there.read_bytes())
    data[-40] ^= 1  # within the scan
    other = shoot.folder / "other"
    other.mkdir()
    (other / "001.jpg").write_bytes(data)
    os.utime(other / "001.jpg", ns=(status.st_atime_ns, status.st_mtime_ns))
    shutil.copytree(shoot.folder / "photos", other, dirs_exist_ok=True, ignore=lambda *_: ["001.jpg"])
    (shoot.folder / "photos").rename(shoot.folder / "first")
    other.rename(shoot.folder / "photos")
    os.utime(shoot.folder / "photos/001.jpg", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert written_anew(shoot) == ["001.jpg"]


def test_a_new_photo_is_corrected(shoot):
    shoot.put("new.jpg", photo(78))
    assert written_anew(shoot) == ["new.jpg"]


def test_a_removed_result_is_written_again(shoot):
    (shoot.folder / "out/003.jpg").unlink()
    assert written_anew(shoot) == ["003.jpg"]


def test_a_removed_report_is_written_again(shoot):
    (shoot.folder / "out/003.report.json").unlink()
    assert written_anew(shoot, "--reports") == ["003.jpg"]
    assert (shoot.folder / "out/003.report.json").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--strength", "0.5"),
        ("--quality", "50"),
        ("-R", "tint=3"),
        ("--region", "0,0,32,32"),
        ("--redo",),
    ],
    ids=" ".join,
)
def test_other_settings_replace_our_own_results(shoot, options):
    assert written_anew(shoot, *options) == shoot.names


def test_settings_without_effect_on_photos_skip_all(shoot):
    assert written_anew(shoot, "--verify", "--overwrite", "--max-pixels", "5000", "-j", "1") == []


def test_another_target_of_the_same_name_replaces_all_results(shoot):
    (shoot.folder / "guide.jpg").write_bytes(photo(500))
    assert written_anew(shoot, "-t", "guide.jpg") == shoot.names
    assert written_anew(shoot, "-t", "guide.jpg") == []
    (shoot.folder / "guide.jpg").write_bytes(photo(501))
    assert written_anew(shoot, "-t", "guide.jpg") == shoot.names


@pytest.mark.parametrize("own", [False, True], ids=["never ours", "ours until it was changed"])
def test_a_foreign_file_is_never_replaced(shoot, own):
    precious = shoot.folder / "out/001.jpg"
    if not own:
        precious = shoot.folder / "out/extra.jpg"
        shoot.put("extra.jpg", photo(79))
    precious.write_bytes(b"precious")
    done = shoot.run("out", "--redo")
    assert (done.returncode, precious.read_bytes()) == (1, b"precious")
    assert f"out/{precious.name}: exists already" in done.stderr
    assert shoot.run("out", "--overwrite").returncode == 0
    assert precious.read_bytes().startswith(b"\xff\xd8")


def test_failed_photos_are_tried_again(shoot):
    shoot.put("late.jpg", b"not yet copied")
    assert shoot.run().returncode == 1
    shoot.put("late.jpg", photo(80))
    assert written_anew(shoot) == ["late.jpg"]


def test_torn_or_garbled_lines_are_ignored(shoot):
    journal = shoot.folder / "out/.colorfix.jsonl"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines, b"\x00\xff{[", b'{"output": 3}', lines[-1][:100]]))
    assert written_anew(shoot) == []
    shoot.put("new.jpg", photo(81))
    assert written_anew(shoot) == ["new.jpg"]
    assert written_anew(shoot) == []


def test_without_a_journal_no_file_is_ours(shoot):
    (shoot.folder / "out/.colorfix.jsonl").write_bytes(b"")
    before = shoot.results()
    done = shoot.run()
    assert done.returncode == 1
    assert all(f"error: out/{name}: exists already" in done.stderr for name in shoot.names)
    assert shoot.results() == before


def test_a_file_that_is_no_journal_is_not_changed(shoot):
    journal = shoot.folder / "out/.colorfix.jsonl"
    journal.write_bytes(b"my notes\n")
    done = shoot.run()
    assert (done.returncode, journal.read_bytes()) == (1, b"my notes\n")
    assert "out/.colorfix.jsonl: is no journal of this colorfix" in done.stderr


def test_two_runs_into_one_folder_are_refused(shoot):
    first = shoot.start_work("fresh")
    second = shoot.run("fresh", "--redo")
    first.communicate()
    assert (first.returncode, second.returncode) in {(0, 1), (0, 0)}  # 0: the first had ended by then
    if second.returncode:
        assert "fresh/.colorfix.jsonl: is in use by another run" in second.stderr
    assert len(shoot.results("fresh")) == PHOTOS
