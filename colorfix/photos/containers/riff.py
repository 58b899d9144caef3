"""The chunks of a WebP file, and conversion of a frame of an animation to a file and back.

Source: WebP container specification (Google, 2023); RFC 9649.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FILE, _CHUNK = 12, 8  # bytes ahead of the first chunk, and of a chunk's content
_FRAME = 16  # bytes of an ANMF ahead of its own chunks
PIXELS = {b"ALPH", b"VP8 ", b"VP8L"}
"""Kinds of the chunks of a picture."""

FEATURES, PROFILE, FRAME, EXIF, XMP = b"VP8X", b"ICCP", b"ANMF", b"EXIF", b"XMP "
CREDENTIALS = b"C2PA"
"""The chunk of Content Credentials, which sign the old pixels."""

HAS_PROFILE, HAS_ALPHA, HAS_EXIF, HAS_XMP, IS_ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02
"""Bits of the first byte of ``VP8X``."""


@dataclass(frozen=True)
class Chunk:
    """A chunk.

    Attributes:
        kind: four letters.
        content: without the padding that makes its length even.
    """

    kind: bytes
    content: bytes

    @property
    def packed(self) -> bytes:
        """The bytes of the chunk in a file."""
        size = len(self.content)
        return self.kind + size.to_bytes(4, "little") + self.content + bytes(size % 2)


def chunks(data: bytes) -> list[Chunk]:
    """Return the chunks of a WebP file.

    Raises:
        ValueError: the file is shorter than its header says.

    >>> [chunk.kind for chunk in chunks(packed([Chunk(b"VP8L", b"pixels")]))]
    [b'VP8L']
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + end % 2:  # the last padding is often forgotten
        raise ValueError("the file ends early")
    return list(_within(data[_FILE:end]))


def trailer(data: bytes) -> bytes:
    r"""Return the bytes behind the last chunk.

    >>> trailer(packed([Chunk(b"VP8L", b"pixels")]) + b"trailer")
    b'trailer'
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    return data[end + end % 2 :]


def _within(data: bytes) -> Iterator[Chunk]:
    at = 0
    while at + _CHUNK <= len(data):
        size = int.from_bytes(data[at + 4 : at + _CHUNK], "little")
        content = data[at + _CHUNK : at + _CHUNK + size]
        if len(content) < size:
            raise ValueError("the file ends early")
        yield Chunk(data[at : at + 4], content)
        at += _CHUNK + size + size % 2


def packed(parts: Iterable[Chunk]) -> bytes:
    """Return a WebP file of these chunks."""
    body = b"WEBP" + b"".join(part.packed for part in parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def features(flags: int, width: int, height: int) -> Chunk:
    r"""Return the chunk that lists the contents of a file besides its picture.

    >>> features(HAS_EXIF, 3, 2).content
    b'\x08\x00\x00\x00\x02\x00\x00\x01\x00\x00'
    """
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return Chunk(FEATURES, bytes([flags, 0, 0, 0]) + sizes)


@dataclass(frozen=True)
class Frame:
    """A frame of an animation.

    Attributes:
        head: its place, size, duration, blending and disposal, 16 bytes.
        parts: its chunks.
    """

    head: bytes
    parts: tuple[Chunk, ...]

    @classmethod
    def of(cls, chunk: Chunk) -> Frame:
        """Return the frame of an ``ANMF`` chunk; raises ValueError if it ends early."""
        if len(chunk.content) < _FRAME:
            raise ValueError("a frame ends early")
        return cls(chunk.content[:_FRAME], tuple(_within(chunk.content[_FRAME:])))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height, pixels."""
        x, y, across, down = (int.from_bytes(self.head[at : at + 3], "little") for at in (0, 3, 6, 9))
        return 2 * x, 2 * y, across + 1, down + 1

    def with_pixels(self, pixels: Iterable[Chunk]) -> Chunk:
        """Return the ``ANMF`` chunk with another picture; its other chunks stay."""
        others = [part for part in self.parts if part.kind not in PIXELS]
        return Chunk(FRAME, self.head + b"".join(part.packed for part in (*pixels, *others)))


def single_image(parts: Iterable[Chunk], width: int, height: int) -> bytes:
    """Return a file of one picture's pixels alone."""
    pixels = [part for part in parts if part.kind in PIXELS]
    if not any(part.kind == b"ALPH" for part in pixels):
        return packed(pixels)
    return packed([features(HAS_ALPHA, width, height), *pixels])
