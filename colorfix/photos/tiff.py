"""TIFF, of one picture of 8 bits a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos import libtiff
from colorfix.photos.pillow import decoded, save

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Data, Photo, Writing
    from colorfix.photos.picture import Change


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a TIFF."""
    libtiff.silence()
    return decoded(data, name, "TIFF", max_pixels)


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:  # noqa: ARG001
    """Write the picture anew, uncompressed: Pillow loses the EXIF directories wherever libtiff compresses."""
    save(photo, change, file, "TIFF", {"RGB", "RGBA", "L", "LA"}, {"compression": "raw"})


rewrite = write
