"""The compressions of a TIFF's segments: bytes to samples and samples to bytes.

All are written losslessly except JPEG, whose segments keep their tables and sampling. They share tables, and
a tag of the TIFF gives the kind of their colors.

Source: TIFF Technical Note 2 (1995), "New JPEG-in-TIFF".
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorfix.photos.codecs import jpeg
from colorfix.photos.codecs.tiff.page import FLOAT, JPEG, NONE, UNSIGNED, YCBCR
from colorfix.photos.containers.jpeg_markers import SCAN, decoding_work, markers
from colorfix.photos.pillow_open import open_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import ImageFile

    from colorfix.photos.codecs.tiff.page import Page

_START, _MARKERS = b"\xff\xd8", 2
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"  # and a byte: whether the colors are YCbCr
_MOST_WORK = 4  # times that of a usual progressive JPEG
_JFIF_END = 20  # bytes in which JFIF's segment is found
_NAMES_COLORS = {0xE0, 0xEE}  # JFIF and Adobe


def jpeg_decoded(page: Page, packed: bytes, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return a segment's pixels, RGB or gray.

    Args:
        page: its layout.
        packed: the segment's bytes.
        shape: required rows, columns and samples; more rows are left out.

    Raises:
        ValueError: it has another shape.
        OSError: it is cut short; Pillow raises others.
    """
    image = _opened(page, packed)
    rows, columns, samples = shape
    width, height = image.size
    if width != columns or not rows <= height <= page.segment[0] or len(image.getbands()) != samples:
        raise ValueError(f"a strip or tile of {width} x {height} pixels where others were announced")
    if decoding_work(packed, image.size) > _MOST_WORK * width * height:
        raise ValueError("a strip or tile of too many scans")
    image.load()
    return np.asarray(image).reshape(height, columns, samples)[:rows]


def jpeg_encoded(page: Page, pixels: NDArray[Any], before: bytes, quality: int | None) -> bytes:
    """Return the pixels as a segment with the tables and the sampling of the old one.

    Args:
        page: its layout.
        pixels: shape [H, W, C].
        before: the segment's old bytes.
        quality: 1 to 100 for new tables; None for the old ones.
    """
    stream = BytesIO()
    image = Image.fromarray(pixels if pixels.shape[2] > 1 else pixels[..., 0])
    image.save(stream, "JPEG", **jpeg.settings_of(_opened(page, before), quality))
    return stream.getvalue()


def _opened(page: Page, packed: bytes) -> ImageFile.ImageFile:
    """Open the segment as a JPEG with the shared tables and the kind of its colors."""
    is_ycbcr = page.photometric == YCBCR or b"JFIF" in packed[:_JFIF_END]
    tables = page.tables[_MARKERS:-_MARKERS]
    body = _without_names_of_colors(packed)
    return open_image(b"".join([_START, _ADOBE, bytes([is_ycbcr]), tables, *body]), "JPEG")


def _without_names_of_colors(packed: bytes) -> Iterator[bytes]:
    """Yield a JPEG behind its first marker, without the segments of JFIF and Adobe."""
    at = _MARKERS
    for marker, start, end in markers(packed):
        if marker in _NAMES_COLORS:
            yield packed[at:start]
            at = end
        elif marker == SCAN:
            break
    yield packed[at:]


Buffer: TypeAlias = bytes | bytearray
Samples: TypeAlias = NDArray[Any]
"""Shape [H, W, samples] or, of a plane, [H, W, 1], as stored."""

_LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _LZMA, _ZSTD = 5, 8, 32946, 32773, 34925, 50000
_WEBP, _JPEG_XL, _JPEG_XL_DNG, _JPEG_2000 = 50001, 50002, 52546, 34712

_STREAMS: dict[int, tuple[Callable[..., Buffer], Callable[..., Buffer]]] = {
    _LZW: (imagecodecs.lzw_decode, imagecodecs.lzw_encode),
    _DEFLATE: (imagecodecs.deflate_decode, imagecodecs.deflate_encode),
    _OLD_DEFLATE: (imagecodecs.deflate_decode, imagecodecs.deflate_encode),
    _PACKBITS: (imagecodecs.packbits_decode, imagecodecs.packbits_encode),
    _LZMA: (imagecodecs.lzma_decode, imagecodecs.lzma_encode),
    _ZSTD: (imagecodecs.zstd_decode, imagecodecs.zstd_encode),
}
"""Compressions of bytes: their decoder and encoder."""

_IMAGES: dict[int, tuple[Callable[..., Samples], Callable[..., Buffer], dict[str, Any]]] = {
    _WEBP: (imagecodecs.webp_decode, imagecodecs.webp_encode, {"lossless": True}),
    _JPEG_XL: (imagecodecs.jpegxl_decode, imagecodecs.jpegxl_encode, {"lossless": True}),
    _JPEG_XL_DNG: (imagecodecs.jpegxl_decode, imagecodecs.jpegxl_encode, {"lossless": True}),
    _JPEG_2000: (imagecodecs.jpeg2k_decode, imagecodecs.jpeg2k_encode, {}),
}
"""Compressions of pixels: their decoder, encoder, and settings for lossless output."""

IMAGE_CODECS = {JPEG, *_IMAGES}
"""Compressions of pixels."""

KNOWN = {NONE, *IMAGE_CODECS, *_STREAMS}
"""Compressions that can be read and written."""

_NO_PREDICTOR, _HORIZONTAL, _FLOATING = 1, 2, 3
PREDICTORS = {_NO_PREDICTOR, _HORIZONTAL, _FLOATING}
_REVERSED = 2  # FillOrder: the lowest bit comes first
_SLACK = 1 << 12  # bytes that a segment may have beyond its pixels
_LEVELS = (1, 4, 6, 9)  # of deflate, by the two highest bits of a stream's second byte


def decoded(page: Page, packed: bytes, rows: int) -> Samples:
    """Return a segment's samples.

    Args:
        page: its layout.
        packed: the segment's bytes.
        rows: required; the last strip may be shorter than the others, or padded.

    Raises:
        ValueError: it is cut short or damaged; codecs raise others.
    """
    if page.compression == JPEG:
        return jpeg_decoded(page, packed, (rows, page.segment[1], in_pixel(page)))
    if page.compression in _IMAGES:
        return _from_image_codec(page, packed, rows)
    if page.bit_order == _REVERSED:
        packed = bytes(imagecodecs.bitorder_decode(packed))
    if page.compression != NONE:
        limit = max(rows, page.segment[0]) * _row_bytes(page) + _SLACK
        packed = bytes(_STREAMS[page.compression][0](packed, out=limit))
    needed = rows * _row_bytes(page)
    if len(packed) < needed:
        raise ValueError(f"a strip or tile is cut short, {len(packed)} of {needed} bytes")
    return _unpacked(page, packed[:needed], rows)


def encoded(page: Page, samples: Samples, before: bytes, quality: int | None) -> bytes:
    """Return the bytes of a segment, compressed as its page is.

    Args:
        page: its layout.
        samples: as ``decoded`` gives them.
        before: the segment's old bytes, for the level of compression.
        quality: 1 to 100 for new tables of a JPEG segment; None keeps the old ones.
    """
    if page.compression == JPEG:
        return jpeg_encoded(page, samples, before, quality)
    if page.compression in _IMAGES:
        _, encode, settings = _IMAGES[page.compression]
        pixels = samples if samples.shape[2] > 1 else samples[..., 0]
        return bytes(encode(np.ascontiguousarray(pixels), **settings))
    packed = _packed(page, samples)
    if page.compression != NONE:
        packed = bytes(_STREAMS[page.compression][1](packed, **_strength(page, before)))
    return bytes(imagecodecs.bitorder_encode(packed)) if page.bit_order == _REVERSED else packed


def _strength(page: Page, before: bytes) -> dict[str, int]:
    return {"level": _LEVELS[before[1] >> 6]} if page.compression in {_DEFLATE, _OLD_DEFLATE} else {}


def in_pixel(page: Page) -> int:
    """Return the samples of each pixel in one segment."""
    return 1 if page.separate else page.samples


def _row_bytes(page: Page) -> int:
    return -(-page.segment[1] * in_pixel(page) * page.bits // 8)


def stored_type(page: Page) -> np.dtype[Any]:
    """Return the type of the samples in memory, in the machine's byte order.

    Raises:
        KeyError: there is none.
    """
    if page.sample_format == FLOAT:
        return np.dtype({16: np.float16, 32: np.float32, 64: np.float64}[page.bits])
    if page.sample_format != UNSIGNED or not page.bits:
        raise KeyError(page.sample_format)
    return np.dtype({1: np.uint8, 2: np.uint16, 4: np.uint32}[_bytes_for(page.bits)])


def _bytes_for(bits: int) -> int:
    return next(size for size in (1, 2, 4, 8) if bits <= 8 * size)


def _from_image_codec(page: Page, packed: bytes, rows: int) -> Samples:
    """Decode a segment of pixels into memory of the announced size, which limits the codec."""
    kind, shape = stored_type(page), (rows, page.segment[1], in_pixel(page))
    samples = np.empty(shape if shape[2] > 1 else shape[:2], kind)
    # WebP leaves out an opaque alpha
    settings = {"hasalpha": True} if (page.compression, shape[2]) == (_WEBP, 4) else {}
    _IMAGES[page.compression][0](packed, out=samples, **settings)
    return samples.reshape(shape)


def _unpacked(page: Page, packed: bytes, rows: int) -> Samples:
    kind, shape = stored_type(page), (rows, page.segment[1], in_pixel(page))
    if page.bits % 8:
        runs = shape[1] * shape[2]
        samples = np.asarray(imagecodecs.packints_decode(packed, kind, page.bits, runlen=runs))
        return samples[: rows * runs].reshape(shape)
    if page.predictor == _FLOATING:
        return np.asarray(imagecodecs.floatpred_decode(np.frombuffer(packed, kind).reshape(shape), axis=-2))
    samples = np.frombuffer(packed, _in_file(page, kind)).reshape(shape).astype(kind, copy=False)
    if page.predictor == _HORIZONTAL:
        whole = np.ascontiguousarray(samples).view(f"u{kind.itemsize}")  # floats are predicted by their bits
        return np.asarray(imagecodecs.delta_decode(whole, axis=-2)).view(kind)
    return samples


def _packed(page: Page, samples: Samples) -> bytes:
    samples, kind = np.ascontiguousarray(samples), samples.dtype
    if page.bits % 8:
        runs = samples.shape[1] * samples.shape[2]
        return bytes(imagecodecs.packints_encode(samples, page.bits, runlen=runs))
    if page.predictor == _FLOATING:
        return np.asarray(imagecodecs.floatpred_encode(samples, axis=-2)).tobytes()
    if page.predictor == _HORIZONTAL:
        whole = samples.view(f"u{kind.itemsize}")
        samples = np.asarray(imagecodecs.delta_encode(whole, axis=-2)).view(kind)
    return samples.astype(_in_file(page, kind), copy=False).tobytes()


def _in_file(page: Page, kind: np.dtype[Any]) -> np.dtype[Any]:
    return kind.newbyteorder("<" if page.byte_sign == "<" else ">")
