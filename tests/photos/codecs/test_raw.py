"""A camera's RAW file is developed in 16 bits and written in another format."""

from __future__ import annotations

import struct
import sys
from io import BytesIO

import numpy as np
import pytest
from animations import rewritten
from imagecodecs import png_decode
from PIL import Image

from colorfix import photos
from colorfix.core.errors import OutputError, UnreadablePhoto, UnsupportedPhoto
from colorfix.photos import formats
from colorfix.photos.formats import recognized

pytest.importorskip("rawpy", reason="the extra raw is not installed")

SHORT, LONG, RATIONAL, SIGNED, ASCII, BYTE = 3, 4, 5, 10, 2, 1
SIZES = {SHORT: "H", LONG: "L", RATIONAL: "L", SIGNED: "l", ASCII: "s", BYTE: "B"}


def _tiff(tags, pixels):
    """A little-endian TIFF of one directory: tag -> (kind, count, numbers or bytes); 273 is filled in."""
    values = {**tags, 273: (LONG, 1, [0]), 279: (LONG, 1, [len(pixels)])}
    start = 8 + 2 + 12 * len(values) + 4
    rows, behind = b"", b""
    packed = {
        tag: stored if isinstance(stored, bytes) else struct.pack(f"<{len(stored)}{SIZES[kind]}", *stored)
        for tag, (kind, _, stored) in values.items()
    }
    packed[273] = struct.pack("<L", start + sum(len(stored) for stored in packed.values() if len(stored) > 4))
    for tag, (kind, count, _) in sorted(values.items()):
        stored = packed[tag]
        if len(stored) > 4:
            stored, behind = struct.pack("<L", start + len(behind)), behind + stored
        rows += struct.pack("<HHL", tag, kind, count) + stored.ljust(4, b"\0")
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(values)) + rows + bytes(4) + behind + pixels


@pytest.fixture(scope="module")
def dng():
    """A mosaic of 96 x 64 whose red is 30,000, green 20,000 and blue 10,000; a turned camera took it."""
    mosaic = np.full((64, 96), 20000, np.uint16)
    mosaic[::2, ::2], mosaic[1::2, 1::2] = 30000, 10000
    identity = [n for value in np.eye(3).ravel() for n in (int(value), 1)]
    tags = {
        254: (LONG, 1, [0]),
        256: (LONG, 1, [96]),
        257: (LONG, 1, [64]),
        258: (SHORT, 1, [16]),
        259: (SHORT, 1, [1]),
        262: (SHORT, 1, [32803]),
        271: (ASCII, 6, b"Maker\0"),
        272: (ASCII, 5, b"Test\0"),
        274: (SHORT, 1, [6]),
        277: (SHORT, 1, [1]),
        278: (LONG, 1, [64]),
        33421: (SHORT, 2, [2, 2]),
        33422: (BYTE, 4, [0, 1, 1, 2]),
        50706: (BYTE, 4, [1, 4, 0, 0]),
        50708: (ASCII, 9, b"Test Cam\0"),
        50717: (LONG, 1, [65535]),
        50721: (SIGNED, 9, identity),
        50728: (RATIONAL, 3, [1] * 6),
        50778: (SHORT, 1, [21]),
    }
    return _tiff(tags, mosaic.tobytes())


@pytest.fixture
def path(write):
    return lambda data: write("a.dng", data)


def test_a_raw_file_is_upright_in_sixteen_bits_and_in_color(dng, path):
    photo = photos.read(path(dng))
    assert (photo.format, photo.mode, photo.size) == ("RAW", "RGB;16", (64, 96))
    red, green, blue = photo.first_raster[48, 32]
    assert red > green > blue


def test_a_raw_file_becomes_a_png_of_sixteen_bits_with_its_tags(dng, path):
    photo, result = rewritten(dng, path, into="PNG", gains=[1, 1, 1])
    assert np.array_equal(png_decode(result), photo.first_raster)
    with Image.open(BytesIO(result)) as image:
        tags = image.getexif()
    assert (tags[0x010F], tags[0x0110], tags.get(0x0112)) == ("Maker", "Test", None)


def test_a_raw_file_is_not_written_as_raw(dng, path):
    with pytest.raises(OutputError, match=r"read but not written; name an output such as photo\.tif"):
        rewritten(dng, path)


@pytest.mark.parametrize(
    "start",
    [
        b"FUJIFILMCCD-RAW 0201",
        b"IIU\0\x18\0\0\0",
        b"IIRO\x08\0\0\0",
        b"IIRS\x08\0\0\0",
        b"MMOR\0\0\0\x08",
        b"II*\0\x10\0\0\0CR\x02\0",
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    ],
)
def test_raw_files_of_other_cameras_are_recognized_and_damaged_ones_are_errors(start, path):
    assert recognized(start) == "RAW"
    with pytest.raises(UnreadablePhoto):
        photos.read(path(start + bytes(200)))


def test_a_nef_with_a_preview_first_is_recognized(dng):
    preview = {254: (LONG, 1, [1]), 330: (LONG, 1, [8])}
    assert recognized(_tiff(preview, b"")) == "RAW"
    assert recognized(_tiff({254: (LONG, 1, [0]), 330: (LONG, 1, [8])}, b"")) == "TIFF"


@pytest.mark.parametrize("length", [0.3, 0.9, -1])
def test_a_truncated_raw_file_is_an_error(length, dng, path):
    data = dng[: int(length * len(dng)) if isinstance(length, float) else length]
    assert formats.is_truncated(data)
    assert not formats.is_truncated(dng)
    with pytest.raises(UnreadablePhoto, match="is cut short"):
        photos.read(path(data))


def test_without_the_library_the_extra_is_named(dng, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(UnsupportedPhoto, match=r"pip install 'colorfix\[raw\]'"):
        photos.read(path(dng))
