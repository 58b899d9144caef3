"""Toned photos, of one hue throughout, are corrected as asked, with a warning."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import colorfix
from colorfix import photos
from colorfix.correction.measured import TONED

LUMA = np.array([0.2126, 0.7152, 0.0722])


def sepia(bright: np.ndarray) -> np.ndarray:
    """Return brown shadows and white lights."""
    return bright * (np.array([1.0, 0.85, 0.65]) * (1 - bright) + bright)


def warm_print(bright: np.ndarray) -> np.ndarray:
    """Return a photo toned by one power for each channel."""
    return bright ** np.array([0.9, 1.0, 1.15])


def through_jpeg(values: np.ndarray, quality: int) -> photos.Photo:
    """Return values, 0 to 1, as a photo from a JPEG."""
    file = io.BytesIO()
    Image.fromarray(np.rint(255 * values).astype(np.uint8)).save(file, "JPEG", quality=quality)
    return photos.decode(file.getvalue(), "toned.jpg")


@pytest.mark.parametrize("quality", [95, 75])
@pytest.mark.parametrize("tone", [sepia, warm_print])
def test_a_photo_of_one_hue_is_corrected_with_a_warning(cat, tone, quality):
    bright = (np.asarray(Image.open(cat.truth)) @ LUMA / 255)[..., None]
    correction = colorfix.correct(through_jpeg(tone(bright), quality), "neutral")
    assert TONED in correction.warnings
    assert correction.gains[2] > 1.1 * correction.gains[0]


def test_no_sample_photo_and_no_black_and_white_photo_is_toned(pairs):
    for pair in pairs:
        for path in (pair.source, pair.target, pair.truth):
            assert not photos.is_toned(photos.grid(photos.read(path)))
    gray = photos.grid(photos.read(Image.open(pairs[0].source).convert("L").convert("RGB")))
    assert not photos.is_toned(gray)
