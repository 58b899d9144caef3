"""PNG: pixels re-encoded; text, profile, EXIF and other chunks byte for byte.

A palette is changed in place, and its pixels are not. 16 bits a channel stay 16; an animation keeps its
frames, their positions and times. Interlaced pixels are written without interlacing.

Pillow decodes 8 bits a channel, imagecodecs 16. Photographic pixels are always encoded by imagecodecs:
Pillow has no option for the filter, and trying all five costs more than all other work.
"""

from __future__ import annotations

import zlib
from functools import partial
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.errors import UnreadablePhoto
from colorfix.core.text import printable
from colorfix.photos import contents
from colorfix.photos.codecs import apng, pillow
from colorfix.photos.codecs import pillow as animation
from colorfix.photos.codecs.pillow import convert_mode, only_picture, to_supported_mode
from colorfix.photos.containers.png_chunks import (
    CREDENTIALS,
    DEPTH,
    SIGNATURE,
    chunk,
    chunks,
    content,
    dropped_kinds,
    is_carried,
    packed,
    pixels_of,
    repaired,
    trailer,
    uses_all_bits,
)
from colorfix.photos.metadata.by_format import as_png
from colorfix.photos.metadata.convert import corrected_metadata, profile_arguments
from colorfix.photos.metadata.exif import DOTS
from colorfix.photos.metadata.metadata import dots_of, preview_change
from colorfix.photos.metadata.png import png_chunks
from colorfix.photos.photo import Photo, Picture, Strip, assemble, to_16_bits
from colorfix.photos.pillow_open import (
    DEEP,
    open_image,
    refuse,
    refuse_frames,
    refuse_if,
    too_large,
    too_much,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray
    from PIL import ImageFile

    from colorfix.photos.codecs.apng import Frame
    from colorfix.photos.photo import Change, Data, Raster, Writing

_SIXTEEN = 16  # bits
_LEAST_DEEP_FRAME = 1 << 17  # pixels that take the time of a frame of one pixel
_COLOR_TYPES, _INTERLACED = 25, 28  # bytes of the file
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by color type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 20  # bytes inflated at a time
_RUNS = 3  # zlib's Z_RLE
_SUB, _PAETH = 16, 128  # filters of PNG, each alone


def is_deep(data: bytes) -> bool:
    """Whether a PNG has 16 bits a channel."""
    return data[DEPTH] == _SIXTEEN


def decode(data: bytes, name: str) -> Raster:
    """Return the pixels of a PNG; a transparent color becomes alpha.

    Raises:
        UnreadablePhoto: the pixels are cut short.
    """
    if is_deep(data):
        return _deep_pixels(data)
    image = open_image(data, "PNG")
    image.load()
    check_complete(data, image, name)
    return to_supported_mode(image)


def _deep_pixels(data: bytes) -> NDArray[np.uint16]:
    from imagecodecs import png_decode

    pixels: NDArray[np.uint16] = png_decode(data)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def encode(raster: Raster, *, photographic: bool) -> bytes:
    """Return a PNG of the pixels.

    On noise and fine detail, one filter with run-length encoding gives the same size as five filters with
    zlib's full search, in a sixth of the time; on flat colors it does not.

    Args:
        raster: in a mode that PNG supports, or deep.
        photographic: whether there is noise and fine detail.
    """
    if isinstance(raster, Image.Image) and (not photographic or raster.mode == "P"):
        encoded = BytesIO()
        raster.save(encoded, "PNG", icc_profile=None)
        return encoded.getvalue()
    from imagecodecs import png_encode

    shallow = isinstance(raster, Image.Image)
    pixels = np.asarray(raster) if isinstance(raster, Image.Image) else _without_axis(to_16_bits(raster))
    settings = {"level": 1, "strategy": _RUNS, "filter": _PAETH if shallow else _SUB} if photographic else {}
    return bytes(png_encode(pixels, **settings))


def _without_axis(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return gray pixels without their axis of channels, shape [H, W]."""
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def check_complete(data: bytes, image: Image.Image, name: str) -> None:
    """Refuse a file whose pixels are cut short: Pillow leaves the rest zero without an error.

    Only if the last row is zero are the pixels inflated again, to count them.

    Args:
        data: the file, of at most 8 bits a channel; for more, libpng checks it.
        image: decoded from it, in the file's own mode.
        name: for the error.

    Raises:
        UnreadablePhoto: the pixels are cut short.
    """
    width, height = image.size
    interlaced = data[_INTERLACED] == 1
    last_row = image.crop((0, height - 1, width, height))
    if not interlaced and last_row.getbbox(alpha_only=False) is not None:
        return
    bits = data[DEPTH] * _CHANNELS[data[_COLOR_TYPES]]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    expected = sum(_pass_bytes(width - x, height - y, dx, dy, bits) for x, y, dx, dy in passes)
    if _inflated(data, expected) < expected:
        raise UnreadablePhoto(printable(name), "is cut short; copy it again from where it came")


def _pass_bytes(width: int, height: int, every_x: int, every_y: int, bits: int) -> int:
    columns, rows = -(-width // every_x), -(-height // every_y)
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _inflated(data: bytes, enough: int) -> int:
    """Return the number of bytes of pixels in the file, up to ``enough``."""
    stream = zlib.decompressobj()
    total = 0
    for kind, piece in takewhile(lambda pair: pair[0] != b"IEND", chunks(data)):
        packed = bytes(piece[8:-4]) if kind == b"IDAT" else b""
        while packed and total < enough:
            total += len(stream.decompress(packed, _PIECE))
            packed = stream.unconsumed_tail
    return total


_PALETTE = 3  # a color type
_COLOR = 25  # the byte of the file
_PHOTOGRAPHIC = 8  # bits per pixel that only noise and fine detail need
_OF_PALETTES = {b"IHDR", b"PLTE", b"tRNS", b"hIST", b"IDAT", b"IEND"}
_OF_ANIMATIONS = {apng.ANIMATION, apng.CONTROL, apng.FRAME_PIXELS}
_MODES = {"RGB", "RGBA", "L", "LA", "P"}
_OLD_PIXELS = "has chunks that do not fit new pixels ({}); they are left out"


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a PNG; one whose pixels end early is refused.

    The pictures of an animation are its frames as displayed; with 16 bits a channel, as stored.
    """
    stored = bytes(data)
    image = open_image(stored, "PNG")
    if is_deep(stored):
        pictures = _deep(stored, image, name, max_pixels)
    else:
        refuse(image, name, max_pixels, many=True)
        refuse_frames(image, len(stored), name, max_pixels)
        pictures = _shallow(stored, image, name)
    removed = (contents.CREDENTIALS,) if any(kind == CREDENTIALS for kind, _ in chunks(stored)) else ()
    photo = Photo(name, data, pictures, "PNG", image.info.get("icc_profile"), opened=image)
    return photo.with_contents(removed, contents.kinds_in(trailer(stored)))


def _shallow(data: bytes, image: ImageFile.ImageFile, name: str) -> tuple[Picture, ...]:
    if getattr(image, "n_frames", 1) == 1:
        image.load()
        check_complete(data, image, name)
        return (Picture.of(to_supported_mode(image)),)
    for frame in apng.frames(data):
        decode(frame.data, name)
    return animation.frames_of(image)


def _deep(data: bytes, image: Image.Image, name: str, max_pixels: int) -> tuple[Picture, ...]:
    refuse_if(too_large(*image.size, max_pixels), name)
    frames = [*apng.frames(data)] if apng.is_animated(data) else []
    sizes = [max(frame.box[2] * frame.box[3], _LEAST_DEEP_FRAME) for frame in frames]
    pixels = sum(sizes) or image.width * image.height
    refuse_if(too_much(2 * DEEP * pixels, len(data), max_pixels), name)
    if not frames:
        return (Picture.of(decode(data, name)),)
    pictures = []
    for frame in frames:
        decode(frame.data, name)
        pictures.append(Picture(frame.box[2], frame.box[3], partial(_strips, frame, name)))
    return tuple(pictures)


def _strips(frame: Frame, name: str) -> tuple[Strip]:
    return (Strip(decode(frame.data, name), *frame.box[:2]),)


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the picture with every chunk that does not depend on the old pixels; palettes stay.

    Data behind the last chunk follows it.
    """
    data = bytes(photo.data)
    file.write(SIGNATURE)
    if data[_COLOR] == _PALETTE:
        parts = _with_palette(data, change, photo.name)
    else:
        parts = _with_pixels(photo, change)
    pairs = ((bytes(part[4:8]), part) for part in parts)
    updated, warnings = png_chunks(
        pairs,
        preview_change(photo, change),
        writing.software,
        strip=writing.strip,
        dots=dots_of(photo) or DOTS,
    )
    file.writelines(part for _, part in updated)
    if writing.strip:
        return warnings
    file.write(trailer(data))
    dropped = dropped_kinds(data, {kind for kind, _ in updated})
    names = ", ".join(printable(kind.decode("latin-1")) for kind in dropped)
    return (*warnings, _OLD_PIXELS.format(names)) if names else warnings


def _with_palette(data: bytes, change: Change, name: str) -> Iterator[bytes | memoryview]:
    """Yield the same chunks with another palette; the pixels are indices and stay."""
    moving = _OF_ANIMATIONS if apng.is_animated(data) else set()
    header = next(chunks(data))[1]
    for kind, whole_chunk in repaired(chunks(data)):
        if kind == b"PLTE":
            yield chunk(b"PLTE", pillow.change_palette(content(whole_chunk), change, name))
        elif kind in _OF_PALETTES | moving or is_carried(kind) or uses_all_bits(kind, whole_chunk, header):
            yield whole_chunk


def _with_pixels(photo: Photo, change: Change) -> Iterator[bytes | memoryview]:
    """Yield the chunks in order, with the pixels of each frame re-encoded and new sequence numbers."""
    data = bytes(photo.data)
    moving = apng.is_animated(data)
    pictures = _encoded(photo, change, moving=moving)
    sequence, encoded, due = 0, next(pictures), {apng.PIXELS}
    header = next(chunks(encoded))[1]  # its color type may differ: a transparent color has become alpha
    for kind, part in repaired(chunks(data)):
        if kind == b"IHDR":
            yield header
        elif kind in due:  # the first pixel chunk of a frame; the others are dropped
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
        elif kind == b"IEND" or is_carried(kind) or uses_all_bits(kind, part, header):
            yield part


def _encoded(photo: Photo, change: Change, *, moving: bool) -> Iterator[bytes]:
    """Yield each frame, changed, as a PNG of its own."""
    if not moving:
        yield encode(assemble(photo.pictures[0], change), photographic=is_photographic(photo))
        return
    for frame in apng.frames(bytes(photo.data)):
        left, top, width, height = frame.box
        after = change(Strip(decode(frame.data, photo.name), left, top))
        noisy = 8 * frame.size > _PHOTOGRAPHIC * width * height
        yield encode(after, photographic=noisy)


def is_photographic(photo: Photo) -> bool:
    """Whether the photo has noise and fine detail, judged by its compressed size."""
    width, height = photo.size
    return photo.format in {"JPEG", "WEBP"} or 8 * len(photo.data) > _PHOTOGRAPHIC * width * height


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format, with 16 bits a channel if it has more than 8."""
    raster = only_picture(photo, "PNG", change)
    if isinstance(raster, Image.Image):
        raster = convert_mode(photo, raster, "PNG", _MODES)
    encoded = encode(raster, photographic=is_photographic(photo))
    header, *others = (part for kind, part in chunks(encoded) if kind in _OF_PALETTES)
    metadata, warnings = corrected_metadata(photo, change, writing)
    described = [chunk for _, chunk in as_png(metadata)]
    file.write(packed([header, *_measured(photo), *described, *others]))
    return warnings


def _measured(photo: Photo) -> list[memoryview]:
    """Return the chunks of the photo's profile and resolution, as Pillow writes them."""
    file = BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG", **profile_arguments(photo))
    return [part for kind, part in chunks(file.getvalue()) if is_carried(kind)]
