"""Data behind the end of a JPEG: further pictures, and trailers of cameras and programs.

Most trailers count their positions from their own end, so that they can be copied. AFCP counts from the
start of the file.

Sources: CIPA DC-007 (multi-picture format, MPF), 5.2; AXS File Concatenation Protocol 1.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.photos.containers.ifd import BadDirectory, IfdFile
from colorfix.photos.containers.jpeg_markers import APPLICATION, END, markers

if TYPE_CHECKING:
    from colorfix.photos.containers.ifd import Order
    from colorfix.photos.photo import Data

MPF = b"MPF\0"
"""Beginning of the segment that lists further pictures."""

_START = b"\xff\xd8\xff"
_LIST_OF_PICTURES, _PICTURE = 0xB002, 16  # the tag, and bytes of an entry
_PREVIEWS = {0x010001, 0x010002}  # types: large thumbnails
_TYPE = 0xFFFFFF
_LARGEST = 0xFFFFFFFF  # position
_AFCP_FOOTER, _AFCP_HEAD, _AFCP_ENTRY = 12, 12, 12  # bytes
_AFCP: dict[bytes, Order] = {b"AXS!": "big", b"AXS*": "little"}


class JpegEnd(NamedTuple):
    """The data behind a JPEG's picture.

    Attributes:
        start: where it starts; the file's length for none.
        pictures: ranges of JPEGs at its beginning.
        previews: how many of them the camera lists as previews of the first picture.
    """

    start: int
    pictures: tuple[slice, ...]
    previews: int

    @property
    def rest(self) -> int:
        """Offset of the trailers, behind the pictures."""
        return self.pictures[-1].stop if self.pictures else self.start


def end_of(data: Data) -> JpegEnd:
    r"""Return what is behind the picture of a JPEG; a file that is cut short has no data there.

    >>> jpeg = b"\xff\xd8\xff\xda\0\2...\xff\xd9"
    >>> end_of(jpeg + jpeg + b"trailer")
    JpegEnd(start=11, pictures=(slice(11, 22, None),), previews=0)
    """
    listed: set[int] = set()
    for marker, start, end in markers(data):
        if marker in APPLICATION and data[start + 4 : start + 8] == MPF:
            listed |= _previews(data[start + 8 : end], start + 8)
        if marker == END:
            return _behind(data, end, listed)
    return JpegEnd(len(data), (), 0)


def _behind(data: Data, start: int, listed: set[int]) -> JpegEnd:
    pictures, at = [], _padded(data, start)
    while data[at : at + 3] == _START:
        end = next((end for marker, _, end in markers(data, at + 2) if marker == END), None)
        if end is None:  # cut short
            break
        pictures.append(slice(at, end))
        at = _padded(data, end)
    return JpegEnd(start, tuple(pictures), sum(found.start in listed for found in pictures))


def _padded(data: Data, at: int) -> int:
    """Return where the padding with zeros ends, if a JPEG follows; else the position itself."""
    step = 1 << 12
    end = at
    while end < len(data) and not any(data[end : end + step]):
        end += step
    end += len(data[end : end + step]) - len(data[end : end + step].lstrip(b"\0"))
    return end if data[end : end + 3] == _START else at


def _previews(index: bytes, base: int) -> set[int]:
    """Return where the previews of a picture lie; none for a damaged index.

    Args:
        index: of the pictures, behind its prefix; positions in it count from its own start.
        base: where it lies in the file.
    """
    ifds = IfdFile.of(index)
    try:
        entry = ifds.existing(4).find(_LIST_OF_PICTURES)
        stored = ifds.content(entry) if entry else b""
    except BadDirectory:
        return set()
    rows = (stored[at : at + _PICTURE] for at in range(0, len(stored) - _PICTURE + 1, _PICTURE))
    numbers = ([int.from_bytes(row[at : at + 4], ifds.order) for at in (0, 8)] for row in rows)
    return {base + place for kind, place in numbers if kind & _TYPE in _PREVIEWS and place}


def moved(trailer: bytes, start: int, by: int) -> bytes:
    """Return a trailer with its positions in the file moved.

    Args:
        trailer: up to the end of the file.
        start: where it lay.
        by: how far it is moved.

    >>> moved(b"SEFT", 1000, 8)
    b'SEFT'
    """
    footer = len(trailer) - _AFCP_FOOTER
    order = _AFCP.get(trailer[max(footer, 0) : max(footer, 0) + 4])
    if order is None:
        return trailer
    head = int.from_bytes(trailer[footer + 4 : footer + 8], order) - start
    if not 0 <= head < footer or trailer[head : head + 4] not in _AFCP:
        return trailer
    fresh = bytearray(trailer)
    count = int.from_bytes(trailer[head + 6 : head + 8], order)
    entries = range(head + _AFCP_HEAD, min(head + _AFCP_HEAD + count * _AFCP_ENTRY, footer), _AFCP_ENTRY)
    for at in (footer + 4, *(entry + 8 for entry in entries)):
        place = int.from_bytes(trailer[at : at + 4], order)
        fresh[at : at + 4] = min(max(0, place + by), _LARGEST).to_bytes(4, order)
    return bytes(fresh)
