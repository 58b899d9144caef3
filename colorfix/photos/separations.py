"""Pixels that are no red, green and blue: inks of a printing press (CMYK) and Lab, moved to sRGB and back.

No gain can act on inks. A photo in CMYK is brought to sRGB by its own ICC profile, corrected there, and
separated anew by the same profile: relative colorimetry with black point compensation both ways. What black
the profile makes of the new colours is the profile's; pixels that the correction leaves alone keep the inks
they had. Without a profile nobody knows what colour the inks are. Lab needs none: its numbers are colours.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageCms

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNATURES = {"CMYK": b"CMYK", "LAB": b"Lab "}
_COLOUR_SPACE = slice(16, 20)  # in a profile's header


@lru_cache(maxsize=4)
def _transforms(mode: str, profile: bytes) -> tuple[ImageCms.ImageCmsTransform, ImageCms.ImageCmsTransform]:
    own = ImageCms.getOpenProfile(BytesIO(profile)) if mode == "CMYK" else ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    build: Callable[..., ImageCms.ImageCmsTransform] = ImageCms.buildTransform
    settings = {
        "renderingIntent": ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "flags": ImageCms.Flags.BLACKPOINTCOMPENSATION,
    }
    return build(own, srgb, mode, "RGB", **settings), build(srgb, own, "RGB", mode, **settings)


def is_usable(mode: str, profile: bytes | None) -> bool:
    """Whether pixels of a mode can be moved to sRGB and back.

    Args:
        mode: ``CMYK`` or ``LAB``, Pillow's names.
        profile: of the photo; Lab does without.

    >>> is_usable("CMYK", None), is_usable("LAB", None)
    (False, True)
    """
    if mode == "CMYK" and (not profile or profile[_COLOUR_SPACE] != _SIGNATURES[mode]):
        return False
    try:
        _transforms(mode, profile or b"")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return True


def to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image of mode ``CMYK`` or ``LAB`` in sRGB, mode ``RGB``."""
    moved = ImageCms.applyTransform(image, _transforms(image.mode, profile or b"")[0])
    return moved or image


def from_rgb(own: Image.Image, before: Image.Image, after: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image in its own mode with changed colours.

    Args:
        own: the pixels as stored, mode ``CMYK`` or ``LAB``.
        before: those in sRGB.
        after: the corrected ones in sRGB.
        profile: of the photo.
    """
    separated = ImageCms.applyTransform(after, _transforms(own.mode, profile or b"")[1]) or after
    red, green, blue = ImageChops.difference(before, after).split()
    differs = ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)
    return Image.composite(separated, own, differs)
