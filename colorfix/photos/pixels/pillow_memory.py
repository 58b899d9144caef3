"""Pillow's pixels as an array without a copy, to search them and change a few.

Pillow exports the memory of an image through Arrow's C data interface if it is one block. Large images have
several blocks (of 16 MiB, ``PILLOW_BLOCK_SIZE``); a strip of such an image is copied.

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

_ARRAY = struct.Struct("5q5P")  # length, nulls, offset, numbers of buffers and of children; then pointers
_BUFFERS, _CHILDREN = 5, 6
_POINTER = struct.Struct("P")

_address_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


class Memory:
    """The pixels of an image in its own memory, or copied strip by strip if that is in several blocks.

    Pixels have the shape [H, W, 4]: red, green, blue, and alpha or padding.

    Args:
        image: of mode ``RGB`` or ``RGBA``.

    >>> image = Image.new("RGB", (1, 2))
    >>> with Memory(image).edited(1, 2) as pixels:
    ...     pixels[0, 0] = [10, 20, 30, 255]
    >>> Memory(image).rows(0, 2)[:, 0, :3].tolist(), image.getpixel((0, 1))
    ([[0, 0, 0], [10, 20, 30]], (10, 20, 30))
    """

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._whole = _exported(image)

    def rows(self, top: int, bottom: int) -> NDArray[np.uint8]:
        """Return the pixels from one row up to another, for reading."""
        return self._copied(top, bottom)[1] if self._whole is None else self._whole[top:bottom]

    @contextmanager
    def edited(self, top: int, bottom: int) -> Iterator[NDArray[np.uint8]]:
        """Yield the pixels from one row up to another, for writing."""
        if self._whole is not None:
            yield self._whole[top:bottom]
            return
        copy, pixels = self._copied(top, bottom)
        yield pixels
        self._image.paste(copy, (0, top))

    def _copied(self, top: int, bottom: int) -> tuple[Image.Image, NDArray[np.uint8]]:
        """Return a copy of some rows, and its memory."""
        copy = self._image.crop((0, top, self._image.width, bottom))
        pixels = _exported(copy)
        if pixels is None:  # blocks smaller than that
            pixels = np.array(copy.convert("RGBA"))
            copy = Image.frombuffer("RGBA", copy.size, pixels, "raw", "RGBA", 0, 1)
        return copy, pixels


def _exported(image: Image.Image) -> NDArray[np.uint8] | None:
    """Return the memory of an image; None if it is in several blocks."""
    try:
        return np.asarray(_Exported(image))
    except ValueError:
        return None


class _Exported:
    """An image's memory by NumPy's array interface; Pillow keeps it alive as long as the capsule exists."""

    def __init__(self, image: Image.Image) -> None:
        _, self._capsule = image.__arrow_c_array__()
        fields = _ARRAY.unpack(ctypes.string_at(_address_of(self._capsule, b"arrow_array"), _ARRAY.size))
        child = _ARRAY.unpack(ctypes.string_at(_pointer(fields[_CHILDREN]), _ARRAY.size))
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (image.height, image.width, 4),
            "data": (
                _pointer(child[_BUFFERS] + _POINTER.size),
                False,
            ),  # the first buffer is the validity bitmap
        }


def _pointer(at: int) -> int:
    address: int = _POINTER.unpack(ctypes.string_at(at, _POINTER.size))[0]
    return address
