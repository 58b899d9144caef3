"""A small photo of every kind, with everything its format can say about it; made without colorfix."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import pillow_heif
import pyexiv2
import pyvips
import tifffile
from camera_exif import camera_exif
from PIL import Image, ImageCms, PngImagePlugin
from skimage import data

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = (48, 32)
TIMES = [70, 130, 210]  # milliseconds
ORIENTATION = 6
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'/></rdf:RDF></x:xmpmeta>"  # noqa: E501 - one packet
IPTC = b"\x1c\x02\x5a\0\6London\x1c\x02\x19\0\1k"
_P3 = {  # primaries of Display P3, adapted to D50
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


@cache
def profile() -> bytes:
    """Display P3's primaries in sRGB's profile."""
    block = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * block[131], 12):
        kind, offset = bytes(block[at : at + 4]), int.from_bytes(block[at + 4 : at + 8])
        if kind in _P3:
            fixed = [round(65536 * number) for number in _P3[kind]]
            block[offset + 8 : offset + 20] = struct.pack(">3i", *fixed)
    return bytes(block)


@cache
def picture(at: int = 0) -> Image.Image:
    """A part of a real photo, made amber."""
    whole = data.astronaut()[20 : 20 + 160, 150 + at : 350 + at] * np.array([1.0, 0.85, 0.6])
    return Image.fromarray(np.rint(whole).astype(np.uint8)).resize(SIZE)


def clear() -> Image.Image:
    """The same with a left quarter that is seen through, and a second one half."""
    image = picture().convert("RGBA")
    alpha = np.full(SIZE[::-1], 255, np.uint8)
    alpha[:, :12], alpha[:, 12:24] = 0, 128
    image.putalpha(Image.fromarray(alpha))
    return image


def deep(top: float = 65535, kind: type = np.uint16) -> np.ndarray:
    """The same in more bits, with values between the codes of 8."""
    noise = np.random.default_rng(3).random((*SIZE[::-1], 3))
    values = (np.asarray(picture()) + noise) / 256.0 * top
    return values.astype(kind)


@cache
def exif(orientation: int = ORIENTATION) -> bytes:
    """What a camera writes: maker note, GPS, thumbnail, orientation, resolution."""
    small = BytesIO()
    picture().resize((160, 120)).save(small, "JPEG", quality=85)
    return camera_exif(small.getvalue(), orientation=orientation)


def _saved(image: Image.Image, kind: str, **settings: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def _jpeg(image: Image.Image, **settings: object) -> bytes:
    block = {"exif": b"Exif\0\0" + exif(), "xmp": XMP, "dpi": (300, 300), "comment": "a comment"}
    return _with_captions(_saved(image, "JPEG", **({"icc_profile": profile()} | block | settings)))


def _with_captions(jpeg: bytes) -> bytes:
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">L", len(IPTC)) + IPTC + bytes(len(IPTC) % 2)
    body = b"Photoshop 3.0\0" + resource
    return jpeg[:20] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + jpeg[20:]


def _inks() -> bytes:
    """Separated by the press profile that libvips brings along."""
    press = bytes(pyvips.Operation.call("profile_load", "cmyk"))
    own = ImageCms.getOpenProfile(BytesIO(press))
    inks = ImageCms.profileToProfile(picture(), ImageCms.createProfile("sRGB"), own, outputMode="CMYK")
    return _jpeg(inks, icc_profile=press)


def _texts() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add_text("Comment", "a comment")
    texts.add_text("Raw profile type iptc", f"\niptc\n{len(IPTC):8}\n{IPTC.hex()}\n", zip=True)
    return texts


def _png(image: Image.Image, **settings: object) -> bytes:
    rich = {"pnginfo": _texts(), "icc_profile": profile(), "exif": exif(), "dpi": (300, 300)}
    return _saved(image, "PNG", **(rich | settings))


def _png_of_sixteen_bits() -> bytes:
    """The pixels of imagecodecs, the other chunks of Pillow."""
    chunks, pixels = _chunks(_png(picture())), _chunks(imagecodecs.png_encode(deep()))
    ahead = [part for kind, part in chunks if kind not in {b"IHDR", b"IDAT", b"IEND"}]
    own = [part for kind, part in pixels if kind in {b"IHDR", b"IDAT", b"IEND"}]
    return b"\x89PNG\r\n\x1a\n" + b"".join([own[0], *ahead, *own[1:]])


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        assert zlib.crc32(png[at + 4 : end - 4]) == int.from_bytes(png[end - 4 : end])
        found.append((png[at + 4 : at + 8], png[at:end]))
        at = end
    return found


def _tiff(*pages: np.ndarray, camera: bool = True, big: bool = False, **settings: object) -> bytes:
    """Pages of tifffile; EXIF and GPS by exiv2, which knows no BigTIFF and no further pages."""
    file = BytesIO()
    tags = [
        (271, "s", 0, "Canon", True),
        (274, "H", 1, ORIENTATION, True),
        (315, "s", 0, "me", True),
        (700, "B", len(XMP), XMP, True),
        (33723, "B", len(IPTC), IPTC, True),
    ]
    common = {"iccprofile": profile(), "resolution": (300, 300), "resolutionunit": 2, "metadata": None}
    with tifffile.TiffWriter(file, bigtiff=big) as tiff:
        for page in pages:
            tiff.write(page, photometric="rgb", software=False, extratags=tags, **(common | settings))
    return _photographed(file.getvalue()) if camera else file.getvalue()


def _photographed(stored: bytes) -> bytes:
    with pyexiv2.ImageData(stored) as image:
        image.modify_exif(
            {
                "Exif.Photo.ExposureTime": "1/60",
                "Exif.Photo.UserComment": "charset=Ascii a comment",
                "Exif.GPSInfo.GPSLatitudeRef": "N",
                "Exif.GPSInfo.GPSLatitude": "12/1 30/1 0/1",
            }
        )
        return bytes(image.get_bytes())


def _moving(kind: str, mode: str = "RGB", **settings: object) -> bytes:
    frames = [picture(at).convert(mode) for at in (0, 30, 60)]
    return _saved(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=TIMES, loop=2, **settings
    )


def _boxed(kind: str, image: Image.Image | None = None, **settings: object) -> bytes:
    """WebP, AVIF or HEIF: each holds EXIF, XMP and a profile as blocks."""
    blocks = {"exif": exif(), "xmp": XMP, "icc_profile": profile()}
    return _saved(image or picture(), kind, **(blocks | settings))


def _heif(bits: int) -> bytes:
    file = BytesIO()
    pixels = np.asarray(picture()) if bits == 8 else deep()
    mode = "RGB" if bits == 8 else "RGB;16"
    heif = pillow_heif.from_bytes(mode, SIZE, pixels.tobytes())
    heif.save(file, exif=exif(), xmp=XMP, icc_profile=profile(), quality=90)
    return file.getvalue()


def _jxl(pixels: np.ndarray, **settings: object) -> bytes:
    """A container by imagecodecs, and boxes behind its pixels."""
    packed = imagecodecs.jpegxl_encode(pixels, usecontainer=True, **settings)
    boxes = {b"Exif": bytes(4) + exif(), b"xml ": XMP}
    return packed + b"".join(struct.pack(">L", 8 + len(body)) + name + body for name, body in boxes.items())


def _gray() -> Image.Image:
    return picture().convert("L")


def _half(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, np.full_like(values[..., :1], 30_000)], axis=-1)


def _pages() -> list[np.ndarray]:
    return [np.asarray(picture(at)) for at in (0, 30, 60)]


SPECIMENS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG": (".jpg", lambda: _jpeg(picture(), quality=91, subsampling=1)),
    "JPEG, progressive": (".jpg", lambda: _jpeg(picture(), quality=83, progressive=True)),
    "JPEG, gray": (".jpg", lambda: _jpeg(_gray(), icc_profile=None)),
    "JPEG, CMYK": (".jpg", _inks),
    "JPEG, CMYK, no profile": (".jpg", lambda: _jpeg(picture().convert("CMYK"), icc_profile=None)),
    "PNG, 8 bits": (".png", lambda: _png(picture())),
    "PNG, 16 bits": (".png", _png_of_sixteen_bits),
    "PNG, palette": (".png", lambda: _png(picture().quantize(64))),
    "PNG, alpha": (".png", lambda: _png(clear())),
    "PNG, animated": (".png", lambda: _moving("PNG", exif=exif(), icc_profile=profile(), pnginfo=_texts())),
    "PNG, gray": (".png", lambda: _png(_gray(), icc_profile=None)),
    "TIFF, 8 bits": (".tif", lambda: _tiff(np.asarray(picture()))),
    "TIFF, 16 bits": (".tif", lambda: _tiff(deep())),
    "TIFF, float": (".tif", lambda: _tiff(deep(1.0, np.float32))),
    "TIFF, alpha": (".tif", lambda: _tiff(np.asarray(clear()), extrasamples=["unassalpha"])),
    "TIFF, 16 bits, alpha": (".tif", lambda: _tiff(_half(deep()), extrasamples=["unassalpha"])),
    "TIFF, tiles": (".tif", lambda: _tiff(deep(), tile=(16, 16), compression="zlib", predictor=True)),
    "TIFF, LZW": (".tif", lambda: _tiff(np.asarray(picture()), compression="lzw", predictor=True)),
    "TIFF, JPEG inside": (".tif", lambda: _tiff(np.asarray(picture()), compression="jpeg")),
    "TIFF, planes": (".tif", lambda: _tiff(np.moveaxis(deep(), -1, 0), planarconfig="separate")),
    "BigTIFF": (".tif", lambda: _tiff(deep(), big=True, camera=False)),
    "TIFF, pages": (".tif", lambda: _tiff(*_pages(), compression="zlib", camera=False)),
    "WebP, lossy": (".webp", lambda: _boxed("WEBP", quality=90)),
    "WebP, lossless": (".webp", lambda: _boxed("WEBP", lossless=True)),
    "WebP, alpha": (".webp", lambda: _boxed("WEBP", clear(), lossless=True, exact=True)),
    "WebP, animated": (
        ".webp",
        lambda: _moving("WEBP", lossless=True, exif=exif(), xmp=XMP, icc_profile=profile()),
    ),
    "GIF": (".gif", lambda: _saved(picture().quantize(64), "GIF", comment=b"a comment")),
    "GIF, animated": (".gif", lambda: _moving("GIF")),
    "BMP": (".bmp", lambda: _saved(picture(), "BMP", dpi=(300, 300))),
    "AVIF, 8 bits": (".avif", lambda: _boxed("AVIF", quality=90)),
    "AVIF, alpha": (".avif", lambda: _boxed("AVIF", clear(), quality=90)),
    "AVIF, 10 bits": (".avif", lambda: imagecodecs.avif_encode(deep(1023), bitspersample=10)),
    "AVIF, animated": (".avif", lambda: _moving("AVIF", exif=exif(1), xmp=XMP, icc_profile=profile())),
    "HEIC, 8 bits": (".heic", lambda: _heif(8)),
    "HEIC, 10 bits": (".heic", lambda: _heif(10)),
    "JPEG XL, lossless": (".jxl", lambda: _jxl(np.asarray(picture()), lossless=True)),
    "JPEG XL, lossy": (".jxl", lambda: _jxl(np.asarray(picture()), lossless=False, level=90)),
    "JPEG XL, 16 bits": (".jxl", lambda: _jxl(deep(), lossless=True)),
}
"""What it is called: the suffix, and what makes the file's bytes."""
