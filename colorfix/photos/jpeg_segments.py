"""The segments of a JPEG ahead of its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Data

_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_SHORTEST = 2  # a segment's length counts its own two bytes
_ALONE = {0x00, 0x01, *range(0xD0, 0xD9)}  # markers without a length


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
