"""Colour spaces: a target's values mean the same as the source's only when both are in one space."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.core.text import shown
from colorfix.photos.moving import Move
from colorfix.photos.photo import FROM_MEMORY, Photo
from colorfix.photos.picture import Picture, in_eight_bits
from colorfix.photos.transfer import undated

_SAME = 2
_COLOUR_SPACE = slice(16, 20)  # in the profile's header; asking Pillow for it fails on letters beyond ASCII

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import ImageCms

    from colorfix.photos.picture import Strip


def in_space_of(target: Photo, source: Photo) -> Photo:
    """The target with its values as the source's ICC profile would number the same colours.

    Colours are brought over by relative colorimetry with black point compensation; what the source's space
    cannot hold is clipped. A grey or palette target becomes RGB by it. No profile means sRGB. Deep pixels
    stay deep where both profiles are matrices and curves; where one works by tables of colours, they go by
    way of 8 bits.

    Args:
        target: the photo whose colours are wanted.
        source: the photo to be corrected.

    Returns:
        The target itself where the profiles say the same; else one to be described, not to be written. A
        profile that is broken, or is none for RGB, is taken for sRGB and adds a sentence to ``warnings``,
        whichever photo's it is.

    >>> import numpy as np
    >>> from colorfix.photos.reading import read
    >>> photo = read(np.full((1, 1, 3), 200, np.uint8))
    >>> in_space_of(photo, photo) is photo
    True
    """
    if undated(target.profile) == undated(source.profile) or _say_the_same(target.profile, source.profile):
        return target
    before, after = _profile(target, read=True), _profile(source, read=False)
    taken = [
        photo for photo, profile in ((target, before), (source, after)) if profile is None and photo.profile
    ]
    target = replace(target, warnings=(*target.warnings, *map(_taken_for_srgb, taken)))
    if before is None and after is None:
        return target
    return _transformed(target, before, after, source.profile)


def _say_the_same(*profiles: bytes | None) -> bool:
    """Whether profiles for RGB differ in their bytes alone; there are many versions of sRGB's."""
    if any(profile is not None and profile[_COLOUR_SPACE] != b"RGB " for profile in profiles):
        return False
    move = Move.between(*profiles)
    return move is not None and move.leads_nowhere


def _profile(photo: Photo, *, read: bool) -> ImageCms.ImageCmsProfile | None:
    """The photo's profile if it is one for RGB that can be read from, or written to; None stands for sRGB."""
    from PIL import ImageCms

    if not photo.profile or photo.profile[_COLOUR_SPACE] != b"RGB ":
        return None
    try:
        profile = ImageCms.getOpenProfile(BytesIO(photo.profile))
        ways = (profile, _srgb()) if read else (_srgb(), profile)
        ImageCms.buildTransform(*ways, "RGB", "RGB")  # some open but lack the tables for one direction
    except ImageCms.PyCMSError:
        return None
    return profile


def _srgb() -> ImageCms.ImageCmsProfile:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _transformed(
    target: Photo,
    before: ImageCms.ImageCmsProfile | None,
    after: ImageCms.ImageCmsProfile | None,
    profile: bytes | None,
) -> Photo:
    from PIL import ImageCms

    def moved(strip: Strip) -> Strip:
        if not isinstance(strip.raster, Image.Image):
            exactly = Move.between(*(None if own is None else own.tobytes() for own in (before, after)))
            if exactly is not None:
                return replace(strip, raster=exactly(strip.raster))
        image = in_eight_bits(strip.raster)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        result = ImageCms.profileToProfile(
            image,
            before or _srgb(),
            after or _srgb(),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            image.mode,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return replace(strip, raster=result or image)

    pictures = tuple(_each(picture, moved) for picture in target.pictures)
    return replace(target, pictures=pictures, profile=profile)


def _each(picture: Picture, moved: Callable[[Strip], Strip]) -> Picture:
    """The picture with every strip moved, as it is walked through."""
    return replace(picture, strips=lambda: map(moved, picture.strips()))


def _taken_for_srgb(photo: Photo) -> str:
    return f"the colour profile of {shown(photo.name)} cannot be used; its colours are taken for sRGB"


def in_srgb(photo: Photo) -> Photo:
    """The photo with its values as sRGB numbers the same colours; see :func:`in_space_of`."""
    return in_space_of(photo, replace(photo, profile=None))


def is_srgb(photo: Photo) -> bool:
    """Whether the values mean what sRGB says: the photo has no profile, or one that moves no colour visibly.

    Judged by what the profile does to 125 colours: within 2 of 255. Cameras embed many versions of the sRGB
    profile, which differ in their bytes.
    """
    return photo.profile is None or _moves_no_colour(undated(photo.profile) or b"")


@lru_cache(maxsize=64)
def _moves_no_colour(profile: bytes) -> bool:
    levels = np.array([0, 64, 128, 192, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    photo = Photo(FROM_MEMORY, b"", (Picture.of(Image.fromarray(cube)),), None, profile)
    return bool(np.abs(np.asarray(in_srgb(photo).image).astype(int) - cube).max() <= _SAME)
