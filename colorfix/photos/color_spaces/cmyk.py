"""Inks and Lab: pixels of another colour model become sRGB to be corrected, and go back.

Gains are those of light, and inks are none: CMYK is brought to sRGB through the photo's own ICC profile, by
relative colorimetry with black point compensation, corrected, and separated again by the same profile. 8-bit
CIELab goes the same way; it needs no profile.

A colour has many separations, and the profile's maker chose one, whatever the photo's own was. So pixels that
the correction left alone keep their exact inks. The others are separated anew; a profile's two directions
miss each other, so what came out is compared with what was wanted, and the difference asked for once more.
Colours that sRGB cannot hold, such as a printed cyan, are clipped on the way where they change.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from colorfix.core.errors import UnsupportedPhoto
from colorfix.core.text import printable
from colorfix.photos.photo import FROM_MEMORY

if TYPE_CHECKING:
    from PIL import ImageCms

CMYK, LAB = "CMYK", "LAB"

_COLOUR_SPACE = slice(16, 20)  # in the profile's header
_WITHOUT = (
    "is in CMYK without a colour profile, so nobody knows what its inks look like; "
    "export it as RGB first, or assign the printer's profile"
)
_UNUSABLE = "is in CMYK and its colour profile cannot be used; export it as RGB first"


def check(mode: str, profile: bytes | None, name: str = FROM_MEMORY) -> None:
    """Refuse what cannot be brought to sRGB and back.

    Args:
        mode: ``"CMYK"`` or ``"LAB"``.
        profile: the photo's ICC profile.
        name: for the message.

    Raises:
        UnsupportedPhoto: CMYK without a profile of CMYK that leads both ways.

    >>> check("CMYK", None, "leaflet.tif")
    Traceback (most recent call last):
    colorfix.core.errors.UnsupportedPhoto: leaflet.tif: is in CMYK without a colour profile, so nobody knows what its inks look like; export it as RGB first, or assign the printer's profile
    """  # noqa: E501 - a message is one line
    from PIL import ImageCms

    if mode == CMYK and not profile:
        raise UnsupportedPhoto(printable(name), _WITHOUT)
    try:
        _transforms(mode, profile)
    except (ImageCms.PyCMSError, ValueError) as error:
        raise UnsupportedPhoto(printable(name), _UNUSABLE) from error


def is_usable(mode: str, profile: bytes | None) -> bool:
    """Whether :func:`check` lets it pass.

    >>> is_usable("CMYK", None), is_usable("LAB", None)
    (False, True)
    """
    try:
        check(mode, profile)
    except UnsupportedPhoto:
        return False
    return True


def is_inverted(opened: Image.Image) -> bool:
    """Whether Pillow decoded the inks of a JPEG inverted: 255 for none; then they are to be inverted first.

    Adobe's programs store inks inverted and say so in a segment; Pillow takes every JPEG for one of theirs,
    when it reads and when it writes. So what ``from_rgb`` returns is to be inverted again before it is saved.

    Args:
        opened: as ``Image.open`` gave it.
    """
    return opened.mode == CMYK and opened.format == "JPEG" and "adobe" not in opened.info


def to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the colours in sRGB.

    Args:
        image: mode ``CMYK``, 255 is full ink (see :func:`is_inverted`); or ``LAB``, whose bytes hold a* and
            b* signed, as a TIFF's CIELab does.
        profile: of CMYK; it has passed :func:`check`.

    >>> to_rgb(Image.new("LAB", (1, 1), (137, 128, 128)), None).getpixel((0, 0))
    (128, 128, 128)
    """
    there, _ = _transforms(image.mode, profile)
    return _moved(image, there)


def from_rgb(
    before: Image.Image, after: Image.Image, image: Image.Image, profile: bytes | None
) -> Image.Image:
    """Return the corrected colours in the photo's own model.

    Args:
        before: what :func:`to_rgb` made of the image.
        after: the same, corrected; mode ``RGB``.
        image: the photo's own pixels; it is not changed.
        profile: as for :func:`to_rgb`.

    Returns:
        Of the image's mode. Pixels whose ``after`` equals their ``before`` are the image's own.
    """
    there, back = _transforms(image.mode, profile)
    made = _moved(_moved(after, back), there)
    missed, exceeded = ImageChops.subtract(after, made), ImageChops.subtract(made, after)
    asked = ImageChops.subtract(ImageChops.add(after, missed), exceeded)
    return Image.composite(_moved(asked, back), image, _different(before, after))


def _different(before: Image.Image, after: Image.Image) -> Image.Image:
    """255 where any channel differs, else 0, mode ``L``."""
    red, green, blue = ImageChops.difference(before, after).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)


@lru_cache(maxsize=4)
def _transforms(
    mode: str, profile: bytes | None
) -> tuple[ImageCms.ImageCmsTransform, ImageCms.ImageCmsTransform]:
    """The ways to sRGB and back."""
    from PIL import ImageCms

    if mode == LAB:
        own = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif profile is None or profile[_COLOUR_SPACE] != b"CMYK":
        raise ValueError("no profile of CMYK")
    else:
        own = ImageCms.getOpenProfile(BytesIO(profile))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    there = ImageCms.buildTransform(own, srgb, mode, "RGB", intent, flags)
    back = ImageCms.buildTransform(srgb, own, "RGB", mode, intent, flags)
    return there, back


def _moved(image: Image.Image, way: ImageCms.ImageCmsTransform) -> Image.Image:
    return way.apply(image)
