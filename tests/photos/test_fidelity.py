"""What becomes of every property of every kind of photo is what the page says; nothing is lost silently."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO

import numpy as np
import pytest
from fidelity import PAGE, held, neutral, tables
from PIL import Image
from specimens import SPECIMENS

from colorfix import photos

LOSSLESS = [
    *(name for name in SPECIMENS if name.startswith("PNG") and "gray" not in name),
    *(name for name in SPECIMENS if name.startswith(("TIFF", "BigTIFF")) and "JPEG" not in name),
    *("WebP, lossless", "WebP, alpha", "WebP, animated", "GIF", "GIF, animated", "BMP", "JPEG XL, lossless"),
]


@pytest.fixture(scope="module")
def found():
    return tables()


def test_the_page_shows_the_measured_table(found):
    """After a change that is meant: ``python tests/photos/fidelity.py``."""
    assert held(PAGE.read_text(encoding="utf-8")) == found


IN_EXIF_ALONE = {"WebP, lossy → `.jpg`", "HEIC, 10 bits → `.jpg`", "AVIF, 8 bits → `.jpg`"}
"""Their resolution stands in EXIF, and is kept there; JFIF does not repeat it."""


def test_every_loss_has_a_warning(found):
    rows = re.findall(r"^\| (.*?) \|.*\| (?:lost|stale) \|.*$", found, flags=re.MULTILINE)
    assert set(rows) == IN_EXIF_ALONE
    assert not re.search(r"\| stale \|", found)


@pytest.mark.parametrize("name", LOSSLESS)
def test_gains_of_one_leave_the_pixels_of_a_lossless_photo_identical(name, tmp_path):
    assert neutral(name, tmp_path) == 0


@pytest.mark.parametrize("name", ["JPEG", "JPEG, progressive"])
def test_gains_of_one_change_a_jpeg_only_by_the_rounding_of_its_tables(name):
    """As Pillow does that keeps the quality; the command itself copies such a file and encodes nothing."""
    data, ours, pillows = SPECIMENS[name][1](), BytesIO(), BytesIO()
    photos.encode(photos.decode(data, "a.jpg"), photos.GainChange(np.ones(3)), None, ours)
    Image.open(BytesIO(data)).save(pillows, "JPEG", quality="keep")
    assert Image.open(ours).tobytes() == Image.open(pillows).tobytes()


def test_the_command_refuses_every_kind_that_the_table_lists_as_refused(colorfix, tmp_path):
    (tmp_path / "gray.png").write_bytes(SPECIMENS["PNG, gray"][1]())
    options = ["-t", "neutral", "-o", "out.png", "--others", "fail"]
    done: subprocess.CompletedProcess[str] = colorfix("correct", "gray.png", *options)
    assert (done.returncode, (tmp_path / "out.png").exists()) == (1, False)
    assert "gray.png: is a gray photo" in done.stderr
