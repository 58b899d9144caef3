"""A page of a TIFF: sizes, samples, and positions of its segments, read by tifffile.

A page's pixels come in **segments**, strips or tiles, which are compressed one by one. Contradictions are
errors here, before any pixel is decoded.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING

from tifffile import TiffFile, TiffFileError

from colorfix.photos.containers.data_stream import as_file
from colorfix.photos.containers.ifd import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tifffile import TiffPage

    from colorfix.photos.photo import Data

GRAY = (0, 1)
WHITE_IS_ZERO, RGB, PALETTE, MASK, SEPARATED, YCBCR, LAB = 0, 2, 3, 4, 5, 6, 8
NONE, JPEG = 1, 7
ASSOCIATED, UNASSOCIATED = 1, 2
UNSIGNED, FLOAT = 1, 3


@dataclass(frozen=True)
class StoredNumbers:
    """Position of a tag's whole numbers, to overwrite them.

    Attributes:
        entry: position of the entry.
        at: position of the first number.
        size: bytes of each.
    """

    entry: int
    at: int
    size: int


@dataclass(frozen=True, eq=False)
class Page:
    """One picture of the file.

    Attributes:
        width, height: pixels.
        samples: of each pixel, colors first.
        bits: of a sample.
        sample_format: ``UNSIGNED``, ``FLOAT`` or another number of the specification.
        photometric: kind of the colors.
        compression, predictor, bit_order: of the segments.
        separate: whether each sample has planes, and so segments, of its own.
        extra: kinds of the samples behind the colors.
        byte_sign: the file's byte order, ``<`` or ``>``.
        segment: height and width of a segment, pixels.
        tiled: whether segments have that size even at the edges.
        starts, lengths: of the segments, bytes.
        offsets, counts: positions of these numbers.
        palette: of a palette picture, 3 * 2^bits numbers of 16 bits, all red ones first.
        palette_at: position of these numbers.
        tables: shared by the JPEG segments; empty for none.
        profile: the ICC profile.
        offset: where the directory starts.
        is_copy: whether it is a smaller copy of another page.
        is_mask: whether its pixels are not colors.
    """

    width: int
    height: int
    samples: int
    bits: int
    sample_format: int
    photometric: int
    compression: int
    predictor: int
    bit_order: int
    separate: bool
    extra: tuple[int, ...]
    byte_sign: str
    segment: tuple[int, int]
    tiled: bool
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    offsets: StoredNumbers | None
    counts: StoredNumbers | None
    palette: tuple[int, ...]
    palette_at: StoredNumbers | None
    tables: bytes
    profile: bytes | None
    offset: int
    is_copy: bool
    is_mask: bool

    @property
    def across(self) -> int:
        """Segments side by side."""
        return -(-self.width // self.segment[1])

    @property
    def down(self) -> int:
        """Segments below each other."""
        return -(-self.height // self.segment[0])

    @property
    def planes(self) -> int:
        """Number of times that segments cover the page."""
        return self.samples if self.separate else 1

    @property
    def colors(self) -> int:
        """Number of samples that are a color; the others are extra."""
        return self.samples - len(self.extra)

    @property
    def alpha(self) -> int | None:
        """Index of the sample that is the opacity; None for none."""
        kinds = (ASSOCIATED, UNASSOCIATED)
        return next((self.colors + n for n, kind in enumerate(self.extra) if kind in kinds), None)

    @property
    def model(self) -> str | None:
        """``CMYK`` or ``LAB``, which are converted to sRGB for the correction; None for others."""
        return {SEPARATED: "CMYK", LAB: "LAB"}.get(self.photometric)

    @property
    def is_gray(self) -> bool:
        """Whether it is gray."""
        return self.photometric in GRAY


_REDUCED, _IS_MASK = 1, 4  # bits of NewSubfileType
_SEPARATE = 2
_OFFSETS, _COUNTS = (324, 273), (325, 279)  # of tiles, of strips
_SUB_IFDS, _COLOR_MAP, _PROFILE = 330, 320, 34675
_VIRTUAL = 1 << 22  # bytes of an uncompressed strip above which it is read in pieces
_DEEPEST = 3  # levels of directories below directories
_WHOLE = {3, 4, 13, 16, 18}  # kinds of whole numbers: SHORT, LONG, IFD, LONG8, IFD8

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # else logging prints warnings by itself


def directories(data: Data) -> Iterator[TiffPage]:
    """Yield every directory that describes a picture: the pages, and below each its reduced copies.

    Raises:
        TiffFileError: the file is damaged; tifffile may raise others.
    """
    with TiffFile(as_file(data), _multifile=False, _useframes=False) as file:
        seen: set[int] = set()
        for number in range(len(file.pages)):
            yield from _with_those_below(file.pages[number], seen, 0)  # type: ignore[arg-type] # no frames


def _with_those_below(page: TiffPage, seen: set[int], depth: int) -> Iterator[TiffPage]:
    if page.offset in seen or depth > _DEEPEST:
        return
    seen.add(page.offset)
    yield page
    for below in page.pages or () if _SUB_IFDS in page.tags else ():
        yield from _with_those_below(below, seen, depth + 1)  # type: ignore[arg-type] # no frames


def page_of(found: TiffPage, size: int) -> Page:
    """Return the page that a directory describes.

    Args:
        found: of ``directories``.
        size: of the file, bytes.

    Raises:
        TiffFileError: segments are missing, too many, or lie beyond the end of the file.
    """
    if min(found.imagewidth, found.imagelength) < 1 or found.imagedepth != 1:
        raise TiffFileError("a page has no pixels")
    bits = found.bitspersample
    tiled = found.is_tiled
    rows = found.tilelength if tiled else min(found.rowsperstrip or found.imagelength, found.imagelength)
    segment = rows, found.tilewidth if tiled else found.imagewidth
    if min(segment) < 1:
        raise TiffFileError("a page has tiles without pixels")
    page = Page(
        width=found.imagewidth,
        height=found.imagelength,
        samples=found.samplesperpixel,
        bits=bits if isinstance(bits, int) else 0,
        sample_format=_one(found.sampleformat),
        photometric=found.photometric,
        compression=found.compression,
        predictor=found.predictor,
        bit_order=found.fillorder,
        separate=found.planarconfig == _SEPARATE and found.samplesperpixel > 1,
        extra=_extra(found),
        byte_sign=found.parent.byteorder,
        segment=segment,
        tiled=tiled,
        starts=tuple(found.dataoffsets),
        lengths=tuple(found.databytecounts),
        offsets=_numbers(found, _OFFSETS),
        counts=_numbers(found, _COUNTS),
        palette=_palette(found),
        palette_at=_numbers(found, (_COLOR_MAP,)),
        tables=found.jpegtables or b"",
        profile=_profile(found),
        offset=found.offset,
        is_copy=bool(found.subfiletype & _REDUCED) or isinstance(found.index, tuple),
        is_mask=bool(found.subfiletype & _IS_MASK) or found.photometric == MASK,
    )
    return _in_pieces(_checked(page, size))


def _one(value: int | tuple[int, ...]) -> int:
    """Return the number that all samples share; 0 if they differ."""
    numbers = set(value) if isinstance(value, tuple) else {value}
    return numbers.pop() if len(numbers) == 1 else 0


def _extra(found: TiffPage) -> tuple[int, ...]:
    """Return the kinds of the extra samples; 0 for those that the file does not list."""
    colors = {RGB: 3, YCBCR: 3, LAB: 3, SEPARATED: 4}.get(found.photometric, 1)
    count = max(0, found.samplesperpixel - colors)
    listed = tuple(int(kind) for kind in found.extrasamples)[:count]
    return listed + (0,) * (count - len(listed))


def _numbers(found: TiffPage, tags: tuple[int, ...]) -> StoredNumbers | None:
    tag = next((found.tags[tag] for tag in tags if tag in found.tags), None)
    if tag is None or int(tag.dtype) not in _WHOLE:
        return None
    return StoredNumbers(tag.offset, tag.valueoffset, SIZES[int(tag.dtype)])


def _palette(found: TiffPage) -> tuple[int, ...]:
    tag = found.tags.get(_COLOR_MAP)
    if tag is None or found.photometric != PALETTE:
        return ()
    return tuple(int(number) for number in tag.value)


def _profile(found: TiffPage) -> bytes | None:
    tag = found.tags.get(_PROFILE)
    return bytes(tag.value) if tag is not None and isinstance(tag.value, bytes) else None


def _checked(page: Page, size: int) -> Page:
    expected = page.across * page.down * page.planes
    if len(page.starts) < expected or len(page.lengths) < expected:
        raise TiffFileError(f"{len(page.starts)} of {expected} strips or tiles")
    starts, lengths = page.starts[:expected], page.lengths[:expected]
    if min(starts) <= 0 or min(lengths) <= 0:
        raise TiffFileError("a strip or tile is missing")
    if max(start + length for start, length in zip(starts, lengths, strict=True)) > size:
        raise TiffFileError("it ends early")
    return replace(page, starts=starts, lengths=lengths)


def _divisors(number: int) -> set[int]:
    small = {n for n in range(1, isqrt(number) + 1) if number % n == 0}
    return small | {number // n for n in small}


def _in_pieces(page: Page) -> Page:
    """Return the page with each long uncompressed strip split into several, as its rows are consecutive."""
    rows, width = page.segment
    row = width * (1 if page.separate else page.samples) * page.bits // 8
    plain = page.compression == NONE and not page.tiled and page.bits and page.bits % 8 == 0
    if not plain or rows * row <= _VIRTUAL:
        return page
    most = max(1, _VIRTUAL // row)
    piece = most if page.down == 1 else max(n for n in _divisors(rows) if n <= most)
    starts, lengths = [], []
    for number, (start, length) in enumerate(zip(page.starts, page.lengths, strict=False)):
        here = min(rows, page.height - number % page.down * rows)
        if length < here * row:
            raise TiffFileError("a strip is cut short")
        tops = range(0, here, piece)
        starts += [start + top * row for top in tops]
        lengths += [min(piece, here - top) * row for top in tops]
    return replace(page, segment=(piece, width), starts=tuple(starts), lengths=tuple(lengths))
