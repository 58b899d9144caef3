"""Colour spaces: a target's values mean the same as the source's only when both are in one space.

Deep pixels from one matrix profile to another: by its formula, so that nothing is rounded to 8 bits.

A matrix profile says what stored values are: linear light by three curves, and CIE XYZ under D50 by three
primaries (ICC.1:2022, F.3). Relative colorimetry between two of them is curves, a matrix M, and curves back:

    y = encode_after( M · decode_before(x) ),    M = primaries_after^-1 · primaries_before

Both have their black at zero, so that compensating for black points changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.color.statistics import SRGB
from colorfix.core.text import printable
from colorfix.photos.color_spaces.icc_curves import curve_in, primaries_in, without_timestamp
from colorfix.photos.photo import FROM_MEMORY, Photo
from colorfix.photos.picture import Picture, rounded_like, to_8_bits

if TYPE_CHECKING:
    from colorfix.color.statistics import Curve, Floats
    from colorfix.photos.picture import Deep

_AT_ONCE = 128  # rows
_SRGB_PRIMARIES = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]]
)  # as the sRGB profiles in use have them: IEC 61966-2-1, adapted to D50
_IDENTITY_TOLERANCE = (
    5e-4  # of linear light; the darkest tones, which sRGB stretches most, move by less than two codes
)


@dataclass(frozen=True, eq=False)
class MatrixTransform:
    """The way of deep pixels from one matrix profile to another.

    Attributes:
        before: the curves of the first.
        after: the curves of the second.
        matrix: M above, shape [3, 3].
    """

    before: Curve
    after: Curve
    matrix: Floats

    @classmethod
    def between(cls, before: bytes | None, after: bytes | None) -> MatrixTransform | None:
        """Return the way between two profiles, or None where one of them works by tables of colours.

        Args:
            before: a profile for RGB; None is sRGB.
            after: likewise.
        """
        try:
            (first, primaries), (second, others) = _curve_and_primaries(before), _curve_and_primaries(after)
        except ValueError:
            return None
        return cls(first, second, np.linalg.inv(others) @ primaries)

    @property
    def is_identity(self) -> bool:
        """Whether no colour moves by as much as two codes of 8 bits: two versions of one profile.

        >>> MatrixTransform.between(None, None).is_identity
        True
        """
        alike = self.before is self.after or bool((self.before.light == self.after.light).all())
        return alike and bool(np.abs(self.matrix - np.eye(3)).max() <= _IDENTITY_TOLERANCE)

    def __call__(self, raster: Deep) -> Deep:
        """Return the same colours as the second profile stores them.

        What its space cannot hold is clipped; what is no number stays none.

        Args:
            raster: shape [H, W, C]; grey becomes red, green and blue.
        """
        channels = [0, 1, 2] if raster.shape[2] >= len("RGB") else [0, 0, 0]
        alpha = raster[..., -1:] if raster.shape[2] in {2, 4} else raster[..., :0]
        top = 65535.0 if raster.dtype == np.uint16 else 1.0
        result: Deep = np.empty((*raster.shape[:2], 3 + alpha.shape[2]), raster.dtype)
        for row in range(0, len(raster), _AT_ONCE):
            some = slice(row, row + _AT_ONCE)
            colours = top * self._transformed(raster[some][..., channels].astype(np.float64) / top)
            result[some] = rounded_like(raster, np.concatenate([colours, alpha[some]], axis=-1))
        return result

    def _transformed(self, stored: Floats) -> Floats:
        known = np.where(np.isfinite(stored), np.clip(stored, 0.0, 1.0), np.nan)
        light = np.clip(self.before.decoded(known) @ self.matrix.T, 0.0, 1.0)
        return self.after.encoded(light)


def _curve_and_primaries(profile: bytes | None) -> tuple[Curve, Floats]:
    """The curves and the primaries of a profile."""
    plain = without_timestamp(profile)
    return (SRGB, _SRGB_PRIMARIES) if plain is None else (curve_in(plain), primaries_in(plain))


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
    >>> from colorfix.photos.read import read
    >>> photo = read(np.full((1, 1, 3), 200, np.uint8))
    >>> in_space_of(photo, photo) is photo
    True
    """
    if without_timestamp(target.profile) == without_timestamp(source.profile) or _are_equivalent(
        target.profile, source.profile
    ):
        return target
    before, after = _profile(target, read=True), _profile(source, read=False)
    taken = [
        photo for photo, profile in ((target, before), (source, after)) if profile is None and photo.profile
    ]
    target = replace(target, warnings=(*target.warnings, *map(_unusable_profile, taken)))
    if before is None and after is None:
        return target
    return _transformed(target, before, after, source.profile)


def _are_equivalent(*profiles: bytes | None) -> bool:
    """Whether profiles for RGB differ in their bytes alone; there are many versions of sRGB's."""
    if any(profile is not None and profile[_COLOUR_SPACE] != b"RGB " for profile in profiles):
        return False
    move = MatrixTransform.between(*profiles)
    return move is not None and move.is_identity


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
            exactly = MatrixTransform.between(
                *(None if own is None else own.tobytes() for own in (before, after))
            )
            if exactly is not None:
                return replace(strip, raster=exactly(strip.raster))
        image = to_8_bits(strip.raster)
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

    pictures = tuple(_with_strips(picture, moved) for picture in target.pictures)
    return replace(target, pictures=pictures, profile=profile)


def _with_strips(picture: Picture, moved: Callable[[Strip], Strip]) -> Picture:
    """The picture with every strip moved, as it is walked through."""
    return replace(picture, strips=lambda: map(moved, picture.strips()))


def _unusable_profile(photo: Photo) -> str:
    return f"the colour profile of {printable(photo.name)} cannot be used; its colours are taken for sRGB"


def in_srgb(photo: Photo) -> Photo:
    """The photo with its values as sRGB numbers the same colours; see :func:`in_space_of`."""
    return in_space_of(photo, replace(photo, profile=None))


def is_srgb(photo: Photo) -> bool:
    """Whether the values mean what sRGB says: the photo has no profile, or one that moves no colour visibly.

    Judged by what the profile does to 125 colours: within 2 of 255. Cameras embed many versions of the sRGB
    profile, which differ in their bytes.
    """
    return photo.profile is None or _is_equivalent_to_srgb(without_timestamp(photo.profile) or b"")


@lru_cache(maxsize=64)
def _is_equivalent_to_srgb(profile: bytes) -> bool:
    levels = np.array([0, 64, 128, 192, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    photo = Photo(FROM_MEMORY, b"", (Picture.of(Image.fromarray(cube)),), None, profile)
    return bool(np.abs(np.asarray(in_srgb(photo).image).astype(int) - cube).max() <= _SAME)
