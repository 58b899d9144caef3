"""Window: the photos that a worker has in memory at once, to learn their gains together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.photos.photo import size_of

if TYPE_CHECKING:
    from colorfix.photos import Photo

_TWELVE_MEGAPIXELS = 48_000_000  # bytes
_PHOTOS = 10
_SHARE = 4
"""Decoded photos take at most this part (1/4) of the machine's memory."""

_FEW, _SMALL, _MOST = 16, 160 << 20, 64
"""Photos in a window: 16; of small ones as many as fit into 160 MiB, at most 64."""

_SAMPLE = {"L": 1, "P": 1}  # bytes a pixel in Pillow's memory; 4 for all else


def default_memory(workers: int) -> int:
    """Return the default of bytes of decoded photos in memory: ten photos of 12 megapixels a worker."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(there // _SHARE, workers * _PHOTOS * _TWELVE_MEGAPIXELS)


def memory_of(photo: Photo) -> int:
    """Return the bytes of a decoded photo; for one that is read in strips, an overestimate."""
    raster = photo.first_raster
    width, height = size_of(raster)
    bytes_a_pixel = (
        _SAMPLE.get(raster.mode, 4) if hasattr(raster, "mode") else raster.nbytes / (width * height)
    )
    pixels = sum(picture.width * picture.height for picture in photo.pictures)
    return len(photo.data) + round(bytes_a_pixel * pixels)


class Window:
    """Count and bytes of the photos that a worker has in memory.

    Args:
        share: the bytes that it may use.

    >>> window = Window(share=100 << 20)
    >>> window.wanted
    16
    >>> window.add(1 << 20)
    >>> window.wanted, window.full
    (64, False)
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._used = self._photos = self._seen = self._bytes = 0

    @property
    def wanted(self) -> int:
        """How many photos of the average size so far fit in, at least one."""
        if not self._seen:
            return _FEW
        each = max(1, self._bytes // self._seen)
        return max(1, min(self._share // each, max(_FEW, _SMALL // each), _MOST))

    @property
    def full(self) -> bool:
        """Whether the next photo must wait."""
        each = self._bytes // self._seen if self._seen else 0
        return bool(self._photos) and (
            self._used + each > self._share or self._photos >= max(_FEW, self.wanted)
        )

    def add(self, size: int) -> None:
        """Add a photo of so many bytes."""
        self._used += size
        self._photos += 1
        self._bytes += size
        self._seen += 1

    def clear(self) -> None:
        """Remove all photos."""
        self._used = self._photos = 0
