"""JPEG inside TIFF: segments share tables, and the TIFF's own tag says what their colours are.

Source: TIFF Technical Note 2 (1995), "New JPEG-in-TIFF".
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from colorfix.photos import jpeg
from colorfix.photos.jpeg_segments import segments
from colorfix.photos.opening import opened
from colorfix.photos.tiff_page import YCBCR

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import ImageFile

    from colorfix.photos.tiff_page import Page

_START, _MARKERS = b"\xff\xd8", 2
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"  # and a byte: whether the colours are YCbCr
_LONG_ENOUGH = 20  # bytes, to see JFIF's segment where it comes first
_SAYS_COLOURS = (b"\xff\xe0", b"\xff\xee")  # JFIF and Adobe


def jpeg_decoded(page: Page, packed: bytes, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return a segment's pixels, RGB or grey.

    Args:
        page: its layout.
        packed: the segment's bytes.
        shape: rows, columns and samples that it must have; more rows are left out.

    Raises:
        ValueError: it has another shape.
        OSError: it is cut short; Pillow raises others.
    """
    image = _opened(page, packed)
    rows, columns, samples = shape
    width, height = image.size
    if width != columns or not rows <= height <= page.segment[0] or len(image.getbands()) != samples:
        raise ValueError(f"a strip or tile of {width} x {height} pixels where others were announced")
    image.load()
    return np.asarray(image).reshape(height, columns, samples)[:rows]


def jpeg_encoded(page: Page, pixels: NDArray[Any], before: bytes, quality: int | None) -> bytes:
    """Return the pixels as a segment with the tables and the sampling of the one before.

    Args:
        page: its layout.
        pixels: shape [H, W, C].
        before: the segment's old bytes.
        quality: 1 to 100 for new tables; None keeps the old ones.
    """
    stream = BytesIO()
    image = Image.fromarray(pixels if pixels.shape[2] > 1 else pixels[..., 0])
    image.save(stream, "JPEG", **jpeg.settings_of(_opened(page, before), quality))
    return stream.getvalue()


def _opened(page: Page, packed: bytes) -> ImageFile.ImageFile:
    """The segment as a file of its own: the shared tables ahead, and what its colours are."""
    body = packed[_MARKERS:]
    jfif = b"JFIF" in packed[:_LONG_ENOUGH]
    for segment in segments(packed):
        if segment.startswith(_SAYS_COLOURS):
            body = body.replace(segment, b"", 1)
    is_ycbcr = page.photometric == YCBCR or jfif
    tables = page.tables[_MARKERS:-_MARKERS]
    return opened(b"".join([_START, _ADOBE, bytes([is_ycbcr]), tables, body]), "JPEG")
