"""Whatever a file or an option holds, an error is a line and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import hostile
import numpy as np
import pytest
from PIL import Image

from colorfix import photos
from colorfix.cli.app import run
from colorfix.core.errors import UnreadablePhoto


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, cat):
    monkeypatch.chdir(tmp_path)
    Image.open(cat.source).resize((48, 32)).save("a.jpg")
    Image.open(cat.target).resize((48, 32)).save("guide.jpg")
    return tmp_path


def line_of(capfd, *arguments, status=1):
    """Run a command that fails; return its error, the only line of its kind."""
    assert run([*map(str, arguments)]) == status
    err = capfd.readouterr().err
    assert "Traceback" not in err
    (line,) = (line for line in err.splitlines() if line.startswith("error: "))
    return line


COMMANDS = [
    ("correct", "{}", "-t", "neutral", "-o", "b.png", "-q"),
    ("apply", "look.json", "{}", "-o", "b.png", "-q"),
    ("compare", "{}", "-t", "guide.jpg"),
    ("landscape", "{}", "-t", "guide.jpg", "--json"),
    ("describe", "{}"),
    ("correct", "{}", "-t", "neutral", "-o", "b.png", "-q", "--html", "p.html"),
    ("correct", "a.jpg", "-t", "{}", "-o", "b.png", "-q"),
]


def _without_frames():
    return hostile.png(hostile.chunk(b"acTL", bytes(8)), size=(8, 8), bits=16).replace(b"IDAT", b"iDOT")


def _in_wrong_order():
    """An APNG of which a frame's number is wrong: Pillow finds it when it goes back to the first."""
    return hostile.apng(3, (8, 8)).replace(b"fdAT\0\0\0\2", b"fdAT\0\0\0\7")


@pytest.mark.parametrize("words", COMMANDS, ids=[" ".join(words[:2]) for words in COMMANDS])
@pytest.mark.parametrize("make", [_without_frames, _in_wrong_order])
def test_an_apng_without_frames_or_with_a_broken_order(words, make, capfd, folder):
    (folder / "bad.png").write_bytes(make())
    (folder / "look.json").write_text(
        json.dumps(
            {
                "format": "colorfix/look/1", "gains": [1, 1.1, 1.2], "space": "srgb",
                "highlights": "clip", "dither": False, "origin": {},
            }
        )
    )  # fmt: skip
    assert "bad.png: " in line_of(capfd, *(word.format("bad.png") for word in words))


def test_a_picture_that_is_damaged_when_it_is_decoded_again_names_its_file(folder):
    """Frames are decoded once when the file is read, and again one by one."""
    (folder / "a.gif").write_bytes(hostile.gif(3, (8, 8)))
    photo = photos.read("a.gif")
    photo.opened.seek = broken
    with pytest.raises(UnreadablePhoto, match=r"a\.gif: cannot be decoded \(broken order\)"):
        list(photo.pictures[1].strips())


def broken(*_, **__):
    raise SyntaxError("broken order")


def test_a_region_of_twenty_digits(capfd):
    line = line_of(
        capfd, "correct", "a.jpg", "-t", "neutral", "-o", "b.jpg", "--region", f"0,0,{10**20},10", status=2
    )
    assert "a region is x,y,width,height" in line


def test_statistics_whose_sum_overflows(capfd, folder):
    counts = [[2**62] * 256] * 3
    (folder / "s.json").write_text(
        json.dumps({"format": "colorfix/statistics/1", "name": "s", "counts": counts})
    )
    assert "holds no colorfix/statistics/1" in line_of(
        capfd, "correct", "a.jpg", "-t", "s.json", "-o", "b.jpg"
    )


def test_a_memory_of_5000_digits(capfd):
    line = line_of(
        capfd, "correct", "a.jpg", "-t", "neutral", "-o", "b.jpg", "--memory", "1" * 5000, status=2
    )
    assert "an amount of memory is written as" in line


@pytest.mark.parametrize("name", ["out/failed.txt", "p.html"])
def test_a_list_or_a_page_that_is_a_pipe_does_not_hang(name, folder):
    (folder / "out").mkdir()
    os.mkfifo(folder / name)
    words = ["correct", "a.jpg", "guide.jpg", "-t", "neutral", "-o", "out/", "--html", "p.html"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "colorfix", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "pipe" in done.stderr


@pytest.mark.parametrize("report", [b"", b',"report":5', b',"report":{}', b',"report":{"gains":["x",1,1]}'])
def test_a_journal_whose_report_cannot_be_read_asks_for_redo(report, capfd, folder):
    words = ["correct", "a.jpg", "-t", "neutral", "-o", "out/", "-q"]
    assert run(words) == 0
    journal = folder / "out/.colorfix.jsonl"
    head, _, _ = journal.read_bytes().partition(b',"report":')
    journal.write_bytes(head + report + b"}")
    assert "g.json: " in line_of(capfd, *words, "--save-gains", "g.json")
    os.utime("a.jpg")  # its bytes are the same: the worker writes a new line
    assert run(words) == 0


def test_an_index_is_written_again_after_a_redo_without_it(capfd, folder):
    words = ["correct", "a.jpg", "guide.jpg", "-t", "neutral", "--in-place", "-q"]
    assert run([*words, "--html", "p.html"]) == 0
    assert run([*words, "--redo"]) == 0
    before = (folder / "p.html").stat().st_mtime_ns
    assert run([*words, "--html", "p.html"]) == 0
    assert (folder / "p.html").stat().st_mtime_ns > before
    assert "Traceback" not in capfd.readouterr().err


# the last catch


def test_a_bug_is_a_line_that_names_the_photo_and_asks_for_a_report(capfd, monkeypatch):
    monkeypatch.setattr("colorfix.photos.read", broken)
    line = line_of(capfd, "describe", "a.jpg", status=70)
    assert line.startswith("error: a.jpg: met a bug of colorfix or of a library (SyntaxError")
    assert "please report" in line


def test_a_lack_of_memory_is_no_damage(capfd, monkeypatch):
    def without_memory(*_):
        raise MemoryError

    monkeypatch.setattr("colorfix.photos.codecs.jpeg.read", without_memory)
    line = line_of(capfd, "describe", "a.jpg")
    assert line == "error: a.jpg: needs more memory than there is; use fewer --jobs or close other programs"


def test_names_are_escaped_in_a_traceback_too(capfd, folder):
    name = "\x1b[2J.png"
    Image.new("RGBA", (4, 4)).save(folder / name)
    assert run(["correct", name, "-t", "neutral", "-o", "b.png", "--debug"]) == 1
    err = capfd.readouterr().err
    assert "Traceback" in err
    assert "\x1b" not in err


@pytest.mark.parametrize("suffix", ["jpg", "bmp", "gif", "png", "webp", "tif"])
def test_a_full_disk_says_so_in_every_format(suffix, capfd, monkeypatch):
    """The file may be 2,000 bytes long, and no photo of noise is."""
    import resource
    import signal

    Image.fromarray(np.random.default_rng(0).integers(20, 200, (64, 64, 3), np.uint8)).save("noise.png")
    monkeypatch.setattr("colorfix.batch.run.can_fork", lambda: False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        status = run(["correct", "noise.png", "-t", "neutral", "-o", f"b.{suffix}", "-q", "--no-report"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    err = capfd.readouterr().err
    assert status == 1
    assert f"error: b.{suffix}: larger than a file may be here" in err


def test_a_source_that_is_gone_in_mid_run_is_no_bug(folder, capfd, monkeypatch):
    from colorfix.batch.process import write

    true = write._status_of

    def gone(source):
        os.unlink(source)
        return true(source)

    monkeypatch.setattr("colorfix.batch.process.write._status_of", gone)
    line = line_of(capfd, "correct", "a.jpg", "-t", "neutral", "-o", "b.jpg")
    assert line == "error: a.jpg: was moved or removed while it was corrected; put it back and try again"
