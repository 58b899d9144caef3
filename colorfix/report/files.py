"""Files and versions, as a report names them."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from colorfix import __version__
from colorfix.photos import pieces
from colorfix.wording import shown

if TYPE_CHECKING:
    from colorfix.photos import Photo
    from colorfix.photos.photo import Data


@dataclass(frozen=True)
class File:
    """A file as it was read or written.

    Attributes:
        path: as the user named it; what cannot be printed is spelled out.
        data: its bytes.
        size: width and height, pixels.
        mode: Pillow's name for the kind of pixels.
        format: ``JPEG``, ``PNG``, ...
    """

    path: str
    data: Data
    size: tuple[int, int]
    mode: str
    format: str | None

    @classmethod
    def of(cls, photo: Photo) -> File:
        """Describe a photo that was read."""
        return cls(photo.name, photo.data, photo.size, photo.mode, photo.format)

    def described(self) -> dict[str, Any]:
        """Return what a report says of it."""
        return {
            "path": shown(self.path),
            "bytes": len(self.data) or None,
            "sha256": _digest(self.data) if self.data else None,
            "format": self.format,
            "width": self.size[0],
            "height": self.size[1],
            "mode": self.mode,
        }


def _digest(data: Data) -> str:
    digest = sha256()
    for piece in pieces(data):
        digest.update(piece)
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of what made the result; torch's only if it took part."""
    names = ["numpy", "pillow"] + (["torch"] if "torch" in sys.modules else [])
    return {"colorfix": __version__, "python": platform.python_version()} | {n: _version(n) for n in names}


_version = cache(version)  # reads files
