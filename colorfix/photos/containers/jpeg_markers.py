"""The segments of a JPEG ahead of its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Data

_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
_SHORTEST = 2  # a segment's length counts its own two bytes
_ALONE = {0x00, 0x01, *range(0xD0, 0xD9)}  # markers without a length


def frame_of(data: Data) -> tuple[tuple[int, int], int, int] | None:
    r"""Width and height, number of channels, and where it lies: a JPEG's frame; None where there is none.

    >>> frame_of(b"\xff\xd8" b"\xff\xc0\x00\x11\x08\x00\x02\x00\x03\x03...")
    ((3, 2), 3, 2)
    """
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:  # noqa: PLR2004 - what every marker begins with
        if data[at + 1] in _FRAMES:
            height, width = (int.from_bytes(data[at + n : at + n + 2]) for n in (5, 7))
            return (width, height), data[at + 9], at
        if data[at + 1] == 0xFF:  # a fill byte  # noqa: PLR2004 - it stands beside its meaning
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def segments(data: Data) -> Iterator[bytes]:
    r"""The APPn and COM segments ahead of the picture, in order, each with its marker.

    >>> list(segments(b"\xff\xd8" b"\xff\xfe\x00\x04hi" b"\xff\xda..."))
    [b'\xff\xfe\x00\x04hi']
    """
    at = data.find(b"\xff", 2)
    while 0 <= at < len(data) - 3:
        marker = data[at + 1]
        if marker in {_SCAN, _END}:
            return
        if marker == 0xFF:  # a fill byte  # noqa: PLR2004 - it stands beside its meaning
            at += 1
            continue
        length = 0 if marker in _ALONE else int.from_bytes(data[at + 2 : at + 4])
        whole = length >= _SHORTEST  # decoders forgive a shorter one; nobody may write it
        if whole and (marker == _COMMENT or marker in _APPLICATION):
            yield data[at : at + 2 + length]
        at = data.find(b"\xff", at + 2 + length)
