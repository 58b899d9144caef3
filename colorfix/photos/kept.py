"""The metadata of a corrected photo: small pictures in it get the same correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.metadata import Metadata
from colorfix.photos.picture import Strip, in_eight_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change


def in_small(photo: Photo, change: Change) -> Callable[[Image.Image], Image.Image]:
    """Return the correction of a small copy of the photo; a grey one has no colour to correct."""

    def of(image: Image.Image) -> Image.Image:
        if image.mode != "RGB":
            return image
        return in_eight_bits(change(Strip(image, copy_of=photo.size)))

    return of


def kept(exif: bytes, xmp: bytes, photo: Photo, change: Change, writing: Writing) -> tuple[bytes, bytes]:
    """Return EXIF and XMP as the corrected file is to hold them; empty where it holds none.

    Args:
        exif: a block without a prefix; empty where the photo has none.
        xmp: a packet, likewise.
        photo: whose they are.
        change: of the thumbnail.
        writing: whether they are stripped, and what the software tag says.
    """
    blocks = Metadata(exif=exif, xmp=xmp)
    fresh, _ = blocks.corrected(in_small(photo, change), writing.software, strip=writing.strip)
    return fresh.exif, fresh.xmp
