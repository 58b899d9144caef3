"""What others than colorfix find in a photo's file: Pillow, tifffile, imagecodecs, pillow-heif and exiv2."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pyexiv2
import tifffile
from PIL import ExifTags, Image, JpegImagePlugin

pyexiv2.set_log_level(4)

_DECODERS = {".jxl": imagecodecs.jpegxl_decode, ".avif": imagecodecs.avif_decode}
_PLACES = (  # what a format says about itself: where its blocks and pixels lie, how they are packed
    *(
        "StripOffsets",
        "StripByteCounts",
        "RowsPerStrip",
        "TileOffsets",
        "TileByteCounts",
        "ExifTag",
        "GPSTag",
    ),
    *("JPEGTables", "JPEGInterchangeFormat", "JPEGInterchangeFormatLength", "Offset"),
)
_CAMERAS = ("Make", "Model", "Artist", "Software")
# the tag that is to come, and those that have columns of their own
_OURS = ("ProcessingSoftware", "Orientation", "XResolution", "YResolution", "ResolutionUnit")
_CODED = ("Compression", "Predictor", "TileWidth", "TileLength", "PlanarConfiguration", "BigTIFF")


def pixels(data: bytes, suffix: str) -> list[np.ndarray]:
    """Every frame or page as stored, in the bits it has."""
    if suffix in _DECODERS:
        decoded = _DECODERS[suffix](data)
        return list(decoded) if decoded.ndim == 4 else [decoded]
    if suffix == ".tif":
        with tifffile.TiffFile(BytesIO(data)) as tiff:
            return [page.asarray() for page in tiff.pages]
    if suffix == ".heic":
        return [np.asarray(pillow_heif.open_heif(data, convert_hdr_to_8bit=False))]
    if suffix == ".png" and data[24] == 16:
        return [imagecodecs.png_decode(data)]
    return _frames(data)


def _frames(data: bytes) -> list[np.ndarray]:
    found = []
    with Image.open(BytesIO(data)) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            clear = image.has_transparency_data
            found.append(np.asarray(image.convert("RGBA" if clear else "RGB")))
    return found


def findings(data: bytes, suffix: str) -> dict[str, Any]:
    """Return what the file holds, a property each; None where it holds none of it."""
    frames = pixels(data, suffix)
    with _opened(data, suffix) as image:
        properties = {
            "size": frames[0].shape[:2],
            "bit depth": _depth(data, suffix, frames[0]),
            "alpha": _alpha(frames),
            "frames": _moving(image) if suffix != ".tif" else None,
            "pages": [frame.shape for frame in frames] if suffix == ".tif" else None,
            "ICC": image.info.get("icc_profile") or None,
            "orientation": _turned(data, suffix, image),
            "DPI": _dots(image),
            "coding": _coding(data, suffix, image),
            "comment": _comment(image),
        }
    return properties | _blocks(data, suffix)


def _opened(data: bytes, suffix: str) -> Image.Image:
    if suffix == ".heic":
        return pillow_heif.open_heif(data).to_pillow()
    if suffix == ".jxl":
        return Image.new("RGB", (1, 1))  # its boxes are exiv2's to judge
    if suffix == ".tif":
        return _page(data)
    return Image.open(BytesIO(data))


def _page(data: bytes) -> Image.Image:
    """A picture with what tifffile says of the first page: Pillow does not open every kind."""
    image = Image.new("RGB", (1, 1))
    with tifffile.TiffFile(BytesIO(data)) as tiff:
        tags = tiff.pages[0].tags
        image.info["icc_profile"] = tags.valueof(34675, b"")
        resolution = [tags.valueof(code, (0, 1)) for code in (282, 283)]
        image.info["dpi"] = tuple(top / bottom for top, bottom in resolution)
    return image


def _depth(data: bytes, suffix: str, frame: np.ndarray) -> tuple[bool, int]:
    """Whether it is floating point, and bits a channel: the larger of two holds the smaller."""
    if suffix == ".heic":
        return False, pillow_heif.open_heif(data, convert_hdr_to_8bit=False).info["bit_depth"]
    if suffix == ".avif":
        at = data.index(b"av1C") + 6  # high bit depth, twelve bits: two flags
        return False, {0: 8, 0x40: 10, 0x60: 12}[data[at] & 0x60]
    return frame.dtype.kind == "f", 8 * frame.dtype.itemsize


def _alpha(frames: list[np.ndarray]) -> list[np.ndarray] | None:
    if frames[0].ndim != 3 or frames[0].shape[-1] != 4:
        return None
    return [frame[..., 3] for frame in frames]


def _moving(image: Image.Image) -> list[Any] | None:
    count = getattr(image, "n_frames", 1)
    if count == 1:
        return None
    found: list[Any] = [count, image.info.get("loop")]
    for index in range(count):
        image.seek(index)
        image.load()
        found.append(image.info.get("duration"))
    image.seek(0)
    return found


def _dots(image: Image.Image) -> tuple[int, ...] | None:
    own = image.info.get("dpi", ())
    if not own:  # the format has no place for it but in EXIF
        exif = image.getexif()
        own = [exif[tag] for tag in (ExifTags.Base.XResolution, ExifTags.Base.YResolution) if tag in exif]
    dots = tuple(round(float(number)) for number in own)[:1]
    return dots if any(dots) else None


def _comment(image: Image.Image) -> str | None:
    comment = image.info.get("comment") or image.info.get("Comment")
    return comment.decode() if isinstance(comment, bytes) else comment


def _turned(data: bytes, suffix: str, image: Image.Image) -> Any:
    """The tag and the size as stored, if a tag turns the picture."""
    if suffix == ".tif":
        with tifffile.TiffFile(BytesIO(data)) as tiff:
            page = tiff.pages[0]
            return page.tags.valueof(274), (page.imagewidth, page.imagelength)
    if suffix == ".jxl":
        return None
    tag = image.getexif().get(ExifTags.Base.Orientation)
    return None if tag in {None, 1} else (tag, image.size)


def _coding(data: bytes, suffix: str, image: Image.Image) -> Any:
    """How the pixels are packed: quality tables, sampling, compression, tiles, a palette."""
    match suffix:
        case ".jpg":
            assert isinstance(image, JpegImagePlugin.JpegImageFile)
            return image.quantization, JpegImagePlugin.get_sampling(image), "progressive" in image.info
        case ".tif":
            with tifffile.TiffFile(BytesIO(data)) as tiff:
                tags = [(tag.code, tag.value) for tag in tiff.pages[0].tags if tag.name in _CODED]
                return tiff.is_bigtiff, tiff.byteorder, tags
        case ".webp":
            return b"VP8L" in data
        case ".png":
            return data[25], image.getpalette() is not None
        case _:
            return None


def _blocks(data: bytes, suffix: str) -> dict[str, Any]:
    try:
        with pyexiv2.ImageData(data) as image:
            exif = {name: value for name, value in image.read_exif().items() if _counts(name, suffix)}
            found = {"EXIF": exif, "XMP": image.read_xmp(), "IPTC": image.read_iptc()}
            found |= {"thumbnail": image.read_thumbnail()}
    except RuntimeError:  # a kind that exiv2 does not know
        found = {}
    return {name: found.get(name) or None for name in ("EXIF", "thumbnail", "XMP", "IPTC")}


def _counts(name: str, suffix: str) -> bool:
    """Whether a tag says something of the photo; of the first directory of a TIFF, what a camera says."""
    _, group, tag = name.split(".", 2)
    if group.startswith("Thumbnail") or tag in {*_PLACES, *_OURS}:
        return False
    return suffix != ".tif" or group != "Image" or tag in _CAMERAS


def tags(data: bytes) -> dict[str, Any]:
    """Of a TIFF, the tags of every page: tifffile's word, which exiv2's is too short for."""
    with tifffile.TiffFile(BytesIO(data)) as tiff:
        pages = [{tag.name: tag.value for tag in page.tags} for page in tiff.pages]
    own = {"XMP", "IPTCNAA", *_CODED, *(name for name in _PLACES if not name.endswith("Tag")), *_OURS}
    return {
        "EXIF": [{name: str(page[name]) for name in page if name not in own} for page in pages],
        "XMP": [page.get("XMP") for page in pages],
        "IPTC": [page.get("IPTCNAA") for page in pages],
    }
