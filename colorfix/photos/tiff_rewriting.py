"""A photo's own TIFF again, block by block: every byte stays but the pixels and where they are."""

from __future__ import annotations

import mmap
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import shown
from colorfix.photos.picture import Strip
from colorfix.photos.tiff_blocks import block_samples, blocks, give_back, packed_bytes, part
from colorfix.photos.tiff_codecs import decoded, encoded
from colorfix.photos.tiff_directories import Form, overwrite
from colorfix.photos.tiff_editing import remove, sign
from colorfix.photos.tiff_layout import layout_of
from colorfix.photos.tiff_page import PALETTE, Page
from colorfix.photos.tiff_places import Places
from colorfix.photos.tiff_rasters import raster_of, samples_of, stored_palette
from colorfix.photos.tiff_stale import remove_old_pictures
from colorfix.photos.tiff_threads import each

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Data, Photo, Writing
    from colorfix.photos.picture import Change
    from colorfix.photos.tiff_blocks import Block, Segment
    from colorfix.photos.tiff_codecs import Samples

_PIECE = 1 << 24  # bytes that are copied at a time
_PROCESSING_SOFTWARE = 0x000B
# EXIF, GPS, XMP, IPTC, Photoshop's blocks and layers, and texts about the photo and who took it
_ABOUT_THE_PHOTO = frozenset(
    {
        _PROCESSING_SOFTWARE,
        *(269, 270, 271, 272, 285, 305, 306, 315, 316, 33432),
        *(700, 33723, 34377, 34665, 34853, 37724),
        *range(0x9C9B, 0x9CA0),  # Windows' title, comment, author, keywords, subject
        *(18246, 18249),  # Windows' rating
    }
)


@dataclass(frozen=True)
class _Work:
    """What the pages of one file share: its data, what is done, and where it goes."""

    data: Data
    change: Change
    file: BinaryIO
    form: Form
    places: Places
    quality: int | None


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the photo's own file with its pixels changed.

    The file is copied and the pixels put into it: the same compression, predictor and level; in the old
    place where they fit, else at the end. A strip or tile whose pixels do not change keeps its bytes.
    Photoshop's thumbnail and layers and previews in XMP go, as they show the old pixels.

    Args:
        photo: read from a TIFF.
        change: of a strip of its pixels.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the file would be larger than its kind may be.
    """
    layout = layout_of(photo.data, photo.name, sys.maxsize)
    form = Form.of(photo.data)
    _copy(photo.data, file)
    pages = (*layout.main, *layout.copies)
    work = _Work(photo.data, change, file, form, Places(file, form, pages), writing.quality)
    try:
        changed = [_changed(page, work) for page in pages if not page.is_grey]
        for at in layout.directories if any(changed) else ():
            remove_old_pictures(file, form, at)
        if writing.strip:
            for at in layout.directories:
                remove(file, form, at, _ABOUT_THE_PHOTO)
        elif writing.software:
            sign(file, form, _PROCESSING_SOFTWARE, writing.software)
    except OverflowError as error:
        reason = "would be larger than 4 GiB; save it as a BigTIFF first"
        raise OutputError(shown(photo.name), reason) from error


def _copy(data: Data, file: BinaryIO) -> None:
    for at in range(0, len(data), _PIECE):
        file.write(data[at : at + _PIECE])
        if isinstance(data, mmap.mmap):
            data.madvise(mmap.MADV_DONTNEED, at, min(_PIECE, len(data) - at))


def _changed(page: Page, work: _Work) -> bool:
    """Change a page; return whether anything is different then."""
    return (_change_palette if page.photometric == PALETTE else _change_pixels)(page, work)


def _change_palette(page: Page, work: _Work) -> bool:
    """Change the colours that stand in the palette; the pixels, which are numbers of them, stay."""
    block = next(iter(blocks(page)))
    image = work.change(Strip(raster_of(page, block_samples(page, work.data, block))))
    if not isinstance(image, Image.Image) or image.mode != "P" or page.palette_at is None:
        raise ValueError("a palette picture that is none any more")
    entries = len(page.palette) // 3
    colours = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    palette = np.zeros((3, entries), np.uint8)
    palette[:, : len(colours)] = colours.T[:, :entries]
    kind = np.dtype(np.uint16).newbyteorder("<" if work.form.order == "little" else ">")
    stored = stored_palette(page, palette)
    overwrite(work.file, page.palette_at.at, stored.astype(kind).tobytes())
    return tuple(stored.ravel()) != page.palette


def _change_pixels(page: Page, work: _Work) -> bool:
    placed: dict[int, tuple[int, int]] = {}
    for block in blocks(page):
        before = block_samples(page, work.data, block)
        raster = raster_of(page, before)
        after = samples_of(page, before, raster, work.change(Strip(raster, top=block.top)))
        placed |= _put(page, block, before, after, work)
        give_back(page, work.data, block)
    work.places.point(page, placed)
    return bool(placed)


def _put(
    page: Page, block: Block, before: Samples, after: Samples, work: _Work
) -> dict[int, tuple[int, int]]:
    """Write a block's segments that changed; return where they went."""

    def packed(segment: Segment) -> bytes | None:
        new = part(page, after, block, segment)
        if np.array_equal(part(page, before, block, segment), new):
            return None
        old = packed_bytes(page, work.data, segment)
        if page.tiled and new.shape[:2] != page.segment:
            padded = decoded(page, old, segment.rows).copy()  # what lies over the edge stays
            padded[: new.shape[0], : new.shape[1]] = new
            new = padded
        return encoded(page, new, old, work.quality)

    fresh = zip(block.segments, each(page, packed, block.segments), strict=True)
    return {
        segment.number: work.places.put(page, segment.number, stored)
        for segment, stored in fresh
        if stored is not None
    }
