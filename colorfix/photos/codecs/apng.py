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
_HEAD, _CHECKSUM = 8, 4  # bytes of a chunk ahead of its content and behind it
_LONGEST_KEYS = 3 * 256 + 256 + 2 * (_HEAD + _CHECKSUM)  # bytes of a palette and its transparent colors


@dataclass(frozen=True)
class Frame:
    """A picture in a PNG.

    Attributes:
        box: left, top, width and height, pixels.
        stored: its compressed pixels, as they lie in the file.
        head: the chunks ahead of the pixels of a PNG of this frame alone.
    """

    box: tuple[int, int, int, int]
    stored: tuple[memoryview, ...]
    head: tuple[bytes, bytes]

    @property
    def size(self) -> int:
        """Bytes of the compressed pixels."""
        return sum(map(len, self.stored))

    @property
    def data(self) -> bytes:
        """A PNG of this frame alone, made when it is needed."""
        return packed([*self.head, chunk(PIXELS, b"".join(self.stored)), chunk(b"IEND", b"")])


def is_animated(data: bytes) -> bool:
    """Whether a PNG has an acTL chunk ahead of its pixels."""
    for kind, _ in chunks(data):
        if kind in {ANIMATION, PIXELS}:
            return kind == ANIMATION
    return False


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the frames of a PNG in the file's order.

    Raises:
        ValueError: the file ends early or holds no frame; a frame reaches beyond the picture, or has no
            control chunk; a palette or a transparent color is longer than it may be.
    """
    found = list(chunks(data))
    if not found or found[-1][0] != b"IEND":
        raise ValueError("the file ends early")
    header = content(found[0][1])
    size = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    keys = [whole for kind, whole in found if kind in {b"PLTE", b"tRNS"}]
    if sum(map(len, keys)) > _LONGEST_KEYS:
        raise ValueError("the palette is too long")
    key, box, count = b"".join(keys), (0, 0, *size), 0
    stored: list[memoryview] = []
    for kind, whole in found:
        if kind in {CONTROL, b"IEND"} and stored:
            yield Frame(box, tuple(stored), (_header(header, box), key))
            stored, count = [], count + 1
        if kind == CONTROL:
            box = _box(content(whole), size)
        elif kind == PIXELS:
            if box[2:] != size:
                raise ValueError("the first frame is not as large as the picture")
            stored.append(whole[_HEAD:-_CHECKSUM])
        elif kind == FRAME_PIXELS:
            stored.append(whole[_HEAD + _SEQUENCE : -_CHECKSUM])
    if not count:
        raise ValueError("it holds no frame")


def _box(control: bytes, size: tuple[int, int]) -> tuple[int, int, int, int]:
    if len(control) != _CONTROL:
        raise ValueError("a frame's control chunk is damaged")
    width, height, left, top = (int.from_bytes(control[at : at + 4]) for at in (4, 8, 12, 16))
    inside = left + width <= size[0] and top + height <= size[1]
    if not (inside and width and height):
        raise ValueError("a frame reaches beyond the picture")
    return left, top, width, height


def _header(header: bytes, box: tuple[int, int, int, int]) -> bytes:
    return chunk(b"IHDR", box[2].to_bytes(4) + box[3].to_bytes(4) + header[8:])


def numbered(control: bytes, sequence: int) -> bytes:
    """Return an fcTL chunk with another sequence number."""
    return chunk(CONTROL, sequence.to_bytes(4) + control[_SEQUENCE:])


def frame_pixels(pixels: bytes, sequence: int) -> bytes:
    """Return an fdAT chunk."""
    return chunk(FRAME_PIXELS, sequence.to_bytes(4) + pixels)
