"""The chunks of a corrected PNG: those of the source, except previews and the software tag.

Metadata without a chunk of its own is stored by ImageMagick and exiftool as text: a *raw profile*,
hexadecimal digits behind a name and a length.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.photos.containers import photoshop
from colorfix.photos.containers.png_chunks import chunk
from colorfix.photos.metadata import exif
from colorfix.photos.metadata.xmp import without_stale_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PIL import Image

XMP = b"XML:com.adobe.xmp"
COMMENT = b"Comment"
RAW_IPTC, RAW_PHOTOSHOP = b"Raw profile type iptc", b"Raw profile type 8bim"

_RAW_EXIF = {b"Raw profile type exif", b"Raw profile type APP1"}
_RAW_XMP = {b"Raw profile type xmp", b"Raw profile type APP1"}
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_READ = {*_TEXTS, b"eXIf"}
# Chunks that stripping keeps besides the critical ones: colors, transparency, resolution, frames
_NEEDED = {
    *(b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"sBIT"),
    *(b"bKGD", b"tRNS", b"pHYs", b"acTL", b"fcTL", b"fdAT"),
}
_HEAD, _CHECKSUM = 8, 4  # bytes of a chunk ahead of its content and behind it
_MOST = 1 << 26  # bytes that all texts of a file may unpack to
_LINE = 72  # digits
_DIGITS = b"0123456789ABCDEFabcdef"
_PIXELS = {b"PLTE", b"IDAT"}


def png_chunks(
    chunks: Iterable[tuple[bytes, bytes | memoryview]],
    change_preview: Callable[[Image.Image], Image.Image],
    software: str | None,
    *,
    strip: bool = False,
    dots: tuple[float, float] = exif.DOTS,
) -> tuple[list[tuple[bytes, bytes | memoryview]], tuple[str, ...]]:
    r"""Return the chunks of the corrected PNG, and a sentence for each loss.

    EXIF is corrected (``exif.corrected``), as a chunk and as a raw profile; a chunk is added for the software
    tag ahead of the palette and the pixels. Previews in XMP and in Photoshop's resources are removed. Other
    chunks do not change.

    Args:
        chunks: the source's, in order, each as its type and its whole bytes.
        change_preview: the correction of an 8-bit gray or RGB image.
        software: for the software tag; None for no tag.
        strip: keep only colors, resolution, frames and the orientation of EXIF.
        dots: an inch, for EXIF that is made anew.

    >>> png_chunks([(b"tIME", chunk(b"tIME", b"\7\xe8\1\2\3\4\5"))], lambda image: image, None, strip=True)
    ([], ())
    """
    updated: list[tuple[bytes, bytes | memoryview]] = []
    warnings: list[str] = []
    texts = Texts()
    for kind, whole in chunks:
        content = bytes(whole[_HEAD:-_CHECKSUM]) if kind in _READ else b""
        fresh: bytes | None = content
        if strip and kind[:1].islower() and kind not in _NEEDED:
            fresh = exif.stripped(content, dots) if kind == b"eXIf" else None
        elif kind == b"eXIf":
            fresh, more = exif.corrected(content, change_preview, software)
            warnings += more
        elif kind in _TEXTS:
            fresh = _corrected_text(texts, kind, content, change_preview)
        if fresh is not None:
            updated.append((kind, whole if fresh == content else chunk(kind, fresh)))
    if software and not strip and all(kind != b"eXIf" for kind, _ in updated):
        updated.insert(
            _ahead_of_pixels(updated), (b"eXIf", chunk(b"eXIf", exif.new_block(software, dots=dots)))
        )
    return updated, tuple(warnings)


def raw_profile(keyword: bytes, stored: bytes) -> bytes:
    """Return the content of a zTXt chunk with the bytes as a raw profile."""
    return keyword + b"\0\0" + zlib.compress(as_raw(keyword.rsplit(b" ", 1)[-1], stored))


def _ahead_of_pixels(chunks: list[tuple[bytes, bytes | memoryview]]) -> int:
    return next((n for n, (kind, _) in enumerate(chunks) if kind in _PIXELS), len(chunks))


def _corrected_text(
    texts: Texts, kind: bytes, content: bytes, change_preview: Callable[[Image.Image], Image.Image]
) -> bytes:
    """Return the content of a text chunk without previews of the old pixels."""
    keyword = content.split(b"\0")[0]
    if keyword != XMP and not keyword.startswith(b"Raw profile type "):
        return content
    text = texts.unpacked(kind, content)
    if text is None:
        return content
    fresh = without_stale_elements(text) if keyword == XMP else _corrected_raw(keyword, text, change_preview)
    return content if fresh == text else packed(kind, content, fresh)


def _corrected_raw(
    keyword: bytes, text: bytes, change_preview: Callable[[Image.Image], Image.Image]
) -> bytes:
    stored = raw(text)
    fresh = stored
    if keyword == RAW_PHOTOSHOP:
        fresh = photoshop.without_thumbnails(stored)
    elif keyword in _RAW_EXIF and stored.startswith(exif.PREFIX):
        fresh = exif.PREFIX + exif.corrected(stored[len(exif.PREFIX) :], change_preview, None)[0]
    elif keyword in _RAW_XMP:
        fresh = without_stale_elements(stored)
    return text if fresh == stored else as_raw(keyword.rsplit(b" ", 1)[-1], fresh)


@dataclass
class Texts:
    r"""Unpacks the texts of a file.

    Attributes:
        room: bytes that they may still unpack to, 64 MiB in all.

    >>> Texts().unpacked(b"iTXt", b"Comment\0\0\0en\0Kommentar\0hi")
    b'hi'
    """

    room: int = _MOST

    def unpacked(self, kind: bytes, content: bytes) -> bytes | None:
        """Return the text in a text chunk's content; None if it is damaged or there is no room for it."""
        _, _, rest = content.partition(b"\0")
        if kind == b"tEXt":
            return rest
        if kind == b"zTXt":
            return self._inflated(rest[1:])
        fields = rest[2:].split(b"\0", 2)
        if len(fields) < 3:  # language, translated keyword, text
            return None
        return self._inflated(fields[2]) if rest[:1] == b"\1" else fields[2]

    def _inflated(self, data: bytes) -> bytes | None:
        if not self.room:
            return None
        stream = zlib.decompressobj()
        try:
            text = stream.decompress(data, self.room)
        except zlib.error:
            return None
        self.room -= len(text)
        return text if stream.eof else None


def packed(kind: bytes, content: bytes, text: bytes) -> bytes:
    """Return a text chunk's content with another text, compressed like the old one."""
    keyword, _, rest = content.partition(b"\0")
    if kind == b"tEXt":
        return keyword + b"\0" + text
    if kind == b"zTXt":
        return keyword + b"\0\0" + zlib.compress(text)
    language, translated, _ = rest[2:].split(b"\0", 2)
    head = keyword + b"\0" + rest[:2] + language + b"\0" + translated + b"\0"
    return head + (zlib.compress(text) if rest[:1] == b"\1" else text)


def raw(text: bytes) -> bytes:
    r"""Return the bytes of a raw profile; none for another text.

    >>> raw(b"\niptc\n       3\n616263\n")
    b'abc'
    """
    _, length, digits = (*text.split(None, 2), b"", b"", b"")[:3]
    digits = b"".join(digits.split())
    if not length.isdigit() or digits.translate(None, _DIGITS) or len(digits) % 2:
        return b""
    return bytes.fromhex(digits.decode())


def as_raw(name: bytes, stored: bytes) -> bytes:
    r"""Return a raw profile.

    >>> as_raw(b"iptc", b"abc")
    b'\niptc\n       3\n616263\n'
    """
    digits = stored.hex().encode()
    lines = b"\n".join(digits[at : at + _LINE] for at in range(0, len(digits), _LINE))
    return b"\n%s\n%8d\n%s\n" % (name, len(stored), lines)
