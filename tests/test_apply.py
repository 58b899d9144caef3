"""``--save-gains`` and ``apply``: what was learned once is kept, and gives other photos the same pixels."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from jsonschema import Draft202012Validator
from PIL import Image

from colorfix import look as looks
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


@pytest.mark.parametrize("space", ["linear", "srgb"])
@pytest.mark.parametrize("highlights", ["protect", "clip"])
@pytest.mark.parametrize("name", ["a.jpg", "b.png", "c.tif"])
def test_apply_writes_the_bytes_that_correct_writes(colorfix, room, name, space, highlights):
    photo = f"room/{name}"
    options = ("--space", space, "--highlights", highlights, "--no-report", "-q")
    learned = colorfix(
        "correct", photo, "-t", "neutral", "-o", f"1{name}", "--save-gains", "kept.json", *options
    )
    applied = colorfix("apply", "kept.json", photo, "-o", f"2{name}", "-q")
    assert (learned.returncode, applied.returncode) == (0, 0), learned.stderr + applied.stderr
    assert Path(f"1{name}").read_bytes() == Path(f"2{name}").read_bytes()
    assert Path(f"1{name}").read_bytes() != Path(photo).read_bytes()


def test_the_gains_of_a_series_are_kept_and_a_run_goes_on(colorfix, room):
    done = colorfix(
        "correct",
        "room",
        "-t",
        "neutral",
        "-o",
        "1",
        "--gains-from",
        "pooled",
        "--save-gains",
        "kept.json",
        "--json",
        "-q",
    )
    reported = {json.dumps(json.loads(line)["gains"]) for line in done.stdout.splitlines()}
    assert reported == {json.dumps(json.loads(Path("kept.json").read_text())["gains"])}
    colorfix("apply", "kept.json", "room", "-o", "2", "-q")
    for name in ("a.jpg", "b.png", "c.tif"):
        assert Path("1", name).read_bytes() == Path("2", name).read_bytes()
    assert "skipped 3" in colorfix("apply", "kept.json", "room", "-o", "2").stderr
    again = colorfix("apply", "look.json", "room", "-o", "2")
    assert "corrected 3" in again.stderr  # other gains: the journal knows


def test_the_document_is_of_its_form_and_has_no_statistics(colorfix, room):
    done = colorfix("apply", "look.json", "room", "-o", "out", "--json", "--reports", "--verify", "-q")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    filed = [json.loads(path.read_text()) for path in Path("out").glob("*.report.json")]
    assert (len(lines), len(filed)) == (3, 3)
    for document in lines + filed:
        Draft202012Validator(applied_schema()).validate(document)
        assert document["gains"] == LOOK["gains"]


def test_gains_go_by_a_pipe(colorfix, room):
    done = colorfix("correct", "room/b.png", "-t", "neutral", "-o", "1.png", "--save-gains", "-", "-q")
    assert looks.look_in(done.stdout, "-").space == "linear"
    again = colorfix("apply", "-", "room/b.png", "-o", "2.png", "-q", input=done.stdout)
    assert again.returncode == 0
    assert Path("1.png").read_bytes() == Path("2.png").read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"no json", "is not JSON"),
        (b"\xff\xd8\xff\xe0", "is not JSON"),
        (b"[1, 2, 3]", "names no format"),
        (
            json.dumps(LOOK | {"format": "colorfix/look/2"}).encode(),
            "is colorfix/look/2, not colorfix/look/1",
        ),
        (json.dumps(LOOK | {"format": "colorfix/report/1"}).encode(), "is colorfix/report/1"),
        *(
            (json.dumps(LOOK | {"gains": gains}).encode(), "its gains must be three numbers")
            for gains in (
                [0, 1, 1],
                [1, -1, 1],
                [1, float("nan"), 1],
                ["1", 1, 1],
                [1, 1],
                [True, 1, 1],
                [1, 1, 1e9],
            )
        ),
        (json.dumps(LOOK | {"space": "lab"}).encode(), "its space must be one of"),
        (json.dumps(LOOK | {"highlights": []}).encode(), "its highlights must be one of"),
        (b'{"format": "colorfix/look/1"}', "lacks gains and space"),
    ],
)
def test_what_is_no_look_is_one_line_with_the_remedy(colorfix, room, content, said):
    Path("bad.json").write_bytes(content)
    done = colorfix("apply", "bad.json", "room", "-o", "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: bad.json: ")
    assert said in done.stderr
    assert "write one with 'colorfix correct --save-gains'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not os.path.exists("out")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("apply", "none.json", "room", "-o", "out"), 1, "none.json: cannot be read as a look"),
        (("apply", "look.json", "room"), 2, "say where to write"),
        (("apply", "look.json", "-o", "out"), 2, "no photos are named"),
        (("apply", "-", "-", "-o", "-"), 2, "- can stand for one photo only"),
        (("apply", "look.json", "grey.png", "-o", "out.png"), 1, "grey.png: is grey"),
        (
            ("correct", "room", "-t", "neutral", "-o", "out", "--save-gains", "k.json"),
            2,
            "keeps one correction",
        ),
        (
            ("correct", "room/a.jpg", "-t", "neutral", "--check", "--save-gains", "k.json"),
            2,
            "leave out --check",
        ),
        (
            ("correct", "room/a.jpg", "-t", "neutral", "-o", "-", "--save-gains", "-"),
            2,
            "--save-gains - prints",
        ),
        (
            ("correct", "room/a.jpg", "-t", "neutral", "-o", "o.jpg", "--save-gains", "look.json"),
            1,
            "exists already",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(colorfix, room, words, status, said):
    Image.new("L", (4, 4), 90).save("grey.png")
    before = sorted(os.listdir())
    done = colorfix(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert sorted(os.listdir()) == before


def test_a_region_is_not_kept_and_that_is_said(colorfix, room):
    done = colorfix(
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
    assert looks.read("k.json").gains.shape == (3,)


def test_in_place_keeps_a_backup_and_knows_what_it_has_done(colorfix, room):
    shutil.copy("room/b.png", "before.png")
    colorfix("apply", "look.json", "room/b.png", "-o", "elsewhere.png", "-q")
    done = colorfix("apply", "look.json", "room", "--in-place", "--backup", "-q")
    assert done.returncode == 0, done.stderr
    assert Path("room/b.png.orig").read_bytes() == Path("before.png").read_bytes()
    assert Path("room/b.png").read_bytes() == Path("elsewhere.png").read_bytes()
    assert "skipped 3" in colorfix("apply", "look.json", "room", "--in-place", "--backup").stderr
