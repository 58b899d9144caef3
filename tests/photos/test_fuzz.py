"""Any bytes give a photo or a PhotoError: mutations of small photos, the same ones every time."""

from __future__ import annotations

import random
import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - Pillow knows JPEG XL from here on
import pytest
from imagecodecs import jpegxl_encode, png_encode
from PIL import Image

from colorfix import photos
from colorfix.core.errors import ColorfixError, PhotoError
from colorfix.photos.containers.png_chunks import chunks
from colorfix.photos.pixels import gains

ROUNDS = 120
KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF", "JXL"]


def _mutated(data, chance):
    """A few bytes changed, a stretch removed, doubled or zeroed, the end cut off; mostly near the header."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        reach = chance.choice([64, 400, len(changed)])
        at = chance.randrange(max(1, min(reach, len(changed))))
        size = chance.randint(1, 16)
        match chance.randrange(6):
            case 0 | 1:
                changed[at : at + 1] = bytes([chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])])
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size]
            case 4:
                changed[at : at + size] = bytes(size)
            case 5:
                del changed[max(at, 1) :]
    return bytes(changed)


def _with_true_checksums(data):
    """Without them no mutated PNG would come further than its first checksum."""
    whole = b"".join(
        bytes(chunk[:-4]) + struct.pack(">I", zlib.crc32(chunk[4:-4])) for _, chunk in chunks(data)
    )
    return data[:8] + whole


def _heic(image):
    heif, file = pillow_heif.from_pillow(image), BytesIO()
    heif.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def seeds(astronaut, packed, srgb):
    small = astronaut.resize((24, 16))
    tags = Image.Exif()
    tags[0x010F], tags[0x0112] = "Canon", 6
    carried = {"exif": tags, "icc_profile": srgb[:600]}
    moving = {"save_all": True, "append_images": [small.rotate(9)], "duration": 40}
    return {
        "JPEG": [
            packed(small, "JPEG", **carried),
            packed(small, "MPO", save_all=True, append_images=[small]),
        ],
        "PNG": [
            packed(small.quantize(9), "PNG", transparency=3),
            packed(small.convert("RGBA"), "PNG", **carried),
            packed(small, "PNG", **moving),
            png_encode(np.asarray(small, np.uint16) * 257),
        ],
        "WEBP": [
            packed(small, "WEBP", **carried),
            packed(small, "WEBP", lossless=True),
            packed(small.convert("RGBA"), "WEBP", **carried, **moving),
        ],
        "TIFF": [packed(small, "TIFF", **carried), packed(small, "TIFF", compression="tiff_lzw")],
        "BMP": [packed(small, "BMP"), packed(small.quantize(16), "BMP")],
        "AVIF": [packed(small, "AVIF", **carried), packed(small, "AVIF", **moving)],
        "HEIF": [_heic(small)],
        "JXL": [
            jpegxl_encode(np.asarray(small), usecontainer=False),
            packed(small, "JXL", exif=tags.tobytes(), xmp=200 * b" "),
        ],
        "GIF": [
            packed(small.quantize(16), "GIF"),
            packed(small, "GIF", **moving),
        ],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_random_bytes_give_a_photo_or_a_photo_error(kind, seeds, write, tables, capfd):
    chance = random.Random(f"colorfix {kind}")  # noqa: S311 - the same mutations every time
    read = 0
    with warnings.catch_warnings():
        # Pillow may warn while decoding, outside the place where its warnings are silenced; then it goes on
        warnings.simplefilter("ignore")
        for turn in range(ROUNDS):
            data = _mutated(seeds[kind][turn % len(seeds[kind])], chance)
            path = write("mutated", _with_true_checksums(data) if kind == "PNG" else data)
            try:
                photo = photos.read(path, max_pixels=1_000_000)
                read += 1
                assert photos.counts(photo).shape == (3, 256)
                photos.encode(photo, lambda strip: gains.mapped(strip.raster, tables), None, BytesIO())
            except PhotoError as error:
                assert error.name == path  # noqa: PT017 - one of the two good outcomes
                assert str(error).isprintable()  # noqa: PT017 - likewise
            except ColorfixError as error:
                assert str(error).isprintable()  # noqa: PT017 - likewise
    assert 0 < read < ROUNDS
    assert capfd.readouterr().err == ""


def test_random_bytes_behind_every_signature_are_errors(write):
    chance = random.Random(1)  # noqa: S311 - the same bytes every time
    starts = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"II*\0",
        b"MM\0+",
        b"BM",
        b"GIF89a",
        b"\0\0\0\x1cftypavif\0\0\0\0",
        b"\0\0\0\x1cftypheic\0\0\0\0",
        b"\xff\x0a",
        b"IIU\0",
        b"",
    ]
    for start in starts:
        for size in (0, 1, 9, 100, 3000):
            with pytest.raises(PhotoError):
                photos.read(write("random", start + chance.randbytes(size)))
