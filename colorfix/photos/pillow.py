"""What every format that Pillow decodes has in common: opened, refused or decoded, and written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.core.errors import OutputError
from colorfix.core.text import shown
from colorfix.photos.carrying import keywords
from colorfix.photos.opening import opened
from colorfix.photos.photo import Photo
from colorfix.photos.picture import Picture, in_eight_bits, whole
from colorfix.photos.refusing import refuse

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL import Image

    from colorfix.photos.photo import Data
    from colorfix.photos.picture import Change, Raster

QUALITY = 92
"""JPEG, WebP and AVIF quality where the source has none to keep, 1 to 100."""

_CONVERTED = {"PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}  # the same colours in a mode we keep
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_OPAQUE = 255


def decoded(data: Data, name: str, kind: str, max_pixels: int) -> Photo:
    """Decode a file of one picture.

    Args:
        data: the file.
        name: for errors.
        kind: its format, as ``families.recognised`` says.
        max_pixels: width times height that is still accepted, judged by the header.

    Raises:
        UnsupportedPhoto: see ``refuse``. Whatever Pillow raises passes through.
    """
    return loaded(opened(bytes(data), kind), data, name, kind, max_pixels)


def loaded(image: Image.Image, data: Data, name: str, kind: str, max_pixels: int) -> Photo:
    """As :func:`decoded`, for a file that is opened already."""
    refuse(image, data, name, max_pixels)
    image.load()
    pictures = (Picture.of(settled(image)),)
    return Photo(name, data, pictures, kind, image.info.get("icc_profile"), opened=image)


def settled(image: Image.Image) -> Image.Image:
    """One of the five modes that the room knows; the image itself where it has one already."""
    wanted = _CONVERTED.get(image.mode, image.mode)
    if image.mode in {"L", "RGB"} and "transparency" in image.info:
        wanted = _WITH_ALPHA[image.mode]  # a colour key would hit other pixels after a correction
    if image.mode == "P":
        if not image.getpalette():
            raise ValueError("a palette picture without its palette")
        wanted = "RGBA" if image.palette is not None and image.palette.mode != "RGB" else "P"
    return image if wanted == image.mode else image.convert(wanted)


def save(
    photo: Photo, change: Change, file: BinaryIO, into: str, modes: set[str], settings: dict[str, Any]
) -> None:
    """Write the photo's one picture as a new file, with its profile and its resolution.

    Args:
        photo: of any format.
        change: of its pixels.
        file: to write to.
        into: Pillow's name of the format.
        modes: which modes it holds; pixels of others are converted, their colours and transparency kept.
        settings: of Pillow's encoder.

    Raises:
        OutputError: the photo is transparent, or has several pictures, and the format has no place for it.
    """
    image = fitted(photo, in_eight_bits(only(photo, into, change)), into, modes)
    image.save(file, into, **settings, **keywords(photo))


def only(photo: Photo, into: str, change: Change) -> Raster:
    """Return the photo's one picture, changed; several cannot go into a format of one."""
    counted = [picture for picture in photo.pictures if picture.counted]
    if len(counted) > 1:
        raise OutputError(
            shown(photo.name), f"holds {len(counted)} pictures and {into} one; keep the photo's own format"
        )
    return whole(counted[0], change)


def fitted(photo: Photo, image: Image.Image, into: str, modes: set[str]) -> Image.Image:
    """The image in a mode that the format has, with the same colours and the same transparency."""
    transparent = image.has_transparency_data
    unsure = transparent and into == "WEBP"  # which forgets an alpha that is opaque everywhere
    if image.mode in modes and not unsure:
        return image
    if not transparent:
        return image.convert("RGB")
    image = image.convert("RGBA")
    if image.getchannel("A").getextrema()[0] == _OPAQUE:
        return image.convert("RGB")
    if "RGBA" in modes:
        return image
    raise OutputError(
        shown(photo.name), f"is transparent in places and {into} cannot hold that; write a .png"
    )
