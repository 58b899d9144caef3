"""The segments of a page (strips or tiles), decoded a block of rows at a time and in threads.

A page of any size needs memory for a few megapixels; the memory of a mapped file is released at once. The
codecs release Python's lock while they work.
"""

from __future__ import annotations

import mmap
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from colorfix.photos.codecs.tiff.compression import decoded, in_pixel, stored_type
from colorfix.photos.codecs.tiff.page import NONE
from colorfix.photos.codecs.tiff.samples import raster_of
from colorfix.photos.photo import Picture, Strip
from colorfix.photos.pillow_open import damaged_error, pillow_errors_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from colorfix.photos.codecs.tiff.compression import Samples
    from colorfix.photos.codecs.tiff.page import Page
    from colorfix.photos.photo import Data

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped_in_threads(page: Page, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
    """Return the results of a function for each item, in their order; the first error is raised.

    Args:
        page: owns the segments; uncompressed ones are not worth a thread.
        work: decodes or encodes.
        items: segments, or a value for each.
    """
    if page.compression == NONE or len(items) == 1:
        return map(work, items)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))


_BLOCK = 1 << 24  # bytes of samples, about; a single row of segments may have more
_IN_MEMORY = 1 << 28  # bytes of rasters that stay in memory, of all pages together
_WHOLE = 1 << 62  # bytes: all of a page in one block


@dataclass(frozen=True)
class Segment:
    """A strip or tile.

    Attributes:
        number: its index in the page.
        plane: index of its sample, if samples are separate.
        left, top: pixels from the page's corner.
        rows: that it holds; a tile may reach over the page's edge.
    """

    number: int
    plane: int
    left: int
    top: int
    rows: int


@dataclass(frozen=True)
class Block:
    """Rows of a page that are decoded together.

    Attributes:
        top, height: pixels.
        segments: those with these rows.
    """

    top: int
    height: int
    segments: tuple[Segment, ...]


def blocks(page: Page, most: int = _BLOCK) -> Iterator[Block]:
    """Yield the page's blocks from top to bottom.

    Args:
        page: its layout.
        most: bytes of samples in a block.
    """
    rows = page.segment[0]
    in_row = rows * page.width * page.samples * stored_type(page).itemsize
    step = max(1, most // in_row)
    for first in range(0, page.down, step):
        last = min(first + step, page.down)
        top = first * rows
        yield Block(top, min(last * rows, page.height) - top, tuple(_segments(page, range(first, last))))


def _segments(page: Page, downs: range) -> Iterator[Segment]:
    rows, columns = page.segment
    for plane in range(page.planes):
        for down in downs:
            top = down * rows
            height = rows if page.tiled else min(rows, page.height - top)
            for across in range(page.across):
                number = (plane * page.down + down) * page.across + across
                yield Segment(number, plane, across * columns, top, height)


def stored_bytes(page: Page, data: Data, segment: Segment) -> bytes:
    """Return a segment's bytes in the file."""
    start = page.starts[segment.number]
    return data[start : start + page.lengths[segment.number]]


def release_memory(page: Page, data: Data, block: Block) -> None:
    """Release the memory of a mapped file that a block has read."""
    if not isinstance(data, mmap.mmap):
        return
    for segment in block.segments:
        start = page.starts[segment.number]
        first = start - start % mmap.PAGESIZE
        data.madvise(mmap.MADV_DONTNEED, first, start + page.lengths[segment.number] - first)


def block_samples(page: Page, data: Data, block: Block) -> Samples:
    """Return a block's samples, shape [H, W, samples].

    Raises:
        ValueError: a segment is cut short or damaged; codecs raise others.
    """
    samples = np.empty((block.height, page.width, page.samples), stored_type(page))

    def fill(segment: Segment) -> None:
        place = segment_view(page, samples, block, segment)
        pixels = decoded(page, stored_bytes(page, data, segment), segment.rows)
        place[:] = pixels[: place.shape[0], : place.shape[1]]

    deque(mapped_in_threads(page, fill, block.segments), maxlen=0)
    release_memory(page, data, block)
    return samples


def segment_view(page: Page, samples: Samples, block: Block, segment: Segment) -> Samples:
    """Return the view of a block's samples of a segment, without its part over the page's edge."""
    top = segment.top - block.top
    channels = slice(segment.plane, segment.plane + 1) if page.separate else slice(0, in_pixel(page))
    return samples[top : top + segment.rows, segment.left : segment.left + page.segment[1], channels]


def pictures_of(pages: list[tuple[Page, bool]], data: Data, name: str) -> tuple[Picture, ...]:
    """Return pages as pictures; the first ones stay in memory, up to 256 MiB.

    Args:
        pages: each with whether it is counted.
        data: the file.
        name: for errors.

    Raises:
        UnreadablePhoto: a segment is damaged, now or when a strip is decoded.
    """
    pictures, left = [], _IN_MEMORY
    for page, counted in pages:
        size = page.width * page.height * page.samples * stored_type(page).itemsize
        walk = partial(_strips, page, data, name)
        if size <= left:
            left -= size
            walk = partial(iter, tuple(walk(_WHOLE)))
        pictures.append(Picture(page.width, page.height, walk, in_statistics=counted))
    return tuple(pictures)


def _strips(page: Page, data: Data, name: str, most: int = _BLOCK) -> Iterator[Strip]:
    for block in blocks(page, most):
        with pillow_errors_as(partial(damaged_error, name)):
            raster = raster_of(page, block_samples(page, data, block))
        yield Strip(raster, top=block.top)
