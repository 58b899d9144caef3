"""PNG to PNG: the pixels anew; text, profile, EXIF and the like as they were, byte for byte."""

from __future__ import annotations

import zlib
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from colorfix.errors import UnreadablePhoto
from colorfix.photos.picture import in_eight_bits, whole
from colorfix.photos.pillow import decoded, save
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from PIL import Image

    from colorfix.photos.photo import Data, Photo, Writing
    from colorfix.photos.picture import Change

_START = 8  # bytes of the signature
_FRAME = 12  # bytes of a chunk round its content: length, type, checksum
# Not marked as safe to copy, but right for any picture of the same size and colours. What is neither here
# nor marked safe depends on the old pixels (sBIT, sPLT, hIST, the frames of an animation, somebody's
# signature) and is left out.
_COPIED = {b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"tIME"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PHOTOGRAPHIC = 8  # bits a pixel that only noise and fine detail need
_PIECE = 1 << 20  # bytes inflated at a time


def chunks(data: bytes | memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """The chunks up to and with IEND, each as its type and its whole bytes; what follows IEND is no PNG."""
    view, at = memoryview(data), _START
    while at + _FRAME <= len(view):
        kind = bytes(view[at + 4 : at + 8])
        end = at + _FRAME + int.from_bytes(view[at : at + 4])
        yield kind, view[at:end]
        if kind == b"IEND":
            return
        at = end


def compression(photo: Photo) -> dict[str, Any]:
    """Pillow's settings for pixels like this photo's: run lengths for a photo, zlib's default for a drawing.

    On noise and fine detail run lengths alone give the same size in half the time; on flat colours they do
    not.
    """
    width, height = photo.size
    bits = 8 * len(photo.data) / (width * height)
    photographic = bits > _PHOTOGRAPHIC or photo.format in {"JPEG", "WEBP"}
    return {"compress_level": 1, "compress_type": zlib.Z_RLE} if photographic else {}


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a PNG; one whose pixels end early is refused, where Pillow would leave the rest black."""
    photo = decoded(data, name, "PNG", max_pixels)
    if photo.opened is not None and ends_early(bytes(data), photo.opened):
        raise UnreadablePhoto(shown(name), "is cut short; copy it again from where it came")
    return photo


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:  # noqa: ARG001 - a family's
    """Write the picture anew with every chunk that does not depend on the old pixels; a palette stays one."""
    encoded = BytesIO()
    image = in_eight_bits(whole(photo.pictures[0], change))
    image.save(encoded, "PNG", icc_profile=None, **compression(photo))
    own: dict[bytes, list[memoryview]] = {}
    for kind, chunk in chunks(encoded.getbuffer()):
        own.setdefault(kind, []).append(chunk)
    early, middle, late = _carried(bytes(photo.data))
    colours = [*own.get(b"PLTE", []), *own.get(b"tRNS", [])]
    order = [*own[b"IHDR"], *early, *colours, *middle, *own[b"IDAT"], *late, *own[b"IEND"]]
    file.write(b"".join([bytes(photo.data[:_START]), *order]))


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:  # noqa: ARG001 - a family's
    """Write a photo of another format."""
    save(photo, change, file, "PNG", {"RGB", "RGBA", "L", "LA", "P"}, compression(photo))


def _carried(data: bytes) -> tuple[list[memoryview], list[memoryview], list[memoryview]]:
    """What is copied, by where it stood: ahead of the palette, between it and the pixels, behind them."""
    places: tuple[list[memoryview], list[memoryview], list[memoryview]] = ([], [], [])
    place = 0
    for kind, chunk in chunks(data):
        place = max(place, {b"PLTE": 1, b"IDAT": 2}.get(kind, 0))
        safe_to_copy = kind[:1].islower() and kind[3:].islower()
        if safe_to_copy or kind in _COPIED:
            places[place].append(chunk)
    return places


def ends_early(data: bytes, image: Image.Image) -> bool:
    """Whether the pixels stop before the picture does: Pillow leaves the rest zero and says nothing.

    Only a last row of zeros is suspicious, so hardly any photo is inflated twice.

    Args:
        data: the file.
        image: decoded from it, in the file's own mode.
    """
    width, height = image.size
    interlaced = data[28] == 1
    last_row = image.crop((0, height - 1, width, height))
    if not interlaced and last_row.getbbox(alpha_only=False) is not None:
        return False
    bits = data[24] * _CHANNELS[data[25]]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    expected = sum(_pass_bytes(width - x, height - y, dx, dy, bits) for x, y, dx, dy in passes)
    return _inflated(data, expected) < expected


def _pass_bytes(width: int, height: int, every_x: int, every_y: int, bits: int) -> int:
    columns, rows = -(-width // every_x), -(-height // every_y)
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _inflated(data: bytes, enough: int) -> int:
    """Bytes of pixels in the file, counted no further than ``enough``."""
    stream = zlib.decompressobj()
    total = 0
    for kind, chunk in takewhile(lambda pair: pair[0] != b"IEND", chunks(data)):
        packed = bytes(chunk[8:-4]) if kind == b"IDAT" else b""
        while packed and total < enough:
            total += len(stream.decompress(packed, _PIECE))
            packed = stream.unconsumed_tail
    return total
