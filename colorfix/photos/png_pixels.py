"""The pixels of a PNG without anything else: 8 bits a channel by Pillow, 16 by imagecodecs.

What is photographic is written by imagecodecs whatever its bits: Pillow gives no choice of the filter, and
trying all five costs more than everything else.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.errors import UnreadablePhoto
from colorfix.core.text import shown
from colorfix.photos.opening import opened
from colorfix.photos.picture import in_sixteen_bits
from colorfix.photos.pillow import settled
from colorfix.photos.png_chunks import DEPTH, chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.photos.picture import Raster

_SIXTEEN = 16  # bits
_COLOR_TYPES, _INTERLACED = 25, 28  # bytes of the file
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 20  # bytes inflated at a time
_RUNS = 3  # zlib's Z_RLE
_SUB, _PAETH = 16, 128  # filters of PNG, each alone


def is_deep(data: bytes) -> bool:
    """Whether a PNG has 16 bits a channel."""
    return data[DEPTH] == _SIXTEEN


def decode(data: bytes, name: str) -> Raster:
    """Return the pixels of a PNG; a colour that it declares transparent becomes alpha.

    Raises:
        UnreadablePhoto: they end before the picture does.
    """
    if is_deep(data):
        return _deep_pixels(data)
    image = opened(data, "PNG")
    image.load()
    check_complete(data, image, name)
    return settled(image)


def _deep_pixels(data: bytes) -> NDArray[np.uint16]:
    from imagecodecs import png_decode

    pixels: NDArray[np.uint16] = png_decode(data)
    return pixels[..., None] if pixels.ndim == 2 else pixels  # noqa: PLR2004 - axes


def encode(raster: Raster, *, photographic: bool) -> bytes:
    """Return a PNG of the pixels.

    On noise and fine detail, run lengths of what one filter leaves give the same size as zlib's search for
    repetitions among five filters, in a sixth of the time; on flat colours they do not.

    Args:
        raster: in a mode that PNG has, or deep.
        photographic: whether there is noise and fine detail.
    """
    if isinstance(raster, Image.Image) and (not photographic or raster.mode == "P"):
        encoded = BytesIO()
        raster.save(encoded, "PNG", icc_profile=None)
        return encoded.getvalue()
    from imagecodecs import png_encode

    shallow = isinstance(raster, Image.Image)
    pixels = np.asarray(raster) if isinstance(raster, Image.Image) else _without_axis(in_sixteen_bits(raster))
    settings = {"level": 1, "strategy": _RUNS, "filter": _PAETH if shallow else _SUB} if photographic else {}
    return bytes(png_encode(pixels, **settings))


def _without_axis(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Grey pixels as the codec has them, shape [H, W]."""
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def check_complete(data: bytes, image: Image.Image, name: str) -> None:
    """Refuse pixels that stop before the picture does: Pillow leaves the rest zero and says nothing.

    Only a last row of zeros is suspicious, so hardly any photo is inflated twice.

    Args:
        data: the file, of 8 bits a channel or fewer; of more, libpng says it.
        image: decoded from it, in the file's own mode.
        name: for the error.

    Raises:
        UnreadablePhoto: they do.
    """
    width, height = image.size
    interlaced = data[_INTERLACED] == 1
    last_row = image.crop((0, height - 1, width, height))
    if not interlaced and last_row.getbbox(alpha_only=False) is not None:
        return
    bits = data[DEPTH] * _CHANNELS[data[_COLOR_TYPES]]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    expected = sum(_pass_bytes(width - x, height - y, dx, dy, bits) for x, y, dx, dy in passes)
    if _inflated(data, expected) < expected:
        raise UnreadablePhoto(shown(name), "is cut short; copy it again from where it came")


def _pass_bytes(width: int, height: int, every_x: int, every_y: int, bits: int) -> int:
    columns, rows = -(-width // every_x), -(-height // every_y)
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _inflated(data: bytes, enough: int) -> int:
    """Bytes of pixels in the file, counted no further than ``enough``."""
    stream = zlib.decompressobj()
    total = 0
    for kind, chunk in takewhile(lambda pair: pair[0] != b"IEND", chunks(data)):
        packed = bytes(chunk[8:-4]) if kind == b"IDAT" else b""
        while packed and total < enough:
            total += len(stream.decompress(packed, _PIECE))
            packed = stream.unconsumed_tail
    return total
