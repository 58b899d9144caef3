"""What a run of several photos shows, on a terminal and elsewhere, and the list of failures it leaves."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from time import perf_counter

import pytest
from terminal import on_terminal

from colorfix.batch import Corrected, Failed, FailedPhotos, Job, Skipped
from colorfix.cli.counts import Counts
from colorfix.cli.options import OutputOptions
from colorfix.cli.progress import Bar
from colorfix.cli.reporter import Reporter
from colorfix.core.errors import OutputError, UnreadablePhoto

ESCAPE, COLOUR = "\x1b", re.compile(r"\x1b\[(?:3|9)\d")
PLAIN = ("-t", "neutral", "-R", "none", "--steps", "1", "--starts", "one")  # nothing to learn: quick


@pytest.fixture
def shoot(cat, tmp_path):
    """A folder with two photos and a file that is none."""
    for name in ("a.jpg", "c.jpg"):
        shutil.copy(cat.source, tmp_path / name)
    (tmp_path / "b.jpg").write_text("no photo")
    return tmp_path


def outcome(name, *, fails=False):
    job = Job(name, f"out/{name}", None, "neutral")
    if fails:
        return Failed(job, UnreadablePhoto(name, "is empty"))
    return Corrected(job, {"warnings": [], "gains": [0.5, 1.0, 2.0]})


def reporter(photos, data=None, *, as_json=False, results=None):
    return Reporter(OutputOptions(json=as_json), photos=photos, data=data, results=results)


def test_without_a_terminal_each_photo_has_a_line_and_the_run_a_summary(colorfix, shoot):
    done = colorfix("correct", "a.jpg", "b.jpg", "c.jpg", *PLAIN, "-o", "out")
    *lines, heading, again, counts, hint = done.stderr.splitlines()
    first, second, failed = sorted(lines)  # photos are done in any order
    assert (done.returncode, done.stdout) == (1, "")
    assert first.startswith("a.jpg -> out/a.jpg  gains ")
    assert second.startswith("c.jpg -> out/c.jpg  gains ")
    assert failed.startswith("error: b.jpg: ")
    assert (heading, again) == ("failed:", f"  {failed.removeprefix('error: ')}")
    assert re.fullmatch(r"corrected 2, failed 1 in [\d.]+ s, [\d.]+ photos/s", counts)
    assert "--files-from out/failed.txt" in hint
    assert (shoot / "out/failed.txt").read_text() == "b.jpg\n"


def test_a_terminal_shows_a_bar_with_errors_above_it(shoot):
    status, shown, out = on_terminal(shoot, "correct", "a.jpg", "b.jpg", "c.jpg", *PLAIN, "-o", "out")
    assert (status, out) == (1, "")
    bar, summary = shown.split("failed:\r\n")
    for part in ("0/3", "3/3", " photos/s, ", " left", "1 failed"):
        assert part in bar
    assert "error: b.jpg: is not a photo" in bar
    assert " -> " not in shown
    assert bar.endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # the cursor is back and the bar is gone
    assert summary.splitlines()[1].startswith("corrected 2, failed 1 in ")
    assert COLOUR.search(bar)
    assert ESCAPE not in summary


def test_the_bar_has_no_color_if_color_is_off(shoot):
    _, shown, _ = on_terminal(shoot, "correct", "a.jpg", "b.jpg", *PLAIN, "-o", "out", NO_COLOR="1")
    assert "2/2" in shown
    assert not COLOUR.search(shown)


def test_a_dumb_terminal_gets_lines(shoot):
    _, shown, _ = on_terminal(shoot, "correct", "a.jpg", "b.jpg", *PLAIN, "-o", "out", TERM="dumb")
    assert "a.jpg -> out/a.jpg  gains " in shown
    assert ESCAPE not in shown


def test_quiet_on_a_terminal_prints_errors_only(shoot):
    status, shown, _ = on_terminal(shoot, "correct", "a.jpg", "b.jpg", *PLAIN, "-o", "out", "-q")
    assert status == 1
    assert re.fullmatch(r"error: b\.jpg: [^\r\n]*\r\n", shown)
    assert (shoot / "out/failed.txt").exists()


def test_json_on_the_terminal_itself_is_not_drawn_over(shoot):
    _, shown, _ = on_terminal(shoot, "correct", "a.jpg", "c.jpg", *PLAIN, "-o", "out", "--json", stdout=True)
    reports = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    assert {report["output"]["path"] for report in reports} == {"out/a.jpg", "out/c.jpg"}
    assert ESCAPE not in shown


def test_one_photo_has_its_table_and_no_summary(invoke, shoot):
    done = invoke("correct", "a.jpg", *PLAIN, "-o", "out.jpg")
    assert "before" in done.stderr
    assert "photos/s" not in done.stderr
    assert invoke("correct", "b.jpg", *PLAIN, "-o", "other.jpg").stderr.count("\n") == 1
    assert not (shoot / "failed.txt").exists()


def test_ctrl_c_prints_how_many_photos_are_done(cat, tmp_path):
    for number in range(30):
        shutil.copy(cat.source, tmp_path / f"{number:02}.jpg")
    command = ["correct", *sorted(os.listdir(tmp_path)), "-t", "neutral", "-o", "out"]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "colorfix", *command],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        *lines, stopped, counts = process.stderr.read().splitlines()
    printed = 1 + sum(" -> " in line for line in lines)
    assert process.returncode == 130
    past = re.fullmatch(r"stopped after (\d+) of 30 photos; the same command goes on from there", stopped)
    assert int(past[1]) - printed in {0, 1}  # one may be counted and its line not be said any more
    assert counts.startswith(f"corrected {past[1]} in ")
    assert len([name for name in os.listdir(tmp_path / "out") if name.endswith(".jpg")]) >= printed


def test_skipped_photos_are_in_the_json_and_counted():
    data = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    skipped = Skipped(Job("a.jpg", "out/a.jpg", None, "neutral"), "unchanged since it was corrected")
    with reporter(2, data, as_json=True) as progress:
        progress.report(skipped)
    data.seek(0)
    assert json.loads(data.read()) == {
        "source": {"path": "a.jpg"}, "skipped": "unchanged since it was corrected",
    }  # fmt: skip
    assert not progress.bad


@pytest.mark.parametrize("remembered", [True, False], ids=["corrected", "checked"])
def test_only_a_run_with_a_journal_is_said_to_be_resumable(tmp_path, capsys, remembered):
    with pytest.raises(KeyboardInterrupt), reporter(2, results=str(tmp_path) if remembered else None):
        raise KeyboardInterrupt
    stopped = "stopped after 0 of 2 photos"
    assert capsys.readouterr().err.splitlines() == [
        f"{stopped}; the same command goes on from there" if remembered else stopped,
        "nothing done in 0.0 s",
    ]


def test_a_run_that_cannot_start_prints_only_the_reason(capsys):
    with pytest.raises(OutputError), reporter(2):
        raise OutputError("--ray 10.0.0.1:6379", "does not answer")
    assert capsys.readouterr().err == ""


def test_a_long_list_of_failures_is_cut(capsys):
    with reporter(25) as progress:
        for number in range(25):
            progress.report(outcome(f"{number}.jpg", fails=True))
    _, summary = capsys.readouterr().err.split("failed:\n")
    assert summary.splitlines()[19:21] == ["  19.jpg: is empty", "  and 5 more"]


def test_names_in_the_list_are_exact_and_can_be_read_back(colorfix, tmp_path):
    """A name that is markup to rich, one with a line break, and one that is no UTF-8."""
    names = [b"[red]a[bold].jpg", b"b\n.jpg", b"caf\xe9.jpg"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_text("no photo")
    done = colorfix("correct", *map(os.fsdecode, names), *PLAIN, "-o", "out")
    for spelled in ("error: [red]a[bold].jpg: ", r"error: b\n.jpg: ", r"error: caf\udce9.jpg: "):
        assert spelled in done.stderr
    assert "--files-from out/failed.txt -0" in done.stderr
    assert (tmp_path / "out/failed.txt").read_bytes() == b"".join(name + b"\0" for name in names)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, "a\nb\n", id="none before"),
        pytest.param("b\nc\n", "b\na\n", id="what is done now leaves it"),
        pytest.param("x\n", "x\na\nb\n", id="what this run did not come to stays"),
        pytest.param("my own words", "my own words\na\nb\n", id="another program's file keeps its lines"),
    ],
)
def test_the_list_has_the_photos_whose_last_attempt_failed(tmp_path, before, after):
    if before is not None:
        (tmp_path / "failed.txt").write_text(before)
    failed = FailedPhotos(str(tmp_path))
    for done in (outcome("a", fails=True), outcome("b", fails=True), outcome("c")):
        failed.add(done)
    failed.write()
    assert (tmp_path / "failed.txt").read_text() == after


def test_an_empty_list_is_removed(colorfix, cat, shoot):
    colorfix("correct", "a.jpg", "b.jpg", *PLAIN, "-o", "out")
    shutil.copy(cat.source, shoot / "b.jpg")
    again = colorfix("correct", "b.jpg", "c.jpg", *PLAIN, "-o", "out/")
    assert again.returncode == 0, again.stderr
    assert sorted(name for name in os.listdir(shoot / "out") if name.endswith("txt")) == []


def test_failed_photos_are_corrected_from_the_list_which_is_then_empty(colorfix, cat, shoot):
    """The list keeps the tree; the run after that passes over everything and ends with 0."""
    os.renames(shoot / "b.jpg", shoot / "in/deep/b.jpg")
    os.rename(shoot / "a.jpg", shoot / "in/a.jpg")
    folder = ("correct", "in", "-r", *PLAIN, "-o", "out")
    assert colorfix(*folder).returncode == 1
    shutil.copy(cat.source, shoot / "in/deep/b.jpg")
    fed_back = colorfix("correct", "--files-from", "out/failed.txt", *PLAIN, "-o", "out")
    assert fed_back.returncode == 0, fed_back.stderr
    assert (shoot / "out/deep/b.jpg").exists()
    assert not (shoot / "out/failed.txt").exists()
    again = colorfix(*folder)
    assert again.returncode == 0
    assert re.fullmatch(r"skipped 2 \(done before; --redo does them again\) in [\d.]+ s\n", again.stderr)


def test_fail_fast_ends_the_run_at_the_first_failure(colorfix, shoot):
    for name in ("d.jpg", "e.jpg"):
        shutil.copy(shoot / "a.jpg", shoot / name)
    done = colorfix("correct", "b.jpg", "d.jpg", "e.jpg", *PLAIN, "-o", "out", "--fail-fast", "-j", "1")
    assert done.returncode == 1
    assert "stopped after 1 of 3 photos; the same command goes on from there" in done.stderr


def test_the_bar_starts_no_thread_and_is_drawn_at_most_ten_times_a_second(capsys):
    counts, begun, threads = Counts(5000), perf_counter(), threading.active_count()
    draws = 0
    with Bar(counts) as bar:
        assert threading.active_count() == threads
        for number in range(5000):
            counts.add(outcome(f"{number}.jpg"))
            before = bar._drawn
            bar.update()
            draws += bar._drawn != before
    assert draws <= 1 + 10 * (perf_counter() - begun)
