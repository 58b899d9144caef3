"""Made-up photos: a few pixels each, real ones where compression matters, and files built chunk by chunk."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data


@pytest.fixture(scope="session")
def astronaut():
    """A real photo, 200 x 160 pixels, RGB."""
    return Image.fromarray(data.astronaut()[20:180, 150:350])


@pytest.fixture(scope="session")
def noise():
    """Every value of every channel, in no order: shape (48, 64, 4), the last channel alpha."""
    return np.random.default_rng(7).integers(0, 256, (48, 64, 4), np.uint8)


@pytest.fixture(scope="session")
def tables():
    """Three tables that differ: red halved, green kept, blue raised and clipped."""
    values = np.arange(256)
    return np.stack([values // 2, values, np.minimum(values + 40, 255)]).astype(np.uint8)


@pytest.fixture
def write(tmp_path):
    """Write bytes under a name and return the path."""

    def write_file(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write_file


@pytest.fixture(scope="session")
def packed():
    """Encode an image by Pillow alone."""

    def pack(image, kind, **settings):
        stream = BytesIO()
        image.save(stream, kind, **settings)
        return stream.getvalue()

    return pack


@pytest.fixture(scope="session")
def chunk():
    """One PNG chunk with its length and checksum."""
    return _chunk


@pytest.fixture(scope="session")
def png_file():
    """A PNG built by hand: header fields, chunks ahead of the pixels, and rows with their filter bytes."""

    def build(size, depth, colour, rows, *, ahead=(), behind=(), interlace=0):
        header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace))
        pixels = _chunk(b"IDAT", zlib.compress(rows))
        end = _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join([header, *ahead, pixels, *behind, end])

    return build


def _chunk(kind, content):
    framed = kind + content
    return struct.pack(">I", len(content)) + framed + struct.pack(">I", zlib.crc32(framed))


@pytest.fixture(scope="session")
def srgb():
    """An sRGB profile of 3,144 bytes or so."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="session")
def swapped_profile(srgb):
    """An RGB space whose red is sRGB's green and the other way round: r, g, b in sRGB is g, r, b in it."""
    profile = bytearray(srgb)
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, green = entries[b"rXYZ"] + 4, entries[b"gXYZ"] + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile)
