"""PNG to PNG: the pixels anew; text, profile, EXIF and the like as they were, byte for byte.

A palette is changed where it stands, and no pixel is touched. Sixteen bits a channel stay sixteen; an
animation keeps its frames, each in its place and time. Interlaced pixels are written without interlacing.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from colorfix.core.errors import UnsupportedPhoto
from colorfix.core.text import shown
from colorfix.photos import apng, palettes, png_pixels
from colorfix.photos import frames as animation
from colorfix.photos.carrying import carried, keywords
from colorfix.photos.kept import in_small
from colorfix.photos.opening import opened
from colorfix.photos.photo import Photo
from colorfix.photos.picture import Picture, Strip, whole
from colorfix.photos.pillow import fitted, only, settled
from colorfix.photos.placing import as_png
from colorfix.photos.png_chunks import SIGNATURE, chunk, chunks, content, is_carried, packed, pixels_of
from colorfix.photos.png_metadata import png_chunks
from colorfix.photos.refusing import refuse, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from PIL import ImageFile

    from colorfix.photos.apng import Frame
    from colorfix.photos.photo import Data, Writing
    from colorfix.photos.picture import Change

_PALETTE = 3  # a colour type
_COLOUR = 25  # the byte of the file
_PHOTOGRAPHIC = 8  # bits a pixel that only noise and fine detail need
_OF_PALETTES = {b"IHDR", b"PLTE", b"tRNS", b"hIST", b"IDAT", b"IEND"}
_OF_ANIMATIONS = {apng.ANIMATION, apng.CONTROL, apng.FRAME_PIXELS}
_MODES = {"RGB", "RGBA", "L", "LA", "P"}


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a PNG; one whose pixels end early is refused.

    The pictures of an animation are its frames as they are shown; where it has 16 bits a channel, as they
    are stored.
    """
    held = bytes(data)
    image = opened(held, "PNG")
    if png_pixels.is_deep(held):
        pictures = _deep(held, image, name, max_pixels)
    else:
        refuse(image, held, name, max_pixels, many=True)
        pictures = _shallow(held, image, name)
    return Photo(name, data, pictures, "PNG", image.info.get("icc_profile"), opened=image)


def _shallow(data: bytes, image: ImageFile.ImageFile, name: str) -> tuple[Picture, ...]:
    if getattr(image, "n_frames", 1) == 1:
        image.load()
        png_pixels.check_complete(data, image, name)
        return (Picture.of(settled(image)),)
    for frame in apng.frames(data):
        png_pixels.decode(frame.data, name)
    return animation.frame_copies(image)


def _deep(data: bytes, image: Image.Image, name: str, max_pixels: int) -> tuple[Picture, ...]:
    reason = too_large(*image.size, max_pixels)
    if reason:
        raise UnsupportedPhoto(shown(name), reason)
    if not apng.is_animated(data):
        return (Picture.of(png_pixels.decode(data, name)),)
    pictures = []
    for frame in apng.frames(data):
        png_pixels.decode(frame.data, name)
        pictures.append(Picture(frame.box[2], frame.box[3], partial(_strips, frame, name)))
    return tuple(pictures)


def _strips(frame: Frame, name: str) -> tuple[Strip]:
    return (Strip(png_pixels.decode(frame.data, name), *frame.box[:2]),)


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the picture anew with every chunk that does not depend on the old pixels; a palette stays one."""
    data = bytes(photo.data)
    file.write(SIGNATURE)
    if data[_COLOUR] == _PALETTE:
        parts = _with_palette(data, change, photo.name)
    else:
        parts = _with_pixels(photo, change)
    pairs = ((bytes(part[4:8]), part) for part in parts)
    kept, _ = png_chunks(pairs, in_small(photo, change), writing.software, strip=writing.strip)
    file.writelines(part for _, part in kept)


def _with_palette(data: bytes, change: Change, name: str) -> Iterator[bytes | memoryview]:
    """The same chunks with another palette: the pixels, which are numbers of its colours, stay."""
    moving = _OF_ANIMATIONS if apng.is_animated(data) else set()
    for kind, whole_chunk in chunks(data):
        if kind == b"PLTE":
            yield chunk(b"PLTE", palettes.changed(content(whole_chunk), change, name))
        elif kind in _OF_PALETTES | moving or is_carried(kind):
            yield whole_chunk


def _with_pixels(photo: Photo, change: Change) -> Iterator[bytes | memoryview]:
    """The chunks in their order, the pixels of each frame encoded anew and frames numbered anew."""
    data = bytes(photo.data)
    moving = apng.is_animated(data)
    pictures = _encoded(photo, change, moving=moving)
    sequence, encoded, due = 0, next(pictures), {apng.PIXELS}
    for kind, part in chunks(data):
        if kind == b"IHDR":
            yield next(chunks(encoded))[1]  # its kind of pixels: a transparent colour has become alpha
        elif kind in due:  # the first chunk of a frame's pixels stands for all
            for whole_chunk in pixels_of(encoded):
                yield (
                    whole_chunk if kind == apng.PIXELS else apng.frame_pixels(content(whole_chunk), sequence)
                )
                sequence += kind == apng.FRAME_PIXELS
            encoded, due = next(pictures, b""), set()
        elif kind == apng.ANIMATION and moving:
            yield part
        elif kind == apng.CONTROL and moving:
            yield apng.numbered(content(part), sequence)
            sequence, due = sequence + 1, {apng.PIXELS, apng.FRAME_PIXELS}
        elif kind == b"IEND" or is_carried(kind):
            yield part


def _encoded(photo: Photo, change: Change, *, moving: bool) -> Iterator[bytes]:
    """Each frame's picture, changed, as a PNG of its own."""
    if not moving:
        yield png_pixels.encode(whole(photo.pictures[0], change), photographic=is_photographic(photo))
        return
    for frame in apng.frames(bytes(photo.data)):
        left, top, width, height = frame.box
        after = change(Strip(png_pixels.decode(frame.data, photo.name), left, top))
        noisy = 8 * len(frame.stored) > _PHOTOGRAPHIC * width * height
        yield png_pixels.encode(after, photographic=noisy)


def is_photographic(photo: Photo) -> bool:
    """Whether the photo has noise and fine detail, judged by how well it could be packed."""
    width, height = photo.size
    return photo.format in {"JPEG", "WEBP"} or 8 * len(photo.data) > _PHOTOGRAPHIC * width * height


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write a photo of another format, in 16 bits a channel if it has more than 8."""
    raster = only(photo, "PNG", change)
    if isinstance(raster, Image.Image):
        raster = fitted(photo, raster, "PNG", _MODES)
    encoded = png_pixels.encode(raster, photographic=is_photographic(photo))
    header, *others = (part for kind, part in chunks(encoded) if kind in _OF_PALETTES)
    described = [chunk for _, chunk in as_png(carried(photo, change, writing))]
    file.write(packed([header, *_measured(photo), *described, *others]))


def _measured(photo: Photo) -> list[memoryview]:
    """What Pillow writes of the photo's profile and resolution round a picture."""
    file = BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG", **keywords(photo))
    return [part for kind, part in chunks(file.getvalue()) if is_carried(kind)]
