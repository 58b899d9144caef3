"""The markers of a JPEG and the segments that they begin.

Source: ITU-T T.81, B.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.photo import Data

SCAN, END, COMMENT = 0xDA, 0xD9, 0xFE
_RESTARTS = 0xDD
APPLICATION = range(0xE0, 0xF0)
FRAMES = {0xC0, 0xC1, 0xC2}
"""Markers of a frame: baseline, extended, progressive."""

_MARKER = re.compile(rb"\xff[^\xff]")  # more of 0xFF ahead of it are fill bytes
_BEHIND_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither a stuffed byte nor a restart
_ALONE = {0x00, 0x01, *range(0xD0, 0xDA)}  # markers without a length
_SCAN_MARKER = b"\xff\xda"
_USUAL_SCANS = 8  # of a progressive JPEG; more only help to fit it into fewer bytes
_HEAD = 4  # bytes of a marker and the length, which counts its own two


def markers(data: Data | memoryview, at: int = 2) -> Iterator[tuple[int, int, int]]:
    r"""Yield each marker, where it starts, and where its segment ends, up to the end of the picture.

    Bytes between segments are skipped, as decoders do, and so are the compressed pixels of a scan. The end
    of the last segment lies beyond the data if they are cut short.

    >>> [(hex(marker), start, end) for marker, start, end in markers(b"\xff\xd8\xff\xda\0\2...\xff\xd9")]
    [('0xda', 2, 6), ('0xd9', 9, 11)]
    """
    found = _MARKER.search(data, at)
    while found:
        marker, start = found[0][1], found.start()
        if marker not in _ALONE and start + _HEAD > len(data):
            return
        end = start + 2 + (0 if marker in _ALONE else int.from_bytes(data[start + 2 : start + _HEAD]))
        yield marker, start, end
        if marker == END:
            return
        found = (_BEHIND_SCAN if marker == SCAN else _MARKER).search(data, end)


def frame_of(data: Data) -> tuple[tuple[int, int], int, int] | None:
    r"""Return width and height, number of channels, and position of a JPEG's frame; None without one.

    >>> frame_of(b"\xff\xd8" b"\xff\xc0\x00\x11\x08\x00\x02\x00\x03\x03...")
    ((3, 2), 3, 2)
    """
    for marker, at, _ in markers(data):
        if marker == SCAN or at + 9 >= len(data):
            return None
        if marker in FRAMES:
            height, width = (int.from_bytes(data[at + n : at + n + 2]) for n in (5, 7))
            return (width, height), data[at + 9], at
    return None


def decoding_work(data: Data, size: tuple[int, int]) -> int:
    r"""Return the pixels of a JPEG, times the passes over them beyond those of a usual progressive one.

    Args:
        data: the file.
        size: width and height, pixels.

    >>> decoding_work(b"\xff\xd8" + b"\xff\xda\0\2" * 16, (3, 2))
    12
    """
    pixels = size[0] * size[1]
    if isinstance(data, bytes) and data.count(_SCAN_MARKER) <= _USUAL_SCANS:
        return pixels
    scans = sum(marker == SCAN for marker, _, _ in markers(data))
    return pixels * max(scans, _USUAL_SCANS) // _USUAL_SCANS


def restart_interval(data: Data) -> int:
    r"""Return the number of blocks between restart markers; 0 without them.

    >>> restart_interval(b"\xff\xd8" b"\xff\xdd\0\4\0\x08" b"\xff\xda\0\2")
    8
    """
    for marker, at, _ in markers(data):
        if marker == _RESTARTS:
            return int.from_bytes(data[at + 4 : at + 6])
        if marker == SCAN:
            break
    return 0


def segments(data: Data) -> Iterator[bytes]:
    r"""Yield the APPn and COM segments ahead of the picture, in order, each with its marker.

    >>> list(segments(b"\xff\xd8" b"\xff\xfe\x00\x04hi" b"\xff\xda\0\2"))
    [b'\xff\xfe\x00\x04hi']
    """
    for marker, start, end in markers(data):
        if marker == SCAN:
            return
        is_whole = end - start >= _HEAD  # decoders accept a shorter one; it must not be written
        if is_whole and (marker == COMMENT or marker in APPLICATION):
            yield data[start:end]
