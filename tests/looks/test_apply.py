"""``--save-gains`` and ``apply``: saved gains give other photos the pixels that ``correct`` gives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from jsonschema import Draft202012Validator
from PIL import Image

from colorfix.core.errors import UnreadableLook
from colorfix.looks import look as looks
from colorfix.report import applied_schema

LOOK = {
    "format": looks.FORMAT,
    "gains": [0.7, 1.0, 1.9],
    "space": "linear",
    "highlights": "protect",
    "dither": False,
    "origin": {},
}


@pytest.fixture
def room(cat, tmp_path, monkeypatch):
    """A folder with an amber photo as JPEG, PNG and TIFF of 16 bits, and a look."""
    monkeypatch.chdir(tmp_path)
    os.mkdir("room")
    with Image.open(cat.source) as image:
        small = image.convert("RGB").resize((90, 60))
    small.save("room/a.jpg", quality=90)
    small.save("room/b.png")
    tifffile.imwrite("room/c.tif", np.asarray(small).astype(np.uint16) * 257, photometric="rgb")
    Path("look.json").write_text(json.dumps(LOOK), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "options", [("--space", "linear"), ("--space", "srgb", "--highlights", "clip", "--dither")]
)
def test_apply_gives_the_bytes_of_correct_and_resumes(colorfix, room, options):
    learned = ("--gains-from", "pooled", "--save-gains", "1/kept.json", "--json", "-q", *options)
    done = colorfix("correct", "room", "-t", "neutral", "-o", "1", *learned)
    reported = {json.dumps(json.loads(line)["gains"]) for line in done.stdout.splitlines()}
    assert reported == {json.dumps(json.loads(Path("1/kept.json").read_text())["gains"])}
    colorfix("apply", "1/kept.json", "room", "-o", "2", "-q")
    for name in ("a.jpg", "b.png", "c.tif"):
        assert Path("1", name).read_bytes() == Path("2", name).read_bytes() != Path("room", name).read_bytes()
    assert "skipped 3" in colorfix("apply", "1/kept.json", "room", "-o", "2").stderr
    again = colorfix("apply", "look.json", "room", "-o", "2")
    assert "corrected 3" in again.stderr  # other gains: the journal knows


def test_the_report_is_valid_and_has_no_statistics(colorfix, room):
    done = colorfix("apply", "look.json", "room", "-o", "out", "--json", "--reports", "--verify", "-q")
    colorfix("apply", "look.json", "room/a.jpg", "-o", "a.jpg", "--report", "told.json", "-q")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    filed = [json.loads(path.read_text()) for path in (*Path("out").glob("*.report.json"), Path("told.json"))]
    assert (len(lines), len(filed)) == (3, 4)
    for document in lines + filed:
        Draft202012Validator(applied_schema()).validate(document)
        assert document["gains"] == LOOK["gains"]


def test_gains_pass_through_a_pipe(colorfix, room):
    done = colorfix("correct", "room/b.png", "-t", "neutral", "-o", "1.png", "--save-gains", "-", "-q")
    assert looks.parse_look(done.stdout, "-").space == "sensor"
    again = colorfix("apply", "-", "room/b.png", "-o", "2.png", "-q", input=done.stdout)
    assert again.returncode == 0
    assert Path("1.png").read_bytes() == Path("2.png").read_bytes()


def test_gains_of_an_earlier_run_are_saved_unchanged(invoke, room):
    one = ("correct", "room/b.png", "-t", "neutral", "-o", "out/", "-q", "--save-gains")
    invoke(*one, "first.json")
    before = Path("out/b.png").stat()
    done = invoke(*one, "again.json")
    assert done.returncode == 0, done.stderr
    assert Path("out/b.png").stat().st_mtime_ns == before.st_mtime_ns
    assert Path("again.json").read_bytes() == Path("first.json").read_bytes()


NO_GAINS = ([0, 1, 1], [1, -1, 1], [1, float("nan"), 1], ["1", 1, 1], [1, 1], [True, 1, 1])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "is not JSON"),
        (b"\xff\xd8\xff\xe0", "is not JSON"),
        ("[1, 2, 3]", "names no format"),
        (json.dumps(LOOK | {"format": "colorfix/look/2"}), "is colorfix/look/2, not colorfix/look/1"),
        (json.dumps(LOOK | {"format": "colorfix/report/1"}), "is colorfix/report/1"),
        *((json.dumps(LOOK | {"gains": gains}), "its gains must be three numbers") for gains in NO_GAINS),
        (json.dumps(LOOK | {"gains": [1, 1, 256.001]}), "from 0.00390625 to 256"),
        (json.dumps(LOOK | {"gains": [0.0039, 1, 1]}), "from 0.00390625 to 256"),
        (json.dumps(LOOK | {"space": "lab"}), "its space must be one of"),
        (json.dumps(LOOK | {"highlights": []}), "its highlights must be one of"),
        ('{"format": "colorfix/look/1"}', "lacks gains and space"),
    ],
)
def test_an_invalid_look_is_an_error_with_a_remedy(content, said):
    with pytest.raises(UnreadableLook) as raised:
        looks.parse_look(content, "bad.json")
    assert said in str(raised.value)
    assert str(raised.value).startswith("bad.json: ")
    assert "write one with 'colorfix correct --save-gains'" in str(raised.value)


def test_the_extreme_gains_are_read_and_the_schema_of_reports_holds_them():
    extreme = [1 / 256, 1.0, 256.0]
    assert looks.parse_look(json.dumps(LOOK | {"gains": extreme}), "look.json").gains.tolist() == extreme
    gains = applied_schema()["properties"]["gains"]["items"]
    assert (gains["minimum"], gains["maximum"]) == (1 / 256, 256)


def test_watched_folders_get_the_look_as_photos_arrive(room):
    command = [sys.executable, "-P", "-m", "colorfix", "apply", "look.json", "room", "--watch", "-o", "out"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = [process.stderr.readline() for _ in range(4)]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
    assert lines[0] == "watching room; Ctrl-C ends\n"
    assert {line.split(" -> ")[0] for line in lines[1:]} == {"room/a.jpg", "room/b.png", "room/c.tif"}
    assert process.returncode == 0


CORRECT = "correct room/a.jpg -t neutral -o"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("apply none.json room -o out", 1, "none.json: cannot be read as a look"),
        ("apply empty.json room -o out", 1, "empty.json: cannot be read as a look (is empty"),
        ("apply look.json room", 2, "say where to write"),
        ("apply look.json -o out", 2, "no photos are named"),
        ("apply - - -o -", 2, "- can stand for one photo only"),
        ("apply look.json grey.png -o out.png --others fail", 1, "grey.png: is a gray photo"),
        ("apply look room/a.jpg -o look --overwrite", 1, "look: is read itself"),
        ("apply look.json room/a.jpg -o o.jpg --report look.json --overwrite", 1, "look.json: is read"),
        ("apply look.json room/a.jpg -o o.jpg --report a.html", 2, "a page could show"),
        ("correct room -t neutral -o out --save-gains k.json", 2, "keeps one correction"),
        ("correct room/a.jpg -t neutral --check --save-gains k.json", 2, "a check corrects nothing"),
        (f"{CORRECT} - --save-gains -", 2, "--save-gains - cannot be used with --output -"),
        (f"{CORRECT} o.jpg --save-gains look.json", 1, "exists already"),
        (f"{CORRECT} o.jpg --save-gains ./o.jpg", 1, "./o.jpg: is a result of the run itself"),
        ("correct room -t neutral -o out --gains-from pooled --save-gains out/.colorfix.jsonl", 1, "the run"),
        (f"{CORRECT} o.jpg --save-gains no/k.json", 1, "no/k.json: its folder does not exist"),
    ],
)
def test_invalid_options_are_refused_and_nothing_is_written(invoke, room, words, status, said):
    Image.new("L", (4, 4), 90).save("grey.png")
    Path("empty.json").touch()
    shutil.copy("look.json", "look")
    before = sorted(os.listdir())
    done = invoke(*words.split())
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert sorted(os.listdir()) == before


def test_a_region_is_dropped_with_a_warning(invoke, room):
    done = invoke(
        "correct",
        "room/b.png",
        "-t",
        "neutral",
        "-o",
        "o.png",
        "--region",
        "0,0,40,40",
        "--only-region",
        "--save-gains",
        "k.json",
    )
    assert "keeps no region" in done.stderr
    assert looks.read_look("k.json").gains.shape == (3,)


def test_in_place_keeps_a_backup_and_skips_finished_photos(colorfix, room):
    shutil.copy("room/b.png", "before.png")
    colorfix("apply", "look.json", "room/b.png", "-o", "elsewhere.png", "-q")
    done = colorfix("apply", "look.json", "room", "--in-place", "--backup", "-q")
    assert done.returncode == 0, done.stderr
    assert Path("room/b.png.orig").read_bytes() == Path("before.png").read_bytes()
    assert Path("room/b.png").read_bytes() == Path("elsewhere.png").read_bytes()
    assert "skipped 3" in colorfix("apply", "look.json", "room", "--in-place", "--backup").stderr
