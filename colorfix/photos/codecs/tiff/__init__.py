"""TIFF: every page, of 8 or 16 bits or floats, however packed; the same file again with new pixels.

Sources: TIFF revision 6.0 (1992), its supplements and technical notes, and the BigTIFF design of 2007.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from colorfix.photos.codecs.tiff.layout import layout_of
from colorfix.photos.codecs.tiff.rewrite import rewrite
from colorfix.photos.codecs.tiff.segments import pictures_of
from colorfix.photos.codecs.tiff.write import write
from colorfix.photos.photo import Photo
from colorfix.photos.pillow_open import open_image

if TYPE_CHECKING:
    from PIL import Image

    from colorfix.photos.photo import Data

__all__ = ["read", "rewrite", "write"]


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Read every page.

    Orientation is left to its tag. Masks are left out, and so are gray pages among those with color. A
    smaller copy of a page is a picture of its own that is not counted. The photo is decoded at once up to
    256 MiB; beyond, a damaged strip or tile is found when it is decoded.

    Args:
        data: the file.
        name: for errors.
        max_pixels: of a page.

    Raises:
        UnsupportedPhoto: see ``layout_of``.
        UnreadablePhoto: a strip or tile is damaged or cut short, now or when it is decoded. Errors of
            tifffile for a damaged directory pass through.
    """
    layout = layout_of(data, name, max_pixels)
    pages = [(page, True) for page in layout.main] + [(page, False) for page in layout.copies]
    pictures = pictures_of(pages, data, name)
    first = layout.main[0]
    profile = None if first.model else first.profile  # CMYK and Lab are decoded to sRGB
    photo = Photo(name, data, pictures, "TIFF", profile, layout.warnings, _opened_by_pillow(data))
    return photo.with_contents(layout.removed)


def _opened_by_pillow(data: Data) -> Image.Image | None:
    """Return the header, for its metadata; None if Pillow does not know the kind of pixels."""
    with suppress(Exception):  # of as many types as there are odd files
        return open_image(data, "TIFF")
    return None
