"""JPEG: re-encoded with the source's quantization tables; every other segment byte for byte.

A GPU's encoder takes a quality instead of tables, so that is derived from the tables.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix.core.defaults import MAX_PIXELS
from colorfix.photos.codecs import jpeg_strips
from colorfix.photos.codecs.pillow import QUALITY, decode_opened, save
from colorfix.photos.color_spaces import cmyk
from colorfix.photos.containers.jpeg_markers import (
    APPLICATION,
    COMMENT,
    decoding_work,
    markers,
    restart_interval,
    segments,
)
from colorfix.photos.gpu_pixels import DeviceFailed, on_device
from colorfix.photos.metadata.convert import corrected_metadata
from colorfix.photos.metadata.exif import DOTS
from colorfix.photos.metadata.jpeg import APP14, jpeg_segments, segment
from colorfix.photos.metadata.jpeg_contents import contents_of, refers_to_other_pictures, trailer_of
from colorfix.photos.metadata.metadata import dots_of, preview_change
from colorfix.photos.photo import Photo, Picture, assemble, to_8_bits
from colorfix.photos.pillow_open import open_image, refuse, refuse_if, refuse_size, too_large, too_much
from colorfix.photos.pixels.gains import GainChange
from colorfix.photos.pixels.histogram import NO_WHITE, CountingChange

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL.ImageFile import ImageFile

    from colorfix.photos.gpu_pixels import DevicePixels
    from colorfix.photos.photo import Change, Data, Writing

Tables: TypeAlias = tuple[tuple[int, ...], ...]
"""Quantization tables, 64 steps for each channel."""


def tables_of(image: Image.Image | None) -> Tables:
    """Return the tables of an opened JPEG, one per channel."""
    if not isinstance(image, JpegImageFile):
        raise TypeError("a JPEG that Pillow did not open")
    return tuple(tuple(image.quantization[table]) for *_, table in image.layer)


@cache
def tables_at(quality: int) -> Tables:
    """Return the tables of luma, Cb and Cr at a quality of 1 to 100, as libjpeg scales them.

    The standard's tables (ITU-T T.81, K.1) are multiplied by 50 / q below 50, by 2 - q / 50 from there on.

    >>> tables_at(50)[0][:4], tables_at(50)[1][:4]
    ((16, 11, 10, 16), (17, 18, 24, 47))
    """
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    return tables_of(open_image(file.getvalue(), "JPEG"))


def quality_of(tables: Tables) -> int | None:
    """Return the quality, 1 to 100, that gives these tables; None for custom tables.

    >>> quality_of(tables_at(92))
    92
    """
    return _qualities().get(tables)


@cache
def _qualities() -> dict[Tables, int]:
    return {tables_at(quality): quality for quality in range(1, 101)}


def encoded_on_gpu(photo: Photo, change: Change, settings: dict[str, Any]) -> bytes | None:
    """Change and encode a photo on the device that holds its pixels.

    Args:
        photo: a JPEG opened by Pillow, whose tables are written.
        change: of its pixels; a :class:`CountingChange` gets the counts.
        settings: the arguments of Pillow's encoder for it.

    Returns:
        The file, with the encoder's own segments ahead of the picture; None if the processor must do it.
    """
    encoded = on_device(
        photo.codecs, partial(_encoded, source=photo.opened, change=change, settings=settings)
    )
    if encoded is not None and photo.codecs is not None:
        photo.codecs.encoded = True
    return encoded


def _encoded(
    pixels: DevicePixels, *, source: Image.Image | None, change: Change, settings: dict[str, Any]
) -> bytes:
    gains = change.change if isinstance(change, CountingChange) else change
    if not isinstance(gains, GainChange) or not gains.is_pointwise:
        raise DeviceFailed("its correction differs from pixel to pixel")
    quality = settings.get("quality") or quality_of(tables_of(source))
    if quality is None:
        raise DeviceFailed("its quantization tables are of no quality")
    after = pixels.changed(gains)
    file = after.encoded(quality, settings["subsampling"])
    written = open_image(file, "JPEG")
    as_asked = tables_of(written) == tables_at(quality) and get_sampling(written) == settings["subsampling"]
    if not as_asked or "progressive" in written.info:
        raise DeviceFailed("the encoder wrote another kind of file than asked for")
    if isinstance(change, CountingChange):
        change.add(after.counts(NO_WHITE)[0])
    return file


_INKS = segment(APP14, b"Adobe\0\x64" + bytes(5))  # four inks, inverted, as Pillow writes them
_SAMPLINGS: dict[tuple[tuple[int, int], ...], str] = {
    ((1, 2), (1, 1)): "4:4:0",
    ((4, 1), (1, 1)): "4:1:1",
    ((4, 2), (1, 1)): "4:1:0",
}
_FULL_SAMPLING = "has a chroma sampling that is not written ({}); its colors are stored in full (4:4:4)"
_SEPARATED = "is in CMYK: corrected in sRGB and separated again by its own profile"
_JFIF = 0xE0
_START = b"\xff\xd8"


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a JPEG; if it holds several pictures, the first.

    With more than ``defaults.MAX_PIXELS`` pixels, if the caller allows it, it is decoded strip by strip.
    """
    image = open_image(data, "JPEG")
    work = too_much(decoding_work(data, image.size), len(data), max_pixels)
    refuse_if(too_large(*image.size, max_pixels) or work, name)
    if image.mode == "CMYK":
        return _read_cmyk(data, image, name, max_pixels)
    if not _is_striped(image):
        return with_contents(decode_opened(image, data, name, "JPEG", max_pixels))
    refuse(image, name, max_pixels)
    warnings = jpeg_strips.progressive_warning(image)
    pictures = (jpeg_strips.picture_of(data, image, name),)
    return with_contents(Photo(name, data, pictures, "JPEG", image.info.get("icc_profile"), warnings, image))


def with_contents(photo: Photo) -> Photo:
    """Return the photo with the names of what its file holds beside it."""
    found = contents_of(photo.data)
    named = photo.with_contents(found.removed, found.carried)
    return replace(named, warnings=(*named.warnings, *found.warnings, *_of_sampling(photo.opened)))


def _of_sampling(image: Image.Image | None) -> tuple[str, ...]:
    """Return a sentence if Pillow cannot write the image's chroma sampling."""
    if not isinstance(image, JpegImageFile) or image.mode != "RGB" or get_sampling(image) >= 0:
        return ()
    factors = tuple(dict.fromkeys((across, down) for _, across, down, _ in image.layer))
    name = _SAMPLINGS.get(factors, "an unusual one")
    return (_FULL_SAMPLING.format(name),)


def _is_striped(image: Image.Image) -> bool:
    """Whether a JPEG is read and written strip by strip; CMYK is converted by its profile in one piece."""
    return image.mode != "CMYK" and image.width * image.height > MAX_PIXELS


def _read_cmyk(data: Data, image: ImageFile, name: str, max_pixels: int) -> Photo:
    """Return a CMYK photo in sRGB, by its profile; see :mod:`colorfix.photos.color_spaces.cmyk`."""
    profile = image.info.get("icc_profile")
    cmyk.check("CMYK", profile, name)
    refuse_size(image, name, max_pixels)
    image.load()
    pictures = (Picture.of(cmyk.to_rgb(_inks(image), profile)),)
    return with_contents(Photo(name, data, pictures, "JPEG", None, (_SEPARATED,), image))


def _inks(image: Image.Image) -> Image.Image:
    """Return the pixels of a CMYK JPEG with 255 for full ink."""
    return ImageChops.invert(image) if cmyk.is_inverted(image) else image


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the picture with the source's tables, subsampling and scan order; every segment unchanged.

    Baseline with standard Huffman tables, or progressive if the source is (at seven times the cost).
    Segments that refer to removed contents are removed (see ``jpeg_contents``); the trailer follows the
    picture.
    """
    metadata, warnings = _updated_segments(photo, change, writing)
    _write_picture(photo, change, file, writing, metadata)
    if writing.strip:
        return warnings
    trailer, more = trailer_of(photo.data, file.seek(0, SEEK_END), preview_change(photo, change))
    file.write(trailer)
    return (*warnings, *more)


def _write_picture(
    photo: Photo, change: Change, file: BinaryIO, writing: Writing, metadata: list[bytes]
) -> None:
    """Write the file up to the end of its picture."""
    settings = settings_of(photo.opened, writing.quality)
    settings["restart_marker_blocks"] = restart_interval(photo.data)
    if photo.opened is not None and _is_striped(photo.opened):
        file.writelines([_START, *metadata])
        jpeg_strips.write_scan(photo.pictures[0], change, file, settings)
        return
    on_gpu = encoded_on_gpu(photo, change, settings)
    if on_gpu is not None:
        file.writelines(_spliced(memoryview(on_gpu), metadata))
        return
    image = to_8_bits(assemble(photo.pictures[0], change))
    if photo.opened is not None and photo.opened.mode == "CMYK":
        profile = photo.opened.info.get("icc_profile")
        image = cmyk.from_rgb(photo.image, image, _inks(photo.opened), profile)
        metadata = [*(whole for whole in metadata if whole[1] != APP14), _INKS]
    encoded = BytesIO()
    image.save(encoded, "JPEG", **settings)
    file.writelines(_spliced(encoded.getbuffer(), metadata))


def _updated_segments(photo: Photo, change: Change, writing: Writing) -> tuple[list[bytes], tuple[str, ...]]:
    """Return the source's segments, updated for the corrected photo, and a sentence for each loss."""
    own = (segment for segment in segments(photo.data) if not refers_to_other_pictures(segment))
    return jpeg_segments(
        own,
        preview_change(photo, change),
        writing.software,
        strip=writing.strip,
        dots=dots_of(photo) or DOTS,
    )


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format, without chroma subsampling."""
    from colorfix.photos.metadata.by_format import as_jpeg

    settings = {"quality": writing.quality or QUALITY, "subsampling": 0, "comment": None}
    encoded = BytesIO()
    save(photo, change, encoded, "JPEG", {"RGB", "L"}, settings)
    data = encoded.getvalue()
    own = next(segments(data), b"")
    at = 2 + (len(own) if own[1:2] == bytes([_JFIF]) else 0)
    metadata, warnings = corrected_metadata(photo, change, writing)
    described, _ = as_jpeg(metadata)
    file.writelines([data[:at], *described, data[at:]])
    return warnings


def settings_of(source: Image.Image | None, quality: int | None) -> dict[str, Any]:
    """Return Pillow's arguments for a JPEG with the tables, subsampling and scan order of another one."""
    if not isinstance(source, JpegImageFile):
        raise TypeError("a JPEG that Pillow did not open")
    settings: dict[str, Any] = {
        "subsampling": max(get_sampling(source), 0),  # -1: Pillow cannot write it; 4:4:4 loses nothing
        "progressive": "progressive" in source.info,
        # the Adobe segment is preserved; 0 in it means that the three channels are red, green and blue
        "keep_rgb": source.info.get("adobe_transform") == 0 and "jfif" not in source.info,
        "comment": None,  # preserved with the segments
    }
    if source.mode == "CMYK":  # written as CMYK, also if the source is YCCK
        settings |= {"subsampling": 0, "keep_rgb": False}
    if quality is not None:
        settings["quality"] = quality
    elif source.mode == "CMYK":
        settings["qtables"] = _tables(source)[:1]
    else:
        settings["qtables"] = _tables(source)
    return settings


def _tables(source: JpegImageFile) -> list[list[int]]:
    """Return a table per channel; Pillow uses the last one for further channels."""
    used = [table for _, _, _, table in source.layer]
    while len(used) > 1 and used[-1] == used[-2]:
        used.pop()
    return [source.quantization[table] for table in used]


def _spliced(encoded: memoryview, metadata: list[bytes]) -> list[bytes | memoryview]:
    """Return the parts of a file: an encoded picture with these segments instead of the encoder's."""
    own = {*APPLICATION, COMMENT}
    at = next(start for marker, start, _ in markers(encoded) if marker not in own)
    return [encoded[:2], *metadata, encoded[at:]]
