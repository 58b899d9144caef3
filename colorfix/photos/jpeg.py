"""JPEG to JPEG: the picture anew, with the source's tables; every other segment as it was, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix.photos.carrying import carried, tells_of_more
from colorfix.photos.jpeg_metadata import jpeg_segments
from colorfix.photos.jpeg_segments import segments
from colorfix.photos.kept import in_small
from colorfix.photos.picture import in_eight_bits, whole
from colorfix.photos.pillow import QUALITY, decoded, save
from colorfix.photos.placing import as_jpeg

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL import Image

    from colorfix.photos.photo import Data, Photo, Writing
    from colorfix.photos.picture import Change

_COMMENT, _JFIF = 0xFE, 0xE0
_APPLICATION = range(0xE0, 0xF0)
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_MORE = (
    b"MPF\0",
    b"urn:iso:std:iso:ts:21496:-1\0",
)  # indexes of the pictures behind the first; a gain map's version
_LOSS = (
    "holds more than its photo (an HDR gain map, a second picture or a video); only the photo itself is kept"
)


def losses(data: bytes) -> tuple[str, ...]:
    """One sentence for the user if the file holds more than its photo, as phones write it."""
    return (_LOSS,) if any(map(_points_behind, segments(data))) else ()


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a JPEG; of a phone's with several pictures, the first."""
    return replace(decoded(data, name, "JPEG", max_pixels), warnings=losses(bytes(data)))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the picture anew with the source's tables, sampling and order; every segment as it was.

    Baseline with standard Huffman tables, or progressive where the source is (at seven times the cost).
    Segments that point behind the photo (see ``losses``) are left out: stale pointers are worse than none.
    """
    encoded = BytesIO()
    image = in_eight_bits(whole(photo.pictures[0], change))
    image.save(encoded, "JPEG", **settings_of(photo.opened, writing.quality))
    file.write(_spliced(encoded.getbuffer(), _kept(photo, change, writing)))


def _kept(photo: Photo, change: Change, writing: Writing) -> list[bytes]:
    """The source's segments, as they are true of the corrected photo."""
    own = (segment for segment in segments(bytes(photo.data)) if not _points_behind(segment))
    kept, _ = jpeg_segments(own, in_small(photo, change), writing.software, strip=writing.strip)
    return kept


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write a photo of another format: nothing is subsampled, for nothing was yet."""
    settings = {"quality": writing.quality or QUALITY, "subsampling": 0, "comment": None}
    encoded = BytesIO()
    save(photo, change, encoded, "JPEG", {"RGB", "L"}, settings)
    data = encoded.getvalue()
    own = next(segments(data), b"")
    at = 2 + (len(own) if own[1:2] == bytes([_JFIF]) else 0)
    described, _ = as_jpeg(carried(photo, change, writing))
    file.writelines([data[:at], *described, data[at:]])


def settings_of(source: Image.Image | None, quality: int | None) -> dict[str, Any]:
    """Pillow's arguments that write a JPEG with the tables, sampling and order of another one."""
    if not isinstance(source, JpegImageFile):
        raise TypeError("a JPEG that Pillow did not open")
    settings: dict[str, Any] = {
        "subsampling": max(
            get_sampling(source), 0
        ),  # -1: a layout that Pillow cannot write; 4:4:4 loses nothing
        "progressive": "progressive" in source.info,
        # the Adobe segment is carried, and 0 in it says that the three channels are red, green and blue
        "keep_rgb": source.info.get("adobe_transform") == 0 and "jfif" not in source.info,
        "comment": None,  # carried with the segments
    }
    if quality is not None:
        settings["quality"] = quality
    else:
        settings["qtables"] = _tables(source)
    return settings


def _tables(source: JpegImageFile) -> list[list[int]]:
    """A table for each channel; Pillow uses the last one for the channels after it."""
    used = [table for _, _, _, table in source.layer]
    while len(used) > 1 and used[-1] == used[-2]:
        used.pop()
    return [source.quantization[table] for table in used]


def _points_behind(segment: bytes) -> bool:
    body = segment[4:]
    return body.startswith(_MORE) or (body.startswith(_XMP) and tells_of_more(body))


def _spliced(encoded: memoryview, kept: list[bytes]) -> bytes:
    at = 2
    while encoded[at + 1] in _APPLICATION or encoded[at + 1] == _COMMENT:  # the encoder's own
        at += 2 + int.from_bytes(encoded[at + 2 : at + 4])
    return b"".join([encoded[:2], *kept, encoded[at:]])
