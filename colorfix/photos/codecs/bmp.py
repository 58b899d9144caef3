"""BMP: pixels and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.codecs.pillow import decode, save

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data, Photo, Writing


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a BMP."""
    return decode(data, name, "BMP", max_pixels)


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:  # noqa: ARG001 - a family's
    """Write the picture; the only metadata that BMP holds is the resolution."""
    save(photo, change, file, "BMP", {"RGB", "L"}, {})
    return ()


rewrite = write
