"""Shared by the tests of photos: pixels through tables, and a photo encoded with other pixels."""

from __future__ import annotations

from io import BytesIO

from colorfix import photos
from colorfix.photos.pixels.gains import mapped


def apply(photo, tables):
    """Return the first picture in 8 bits with every value replaced by its table's entry."""
    return mapped(photo.image, tables)


def encoded(photo, raster, into, **writing):
    """Encode a photo of one strip, its pixels replaced by a raster; return the file's bytes."""
    file = BytesIO()
    photos.encode(photo, lambda _strip: raster, into, file, photos.Writing(**writing))
    return file.getvalue()
