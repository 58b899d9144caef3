"""Files and versions, as a report names them."""

from __future__ import annotations

import platform
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from colorfix import __version__
from colorfix.core.text import shown
from colorfix.photos import pieces

if TYPE_CHECKING:
    from colorfix.photos import Photo
    from colorfix.photos.photo import Data


class File(NamedTuple):
    """A file as it was read or written.

    Attributes:
        path: as the user named it; what cannot be printed is spelled out.
        bytes: how many; None for a photo from memory.
        sha256: of its bytes; None where nobody asked for it.
        size: width and height, pixels.
        mode: Pillow's name for the kind of pixels.
        format: ``JPEG``, ``PNG``, ...
    """

    path: str
    bytes: int | None
    sha256: str | None
    size: tuple[int, int]
    mode: str
    format: str | None

    @classmethod
    def of(cls, photo: Photo) -> File:
        """Describe a photo that was read."""
        return cls(
            photo.name, len(photo.data) or None, digest_of(photo), photo.size, photo.mode, photo.format
        )

    def described(self) -> dict[str, Any]:
        """Return what a report says of it."""
        return {
            "path": shown(self.path),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "format": self.format,
            "width": self.size[0],
            "height": self.size[1],
            "mode": self.mode,
        }


_DIGESTS: WeakKeyDictionary[Photo, str] = WeakKeyDictionary()


def digest_of(photo: Photo) -> str | None:
    """Return the SHA-256 of a photo's bytes, computed once; None for a photo from memory."""
    if not photo.data:
        return None
    if photo not in _DIGESTS:
        _DIGESTS[photo] = digest(photo.data)
    return _DIGESTS[photo]


def digest(data: Data) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits.

    >>> digest(b"")[:16]
    'e3b0c44298fc1c14'
    """
    whole = sha256()
    for piece in pieces(data):
        whole.update(piece)
    return whole.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of what made the result; torch's and nvImageCodec's only if they took part."""
    modules = {"numpy": "numpy", "pillow": "PIL", "torch": "torch", "nvimgcodec": "nvidia.nvimgcodec"}
    return {"colorfix": __version__, "python": platform.python_version()} | {
        name: str(sys.modules[module].__version__)
        for name, module in modules.items()
        if module in sys.modules
    }
