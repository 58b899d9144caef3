"""Pillow's own pixels as an array, without a copy: to look for a few of them, and to change those.

Pillow lends the memory of an image through Arrow's C data interface if the image lies in one piece there. It
cuts large ones into several (of 16 MiB, ``PILLOW_BLOCK_SIZE``); a strip of such an image is a copy.

Source: https://arrow.apache.org/docs/format/CDataInterface.html.
"""

from __future__ import annotations

import ctypes
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Box = tuple[int, int, int, int]

_ARRAY = struct.Struct("5q5P")  # length, nulls, offset, numbers of buffers and of children; then pointers
_BUFFERS, _CHILDREN = 5, 6
_POINTER = struct.calcsize("P")
_MODES = {"RGB", "RGBA"}


class _Lent:
    """The bytes of an image, for as long as this is held."""

    def __init__(self, image: Image.Image) -> None:
        _, self.capsule = image.__arrow_c_array__()
        fields = _ARRAY.unpack(ctypes.string_at(_address(self.capsule), _ARRAY.size))
        child = _ARRAY.unpack(ctypes.string_at(_pointer(fields[_CHILDREN]), _ARRAY.size))
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (image.height, image.width, 4),
            "data": (_pointer(child[_BUFFERS] + _POINTER), False),  # the first buffer marks what is missing
        }


def _address(capsule: object) -> int:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(capsule, b"arrow_array"))


def _pointer(at: int) -> int:
    found: int = struct.unpack("P", ctypes.string_at(at, _POINTER))[0]
    return found


def pixels_of(image: Image.Image) -> NDArray[np.uint8] | None:
    """Return an image's memory, or None if it is in several pieces: what is written there is in the image.

    Shape [H, W, 4], the last channel alpha or nothing.

    Args:
        image: of mode ``RGB`` or ``RGBA``.

    >>> image = Image.new("RGB", (2, 1))
    >>> pixels_of(image)[0, 1] = [10, 20, 30, 255]
    >>> image.getpixel((1, 0))
    (10, 20, 30)
    """
    image.load()
    try:
        return np.asarray(_Lent(image))
    except ValueError:
        return None


def strip_of(image: Image.Image, box: Box) -> NDArray[np.uint8]:
    """Return the pixels of some rows, to be read; of the image itself, or of a copy where it is in pieces.

    Args:
        image: of mode ``RGB`` or ``RGBA``.
        box: left, upper, right and lower edge; from edge to edge of the image.
    """
    own = pixels_of(image)
    return _copied(image, box)[1] if own is None else own[box[1] : box[3]]


@contextmanager
def edited_strip(image: Image.Image, box: Box) -> Iterator[NDArray[np.uint8]]:
    """Give the pixels of some rows, to be changed; see :func:`strip_of`."""
    own = pixels_of(image)
    if own is not None:
        yield own[box[1] : box[3]]
        return
    copy, pixels = _copied(image, box)
    yield pixels
    image.paste(copy, box)


def _copied(image: Image.Image, box: Box) -> tuple[Image.Image, NDArray[np.uint8]]:
    """A strip of an image, and its memory."""
    copy = image.crop(box)
    pixels = pixels_of(copy)
    if pixels is None:  # blocks smaller than the strip
        pixels = np.array(copy.convert("RGBA"))
        copy = Image.frombuffer("RGBA", copy.size, pixels, "raw", "RGBA", 0, 1)
    return copy, pixels
