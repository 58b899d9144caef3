"""Which pages of a TIFF are corrected, which count, and which are left alone.

Pages of a TIFF that open, but whose correction would be a lie, or could not be written back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.core.errors import UnsupportedPhoto
from colorfix.core.text import printable
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tifffile import TiffPage

    from colorfix.photos.codecs.tiff.page import Page
    from colorfix.photos.photo import Data

_DNG_VERSION, _SUB_IFDS, _REDUCED = 50706, 330, 1
_RAW = "is a camera RAW file (DNG or alike); develop it to a JPEG or a TIFF first"
_FAX = {2, 3, 4, 32771}
_BLACK_AND_WHITE = "is black and white without greys; scan or export it in colour"
_AS_RGB = "export it as RGB first"
_COLOURS = {
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
_KNOWN_COLOURS = {*GRAY, RGB, PALETTE}
_DEEPEST_PALETTE = 8  # bits
_MOST_SAMPLES = 16  # of a pixel
_IN_IMAGE_CODECS = {8, 16}  # bits


def raw_reason(first: TiffPage) -> str | None:
    """Return why the file is refused if it is a camera's own, judged by its first directory."""
    preview = _SUB_IFDS in first.tags and first.subfiletype & _REDUCED  # the photo itself hides in a sub-IFD
    return _RAW if preview or _DNG_VERSION in first.tags else None


def reason_against(page: Page, max_pixels: int) -> str | None:
    """Return why a page cannot be corrected and what to do, if anything speaks against it.

    Args:
        page: its layout.
        max_pixels: width times height that is still accepted.
    """
    return _size(page, max_pixels) or _compression(page) or _colours(page) or _samples(page)


def _size(page: Page, max_pixels: int) -> str | None:
    pixels = max(page.width * page.height, page.segment[0] * page.segment[1])
    if pixels <= max_pixels:
        return None
    return f"has {pixels:,} pixels and {max_pixels:,} are allowed; raise --max-pixels if you trust it"


def _compression(page: Page) -> str | None:
    if page.compression in _FAX:
        return _BLACK_AND_WHITE
    if page.compression not in KNOWN or page.predictor not in PREDICTORS:
        kind = f"compression {page.compression}, predictor {page.predictor}"
        return f"is packed in a way that cannot be written ({kind}); save it with LZW or deflate first"
    return None


def _colours(page: Page) -> str | None:
    if page.photometric == YCBCR and page.compression == JPEG:
        return None
    if page.model:
        return None if _is_separable(page) else _INSEPARABLE[page.model]
    if page.photometric not in _KNOWN_COLOURS:
        return _COLOURS.get(
            page.photometric, f"has colours of an unknown kind ({page.photometric}); {_AS_RGB}"
        )
    return None


def _is_separable(page: Page) -> bool:
    byte = page.bits == 8 and page.sample_format == UNSIGNED and page.compression not in IMAGE_CODECS  # noqa: PLR2004 - bits
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
            packed_bits and (page.predictor != 1 or page.bits > 16),  # noqa: PLR2004 - bits
            image and (page.bits not in _IN_IMAGE_CODECS or page.sample_format != UNSIGNED),
            page.samples > _MOST_SAMPLES,
            image and page.predictor != 1,
            page.compression == JPEG and (page.bits != 8 or (page.extra and not page.separate)),  # noqa: PLR2004 - bits
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


_KEPT_COPY = "has a smaller copy of a page that is kept uncorrected: it {}"
_LAYERS = "has Photoshop layers, which hold the old colours; they are left out"
_PROFILES = "has pages with different colour profiles; all are corrected as the first one is"


@dataclass(frozen=True)
class Layout:
    """A file's pages.

    Attributes:
        main: the photo itself, page by page, without masks, and without grey pages if others are coloured.
        copies: smaller ones of pages, which are corrected and not counted.
        directories: where every page's directory starts.
        warnings: what cannot be kept, one sentence each.
    """

    main: tuple[Page, ...]
    copies: tuple[Page, ...]
    directories: tuple[int, ...]
    warnings: tuple[str, ...]


def layout_of(data: Data, name: str, max_pixels: int) -> Layout:
    """Return the file's layout.

    Args:
        data: the file.
        name: for errors.
        max_pixels: of a page.

    Raises:
        UnsupportedPhoto: it is a camera's RAW file, or has a page that speaks against it; see
            ``tiff_refusing``. What tifffile raises of a damaged directory passes through.
    """
    found = list(directories(data))
    if not found:
        raise ValueError("it holds no picture")
    _refuse_if(raw_reason(found[0]), name)
    pages = [page_of(page, len(data)) for page in found]
    main = [page for page in pages if not page.is_copy and not page.is_mask]
    _refuse_if(first_reason([reason_against(page, max_pixels) for page in main]), name)
    _refuse_if(None if main else "holds nothing but masks and small copies; save the photo itself", name)
    coloured = tuple(page for page in main if not page.is_gray)
    copies = [page for page in pages if page.is_copy and not page.is_mask and not page.is_gray]
    against = {page: reason for page in copies if (reason := reason_against(page, max_pixels))}
    profiles = {page.profile for page in main}
    return Layout(
        coloured or tuple(main),
        tuple(page for page in copies if page not in against),
        tuple(page.offset for page in found),
        (
            *map(_KEPT_COPY.format, against.values()),
            *([_PROFILES] if len(profiles) > 1 else []),
            *([_LAYERS] if any(LAYERS in page.tags for page in found) else []),
        ),
    )


def _refuse_if(reason: str | None, name: str) -> None:
    if reason:
        raise UnsupportedPhoto(printable(name), reason)


LAYERS = 37724
"""Photoshop's own copy of the picture, layer by layer, which it shows in the pixels' place."""
