"""The pages of a TIFF that are corrected, and the reasons for which a TIFF is refused.

Refused are pages that decode but cannot be corrected faithfully or written back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.photos import contents
from colorfix.photos.codecs.tiff.compression import IMAGE_CODECS, KNOWN, PREDICTORS, stored_type
from colorfix.photos.codecs.tiff.page import (
    GRAY,
    JPEG,
    PALETTE,
    RGB,
    SEPARATED,
    UNSIGNED,
    YCBCR,
    directories,
    page_of,
)
from colorfix.photos.color_spaces.cmyk import is_usable
from colorfix.photos.containers.directory_tree import check_tags
from colorfix.photos.pillow_open import DEEP, refuse_if, too_large, too_much

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tifffile import TiffPage

    from colorfix.photos.codecs.tiff.page import Page
    from colorfix.photos.photo import Data

_DNG_VERSION, _SUB_IFDS, _REDUCED = 50706, 330, 1
_RAW = "is a camera RAW file (DNG or alike); develop it to a JPEG or a TIFF first"
_FAX = {2, 3, 4, 32771}
_BLACK_AND_WHITE = "is black and white without grays; scan or export it in color"
_AS_RGB = "export it as RGB first"
_COLORS = {
    YCBCR: f"is in YCbCr without JPEG; {_AS_RGB}",
    9: f"is in Lab; {_AS_RGB}",
    10: f"is in Lab; {_AS_RGB}",
    32803: _RAW,
    34892: _RAW,
    32844: f"is in LogLuv; {_AS_RGB}",
    32845: f"is in LogLuv; {_AS_RGB}",
}
_INSEPARABLE = {
    "CMYK": f"is in CMYK and not of 8 bits with a usable profile of its inks; {_AS_RGB}",
    "LAB": f"is in Lab of more than 8 bits; {_AS_RGB}",
}
_KNOWN_COLORS = {*GRAY, RGB, PALETTE}
_DEEPEST_PALETTE = 8  # bits
_MOST_SAMPLES = 16  # of a pixel
_PIXEL = 4  # bytes of one of eight bits a channel
_IN_IMAGE_CODECS = {8, 16}  # bits


def raw_reason(first: TiffPage) -> str | None:
    """Return why a camera's RAW file is refused, judged by its first directory; None for other files."""
    preview = _SUB_IFDS in first.tags and first.subfiletype & _REDUCED  # the photo itself is in a sub-IFD
    return _RAW if preview or _DNG_VERSION in first.tags else None


def reason_against(page: Page, max_pixels: int) -> str | None:
    """Return why a page cannot be corrected and what to do; None for a page that can.

    Args:
        page: its layout.
        max_pixels: width times height that is still accepted.
    """
    size = too_large(page.width, page.height, max_pixels) or too_large(*page.segment, max_pixels)
    return size or _compression(page) or _colors(page) or _samples(page)


def work_of(page: Page) -> int:
    """Return the pixels of a page's segments, also over the edge; deep ones count by their bytes."""
    kind = stored_type(page)
    pixel = page.samples * kind.itemsize * (1 if kind.itemsize == 1 else DEEP)
    height, width = page.segment
    return (
        max(1, -(-pixel // _PIXEL))
        * page.across
        * width
        * (page.down * height if page.tiled else page.height)
    )


def _compression(page: Page) -> str | None:
    if page.compression in _FAX:
        return _BLACK_AND_WHITE
    if page.compression not in KNOWN or page.predictor not in PREDICTORS:
        kind = f"compression {page.compression}, predictor {page.predictor}"
        return f"is packed in a way that cannot be written ({kind}); save it with LZW or deflate first"
    return None


def _colors(page: Page) -> str | None:
    if page.photometric == YCBCR and page.compression == JPEG:
        return None
    if page.model:
        return None if _is_separable(page) else _INSEPARABLE[page.model]
    if page.photometric not in _KNOWN_COLORS:
        return _COLORS.get(page.photometric, f"has colors of an unknown kind ({page.photometric}); {_AS_RGB}")
    return None


def _is_separable(page: Page) -> bool:
    byte = page.bits == 8 and page.sample_format == UNSIGNED and page.compression not in IMAGE_CODECS
    return byte and page.model is not None and is_usable(page.model, page.profile)


def _samples(page: Page) -> str | None:
    try:
        stored_type(page)
    except KeyError:
        return "has samples of mixed, signed or odd kinds; save it with 8 or 16 bits or 32-bit floats first"
    if _is_odd(page):
        bits = f"{page.samples} samples of {page.bits} bits"
        return f"has pixels of an unusual layout ({bits}, compression {page.compression}); {_AS_RGB}"
    return None


def _is_odd(page: Page) -> bool:
    image, packed_bits = page.compression in IMAGE_CODECS, page.bits % 8 != 0
    return any(
        (
            page.colors != {PALETTE: 1, SEPARATED: 4}.get(page.photometric, 1 if page.is_gray else 3),
            page.photometric == PALETTE and (page.bits > _DEEPEST_PALETTE or page.samples != 1),
            packed_bits and (page.predictor != 1 or page.bits > 16),
            image and (page.bits not in _IN_IMAGE_CODECS or page.sample_format != UNSIGNED),
            page.samples > _MOST_SAMPLES,
            image and page.predictor != 1,
            page.compression == JPEG and (page.bits != 8 or (page.extra and not page.separate)),
        )
    )


def first_reason(reasons: Sequence[str | None]) -> str | None:
    """Return the first reason of several pages, with the page's number where there are more.

    >>> first_reason([None, "is in Lab; export it as RGB first"])
    'is in Lab; export it as RGB first (page 2)'
    """
    found = next(((number, reason) for number, reason in enumerate(reasons, 1) if reason), None)
    if found is None:
        return None
    number, reason = found
    return f"{reason} (page {number})" if len(reasons) > 1 else reason


_UNCORRECTED_COPY = "has a smaller copy of a page that is kept uncorrected: it {}"
_PROFILES = "has pages with different color profiles; all are corrected as the first one is"


@dataclass(frozen=True)
class Layout:
    """A file's pages.

    Attributes:
        main: the photo itself, page by page, without masks, and without gray pages if others have color.
        copies: smaller ones of pages, which are corrected and not counted.
        directories: where every page's directory starts.
        warnings: assumptions and losses, one sentence each.
        removed: names of contents that are removed.
    """

    main: tuple[Page, ...]
    copies: tuple[Page, ...]
    directories: tuple[int, ...]
    warnings: tuple[str, ...]
    removed: tuple[str, ...]


def layout_of(data: Data, name: str, max_pixels: int) -> Layout:
    """Return the file's layout.

    Args:
        data: the file.
        name: for errors.
        max_pixels: of a page.

    Raises:
        UnsupportedPhoto: it is a camera's RAW file, or has a page that cannot be corrected. Errors of
            tifffile for a damaged directory pass through.
    """
    check_tags(data)
    found = list(directories(data))
    if not found:
        raise ValueError("it holds no picture")
    refuse_if(raw_reason(found[0]), name)
    pages = [page for page in (page_of(page, len(data)) for page in found) if not page.is_mask]
    main = tuple(page for page in pages if not page.is_copy)
    refuse_if(first_reason([reason_against(page, max_pixels) for page in main]), name)
    refuse_if(None if main else "holds nothing but masks and small copies; save the photo itself", name)
    copies = {page: reason_against(page, max_pixels) for page in pages if page.is_copy and not page.is_gray}
    decoded = [*main, *(page for page, reason in copies.items() if not reason)]
    refuse_if(too_much(sum(map(work_of, decoded)), len(data), max_pixels), name)
    return Layout(
        tuple(page for page in main if not page.is_gray) or main,
        tuple(page for page, reason in copies.items() if not reason),
        tuple(page.offset for page in found),
        (*(_UNCORRECTED_COPY.format(reason) for reason in copies.values() if reason), *_assumptions(main)),
        tuple(name for tag, name in REMOVED.items() if any(tag in page.tags for page in found)),
    )


def _assumptions(main: Sequence[Page]) -> Iterator[str]:
    if len({page.profile for page in main}) > 1:
        yield _PROFILES


REMOVED = {37724: contents.LAYERS, 52545: contents.CREDENTIALS}
"""Tags of the old pixels: Photoshop shows its layers instead of the new ones, and credentials sign them."""
