"""A corrected JPEG XL stays without loss where it was, and keeps EXIF and XMP byte for byte."""

from __future__ import annotations

import sys
from io import BytesIO

import numpy as np
import pytest
from animations import rewritten, wanted
from imagecodecs import jpegxl_decode, jpegxl_encode
from PIL import Image

from colorfix import photos
from colorfix.core.errors import OutputError, UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.codecs import jxl

pytest.importorskip("pillow_jxl", reason="the extra jxl is not installed")

EXIF = b"MM\0*\0\0\0\x08\0\0\0\0\0\0maker note"


@pytest.fixture
def path(write):
    return lambda data: write("a.jxl", data)


def _boxed(codestream, *others):
    parts = [(b"jxlc", codestream), *others]
    return jxl._START + b"".join((len(held) + 8).to_bytes(4) + kind + held for kind, held in parts)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("boxed", [False, True])
def test_a_lossless_file_stays_lossless(mode, boxed, noise, path):
    pixels = np.asarray(Image.fromarray(noise).convert(mode))
    made = jpegxl_encode(pixels, lossless=True, usecontainer=False)
    data = _boxed(made) if boxed else made
    assert np.array_equal(jpegxl_decode(rewritten(data, path)[1]), wanted(pixels))
    assert np.array_equal(jpegxl_decode(rewritten(data, path, gains=[1, 1, 1])[1]), pixels)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossy_file_stays_lossy_and_close(mode, astronaut, path):
    data = jpegxl_encode(np.asarray(astronaut.convert(mode)), distance=1.0)
    _, result = rewritten(data, path)
    assert np.abs(jpegxl_decode(result).astype(int) - wanted(jpegxl_decode(data))).mean() < 3
    assert len(result) < 2 * len(data)


def test_exif_and_xmp_are_kept_and_boxes_that_depend_on_the_pixels_are_not(astronaut, path):
    boxes = [
        (b"Exif", bytes(4) + EXIF),
        (b"xml ", b"<x/>"),
        (b"brob", b"xml packed"),
        (b"jumb", b"jumdc2pa signed"),
    ]
    data = _boxed(jpegxl_encode(np.asarray(astronaut), usecontainer=False), *boxes)
    found = jxl._blocks(rewritten(data, path)[1])
    assert [(kind, found.get(kind)) for kind, _ in boxes] == [*boxes[:3], (b"jumb", None)]
    assert set(jxl._blocks(rewritten(data, path, strip=True)[1])) == {b"JXL ", b"ftyp", b"jxlc"}


def test_metadata_is_copied_to_and_from_other_formats(astronaut, packed, path):
    data = _boxed(jpegxl_encode(np.asarray(astronaut), usecontainer=False), (b"Exif", bytes(4) + EXIF))
    with Image.open(BytesIO(rewritten(data, path, into="PNG")[1])) as image:
        assert image.info["exif"].removeprefix(b"Exif\0\0") == EXIF
    result = rewritten(packed(astronaut, "PNG", exif=EXIF), path, into="JXL")[1]
    assert jxl._blocks(result)[b"Exif"] == bytes(4) + EXIF


def test_deep_pixels_are_read_unchanged_and_not_written(noise, path):
    """The encoder calls 16 bits linear, which JPEG XL could only be told of in a profile."""
    pixels = noise[..., :3].astype(np.uint16) * 257
    data = jpegxl_encode(pixels, lossless=True)
    photo = photos.read(path(data))
    assert photo.mode == "RGB;16"
    assert np.array_equal(photo.first_raster, pixels)
    with pytest.raises(OutputError, match=r"profile that JPEG XL is written without; write a \.png or \.tif"):
        rewritten(data, path)


@pytest.mark.parametrize("size", [(8, 8), (40, 30), (30, 40), (300, 7), (64, 1024), (1000, 1500)])
def test_size_is_checked_by_the_header(size, path):
    data = jpegxl_encode(np.zeros((*size, 3), np.uint8))
    pixels = size[0] * size[1]
    assert photos.read(path(data), max_pixels=pixels).size == size[::-1]
    with pytest.raises(UnsupportedPhoto, match=f"{pixels:,} pixels and {pixels - 1:,} are allowed"):
        photos.read(path(data), max_pixels=pixels - 1)


def test_an_animation_is_refused(noise, path):
    with pytest.raises(UnsupportedPhoto, match="is an animation"):
        photos.read(path(jpegxl_encode(np.stack([noise[..., :3]] * 2))))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.99])
def test_a_truncated_jxl_is_an_error(share, astronaut, path):
    data = jpegxl_encode(np.asarray(astronaut))
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[: int(share * len(data)) + 2]))


def test_without_the_library_the_extra_is_named(astronaut, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(UnsupportedPhoto, match=r"pip install 'colorfix\[jxl\]'"):
        photos.read(path(jpegxl_encode(np.asarray(astronaut))))
