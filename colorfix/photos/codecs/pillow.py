"""What every format that Pillow decodes has in common: opened, refused or decoded, and written anew.

The frames of an animation as they are shown, one at a time: no more than two are ever in memory.

Pictures whose pixels are numbers of colours: only the table of colours has to be changed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import printable
from colorfix.photos.metadata.convert import profile_arguments
from colorfix.photos.photo import Photo
from colorfix.photos.picture import Picture, Strip, assemble, to_8_bits
from colorfix.photos.pillow_open import open_image
from colorfix.photos.refusals import refuse

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL import ImageFile

    from colorfix.photos.photo import Data
    from colorfix.photos.picture import Change, Raster

QUALITY = 92
"""JPEG, WebP and AVIF quality where the source has none to keep, 1 to 100."""

_CONVERTED = {"PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}  # the same colours in a mode we keep
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_OPAQUE = 255


def decode(data: Data, name: str, kind: str, max_pixels: int) -> Photo:
    """Decode a file of one picture.

    Args:
        data: the file.
        name: for errors.
        kind: its format, as ``formats.recognized`` says.
        max_pixels: width times height that is still accepted, judged by the header.

    Raises:
        UnsupportedPhoto: see ``refuse``. Whatever Pillow raises passes through.
    """
    return decode_opened(open_image(bytes(data), kind), data, name, kind, max_pixels)


def decode_opened(image: Image.Image, data: Data, name: str, kind: str, max_pixels: int) -> Photo:
    """As :func:`decoded`, for a file that is opened already."""
    refuse(image, name, max_pixels)
    image.load()
    pictures = (Picture.of(to_supported_mode(image)),)
    return Photo(name, data, pictures, kind, image.info.get("icc_profile"), opened=image)


def to_supported_mode(image: Image.Image) -> Image.Image:
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
    image = convert_mode(photo, to_8_bits(only_picture(photo, into, change)), into, modes)
    image.save(file, into, **settings, **profile_arguments(photo))


def only_picture(photo: Photo, into: str, change: Change) -> Raster:
    """Return the photo's one picture, changed; several cannot go into a format of one."""
    counted = [picture for picture in photo.pictures if picture.in_statistics]
    if len(counted) > 1:
        raise OutputError(
            printable(photo.name),
            f"holds {len(counted)} pictures and {into} one; keep the photo's own format",
        )
    return assemble(counted[0], change)


def convert_mode(photo: Photo, image: Image.Image, into: str, modes: set[str]) -> Image.Image:
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
        printable(photo.name), f"is transparent in places and {into} cannot hold that; write a .png"
    )


def frames_of(image: ImageFile.ImageFile) -> tuple[Picture, ...]:
    """Return a picture a frame, each laid over those before it as a viewer does, or the only one as stored.

    Every frame is decoded once, so that damage is found now. Walking through the pictures in their order
    decodes each of them once more; going back begins at the first.

    Args:
        image: opened by Pillow. It is moved from frame to frame, so pictures of one file are not for
            several threads.

    Raises:
        Whatever Pillow raises over a frame.

    >>> from io import BytesIO
    >>> from PIL import GifImagePlugin, Image
    >>> file, frames = BytesIO(), [Image.new("RGB", (3, 2), colour) for colour in ("red", "blue")]
    >>> frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    >>> [picture.size for picture in frames_of(GifImagePlugin.GifImageFile(BytesIO(file.getvalue())))]
    [(3, 2), (3, 2)]
    """
    frames = getattr(image, "n_frames", 1)
    if frames == 1:
        image.load()
        return (Picture.of(to_supported_mode(image)),)
    hidden = bool(image.info.get("default_image"))  # a PNG's picture for viewers that know no animations
    pictures = []
    for index in range(frames):
        image.seek(index)
        image.load()
        counted = index > 0 or not hidden
        pictures.append(Picture(*image.size, partial(_strips, image, index), counted))
    return tuple(pictures)


def _strips(image: ImageFile.ImageFile, index: int) -> tuple[Strip]:
    image.seek(index)
    has_alpha = image.has_transparency_data
    return (Strip(image.convert("RGBA" if has_alpha else "RGB")),)


_COLOUR = 3  # bytes


def change_palette(colours: bytes, change: Change, name: str) -> bytes:
    r"""Return a table of colours, each changed as a pixel of it would be.

    Args:
        colours: red, green and blue of 1 to 256 colours, a byte each.
        change: of pixels, wherever they lie.
        name: of the photo, for the error.

    Raises:
        OutputError: the change does not keep a table, as one that depends on the place of a pixel cannot.

    >>> change_palette(bytes([200, 100, 50]), lambda strip: strip.raster, "a.gif")
    b'\xc8d2'
    """
    table = Image.new("P", (len(colours) // _COLOUR, 1))
    table.putdata(range(table.width))
    table.putpalette(colours, "RGB")
    after = change(Strip(table))
    if not isinstance(after, Image.Image) or after.mode != "P":
        raise OutputError(printable(name), "has a table of colours and no place for others; write a .png")
    return bytes(after.getpalette("RGB") or ())[: len(colours)].ljust(len(colours), b"\0")
