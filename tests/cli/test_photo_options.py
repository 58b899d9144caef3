"""What the command does with pipes, parts of photos, times, permissions and metadata; real processes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

PROGRAM = [sys.executable, "-P", "-m", "colorfix", "correct"]
ORIENTATION, SOFTWARE = 0x0112, 0x000B


def run(*words, **settings):
    return subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, check=False, **settings)


@pytest.fixture
def amber(cat, tmp_path):
    """A photo of ours to do things with, and where to put the result."""
    path = tmp_path / "amber.jpg"
    shutil.copy(cat.source, path)
    return path


def test_a_photo_goes_through_a_pipe_as_through_files(cat, tmp_path):
    out = tmp_path / "out.jpg"
    assert run(cat.source, "-t", cat.target, "-o", out).returncode == 0
    with open(cat.source, "rb") as photo:
        piped = run("-", "-t", cat.target, "-o", "-", "-q", stdin=photo)
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert piped.stdout == out.read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["out.jpg", "out.report.json"]


def test_the_target_may_come_through_the_pipe(cat, tmp_path):
    with open(cat.target, "rb") as photo:
        assert run(cat.source, "-t", "-", "-o", tmp_path / "a.jpg", stdin=photo).returncode == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["-", "-t", "-", "-o", "a.jpg"], 2, b"- can stand for one photo only"),
        (["{source}", "-t", "neutral", "-o", "-", "--json"], 2, b"--json cannot be used with --output -"),
        (["{source}", "{source}", "-t", "neutral", "-o", "-"], 1, b"<stdout>: holds one photo only"),
        (["-", "-t", "neutral", "-o", "folder/"], 1, b"has no name in it"),
        (["-", "-t", "neutral", "-o", "a.jpg"], 1, b"<stdin>: is empty"),
        (["{source}", "-t", "neutral", "-o", "a.jpg", "--region", "1,2"], 2, b"x,y,width,height"),
        (["{source}", "-t", "neutral", "-o", "a.jpg", "--region", "5000,0,9,9"], 1, b"lies outside it"),
        (["{source}", "-t", "neutral", "-o", "a.jpg", "--only-region"], 2, b"needs a region"),
        (["{source}", "-t", "neutral", "-o", "a.jpg", "--mask", "no.png"], 1, b"no.png: does not exist"),
        (["{source}", "-t", "neutral", "-o", "a.jpg", "--max-pixels", "9"], 1, b"raise --max-pixels"),
    ],
)
def test_an_impossible_combination_is_one_line(amber, tmp_path, words, status, said):
    before = sorted(os.listdir(tmp_path))
    done = run(*(word.format(source=amber) for word in words), cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""
    assert sorted(os.listdir(tmp_path)) == before


def test_a_full_device_behind_the_pipe_is_one_line(cat):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*PROGRAM, cat.source, "-t", "neutral", "-o", "-", "-q"],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"<stdout>: no space left" in done.stderr


def test_permissions_are_copied_and_times_with_preserve(amber, tmp_path):
    amber.chmod(0o640)
    os.utime(amber, (1_000_000_000, 1_000_000_000))
    assert run(amber, "-t", "neutral", "-o", tmp_path / "a.jpg").returncode == 0
    assert run(amber, "-t", "neutral", "-o", tmp_path / "b.jpg", "--preserve").returncode == 0
    new, kept = (tmp_path / name for name in ("a.jpg", "b.jpg"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, kept)] == [0o640, 0o640]
    assert kept.stat().st_mtime == 1_000_000_000
    assert new.stat().st_mtime > 1_700_000_000


def test_the_software_tag_is_written_unless_disabled(amber, tmp_path):
    for flags, said in (([], True), (["--no-software-tag"], False), (["--strip"], False)):
        out = tmp_path / f"{said}{len(flags)}{flags[:1]}.jpg"
        assert run(amber, "-t", "neutral", "-o", out, *flags).returncode == 0
        with Image.open(out) as image:
            tag = image.getexif().get(SOFTWARE)
        assert (tag is not None and "gains" in str(tag)) is said


def test_stripping_leaves_the_profile_and_the_orientation(tmp_path, astronaut_exif):
    out = tmp_path / "out.jpg"
    assert run(astronaut_exif, "-t", "neutral", "-o", out, "--strip").returncode == 0
    with Image.open(out) as image:
        required = {0x011A: 72, 0x011B: 72, 0x0128: 2, 0x0213: 1}  # resolution, place of chroma
        assert dict(image.getexif()) == {ORIENTATION: 6, **required}
        assert image.info["icc_profile"]
        assert "comment" not in image.info


@pytest.fixture
def astronaut_exif(cat, tmp_path):
    """A photo with an orientation, an author, a comment and a profile."""
    from PIL import ImageCms

    tags = Image.Exif()
    tags[ORIENTATION], tags[0x013B] = 6, "somebody"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(cat.source) as image:
        image.save(tmp_path / "in.jpg", exif=tags, icc_profile=profile, comment="hi", quality=90)
    return tmp_path / "in.jpg"


def test_a_mask_limits_the_statistics_and_the_change(cat, tmp_path):
    with Image.open(cat.source) as image:
        image.save(tmp_path / "in.png")
        mask = np.zeros(image.size[::-1], np.uint8)
    mask[200:500, 200:500] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    words = [tmp_path / "in.png", "-t", cat.target, "--mask", tmp_path / "mask.png", "--only-region"]
    assert run(*words, "-o", tmp_path / "out.png").returncode == 0
    with Image.open(tmp_path / "in.png") as before, Image.open(tmp_path / "out.png") as after:
        changed = (np.asarray(before) != np.asarray(after)).any(axis=-1)
    assert not changed[mask == 0].any()
    assert changed[mask == 255].mean() > 0.99
