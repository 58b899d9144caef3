"""In place, a photo that would lose contents is refused; elsewhere its losses are reported."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from colorfix import report

VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x0cmdatxyz."
PACKET = b'http://ns.adobe.com/xap/1.0/\0<r:D xmp:Rating="5" GCamera:MotionPhoto="1"/>'
CORRECT = ("correct", "-t", "neutral")


@pytest.fixture
def motion(tmp_path, cat):
    """A motion photo of a phone in a folder, and a plain photo beside it."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in/motion.jpg"
    with Image.open(cat.source) as image:
        image.resize((96, 64)).save(path)
        image.resize((96, 64)).save(tmp_path / "in/plain.jpg")
    data = path.read_bytes()
    segment = b"\xff\xe1" + (len(PACKET) + 2).to_bytes(2) + PACKET
    path.write_bytes(data[:2] + segment + data[2:] + VIDEO)
    return path


@pytest.mark.parametrize("quiet", [(), ("-q",)])
@pytest.mark.parametrize("photos", ["in/motion.jpg", "in"])
def test_in_place_a_photo_that_would_lose_a_video_is_refused_by_name(photos, quiet, invoke, motion):
    before = motion.read_bytes()
    done = invoke(*CORRECT, photos, "--in-place", *quiet)
    assert done.returncode == 1
    assert "in/motion.jpg: would lose a video in place; use --backup" in done.stderr
    assert motion.read_bytes() == before


def test_a_look_is_applied_by_the_same_rule(invoke, motion, tmp_path):
    look = tmp_path / "look.json"
    assert invoke(*CORRECT, "in/plain.jpg", "-o", "o.jpg", "--save-gains", look).returncode == 0
    before = motion.read_bytes()
    assert invoke("apply", look, motion, "--in-place").returncode == 1
    assert motion.read_bytes() == before
    assert invoke("apply", look, motion, "--in-place", "--allow-loss").returncode == 0


def test_with_a_backup_it_is_corrected(invoke, motion):
    before = motion.read_bytes()
    assert invoke(*CORRECT, motion, "--in-place", "--backup").returncode == 0
    assert motion.with_name("motion.jpg.orig").read_bytes() == before
    assert b"ftyp" not in motion.read_bytes()


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_with_leave_it_is_corrected_and_the_loss_is_printed_and_in_the_journal(
    quiet, invoke, motion, tmp_path
):
    done = invoke(*CORRECT, "in", "--in-place", "--allow-loss", *quiet)
    assert done.returncode == 0
    sentence = "loses a video" if quiet else "holds a video; only the photo itself is kept"
    assert f"warning: in/motion.jpg: {sentence}" in done.stderr
    assert ("lost: a video (1)" in done.stderr) is not bool(quiet)
    lines = (tmp_path / "in/.colorfix.jsonl").read_text().splitlines()
    lost = {
        entry["output"]: entry["report"]["lost"] for line in lines if "output" in (entry := json.loads(line))
    }
    assert [*lost.values()].count(["a video"]) == 1


def test_the_report_lists_what_is_lost(invoke, motion, tmp_path):
    assert invoke(*CORRECT, "in", "-o", "out", "--reports").returncode == 0
    reports = {path.name: json.loads(path.read_text()) for path in (tmp_path / "out").glob("*.report.json")}
    assert {name: found["lost"] for name, found in reports.items()} == {
        "motion.report.json": ["a video"],
        "plain.report.json": [],
    }
    for found in reports.values():
        jsonschema.validate(found, report.schema())


def test_a_photo_that_stays_as_it_is_loses_nothing(invoke, tmp_path):
    gray = np.full((40, 60, 3), 128, np.uint8)
    Image.fromarray(gray).save(tmp_path / "a.png")
    trailed = (tmp_path / "a.png").read_bytes() + VIDEO
    (tmp_path / "a.png").write_bytes(trailed)
    invoke(*CORRECT, "a.png", "--in-place")
    assert (tmp_path / "a.png").read_bytes().endswith(VIDEO)


def test_layers_of_a_tiff_and_pictures_of_a_heic_are_not_lost_in_place(invoke, cat, tmp_path):
    with Image.open(cat.source) as image:
        small = image.convert("RGB").resize((96, 64))
    layers = [(37724, 7, 9, b"old pixel", True)]
    tifffile.imwrite(tmp_path / "a.tif", np.asarray(small), photometric="rgb", extratags=layers)
    heif = pillow_heif.from_pillow(small)
    heif.add_from_pillow(small.rotate(90))
    heif.save(tmp_path / "a.heic")
    for name, content in (("a.tif", "layers"), ("a.heic", "a second picture")):
        done = invoke(*CORRECT, name, "--in-place", "--no-report")
        assert (done.returncode, f"{name}: would lose {content} in place" in done.stderr) == (1, True)
        assert invoke(*CORRECT, name, "--in-place", "--no-report", "--allow-loss", "-q").stderr == (
            f"warning: {name}: loses {content}\n"
        )
