"""WebP, of one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.photos.pillow import QUALITY, decoded, save

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Data, Photo, Writing
    from colorfix.photos.picture import Change

_MODES = {"RGB", "RGBA"}


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a WebP."""
    return decoded(data, name, "WEBP", max_pixels)


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the picture anew: a lossless one stays lossless."""
    settings: dict[str, Any] = {"quality": writing.quality or QUALITY}
    if writing.quality is None and _is_lossless(bytes(photo.data)):
        settings = {"lossless": True, "exact": True}
    save(photo, change, file, "WEBP", _MODES, settings)


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write a photo of another format."""
    save(photo, change, file, "WEBP", _MODES, {"quality": writing.quality or QUALITY})


def _is_lossless(data: bytes) -> bool:
    at = 12
    while at + 8 <= len(data):
        if data[at : at + 4] == b"VP8L":
            return True
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return False
