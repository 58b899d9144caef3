"""How many decoded photos a worker holds at once: enough to learn them together, within its memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.photos.picture import size_of

if TYPE_CHECKING:
    from colorfix.photos import Photo

_TWELVE_MEGAPIXELS = 48_000_000  # bytes
_PHOTOS = 10
_SHARE = 4
"""Of the machine's memory decoded photos take no more than one part in so many."""

_FEW, _SMALL, _MOST = 16, 160 << 20, 64
"""A window holds 16 photos, of small ones what fits into 160 MiB, and never more than 64."""

_SAMPLE = {"L": 1, "P": 1}  # bytes a pixel in Pillow's memory; 4 for all else


def usable_cores() -> int:
    """How many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_memory(workers: int) -> int:
    """Bytes of decoded photos in flight where nobody says: ten photos of 12 megapixels a worker."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(there // _SHARE, workers * _PHOTOS * _TWELVE_MEGAPIXELS)


def memory_of(photo: Photo) -> int:
    """Bytes that a photo holds in memory, decoded; of one that is walked through in strips, far too many."""
    raster = photo.first_raster
    width, height = size_of(raster)
    bytes_a_pixel = (
        _SAMPLE.get(raster.mode, 4) if hasattr(raster, "mode") else raster.nbytes / (width * height)
    )
    pixels = sum(picture.width * picture.height for picture in photo.pictures)
    return len(photo.data) + round(bytes_a_pixel * pixels)


class Window:
    """How full a worker's hands are.

    Args:
        share: bytes that it may hold.

    >>> window = Window(share=100 << 20)
    >>> window.wanted
    16
    >>> window.add(1 << 20)
    >>> window.wanted, window.full
    (64, False)
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._held = self._photos = self._seen = self._bytes = 0

    @property
    def wanted(self) -> int:
        """How many photos like those seen so far it has room for, at least one."""
        if not self._seen:
            return _FEW
        each = max(1, self._bytes // self._seen)
        return max(1, min(self._share // each, max(_FEW, _SMALL // each), _MOST))

    @property
    def full(self) -> bool:
        """Whether the next photo must wait."""
        each = self._bytes // self._seen if self._seen else 0
        return bool(self._photos) and (
            self._held + each > self._share or self._photos >= max(_FEW, self.wanted)
        )

    def add(self, held: int) -> None:
        """Note a photo of so many bytes."""
        self._held += held
        self._photos += 1
        self._bytes += held
        self._seen += 1

    def clear(self) -> None:
        """Note that all photos have been let go."""
        self._held = self._photos = 0
