"""The chunks of a PNG, and those of them that stay valid for another picture of the same size.

Source: PNG specification, third edition (W3C, 2025).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH = 24
"""Position of the bits of a channel."""

_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # by color type
_PALETTE, _BITS_OF_PALETTE = 3, 8
_FRAME = 12  # bytes of a chunk round its content: length, type, checksum
# Chunks about the old pixels: used bits, suggested colors, signatures, where pixels lie, Fireworks' layers
_OLD_PIXELS = {
    b"sBIT",
    b"sPLT",
    b"hIST",
    b"dSIG",
    b"iDOT",
    b"mkBF",
    b"mkBS",
    b"mkBT",
    b"mkTS",
    b"prVW",
    b"cpIp",
}
_ANIMATION = {b"acTL", b"fcTL", b"fdAT", b"tRNS"}  # written with the pixels
CREDENTIALS = b"caBX"
"""The chunk of Content Credentials, which sign the old pixels."""


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


def is_carried(kind: bytes) -> bool:
    """Whether a chunk of this type is copied to other pixels of the same size."""
    return kind[:1].islower() and kind not in {*_OLD_PIXELS, *_ANIMATION, CREDENTIALS}


def uses_all_bits(kind: bytes, whole: bytes | memoryview, header: bytes | memoryview) -> bool:
    """Whether a chunk says that every bit of every channel is used, for pixels with this header."""
    depth, color_type = content(header)[8:10]
    bits = _BITS_OF_PALETTE if color_type == _PALETTE else depth
    return kind == b"sBIT" and content(whole) == bytes([bits]) * _CHANNELS.get(color_type, 0)


def dropped_kinds(data: bytes, written: Container[bytes]) -> list[bytes]:
    """Return the types of a file's chunks that are not among those written, but for those named elsewhere.

    A transparent color becomes alpha.
    """
    kinds = dict.fromkeys(kind for kind, _ in chunks(data))
    return [kind for kind in kinds if kind not in written and kind not in {b"tRNS", CREDENTIALS}]


def trailer(data: bytes) -> bytes:
    """Return the bytes behind IEND."""
    end = max((whole.nbytes for kind, whole in chunks(data) if kind == b"IEND"), default=0)
    total = len(SIGNATURE) + sum(whole.nbytes for _, whole in chunks(data))
    return data[total:] if end else b""


def repaired(parts: Iterable[tuple[bytes, memoryview]]) -> Iterator[tuple[bytes, bytes | memoryview]]:
    """Yield chunks without one that is cut short, pixels apart; IEND if it is missing, and one header."""
    ended = begun = False
    for kind, whole in parts:
        if kind == b"IHDR" and begun:
            continue
        begun = True
        if whole.nbytes == _FRAME + int.from_bytes(whole[:4]):
            ended = ended or kind == b"IEND"
            yield kind, whole
        elif kind == b"IDAT":
            yield kind, chunk(kind, bytes(whole[8:]))
    if not ended:
        yield b"IEND", chunk(b"IEND", b"")


def pixels_of(data: bytes) -> list[memoryview]:
    """Return the chunks that hold a PNG's pixels."""
    return [whole for kind, whole in chunks(data) if kind == b"IDAT"]


def packed(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return a file of these chunks."""
    return b"".join([SIGNATURE, *parts])
