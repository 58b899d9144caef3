"""The chunks of a PNG, and those of them that stay valid for another picture of the same size.

Source: PNG specification, third edition (W3C, 2025).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH = 24
"""Position of the bits of a channel."""

_FRAME = 12  # bytes of a chunk round its content: length, type, checksum
# Not marked as safe to copy, but valid for any picture of the same size and colors. All other chunks that
# are not marked depend on the old pixels (sBIT, sPLT, hIST, a signature) and are left out.
_COPIED = {b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"tIME"}


def chunks(data: bytes | memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the type and the whole bytes of each chunk, up to and including IEND."""
    view, at = memoryview(data), len(SIGNATURE)
    while at + _FRAME <= len(view):
        kind = bytes(view[at + 4 : at + 8])
        end = at + _FRAME + int.from_bytes(view[at : at + 4])
        yield kind, view[at:end]
        if kind == b"IEND":
            return
        at = end


def content(whole: bytes | memoryview) -> bytes:
    """Return the content of a chunk.

    >>> content(chunk(b"tEXt", b"Title"))
    b'Title'
    """
    return bytes(whole[8:-4])


def chunk(kind: bytes, stored: bytes) -> bytes:
    r"""Return a chunk with its length and checksum.

    >>> chunk(b"IEND", b"")
    b'\x00\x00\x00\x00IEND\xaeB`\x82'
    """
    framed = kind + stored
    return len(stored).to_bytes(4) + framed + zlib.crc32(framed).to_bytes(4)


def is_safe_to_copy(kind: bytes) -> bool:
    """Whether a chunk of this type is valid for other pixels too."""
    safe_to_copy = kind[:1].islower() and kind[3:].islower()
    return safe_to_copy or kind in _COPIED


def pixels_of(data: bytes) -> list[memoryview]:
    """Return the chunks that hold a PNG's pixels."""
    return [whole for kind, whole in chunks(data) if kind == b"IDAT"]


def packed(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return a file of these chunks."""
    return b"".join([SIGNATURE, *parts])
