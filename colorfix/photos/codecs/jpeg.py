"""JPEG to JPEG: the picture anew, with the source's tables; every other segment as it was, byte for byte.

A JPEG that a device holds becomes a JPEG again, with the source's tables and subsampling.

The quality that a JPEG's tables tell: encoders that take a quality and no tables need it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix.core.defaults import MAX_PIXELS
from colorfix.photos.codecs import jpeg_strips
from colorfix.photos.codecs.pillow import QUALITY, decode_opened, save
from colorfix.photos.color_spaces import cmyk
from colorfix.photos.containers.jpeg_markers import APPLICATION, COMMENT, markers, segments
from colorfix.photos.gpu_pixels import DeviceFailed, on_device
from colorfix.photos.metadata.convert import corrected_metadata, describes_other_images
from colorfix.photos.metadata.jpeg import APP14, jpeg_segments, segment
from colorfix.photos.metadata.metadata import preview_change
from colorfix.photos.photo import Photo
from colorfix.photos.picture import Picture, assemble, to_8_bits
from colorfix.photos.pillow_open import open_image
from colorfix.photos.pixels.gains import GainChange
from colorfix.photos.pixels.histogram import CountingChange
from colorfix.photos.refusals import refuse, refuse_size

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL.ImageFile import ImageFile

    from colorfix.photos.gpu_pixels import DevicePixels
    from colorfix.photos.photo import Data, Writing
    from colorfix.photos.picture import Change

Tables: TypeAlias = tuple[tuple[int, ...], ...]
"""A quantization table of 64 steps for each channel."""


def tables_of(image: Image.Image | None) -> Tables:
    """Return the tables of an opened JPEG, a channel each."""
    if not isinstance(image, JpegImageFile):
        raise TypeError("a JPEG that Pillow did not open")
    return tuple(tuple(image.quantization[table]) for *_, table in image.layer)


@cache
def tables_at(quality: int) -> Tables:
    """Return the tables of a quality, 1 to 100: of brightness and twice of colour, as libjpeg scales them.

    The standard's tables (ITU-T T.81, K.1) are multiplied by 50 / q below 50, by 2 - q / 50 from there on.

    >>> tables_at(50)[0][:4], tables_at(50)[1][:4]
    ((16, 11, 10, 16), (17, 18, 24, 47))
    """
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    return tables_of(open_image(file.getvalue(), "JPEG"))


def quality_of(tables: Tables) -> int | None:
    """Return the quality, 1 to 100, whose tables these are; None for tables of an encoder's own.

    >>> quality_of(tables_at(92))
    92
    """
    return _qualities().get(tables)


@cache
def _qualities() -> dict[Tables, int]:
    return {tables_at(quality): quality for quality in range(1, 101)}


def encoded_on_gpu(photo: Photo, change: Change, settings: dict[str, Any]) -> bytes | None:
    """Change and encode a photo on the device that holds it.

    Args:
        photo: any; its file as Pillow opened it says which tables are to be written.
        change: of its pixels; one that counts is told the counts.
        settings: Pillow's arguments that would write it.

    Returns:
        The file, with the encoder's own segments ahead of the picture; None where the processor has to do it.
    """
    done = on_device(photo.codecs, partial(_encoded, source=photo.opened, change=change, settings=settings))
    if done is not None and photo.codecs is not None:
        photo.codecs.encoded = True
    return done


def _encoded(
    pixels: DevicePixels, *, source: Image.Image | None, change: Change, settings: dict[str, Any]
) -> bytes:
    gains = change.change if isinstance(change, CountingChange) else change
    if not isinstance(gains, GainChange) or not gains.is_table:
        raise DeviceFailed("its correction is more than a table")
    quality = settings.get("quality") or quality_of(tables_of(source))
    if quality is None:
        raise DeviceFailed("its quantization tables are of no quality")
    after = pixels.changed(gains)
    file = after.encoded(quality, settings["subsampling"])
    written = open_image(file, "JPEG")
    kept = tables_of(written) == tables_at(quality) and get_sampling(written) == settings["subsampling"]
    if not kept or "progressive" in written.info:
        raise DeviceFailed("the encoder wrote another kind of file than asked for")
    if isinstance(change, CountingChange):
        change.add(after.counts())
    return file


_INKS = segment(APP14, b"Adobe\0\x64" + bytes(5))  # four inks, inverted, as Pillow writes them
_SEPARATED = "is in CMYK: corrected in sRGB and separated anew by its own profile"
_JFIF = 0xE0
_START = b"\xff\xd8"
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_MORE = (
    b"MPF\0",
    b"urn:iso:std:iso:ts:21496:-1\0",
)  # indexes of the pictures behind the first; a gain map's version
_LOSS = (
    "holds more than its photo (an HDR gain map, a second picture or a video); only the photo itself is kept"
)


def losses(data: Data) -> tuple[str, ...]:
    """One sentence for the user if the file holds more than its photo, as phones write it."""
    return (_LOSS,) if any(map(_refers_to_other_pictures, segments(data))) else ()


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a JPEG; of a phone's with several pictures, the first.

    One of more than ``choices.MAX_PIXELS`` pixels, where the caller allows it, is decoded strip by strip.
    """
    image = open_image(data, "JPEG")
    if image.mode == "CMYK":
        return _read_cmyk(data, image, name, max_pixels)
    if not _is_striped(image):
        return replace(decode_opened(image, data, name, "JPEG", max_pixels), warnings=losses(data))
    refuse(image, name, max_pixels)
    warnings = losses(data) + jpeg_strips.progressive_warning(image)
    pictures = (jpeg_strips.picture_of(data, image, name),)
    return Photo(name, data, pictures, "JPEG", image.info.get("icc_profile"), warnings, image)


def _is_striped(image: Image.Image) -> bool:
    """Whether a JPEG is read and written strip by strip; four inks go through their profile whole."""
    return image.mode != "CMYK" and image.width * image.height > MAX_PIXELS


def _read_cmyk(data: Data, image: ImageFile, name: str, max_pixels: int) -> Photo:
    """A photo in CMYK, seen in sRGB by its profile; see :mod:`colorfix.photos.color_spaces.cmyk`."""
    profile = image.info.get("icc_profile")
    cmyk.check("CMYK", profile, name)
    refuse_size(image, name, max_pixels)
    image.load()
    warnings = (*losses(data), _SEPARATED)
    return Photo(name, data, (Picture.of(cmyk.to_rgb(_inks(image), profile)),), "JPEG", None, warnings, image)


def _inks(image: Image.Image) -> Image.Image:
    """Return the pixels of a JPEG in CMYK with 255 for full ink, whoever wrote it."""
    return ImageChops.invert(image) if cmyk.is_inverted(image) else image


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the picture anew with the source's tables, sampling and order; every segment as it was.

    Baseline with standard Huffman tables, or progressive where the source is (at seven times the cost).
    Segments that point behind the photo (see ``losses``) are left out: stale pointers are worse than none.
    """
    settings = settings_of(photo.opened, writing.quality)
    if photo.opened is not None and _is_striped(photo.opened):
        file.writelines([_START, *_updated_segments(photo, change, writing)])
        jpeg_strips.write_scan(photo.pictures[0], change, file, settings)
        return
    encoded, kept = BytesIO(), _updated_segments(photo, change, writing)
    done = encoded_on_gpu(photo, change, settings)
    if done is not None:
        file.writelines(_spliced(memoryview(done), kept))
        return
    image = to_8_bits(assemble(photo.pictures[0], change))
    if photo.opened is not None and photo.opened.mode == "CMYK":
        profile = photo.opened.info.get("icc_profile")
        image = cmyk.from_rgb(photo.image, image, _inks(photo.opened), profile)
        kept = [*(whole for whole in kept if whole[1] != APP14), _INKS]
    image.save(encoded, "JPEG", **settings)
    file.writelines(_spliced(encoded.getbuffer(), kept))


def _updated_segments(photo: Photo, change: Change, writing: Writing) -> list[bytes]:
    """The source's segments, as they are true of the corrected photo."""
    own = (segment for segment in segments(photo.data) if not _refers_to_other_pictures(segment))
    kept, _ = jpeg_segments(own, preview_change(photo, change), writing.software, strip=writing.strip)
    return kept


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write a photo of another format: nothing is subsampled, for nothing was yet."""
    from colorfix.photos.metadata.by_format import as_jpeg

    settings = {"quality": writing.quality or QUALITY, "subsampling": 0, "comment": None}
    encoded = BytesIO()
    save(photo, change, encoded, "JPEG", {"RGB", "L"}, settings)
    data = encoded.getvalue()
    own = next(segments(data), b"")
    at = 2 + (len(own) if own[1:2] == bytes([_JFIF]) else 0)
    described, _ = as_jpeg(corrected_metadata(photo, change, writing))
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
    if source.mode == "CMYK":  # written as four inks, where the source may have had two of brightness
        settings |= {"subsampling": 0, "keep_rgb": False}
    if quality is not None:
        settings["quality"] = quality
    elif source.mode == "CMYK":
        settings["qtables"] = _tables(source)[:1]
    else:
        settings["qtables"] = _tables(source)
    return settings


def _tables(source: JpegImageFile) -> list[list[int]]:
    """A table for each channel; Pillow uses the last one for the channels after it."""
    used = [table for _, _, _, table in source.layer]
    while len(used) > 1 and used[-1] == used[-2]:
        used.pop()
    return [source.quantization[table] for table in used]


def _refers_to_other_pictures(segment: bytes) -> bool:
    body = segment[4:]
    return body.startswith(_MORE) or (body.startswith(_XMP) and describes_other_images(body))


def _spliced(encoded: memoryview, kept: list[bytes]) -> list[bytes | memoryview]:
    """The parts of a file: an encoded picture with these segments instead of the encoder's own."""
    own = {*APPLICATION, COMMENT}
    at = next(start for marker, start, _ in markers(encoded) if marker not in own)
    return [encoded[:2], *kept, encoded[at:]]
