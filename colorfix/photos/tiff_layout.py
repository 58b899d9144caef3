"""Which pages of a TIFF are corrected, which count, and which are left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.core.errors import UnsupportedPhoto
from colorfix.core.text import shown
from colorfix.photos.tiff_pages import directories, page_of
from colorfix.photos.tiff_refusing import first_reason, raw_reason, reason_against

if TYPE_CHECKING:
    from colorfix.photos.photo import Data
    from colorfix.photos.tiff_page import Page

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
    coloured = tuple(page for page in main if not page.is_grey)
    copies = [page for page in pages if page.is_copy and not page.is_mask and not page.is_grey]
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
        raise UnsupportedPhoto(shown(name), reason)


LAYERS = 37724
"""Photoshop's own copy of the picture, layer by layer, which it shows in the pixels' place."""
