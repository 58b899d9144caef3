"""The EXIF and XMP of a corrected photo, where a file holds each as one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.photos.photo import Writing
    from colorfix.photos.picture import Change


def kept(exif: bytes, xmp: bytes, change: Change, writing: Writing) -> tuple[bytes, bytes]:  # noqa: ARG001
    """Return both as the corrected file is to hold them; empty where it holds none.

    Args:
        exif: a block without a prefix; empty where the photo has none.
        xmp: a packet, likewise.
        change: of the thumbnail.
        writing: whether they are stripped, and what the software tag says.

    >>> from colorfix.photos.photo import Writing
    >>> kept(b"MM...", b"<x/>", lambda strip: strip.raster, Writing())
    (b'MM...', b'<x/>')
    """
    return (b"", b"") if writing.strip else (exif, xmp)
