"""Frames of a PNG, animated or not, each as a file of its own.

Source: PNG specification, third edition (W3C, 2025), section 4.9: acTL, fcTL, fdAT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix.photos.containers.png_chunks import chunk, chunks, content, packed

if TYPE_CHECKING:
    from collections.abc import Iterator

ANIMATION, CONTROL, PIXELS, FRAME_PIXELS = b"acTL", b"fcTL", b"IDAT", b"fdAT"

_SEQUENCE = 4  # bytes: a number ahead of every fcTL's and fdAT's content
_CONTROL = 26  # bytes of an fcTL


@dataclass(frozen=True)
class Frame:
    """A picture in a PNG.

    Attributes:
        box: left, top, width and height, pixels.
        stored: its compressed pixels.
        data: a PNG of this frame alone.
    """

    box: tuple[int, int, int, int]
    stored: bytes
    data: bytes


def is_animated(data: bytes) -> bool:
    """Whether a PNG has an acTL chunk ahead of its pixels."""
    for kind, _ in chunks(data):
        if kind in {ANIMATION, PIXELS}:
            return kind == ANIMATION
    return False


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the frames of a PNG in the file's order.

    Raises:
        ValueError: the file ends early, a frame reaches beyond the picture, or has no control chunk.
    """
    found = list(chunks(data))
    if found[-1][0] != b"IEND":
        raise ValueError("the file ends early")
    header = content(found[0][1])
    size = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    key = b"".join(bytes(whole) for kind, whole in found if kind in {b"PLTE", b"tRNS"})
    box = (0, 0, *size)
    stored: list[bytes] = []
    for kind, whole in found:
        if kind in {CONTROL, b"IEND"} and stored:
            yield _frame(header, key, box, stored)
            stored = []
        if kind == CONTROL:
            box = _box(content(whole), size)
        elif kind == PIXELS:
            if box[2:] != size:
                raise ValueError("the first frame is not as large as the picture")
            stored.append(content(whole))
        elif kind == FRAME_PIXELS:
            stored.append(content(whole)[_SEQUENCE:])


def _box(control: bytes, size: tuple[int, int]) -> tuple[int, int, int, int]:
    if len(control) != _CONTROL:
        raise ValueError("a frame's control chunk is damaged")
    width, height, left, top = (int.from_bytes(control[at : at + 4]) for at in (4, 8, 12, 16))
    inside = left + width <= size[0] and top + height <= size[1]
    if not (inside and width and height):
        raise ValueError("a frame reaches beyond the picture")
    return left, top, width, height


def _frame(header: bytes, key: bytes, box: tuple[int, int, int, int], stored: list[bytes]) -> Frame:
    pixels = b"".join(stored)
    own = chunk(b"IHDR", box[2].to_bytes(4) + box[3].to_bytes(4) + header[8:])
    return Frame(box, pixels, packed([own, key, chunk(PIXELS, pixels), chunk(b"IEND", b"")]))


def numbered(control: bytes, sequence: int) -> bytes:
    """Return an fcTL chunk with another sequence number."""
    return chunk(CONTROL, sequence.to_bytes(4) + control[_SEQUENCE:])


def frame_pixels(pixels: bytes, sequence: int) -> bytes:
    """Return an fdAT chunk."""
    return chunk(FRAME_PIXELS, sequence.to_bytes(4) + pixels)
