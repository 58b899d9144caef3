"""Formats: recognition by a file's bytes, choice by an output's suffix, and the codec of each.

A codec is a module that satisfies ``Codec``. It is imported for the first file of its format.

Cameras' RAW files are recognized by their content, never by their name. Most are TIFFs whose first picture
is a preview, with the photo in a directory below.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import printable
from colorfix.photos.containers.bmff import brands
from colorfix.photos.containers.directory_tree import SUB_IFDS, numbers, tree
from colorfix.photos.containers.ifd import BadDirectory, IfdFile

if TYPE_CHECKING:
    from colorfix.photos.photo import Change, Data, Photo, Writing

_RAW_SIGNATURES = (
    b"FUJIFILMCCD-RAW",  # RAF
    b"IIU\0",  # RW2
    b"IIRO",  # ORF
    b"IIRS",
    b"MMOR",
)
_CR2 = b"CR\x02"  # behind the header of a TIFF
_TIFF = (b"II*\0", b"MM\0*")
_KIND_OF_PICTURE, _DNG_VERSION = 254, 50706
_PIECES = {273: 279, 324: 325}  # tags: where strips or tiles lie, and their bytes


def is_raw(data: Data) -> bool:
    r"""Whether the bytes begin like a camera's RAW file.

    A DNG has a tag for it; a NEF or an ARW has a reduced picture first and the photo in a directory below it.

    >>> is_raw(b"IIU\0\x18\0\0\0"), is_raw(b"II*\0\x08\0\0\0")
    (True, False)
    """
    start = data[:16]
    if start.startswith(_RAW_SIGNATURES) or (start.startswith(_TIFF) and start[8:11] == _CR2):
        return True
    if not start.startswith(_TIFF):
        return False
    ifds = IfdFile.of(data)
    try:
        first = ifds.existing()
    except BadDirectory:
        return False
    kind = first.find(_KIND_OF_PICTURE)
    is_reduced = kind is not None and kind.count == 1 and sum(numbers(ifds, first, _KIND_OF_PICTURE)) & 1
    return bool(first.find(_DNG_VERSION) or (is_reduced and first.find(SUB_IFDS)))


def is_truncated(data: Data) -> bool:
    """Whether strips or tiles of a TIFF-based file lie beyond its end; LibRaw may decode the others.

    Raises:
        BadDirectory: its directories overlap again and again.
    """
    if not data[:16].startswith(_TIFF):
        return False
    ifds, size = IfdFile.of(data), len(data)
    return any(
        at + count > size
        for directory in tree(ifds)
        for starts, counts in _PIECES.items()
        for at, count in zip(numbers(ifds, directory, starts), numbers(ifds, directory, counts), strict=False)
    )


_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"RIFF": "WEBP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"BM": "BMP",
    b"GIF8": "GIF",
    b"\xff\x0a": "JXL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JXL",
}
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "RAW", b"mif1": "HEIF", b"msf1": "HEIF"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_SUFFIXES = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".avif": "AVIF",
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".hif": "HEIF",
    ".jxl": "JXL",
}
_FORMATS = frozenset(_SIGNATURES.values()) | frozenset(_BRANDS.values())
SUFFIXES = frozenset(_SUFFIXES)
"""Suffixes of photos that can be written, in lower case."""

READ_ONLY_SUFFIXES = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef"),
        *(".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf"),
        *(".srw", ".x3f"),
    }
)
"""Suffixes of cameras' RAW files, which are read but never written, in lower case."""


class Codec(Protocol):
    """The module of a format."""

    def read(self, data: Data, name: str, max_pixels: int) -> Photo:
        """Return the photo of a file's bytes; raises errors of colorfix or of its library."""

    def rewrite(self, photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
        """Write the photo's own file with its pixels changed into a binary, seekable, empty file.

        Return a sentence for each loss that is found while writing.
        """

    def write(self, photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
        """Write a photo of another format into such a file; return as :meth:`rewrite` does."""


def codec_of(kind: str) -> Codec:
    """Return the codec of a format.

    Raises:
        SettingError: there is none.

    >>> codec_of("JPEG").__name__
    'colorfix.photos.codecs.jpeg'
    """
    if kind not in _FORMATS:
        raise SettingError(f"a format is one of {', '.join(sorted(_FORMATS))}, got {kind!r}")
    return cast("Codec", import_module(f"colorfix.photos.codecs.{kind.lower()}"))


def recognized(data: Data) -> str | None:
    r"""Return the format of a file's bytes, without regard to its name; None for an unknown one.

    >>> recognized(b"\xff\xd8\xff\xe0...")
    'JPEG'
    >>> recognized(b"%!PS-Adobe-3.0 EPSF-3.0")  # Pillow would start Ghostscript
    """
    start = data[:16]
    if start.startswith(b"RIFF") and start[8:12] != b"WEBP":
        return None
    if is_raw(data):
        return "RAW"
    brand = _of_brands(brands(bytes(data[:256])))
    if brand is not None:
        return brand
    return next((name for signature, name in _SIGNATURES.items() if start.startswith(signature)), None)


def _of_brands(found: list[bytes]) -> str | None:
    """Return the format of an ISO base media file: of its first special brand, or else its general one."""
    known = dict.fromkeys(_HEIF_BRANDS, "HEIF") | _BRANDS
    special = [known[brand] for brand in found if brand in known and brand not in {b"mif1", b"msf1"}]
    general = [known[brand] for brand in found[:1] if brand in known]
    return next(iter(special if general else []), next(iter(general), None))


def format_of(path: str) -> str | None:
    """Return the format of an output's suffix; None without a suffix, for the source's format.

    Raises:
        OutputError: the suffix is unknown.

    >>> format_of("holiday/beach.JPG"), format_of("-")
    ('JPEG', None)
    >>> format_of("beach.psd")
    Traceback (most recent call last):
    colorfix.core.errors.OutputError: beach.psd: no format is known by its suffix; use .avif .bmp .gif .heic .heif .hif .jfif .jpe .jpeg .jpg .jxl .png .tif .tiff .webp
    """  # noqa: E501 - a message is one line
    suffix = PurePath(path).suffix.lower()
    if suffix and suffix not in _SUFFIXES:
        raise OutputError(
            printable(path), f"no format is known by its suffix; use {' '.join(sorted(_SUFFIXES))}"
        )
    return _SUFFIXES.get(suffix)
