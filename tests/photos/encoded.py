"""What several tests of the photos room share: a photo encoded with other pixels, in memory."""

from __future__ import annotations

from io import BytesIO

from colorfix import photos


def encoded(photo, raster, into, **writing):
    """Encode a photo of one strip, its pixels replaced by a raster; return the file's bytes."""
    file = BytesIO()
    photos.encode(photo, lambda _strip: raster, into, file, photos.Writing(**writing))
    return file.getvalue()
