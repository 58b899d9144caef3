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

    Orientation is left to its tag. Masks are left out, and so are grey pages among coloured ones. A smaller
    copy of a page is a picture of its own that is not counted. The photo is decoded at once as far as that
    fits into 256 MiB; beyond, a damaged strip or tile is found when it is walked through.

    Args:
        data: the file.
        name: for errors.
        max_pixels: of a page.

    Raises:
        UnsupportedPhoto: see ``tiff_refusing``.
        UnreadablePhoto: a strip or tile is damaged or cut short, now or when its strip is asked for. What
            tifffile raises of a damaged directory passes through.
    """
    layout = layout_of(data, name, max_pixels)
    pages = [(page, True) for page in layout.main] + [(page, False) for page in layout.copies]
    pictures = pictures_of(pages, data, name)
    first = layout.main[0]
    profile = None if first.model else first.profile  # those are in sRGB by now
    return Photo(name, data, pictures, "TIFF", profile, layout.warnings, _as_pillow_sees_it(data))


def _as_pillow_sees_it(data: Data) -> Image.Image | None:
    """The header, for the metadata in it; Pillow knows fewer kinds of pixels and refuses the others."""
    with suppress(Exception):  # of as many types as there are odd files
        return open_image(data, "TIFF")
    return None
