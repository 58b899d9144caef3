"""Shared by the formats that Pillow decodes: stills, frames of animations, palettes, and new files."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import printable
from colorfix.photos.metadata.convert import profile_arguments, upright
from colorfix.photos.photo import Photo, Picture, Strip, assemble, to_8_bits
from colorfix.photos.pillow_open import open_image, refuse

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL import ImageFile

    from colorfix.photos.photo import Change, Data, Raster

QUALITY = 92
"""Quality of lossy formats if neither the source nor the user gives one, 1 to 100."""

_CONVERTED = {"PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}  # the same colors in a supported mode
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
        UnsupportedPhoto: see ``refuse``. Errors of Pillow are not translated.
    """
    return decode_opened(open_image(bytes(data), kind), data, name, kind, max_pixels)


def decode_opened(image: Image.Image, data: Data, name: str, kind: str, max_pixels: int) -> Photo:
    """As :func:`decoded`, for a file that is opened already."""
    refuse(image, name, max_pixels)
    image.load()
    pictures = (Picture.of(to_supported_mode(image)),)
    return Photo(name, data, pictures, kind, image.info.get("icc_profile"), opened=image)


def to_supported_mode(image: Image.Image) -> Image.Image:
    """Return the image in one of the supported modes, RGB, RGBA, P, L and LA; itself if it is in one."""
    wanted = _CONVERTED.get(image.mode, image.mode)
    if image.mode in {"L", "RGB"} and "transparency" in image.info:
        wanted = _WITH_ALPHA[image.mode]  # a color key would hit other pixels after a correction
    if image.mode == "P":
        if not image.getpalette():
            raise ValueError("a palette picture without its palette")
        wanted = "RGBA" if image.palette is not None and image.palette.mode != "RGB" else "P"
    return image if wanted == image.mode else image.convert(wanted)


def save(
    photo: Photo, change: Change, file: BinaryIO, into: str, modes: set[str], settings: dict[str, Any]
) -> None:
    """Write the photo's only picture as a new file, with its profile and its resolution.

    Args:
        photo: of any format.
        change: of its pixels.
        file: to write to.
        into: Pillow's name of the format.
        modes: the modes it supports; others are converted, preserving colors and transparency.
        settings: of Pillow's encoder.

    Raises:
        OutputError: the format does not support transparency, or several pictures.
    """
    image = convert_mode(photo, to_8_bits(only_picture(photo, into, change)), into, modes)
    if into == "BMP":
        image = upright(photo, image)
    encoded = BytesIO()  # a full disk would be an error of the encoder without a reason
    image.save(encoded, into, **settings, **profile_arguments(photo))
    file.write(encoded.getbuffer())


def only_picture(photo: Photo, into: str, change: Change) -> Raster:
    """Return the photo's only picture, changed; raise OutputError if it has several."""
    pictures = [picture for picture in photo.pictures if picture.in_statistics]
    if len(pictures) > 1:
        raise OutputError(
            printable(photo.name),
            f"holds {len(pictures)} pictures and {into} one; keep the photo's own format",
        )
    return assemble(pictures[0], change)


def convert_mode(photo: Photo, image: Image.Image, into: str, modes: set[str]) -> Image.Image:
    """Return the image in a mode that the format supports, with the same colors and transparency."""
    transparent = image.has_transparency_data
    drops_alpha = transparent and into == "WEBP"  # its encoder drops an alpha that is opaque everywhere
    if image.mode in modes and not drops_alpha:
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
    """Return a picture per frame, composed as a viewer displays it, or the only picture as stored.

    Every frame is decoded once, so that damage is found now. Iterating over the pictures in order decodes
    each once more; at most two are in memory. Going back starts at the first frame.

    Args:
        image: opened by Pillow. Its position changes, so pictures of one file are not thread-safe.

    >>> from io import BytesIO
    >>> from PIL import GifImagePlugin, Image
    >>> file, frames = BytesIO(), [Image.new("RGB", (3, 2), color) for color in ("red", "blue")]
    >>> frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    >>> [picture.size for picture in frames_of(GifImagePlugin.GifImageFile(BytesIO(file.getvalue())))]
    [(3, 2), (3, 2)]
    """
    frames = getattr(image, "n_frames", 1)
    if frames == 1:
        image.load()
        return (Picture.of(to_supported_mode(image)),)
    hidden = bool(image.info.get("default_image"))  # the picture of an APNG for viewers without animations
    pictures = []
    for index in range(frames):
        image.seek(index)
        image.load()
        in_statistics = index > 0 or not hidden
        pictures.append(Picture(*image.size, partial(_strips, image, index), in_statistics))
    return tuple(pictures)


def _strips(image: ImageFile.ImageFile, index: int) -> tuple[Strip]:
    image.seek(index)
    has_alpha = image.has_transparency_data
    return (Strip(image.convert("RGBA" if has_alpha else "RGB")),)


_COLOR = 3  # bytes


def change_palette(colors: bytes, change: Change, name: str) -> bytes:
    r"""Return a color table with each color changed as a pixel would be.

    Args:
        colors: red, green and blue of 1 to 256 colors, a byte each.
        change: of pixels, independent of their position.
        name: of the photo, for the error.

    Raises:
        OutputError: the change depends on the position of a pixel.

    >>> change_palette(bytes([200, 100, 50]), lambda strip: strip.raster, "a.gif")
    b'\xc8d2'
    """
    table = Image.new("P", (len(colors) // _COLOR, 1))
    table.putdata(range(table.width))
    table.putpalette(colors, "RGB")
    after = change(Strip(table))
    if not isinstance(after, Image.Image) or after.mode != "P":
        raise OutputError(printable(name), "has a table of colors and no place for others; write a .png")
    return bytes(after.getpalette("RGB") or ())[: len(colors)].ljust(len(colors), b"\0")
