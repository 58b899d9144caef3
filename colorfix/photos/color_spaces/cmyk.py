"""CMYK and Lab: converted to sRGB to be corrected, and back.

Gains apply to light, not to inks: CMYK is converted to sRGB by the photo's own ICC profile, with relative
colorimetry and black point compensation, corrected, and separated again by the same profile. 8-bit CIELab is
converted in the same way; it needs no profile.

A color has many separations, and the profile defines one, which may not be the photo's. So pixels that the
correction leaves unchanged keep their exact inks. The others are separated again. The two directions of a
profile are not exact inverses, so the result is converted back, compared with the intended color, and
separated once more with the difference added. Changed colors outside sRGB, such as a printed cyan, are
clipped.
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

_COLOR_SPACE = slice(16, 20)  # in the profile's header
_WITHOUT = (
    "is in CMYK without a color profile, so the colors of its inks are unknown; "
    "export it as RGB first, or assign the printer's profile"
)
_UNUSABLE = "is in CMYK and its color profile cannot be used; export it as RGB first"


def check(mode: str, profile: bytes | None, name: str = FROM_MEMORY) -> None:
    """Refuse a photo that cannot be converted to sRGB and back.

    Args:
        mode: ``"CMYK"`` or ``"LAB"``.
        profile: the photo's ICC profile.
        name: for the message.

    Raises:
        UnsupportedPhoto: CMYK without a CMYK profile of both directions.

    >>> check("CMYK", None, "leaflet.tif")
    Traceback (most recent call last):
    colorfix.core.errors.UnsupportedPhoto: leaflet.tif: is in CMYK without a color profile, so the colors of its inks are unknown; export it as RGB first, or assign the printer's profile
    """  # noqa: E501 - a message is one line
    from PIL import ImageCms

    if mode == CMYK and not profile:
        raise UnsupportedPhoto(printable(name), _WITHOUT)
    try:
        _transforms(mode, profile)
    except (ImageCms.PyCMSError, ValueError) as error:
        raise UnsupportedPhoto(printable(name), _UNUSABLE) from error


def is_usable(mode: str, profile: bytes | None) -> bool:
    """Whether :func:`check` accepts it.

    >>> is_usable("CMYK", None), is_usable("LAB", None)
    (False, True)
    """
    try:
        check(mode, profile)
    except UnsupportedPhoto:
        return False
    return True


def is_inverted(opened: Image.Image) -> bool:
    """Whether Pillow decoded the inks of a JPEG inverted, 255 for none.

    Adobe's programs store inverted inks and mark them by a segment; Pillow assumes that of every JPEG, when
    reading and writing. So the result of ``from_rgb`` must be inverted again before it is saved.

    Args:
        opened: as ``Image.open`` gave it.
    """
    return opened.mode == CMYK and opened.format == "JPEG" and "adobe" not in opened.info


def to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the colors in sRGB.

    Args:
        image: mode ``CMYK``, 255 is full ink (see :func:`is_inverted`); or ``LAB`` with signed a* and b*, as
            in a TIFF.
        profile: of CMYK, accepted by :func:`check`.

    >>> to_rgb(Image.new("LAB", (1, 1), (137, 128, 128)), None).getpixel((0, 0))
    (128, 128, 128)
    """
    to_srgb, _ = _transforms(image.mode, profile)
    return to_srgb.apply(image)


def from_rgb(
    before: Image.Image, after: Image.Image, image: Image.Image, profile: bytes | None
) -> Image.Image:
    """Return the corrected colors in the photo's own color model.

    Args:
        before: the result of :func:`to_rgb` for the image.
        after: the same, corrected; mode ``RGB``.
        image: the photo's own pixels; not modified.
        profile: as for :func:`to_rgb`.

    Returns:
        Of the image's mode. Pixels whose ``after`` equals their ``before`` are the image's own.
    """
    to_srgb, from_srgb = _transforms(image.mode, profile)
    result = to_srgb.apply(from_srgb.apply(after))
    missing, excess = ImageChops.subtract(after, result), ImageChops.subtract(result, after)
    adjusted = ImageChops.subtract(ImageChops.add(after, missing), excess)
    return Image.composite(from_srgb.apply(adjusted), image, _different(before, after))


def _different(before: Image.Image, after: Image.Image) -> Image.Image:
    """Return a mask, mode ``L``: 255 where any channel differs, else 0."""
    red, green, blue = ImageChops.difference(before, after).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)


@lru_cache(maxsize=4)
def _transforms(
    mode: str, profile: bytes | None
) -> tuple[ImageCms.ImageCmsTransform, ImageCms.ImageCmsTransform]:
    """Return the transforms to sRGB and back."""
    from PIL import ImageCms

    if mode == LAB:
        own = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif profile is None or profile[_COLOR_SPACE] != b"CMYK":
        raise ValueError("no profile of CMYK")
    else:
        own = ImageCms.getOpenProfile(BytesIO(profile))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    return (
        ImageCms.buildTransform(own, srgb, mode, "RGB", intent, flags),
        ImageCms.buildTransform(srgb, own, "RGB", mode, intent, flags),
    )
