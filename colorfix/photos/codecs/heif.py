"""HEIC and HEIF (extra ``heif``): the primary picture re-encoded, with its number of bits.

libheif rotates the pixels as the file demands, so they are written upright and the EXIF orientation is set to
1; the rest of EXIF and XMP is unchanged. The quality is not recorded in the file, so it is ``QUALITY`` unless
the user gives one.
"""

from __future__ import annotations

from io import SEEK_END
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from colorfix.core.imports import extra
from colorfix.photos import contents
from colorfix.photos.codecs.pillow import QUALITY, convert_mode, only_picture
from colorfix.photos.color_spaces.coded import hdr_reason
from colorfix.photos.containers.bmff import brands
from colorfix.photos.metadata import bmff_contents
from colorfix.photos.metadata.convert import metadata_arguments
from colorfix.photos.photo import Photo, Picture, assemble, to_16_bits
from colorfix.photos.pillow_open import DEEP, refuse_if, too_large, too_much

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from colorfix.photos.photo import Change, Data, Deep, Raster, Writing

_PREFIX = b"Exif\0\0"
_MODES = {"RGB", "RGBA", "L"}
_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
_PRESET = "medium"  # of x265; the default of pillow-heif takes 3.6 times as long for the same size and PSNR
_EIGHT, _SIXTEEN = 8, 16  # bits
_TOP = 65535
_NEW_BITS = 10  # of a new file, for a photo of more than 8
_PRESERVED = ("bit_depth", "chroma", "nclx_profile", "metadata", "thumbnails", "pixel_aspect_ratio", "tiling")
_ALPHA = ("auxid:1", "auxiliary:alpha")  # ends of the kind of an auxiliary picture; it is written


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode the primary picture of a HEIF file."""
    library = extra("pillow_heif", "heif", name)
    stored = bytes(data)
    heif = library.open_heif(stored, convert_hdr_to_8bit=False)
    primary = heif[heif.primary_index]
    _refuse(primary, len(data), name, max_pixels)
    raster = _decoded(primary)
    library.set_orientation(primary.info)  # the pixels are rotated already
    opened = Image.new("L", (1, 1))
    opened.info = dict(primary.info)
    profile = primary.info.get("icc_profile")
    photo = Photo(name, data, (Picture.of(raster),), "HEIF", profile, opened=opened)
    packet = primary.info.get("xmp") or b""
    removed = (*_removed(stored, heif, primary), *bmff_contents.removed(stored, packet))
    return photo.with_contents(removed, contents.kinds_in(bmff_contents.carried(stored, packet)))


def _removed(data: bytes, heif: Any, primary: Any) -> Iterator[str]:  # noqa: ANN401 - pillow-heif has no types
    """Yield the names of contents that are not written."""
    yield from contents.pictures(len(heif) - 1)
    if primary.info.get("depth_images"):
        yield contents.DEPTH_MAP
    kinds = [kind for kind in primary.info.get("aux") or {} if not kind.endswith(_ALPHA)]
    if any("gainmap" in kind.lower() for kind in kinds):
        yield contents.GAIN_MAP
    if any("gainmap" not in kind.lower() and "depth" not in kind.lower() for kind in kinds):
        yield contents.MATTES
    if b"msf1" in brands(data) or b"hevc" in brands(data):
        yield contents.SEQUENCE


def _refuse(primary: Any, file_size: int, name: str, max_pixels: int) -> None:  # noqa: ANN401 - pillow-heif has no types
    transfer = (primary.info.get("nclx_profile") or {}).get("transfer_characteristics")
    width, height = primary.size
    deep = 1 if primary.info.get("bit_depth", _EIGHT) == _EIGHT else DEEP
    work = too_much(deep * width * height, file_size, max_pixels)
    refuse_if(hdr_reason(transfer) or too_large(width, height, max_pixels) or work, name)


def _decoded(primary: Any) -> Raster:  # noqa: ANN401 - pillow-heif has no types
    mode = primary.mode.split(";")[0]
    bits = primary.info.get("bit_depth", _EIGHT)
    if bits == _EIGHT or primary.mode == mode:
        image: Image.Image = primary.to_pillow()
        return image if image.mode in {*_MODES, "LA"} else image.convert("RGBA")
    pixels = np.asarray(primary).reshape(primary.size[1], primary.size[0], -1)
    codes = pixels >> _SIXTEEN - bits
    scaled: NDArray[np.uint16] = np.rint(codes * (_TOP / ((1 << bits) - 1))).astype(np.uint16)
    return scaled


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the primary picture changed, with its metadata, subsampling, depth, tiles and boxes."""
    info = photo.opened.info if photo.opened is not None else {}
    settings = {key: info[key] for key in _PRESERVED if info.get(key)}
    if writing.strip:
        settings.pop("metadata", None)
    described, warnings = _described(photo, settings, change, writing)
    if not info.get("icc_profile"):
        described.pop("icc_profile", None)  # it is stated by numbers
    _save(photo, assemble(photo.pictures[0], change), file, described, writing)
    if not writing.strip:
        file.seek(0, SEEK_END)
        file.write(bmff_contents.carried(bytes(photo.data), info.get("xmp") or b""))
    return warnings


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format, without chroma subsampling."""
    raster = only_picture(photo, "HEIF", change)
    if isinstance(raster, Image.Image):
        raster = convert_mode(photo, raster, "HEIF", _MODES)
    settings = {"bit_depth": _NEW_BITS, "chroma": 444}
    described, warnings = _described(photo, settings, change, writing)
    _save(photo, raster, file, described, writing)
    return warnings


def _described(
    photo: Photo, settings: dict[str, Any], change: Change, writing: Writing
) -> tuple[dict[str, Any], tuple[str, ...]]:
    profile = {"icc_profile": photo.profile} if photo.profile else {}
    metadata, warnings = metadata_arguments(photo, change, writing)
    return settings | metadata | profile, warnings


def _save(photo: Photo, raster: Raster, file: BinaryIO, info: dict[str, Any], writing: Writing) -> None:
    library = extra("pillow_heif", "heif", photo.name)
    if isinstance(raster, Image.Image):
        size, mode, pixels = raster.size, raster.mode, raster.tobytes()
    else:
        size = raster.shape[1], raster.shape[0]
        mode = {channels: f"{mode};16" for mode, channels in _CHANNELS.items()}[raster.shape[2]]
        pixels = _codes(raster, info["bit_depth"]).tobytes()
    heif = library.from_bytes(mode=mode, size=size, data=pixels)
    heif[0].info.update(info)
    heif.save(file, quality=writing.quality or QUALITY, enc_params={"preset": _PRESET})


def _codes(raster: Deep, bits: int) -> NDArray[np.uint16]:
    """Return pixels of ``bits`` bits in the upper bits of 16, as pillow-heif expects."""
    codes = np.rint(to_16_bits(raster) * (((1 << bits) - 1) / _TOP))
    shifted: NDArray[np.uint16] = codes.astype(np.uint16) << np.uint16(_SIXTEEN - bits)
    return shifted
