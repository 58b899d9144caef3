"""Where a format has no orientation, pixels are written upright."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from encoded import encoded
from PIL import Image, ImageOps

import colorfix
from colorfix import photos
from colorfix.photos.metadata.exif import new_block


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("into", ["BMP", "GIF"])
def test_pixels_are_upright_where_the_tag_has_no_place(orientation, into, astronaut, packed, write):
    data = packed(astronaut, "PNG", exif=new_block(None, orientation))
    with Image.open(BytesIO(data)) as image:
        wanted = ImageOps.exif_transpose(image)
    photo = photos.read(write("a.png", data))
    with Image.open(BytesIO(encoded(photo, photo.image, into))) as image:
        found = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(found - np.asarray(wanted)).mean() < (1 if into == "BMP" else 12)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_image_for_python_is_upright(orientation, astronaut, packed, write):
    data = packed(astronaut, "PNG", exif=new_block(None, orientation))
    with Image.open(BytesIO(data)) as image:
        wanted = ImageOps.exif_transpose(image)
    correction = colorfix.correct(write("a.png", data), "neutral")
    assert correction.image.size == wanted.size
    plain = colorfix.correct(write("b.png", packed(wanted, "PNG")), "neutral").image
    difference = np.asarray(correction.image).astype(int) - np.asarray(plain)
    assert np.abs(difference).mean() < 1
