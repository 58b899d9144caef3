"""A corrected photo becomes a file: in its source's format as it was stored, or in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError, SettingError, UnsupportedPhoto
from colorfix.core.text import shown
from colorfix.photos.families import family
from colorfix.photos.opening import translated
from colorfix.photos.photo import Writing

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Photo
    from colorfix.photos.picture import Change

AS_READ = Writing()


def encode(
    photo: Photo, change: Change, into: str | None, file: BinaryIO, writing: Writing = AS_READ
) -> None:
    r"""Write the photo with its pixels changed.

    Into its own format the file stays as it was: its tables, sampling, compression, order, and its metadata
    byte for byte. Into another one, EXIF, XMP, IPTC, the ICC profile and the resolution are carried as far
    as the format has a place.

    Args:
        photo: the source; what it carries goes with the pixels.
        change: of a strip of its pixels.
        into: a format as ``format_of`` says it; None is the photo's own.
        file: binary, seekable, empty.
        writing: how.

    Raises:
        OutputError: the format has no place for what the photo holds, or its codec fails.
        SettingError: the quality is out of range.
        OSError: the file cannot be written to.

    >>> from io import BytesIO
    >>> import numpy as np
    >>> from colorfix.photos.reading import read
    >>> file = BytesIO()
    >>> encode(read(np.full((2, 3, 3), 200, np.uint8)), lambda strip: strip.raster, "PNG", file)
    >>> file.getvalue()[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    kind = into or photo.format
    if kind is None:
        raise SettingError("a photo from memory has no format of its own; name one")
    if writing.quality is not None and not 1 <= writing.quality <= 100:  # noqa: PLR2004 - percent
        raise SettingError(f"quality must be 1 to 100, got {writing.quality}")
    try:
        with translated(lambda text: _failed(photo, kind, text)):
            known = family(kind)
            if photo.codecs is not None and kind != photo.format:
                photo.codecs.leave(f"{kind} is written")
            (known.rewrite if kind == photo.format else known.write)(photo, change, file, writing)
    except UnsupportedPhoto as error:  # a strip does not know whose it is
        raise UnsupportedPhoto(shown(photo.name), error.reason) from error


def _failed(photo: Photo, into: str, text: str) -> OutputError:
    return OutputError(shown(photo.name), f"cannot be written as {into} ({text}); choose another format")
