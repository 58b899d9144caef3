"""JPEG XL (extra ``jxl``): re-encoded, EXIF and XMP byte for byte.

A lossless file is written lossless. The quality of a lossy one is not recorded, so it is ``QUALITY`` unless
the user gives one. The encoder takes no color profile: photos in other spaces than sRGB can be read, and
written in another format. It would mark 16 bits as linear, so it gets 8. libjxl rotates the pixels as the
file demands, so they are written upright.

Size and losslessness are read from the header of the codestream.

Source: ISO/IEC 18181-1, annexes A and D (SizeHeader, ImageMetadata).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.imports import extra
from colorfix.core.text import printable
from colorfix.photos import contents
from colorfix.photos.codecs.pillow import QUALITY, convert_mode, only_picture
from colorfix.photos.color_spaces.profiles import is_srgb
from colorfix.photos.containers.bmff import boxes
from colorfix.photos.metadata.convert import corrected_metadata
from colorfix.photos.metadata.exif import oriented
from colorfix.photos.metadata.metadata import updated
from colorfix.photos.photo import Photo, Picture, assemble, to_8_bits
from colorfix.photos.pillow_open import DEEP, refuse_if, too_large, too_much

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data, Raster, Writing

_SIGNATURE = 16  # bits
_MOST = 64  # bytes of the header at most
_RATIOS = ((1, 1), (6, 5), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # of width to height
_SIZES = ((0, 9), (0, 13), (0, 18), (0, 30))
_INTEGER_DEPTHS = ((8, 0), (10, 0), (12, 0), (1, 6))
_FLOAT_DEPTHS = ((32, 0), (16, 0), (24, 0), (1, 6))
_EXTRA_CHANNELS = ((0, 0), (1, 0), (2, 4), (1, 12))


@dataclass
class _Bits:
    data: bytes
    at: int = 0

    def take(self, count: int) -> int:
        if self.at + count > 8 * len(self.data):
            raise ValueError("the header ends early")
        taken = sum(
            (self.data[n >> 3] >> (n & 7) & 1) << n - self.at for n in range(self.at, self.at + count)
        )
        self.at += count
        return taken

    def choose(self, ranges: tuple[tuple[int, int], ...]) -> int:
        """Read a number of type U32: two bits select an offset and how many bits follow."""
        least, count = ranges[self.take(2)]
        return least + self.take(count)


class Header(NamedTuple):
    """Facts from the header of a codestream.

    Attributes:
        size: width and height, pixels, as they are stored.
        bits: of a sample.
        animated: whether it has frames.
        lossless: whether the original color values are stored instead of XYB, which is lossy. Unclear cases
            (a preview, an animation, unusual extra channels) count as lossy.
    """

    size: tuple[int, int]
    bits: int = 8
    animated: bool = False
    lossless: bool = False


def header_of(codestream: bytes) -> Header:
    r"""Return the header of a codestream.

    Args:
        codestream: begins with ``FF 0A``; 64 bytes suffice.

    Raises:
        ValueError: the size is cut short.

    >>> header_of(b"\xff\x0a\x03\x00").size
    (8, 16)
    >>> from imagecodecs import jpegxl_encode
    >>> import numpy as np
    >>> pixels = np.zeros((3, 2, 3), np.uint8)
    >>> header_of(jpegxl_encode(pixels, lossless=True, usecontainer=False))
    Header(size=(2, 3), bits=8, animated=False, lossless=True)
    """
    bits = _Bits(codestream[:_MOST], _SIGNATURE)
    known = Header(_size(bits))
    try:
        return known if bits.take(1) else _described_header(bits, known)  # a bit for all defaults
    except ValueError:
        return known


def _described_header(bits: _Bits, known: Header) -> Header:
    if bits.take(1):  # extra fields
        bits.take(3)  # the orientation
        if bits.take(1):
            _size(bits)
        if bits.take(1):  # a preview
            return known
        if bits.take(1):
            return known._replace(animated=True)
    depth = bits.choose(_FLOAT_DEPTHS) if (floats := bits.take(1)) else bits.choose(_INTEGER_DEPTHS)
    bits.take(4 * floats)  # of the exponent
    bits.take(1)  # whether 16-bit buffers suffice
    plain_alphas = all(bits.take(1) for _ in range(bits.choose(_EXTRA_CHANNELS)))
    return known._replace(bits=depth, lossless=plain_alphas and not bits.take(1))


def _size(bits: _Bits) -> tuple[int, int]:
    eights = bits.take(1)
    height = 8 * (1 + bits.take(5)) if eights else 1 + bits.choose(_SIZES)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return height * across // down, height
    return 8 * (1 + bits.take(5)) if eights else 1 + bits.choose(_SIZES), height


_CODESTREAM = b"\xff\x0a"
_START = b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
_EXIF, _XMP, _PACKED = b"Exif", b"xml ", b"brob"
_WRITTEN = {
    b"JXL ",
    b"ftyp",
    b"jxlc",
    b"jxlp",
    b"jxll",
    b"jxli",
    b"jbrd",
    _EXIF,
    _XMP,
}  # by this file or in vain
_LABEL = 128  # bytes of a JUMBF box in which its label is
_MODES = {"RGB", "RGBA", "L", "LA"}
_PREFIX = b"Exif\0\0"
_EIGHT = 8  # bits
_FRAMES = 4  # axes of an animation
_ANIMATED = "is an animation, of several pictures; save the one you want by itself"
_DEEP = "has more than 8 bits a channel; JPEG XL is written with 8"
_PROFILE = "has a color profile that JPEG XL is written without; write a .png or .tif"


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a JPEG XL file of one picture."""
    library = extra("pillow_jxl", "jxl", name)
    stored = bytes(data)
    header = header_of(_codestream(stored))
    deep = 1 if header.bits <= _EIGHT else DEEP * -(-header.bits // (2 * _EIGHT))  # lossy, unlike PNG
    pixels = header.size[0] * header.size[1] * deep
    refuse_if(too_large(*header.size, max_pixels) or too_much(pixels, len(data), max_pixels), name)
    refuse_if(_ANIMATED if header.animated else None, name)
    _, _, _, profile, _ = library.Decoder(num_threads=1)(stored)
    raster = _decoded(stored, name)
    found = _blocks(stored)
    opened = Image.new("L", (1, 1))
    opened.info = {"exif": oriented(_exif_in(found.get(_EXIF, b"")), 1), "xmp": found.get(_XMP, b"")}
    losses = (_DEEP,) if isinstance(raster, np.ndarray) else ()
    photo = Photo(name, data, (Picture.of(raster),), "JXL", profile or None, losses, opened=opened)
    names = dict.fromkeys(_removed(kind, box) for kind, box in _boxes(stored))
    return photo.with_contents(tuple(name for name in names if name), contents.kinds_in(_carried(stored)))


def _exif_in(box: bytes) -> bytes:
    """Return the EXIF block of a box: after a four-byte offset, which some encoders omit."""
    return box if box[:4] in {b"II*\0", b"MM\0*"} else box[4:]


def _decoded(data: bytes, name: str) -> Raster:
    from imagecodecs import jpegxl_decode

    pixels = jpegxl_decode(data, numthreads=1)
    refuse_if(_ANIMATED if pixels.ndim == _FRAMES else None, name)
    if pixels.dtype == np.uint8:
        return Image.fromarray(pixels)
    deep = pixels[..., None] if pixels.ndim == 2 else pixels
    return deep if deep.dtype == np.uint16 else deep.astype(np.float32)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the boxes of a container; none for a bare codestream, and none that is cut short."""
    found: list[tuple[bytes, bytes]] = []
    if not data.startswith(_CODESTREAM):
        with suppress(ValueError):
            found.extend((kind, data[start:end]) for kind, start, end in boxes(data))
    return found


def _blocks(data: bytes) -> dict[bytes, bytes]:
    """Return the boxes of a container by their type; none for a bare codestream."""
    return dict(_boxes(data))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the changed picture with the source's EXIF and XMP; other boxes and the rest are copied."""
    data = bytes(photo.data)
    found = _blocks(data)
    exif, xmp, warnings = updated(
        _exif_in(found.get(_EXIF, b"")), found.get(_XMP, b""), photo, change, writing
    )
    lossless = _is_lossless(data) and writing.quality is None
    quality = None if lossless else writing.quality or QUALITY
    file.write(_file(photo, assemble(photo.pictures[0], change), quality, _described(exif, xmp)))
    if not writing.strip:
        file.write(_carried(data))
    return warnings


def _removed(kind: bytes, box: bytes) -> str | None:
    """Return the name of the content of a box that no longer fits the corrected pixels; else None."""
    packed = kind == _PACKED
    inner = box[:4] if packed else kind
    if inner == b"jumb" and (packed or b"c2pa" in box[:_LABEL]):
        return contents.CREDENTIALS
    return contents.GAIN_MAP if inner == b"jhgm" else None


def _carried(data: bytes) -> bytes:
    """Return the boxes that are copied, and the bytes behind the last one."""
    if data.startswith(_CODESTREAM):
        return b""
    parts, at = [], 0
    with suppress(ValueError):  # behind the last box
        for kind, start, end in boxes(data):
            if kind not in _WRITTEN and _removed(kind, data[start:end]) is None:
                parts.append(data[at:end])
            at = end
    return b"".join([*parts, data[at:]])


def _codestream(data: bytes) -> bytes:
    """Return the codestream, or the first box of it."""
    if data.startswith(_CODESTREAM):
        return data
    streams = {b"jxlc": 0, b"jxlp": 4}  # bytes ahead: the number of the part
    return next((box[streams[kind] :] for kind, box in _boxes(data) if kind in streams), b"")


def _is_lossless(data: bytes) -> bool:
    repacked = b"jbrd" in _blocks(data)  # a recompressed JPEG
    return not repacked and header_of(_codestream(data)).lossless


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format."""
    metadata, warnings = corrected_metadata(photo, change, writing)
    described = _described(metadata.exif, metadata.xmp)
    raster = only_picture(photo, "JXL", change)
    file.write(_file(photo, raster, writing.quality or QUALITY, described))
    return warnings


def _described(exif: bytes, xmp: bytes) -> list[tuple[bytes, bytes]]:
    blocks = {_EXIF: bytes(4) + exif if exif else b"", _XMP: xmp}
    return [(kind, block) for kind, block in blocks.items() if block]


def _file(photo: Photo, raster: Raster, quality: int | None, described: list[tuple[bytes, bytes]]) -> bytes:
    """Return a container file; quality None is lossless."""
    from imagecodecs import jpegxl_encode

    if not is_srgb(photo):
        raise OutputError(printable(photo.name), _PROFILE)
    pixels = np.asarray(convert_mode(photo, to_8_bits(raster), "JXL", _MODES))
    settings = {"lossless": True} if quality is None else {"distance": _distance(quality)}
    codestream = jpegxl_encode(pixels, usecontainer=False, numthreads=1, **settings)
    parts = [*described, (b"jxlc", bytes(codestream))]
    return _START + b"".join((len(body) + 8).to_bytes(4) + kind + body for kind, body in parts)


def _distance(quality: int) -> float:
    """Return the Butteraugli distance of a quality of 1 to 100, as in libjxl's own tools.

    >>> round(_distance(92), 2), _distance(100)
    (0.82, 0.1)
    """
    if quality >= 30:  # where the curve changes
        return 0.1 + 0.09 * (100 - quality)
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25
