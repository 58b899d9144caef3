"""Plain JPEGs, which the codecs of devices read and write: judged by the header, before one is sent there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix.core.defaults import MAX_PIXELS
from colorfix.photos.jpeg_quality import quality_of, tables_of
from colorfix.photos.jpeg_segments import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.ImageFile import ImageFile

    from colorfix.photos.photo import Data

_BASELINE, _SCAN, _END = 0xC0, 0xDA, 0xD9
_CHANNELS = (1, 2, 3)
"""How JFIF names brightness and the two colours; other names may stand for red, green and blue."""

_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""What ends a scan: any marker but those that restart it."""


def unlike_plain(data: Data, image: ImageFile) -> str | None:
    """Say what keeps a photo from being a plain JPEG; None for one that is.

    Those are what a device's encoder can write again as they were: baseline, three channels of brightness
    and colour, 4:4:4, 4:2:2 or 4:2:0, with the tables of some quality. What looks damaged is none: the
    processor's decoder tells it.

    Args:
        data: the whole file.
        image: the file, opened, no pixel decoded.
    """
    if not isinstance(image, JpegImageFile):
        return "not a JPEG"
    frame = frame_of(data)
    if frame is None or data[frame[2] + 1] != _BASELINE:
        return "a progressive JPEG" if "progressive" in image.info else "not a baseline JPEG"
    found = (reason for applies, reason in _UNLIKE if applies(image))
    return next(found, None if _is_whole(data, frame[2]) else "a JPEG cut short, or of several scans")


_UNLIKE: tuple[tuple[Callable[[JpegImageFile], bool], str], ...] = (
    (lambda image: tuple(name for name, *_ in image.layer) != _CHANNELS, "a JPEG of other channels"),
    (lambda image: image.info.get("adobe_transform", 1) != 1, "a JPEG of other channels"),
    (lambda image: get_sampling(image) < 0, "a JPEG of an unusual subsampling"),
    (lambda image: image.width * image.height > MAX_PIXELS, "a JPEG too large to be held decoded"),
    (lambda image: quality_of(tables_of(image)) is None, "a JPEG with tables of its own"),
)


def _is_whole(data: Data, frame: int) -> bool:
    """Whether one scan of all channels follows the frame, and the end follows it."""
    at = frame
    while at + 4 < len(data) and data[at] == 0xFF and data[at + 1] != _SCAN:  # noqa: PLR2004 - begins a marker
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    if data[at + 1 : at + 2] != bytes([_SCAN]) or data[at + 4 : at + 5] != bytes([len(_CHANNELS)]):
        return False
    ending = _MARKER.search(data, at + 2 + int.from_bytes(data[at + 2 : at + 4]))
    return ending is not None and ending[0][-1] == _END
