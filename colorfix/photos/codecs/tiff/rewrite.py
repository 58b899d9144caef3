"""Rewriting of a photo's own TIFF, block by block: only the pixels change.

A new segment goes to its old place if it fits, else to the end, and its offset and length are updated.
Nothing else moves, so that every position in the file, those in a maker note included, stays valid. Previews
and layers with the old pixels are removed.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import printable
from colorfix.photos.codecs.tiff.compression import decoded, encoded
from colorfix.photos.codecs.tiff.layout import REMOVED, layout_of
from colorfix.photos.codecs.tiff.page import PALETTE, Page
from colorfix.photos.codecs.tiff.samples import raster_of, samples_of, stored_palette
from colorfix.photos.codecs.tiff.segments import (
    block_samples,
    blocks,
    mapped_in_threads,
    release_memory,
    segment_view,
    stored_bytes,
)
from colorfix.photos.containers.dead_pointers import keep_dead
from colorfix.photos.containers.ifd import ASCII, BYTE, LONG, LONG8, SIZES, UNDEFINED, IfdFile
from colorfix.photos.containers.photoshop import without_thumbnails
from colorfix.photos.metadata.exif import PROCESSING_SOFTWARE
from colorfix.photos.metadata.xmp import without_stale_elements
from colorfix.photos.photo import Strip, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from colorfix.photos.codecs.tiff.compression import Samples
    from colorfix.photos.codecs.tiff.page import StoredNumbers
    from colorfix.photos.codecs.tiff.segments import Block, Segment
    from colorfix.photos.photo import Change, Data, Photo, Writing


class SegmentPlaces:
    """Writer of the segments of a file.

    Args:
        ifds: a copy of the photo's file.
        pages: all of them; segments that several pages share are not overwritten.
    """

    def __init__(self, ifds: IfdFile, pages: Iterable[Page]) -> None:
        self._ifds = ifds
        used = Counter(start for page in pages for start in page.starts)
        self._shared = {start for start, times in used.items() if times > 1}

    def put(self, page: Page, number: int, stored: bytes) -> tuple[int, int]:
        """Write a segment; return where it starts and its length.

        Raises:
            OverflowError: the file would be larger than its positions reach.
        """
        start, length = page.starts[number], page.lengths[number]
        if len(stored) > length or start in self._shared:
            start = self._ifds.end()
        self._ifds.overwrite(start, stored)
        return start, len(stored)

    def point(self, page: Page, placed: Mapping[int, tuple[int, int]]) -> None:
        """Write the positions and lengths of a page's segments that changed.

        Args:
            page: its layout before.
            placed: number of a segment to the result of ``put``.
        """
        moved = {number: start for number, (start, _) in placed.items() if start != page.starts[number]}
        resized = {number: length for number, (_, length) in placed.items() if length != page.lengths[number]}
        self._store(page.offsets, page.starts, moved)
        self._store(page.counts, page.lengths, resized)

    def _store(self, numbers: StoredNumbers | None, before: tuple[int, ...], changed: dict[int, int]) -> None:
        if not changed:
            return
        if numbers is None:
            raise ValueError("its directory does not say where the pixels are")
        if max(changed.values()) >> 8 * numbers.size:
            self._widen(numbers, tuple(changed.get(number, old) for number, old in enumerate(before)))
            return
        for number, value in changed.items():
            self._ifds.overwrite(
                numbers.at + number * numbers.size, self._ifds.number_bytes(value, numbers.size)
            )

    def _widen(self, numbers: StoredNumbers, values: tuple[int, ...]) -> None:
        """Write all of them at the end as larger numbers: 16 bits were enough for the old ones."""
        kind = LONG8 if self._ifds.pointer == SIZES[LONG8] else LONG
        self._ifds.set_entry(numbers.entry, kind, self._ifds.packed(kind, values))


_CLEANED = {34377: without_thumbnails, 700: without_stale_elements}


def remove_old_pictures(ifds: IfdFile, at: int) -> None:
    """Remove Photoshop's thumbnail and layers and the previews in XMP from a directory's tags.

    Args:
        ifds: a whole TIFF.
        at: where the directory starts.
    """
    directory = ifds.directory_at(at)
    for entry in directory.entries:
        if entry.tag not in _CLEANED or entry.kind not in {BYTE, UNDEFINED}:
            continue
        old = ifds.content(entry)
        new = _CLEANED[entry.tag](old)
        if new == old:
            continue
        ifds.overwrite(entry.start, new.ljust(len(old), b"\0"))
        if len(new) > ifds.pointer:
            ifds.overwrite(entry.at + 4, ifds.number_bytes(len(new)))
        else:
            ifds.set_entry(entry.at, BYTE, new)
    stale = [tag for tag in REMOVED if directory.find(tag)]
    if stale:
        ifds.remove(at, stale)


# EXIF, GPS, XMP, IPTC, Photoshop's blocks and layers, and texts about the photo and its author
_ABOUT_THE_PHOTO = frozenset(
    {
        PROCESSING_SOFTWARE,
        *(269, 270, 271, 272, 285, 305, 306, 315, 316, 33432),
        *(700, 33723, 34377, 34665, 34853, 37724),
        *range(0x9C9B, 0x9CA0),  # Windows' title, comment, author, keywords, subject
        *(18246, 18249),  # Windows' rating
    }
)


@dataclass(frozen=True)
class _Rewrite:
    """State of a rewrite, shared by all pages of a file."""

    data: Data
    change: Change
    ifds: IfdFile
    places: SegmentPlaces
    quality: int | None


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the photo's own file with its pixels changed.

    The file is copied and its segments are overwritten, with the same compression, predictor and level. A
    strip or tile whose pixels do not change keeps its bytes. Photoshop's thumbnail and layers and previews in
    XMP are removed, as they show the old pixels.

    Args:
        photo: read from a TIFF.
        change: of a strip of its pixels.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the file would be larger than its kind may be.
    """
    layout = layout_of(photo.data, photo.name, sys.maxsize)
    file.writelines(pieces(photo.data))
    ifds, pages = IfdFile(file), (*layout.main, *layout.copies)
    keep_dead(ifds)
    work = _Rewrite(photo.data, change, ifds, SegmentPlaces(ifds, pages), writing.quality)
    try:
        changed = [_changed(page, work) for page in pages if not page.is_gray]
        for at in layout.directories if any(changed) else ():
            remove_old_pictures(ifds, at)
        if writing.strip:
            for at in layout.directories:
                ifds.remove(at, _ABOUT_THE_PHOTO)
        elif writing.software:
            ifds.add({PROCESSING_SOFTWARE: (ASCII, writing.software.encode() + b"\0")})
    except OverflowError as error:
        reason = "would be larger than 4 GiB; save it as a BigTIFF first"
        raise OutputError(printable(photo.name), reason) from error
    return ()


def _changed(page: Page, work: _Rewrite) -> bool:
    """Change a page; return whether anything differs."""
    return (_change_palette if page.photometric == PALETTE else _change_pixels)(page, work)


def _change_palette(page: Page, work: _Rewrite) -> bool:
    """Change the colors of a palette; the pixels, its indexes, stay."""
    block = next(iter(blocks(page)))
    image = work.change(Strip(raster_of(page, block_samples(page, work.data, block))))
    if not isinstance(image, Image.Image) or image.mode != "P" or page.palette_at is None:
        raise ValueError("a palette picture became another kind")
    entries = len(page.palette) // 3
    colors = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    palette = np.zeros((3, entries), np.uint8)
    palette[:, : len(colors)] = colors.T[:, :entries]
    kind = np.dtype(np.uint16).newbyteorder("<" if work.ifds.order == "little" else ">")
    stored = stored_palette(page, palette)
    work.ifds.overwrite(page.palette_at.at, stored.astype(kind).tobytes())
    return tuple(stored.ravel()) != page.palette


def _change_pixels(page: Page, work: _Rewrite) -> bool:
    placed: dict[int, tuple[int, int]] = {}
    for block in blocks(page):
        before = block_samples(page, work.data, block)
        raster = raster_of(page, before)
        after = samples_of(page, before, raster, work.change(Strip(raster, top=block.top)))
        placed |= _put(page, block, before, after, work)
        release_memory(page, work.data, block)
    work.places.point(page, placed)
    return bool(placed)


def _put(
    page: Page, block: Block, before: Samples, after: Samples, work: _Rewrite
) -> dict[int, tuple[int, int]]:
    """Write a block's segments that changed; return their positions and lengths."""

    def packed(segment: Segment) -> bytes | None:
        new = segment_view(page, after, block, segment)
        if np.array_equal(segment_view(page, before, block, segment), new):
            return None
        old = stored_bytes(page, work.data, segment)
        if page.tiled and new.shape[:2] != page.segment:
            padded = decoded(page, old, segment.rows).copy()  # pixels over the edge stay
            padded[: new.shape[0], : new.shape[1]] = new
            new = padded
        return encoded(page, new, old, work.quality)

    fresh = zip(block.segments, mapped_in_threads(page, packed, block.segments), strict=True)
    return {
        segment.number: work.places.put(page, segment.number, stored)
        for segment, stored in fresh
        if stored is not None
    }
