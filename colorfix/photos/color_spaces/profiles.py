"""Conversion of a photo into another photo's color space, or into sRGB, by ICC profiles.

Deep pixels are converted between matrix profiles by the formula, without rounding to 8 bits. A matrix profile
defines linear light by three curves, and CIE XYZ under D50 by three primaries (ICC.1:2022, F.3). Relative
colorimetry between two of them is

    y = encode_after( M · decode_before(x) ),    M = primaries_after^-1 · primaries_before

Both have their black at zero, so black point compensation changes nothing.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from colorfix.color.statistics import CODES, SRGB, Curve, encoded_of
from colorfix.core.text import printable
from colorfix.photos.photo import FROM_MEMORY, Photo, Picture, rounded_like, to_8_bits

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.photos.photo import Deep

_CURVES = (b"rTRC", b"gTRC", b"bTRC")
_PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
_TABLES = (b"A2B0", b"A2B1", b"B2A0", b"B2A1")
_LENGTH_OF_XYZ, _LENGTH_OF_CODE_POINTS = 20, 12  # bytes
_LEAST_VOLUME = 1e-4  # sRGB's primaries span 0.2
_STEPS = 65536  # 8-bit and 16-bit codes coincide with steps
_SAME_CURVE = 0.5 / 255
_COUNT, _ENTRIES, _ENTRY = 128, 132, 12  # offsets of the number and the table of tags; bytes of an entry
_MOST_TAGS = 100
_HDR_NAME = re.compile(rb"2100[ _-]?(?:PQ|HLG)|ST[ _-]?2084")
_BT2020, _PQ, _HLG = 9, 16, 18  # code points
_DATE, _ID = slice(24, 36), slice(84, 100)
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of a parametric curve, by its kind


def curve_of(photo: Photo) -> tuple[Curve, tuple[str, ...]]:
    """Return the transfer curve of the photo's profile, and warnings about it.

    It is given by ``rTRC``, ``gTRC`` and ``bTRC`` (ICC.1:2022, 10.6 and 10.18). A profile without them uses
    color tables; sRGB's curve is used for it, with a warning. A curve within half a code of sRGB's is
    replaced by its formula.
    """
    if photo.profile is None:
        return SRGB, ()
    try:
        return curve_in(without_timestamp(photo.profile) or b""), ()
    except ValueError:
        return SRGB, (f"the profile of {printable(photo.name)} has no transfer curve; sRGB's is used",)


def without_timestamp(profile: bytes | None) -> bytes | None:
    """Return a profile with its date and digest set to 0 (ICC.1:2022, 7.2).

    Profiles that a program has generated for each photo then compare equal.
    """
    if profile is None:
        return None
    return (
        profile[: _DATE.start] + bytes(12) + profile[_DATE.stop : _ID.start] + bytes(16) + profile[_ID.stop :]
    )


@lru_cache(maxsize=8)
def curve_in(profile: bytes) -> Curve:
    """Return the curve of a profile; cached, since the photos of a folder share their profile.

    Raises:
        ValueError: it has none.
    """
    bodies = [_body(profile, tag) for tag in _CURVES]
    tables = {body: _table(body) for body in set(bodies)}  # usually one for all three
    curve = Curve(np.stack([tables[body] for body in bodies]))
    tones = encoded_of(np.clip(curve.light, 0.0, 1.0))
    return SRGB if np.abs(tones - CODES[:, None]).max() < _SAME_CURVE else curve


def code_points_in(profile: bytes | None) -> tuple[int, int] | None:
    """Return a profile's code points, of HDR also by its description (ICC.1:2022, 9.2.17); None for none."""
    if profile is None or b"cicp" not in _tags(profile):
        name = b"" if profile is None or b"desc" not in _tags(profile) else _body(profile, b"desc")
        found = _HDR_NAME.search(name.replace(b"\0", b""))
        return None if found is None else (_BT2020, _HLG if found[0].endswith(b"HLG") else _PQ)
    body = _body(profile, b"cicp")
    return (body[8], body[9]) if len(body) >= _LENGTH_OF_CODE_POINTS else None


def primaries_in(profile: bytes) -> Floats:
    """Return the primaries of a profile in CIE XYZ under D50, as columns, shape [3, 3].

    Raises:
        ValueError: it has none, they lie in a plane, or it uses color tables.
    """
    columns = []
    if any(tag in _tags(profile) for tag in _TABLES):
        raise ValueError("a profile that works by tables of colors, whatever its primaries are")
    for tag in _PRIMARIES:
        body = _body(profile, tag)
        if body[:4] != b"XYZ " or len(body) < _LENGTH_OF_XYZ:
            raise ValueError("another kind of primary")
        columns.append([value / 65536 for value in struct.unpack(">3i", body[8:_LENGTH_OF_XYZ])])
    primaries = np.array(columns).T
    if abs(np.linalg.det(primaries)) < _LEAST_VOLUME:
        raise ValueError("primaries that lie in a plane")
    return primaries


def _table(body: bytes) -> Floats:
    """Return a channel's curve at equal steps, normalized to rise monotonically from 0 to 1."""
    try:
        with np.errstate(all="ignore"):  # NaN is refused below
            found = _values(body)
    except (struct.error, KeyError, ZeroDivisionError) as error:
        raise ValueError("a curve cut short, or of an unknown kind") from error
    values = np.maximum.accumulate(np.clip(found, 0.0, 1.0))
    low, high = values[0], values[-1]
    if not (np.isfinite(values).all() and high > low):
        raise ValueError("a curve that does not rise")
    table: Floats = (values - low) / (high - low)
    return table


def _body(profile: bytes, tag: bytes) -> bytes:
    if tag not in _tags(profile):
        raise ValueError("no such tag")
    start, size = _tags(profile)[tag]
    return profile[start : start + size]


def _tags(profile: bytes) -> dict[bytes, tuple[int, int]]:
    """Return the offset and length of each tag's body, bytes."""
    number = min(int.from_bytes(profile[_COUNT:_ENTRIES]), _MOST_TAGS)
    within = min(_ENTRIES + _ENTRY * number, len(profile) - _ENTRY + 1)
    entries = [struct.unpack_from(">4sII", profile, at) for at in range(_ENTRIES, within, _ENTRY)]
    return {name: (start, size) for name, start, size in entries}


def _values(body: bytes) -> Floats:
    steps = np.linspace(0.0, 1.0, _STEPS)
    if body[:4] == b"para":
        (kind,) = struct.unpack(">H", body[8:10])
        number = _PARAMETERS[kind]
        fixed = struct.unpack(f">{number}i", body[12 : 12 + 4 * number])
        return _parametric(kind, [value / 65536 for value in fixed], steps)
    if body[:4] != b"curv":
        raise ValueError("another kind of curve")
    (number,) = struct.unpack(">I", body[8:12])
    if number == 0:
        return steps
    entries = np.frombuffer(body, ">u2", number, 12).astype(np.float64)
    if number == 1:
        powers: Floats = steps ** (entries[0] / 256)
        return powers
    return np.interp(steps, np.linspace(0.0, 1.0, number), entries / 65535)


def _parametric(kind: int, parameters: list[float], x: Floats) -> Floats:
    """Return (a x + b)^g + c from d or -b/a on; below it, a line f + e x or a constant (ICC.1, table 68)."""
    gamma, a, b, c, d, e, f = _all_parameters(kind, parameters)
    power: Floats = np.maximum(a * x + b, 0.0) ** gamma + c
    return np.where(x >= d, power, e * x + f)


def _all_parameters(
    kind: int, parameters: list[float]
) -> tuple[float, float, float, float, float, float, float]:
    match kind, parameters:
        case 0, [gamma]:
            return gamma, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
        case 1, [gamma, a, b]:
            return gamma, a, b, 0.0, -b / a, 0.0, 0.0
        case 2, [gamma, a, b, c]:
            return gamma, a, b, c, -b / a, 0.0, c
        case 3, [gamma, a, b, c, d]:
            return gamma, a, b, 0.0, d, c, 0.0
        case 4, [gamma, a, b, slope, d, above, below]:
            return gamma, a, b, above, d, slope, below
    raise ValueError("an unknown parametric curve")


_AT_ONCE = 128  # rows
_SRGB_PRIMARIES = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]]
)  # as the sRGB profiles in use have them: IEC 61966-2-1, adapted to D50
_IDENTITY_TOLERANCE = (
    5e-4  # of linear light; the darkest tones, which sRGB stretches most, move by less than two codes
)


@dataclass(frozen=True, eq=False)
class MatrixTransform:
    """A conversion of deep pixels from one matrix profile to another.

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
        """Return the conversion between two profiles, or None if one of them uses color tables.

        Args:
            before: an RGB profile; None is sRGB.
            after: another one; None is sRGB.
        """
        try:
            (first, primaries), (second, others) = _curve_and_primaries(before), _curve_and_primaries(after)
        except ValueError:
            return None
        return cls(first, second, np.linalg.inv(others) @ primaries)

    @property
    def is_identity(self) -> bool:
        """Whether the transform changes no color by more than 2/255.

        >>> MatrixTransform.between(None, None).is_identity
        True
        """
        alike = self.before is self.after or bool((self.before.light == self.after.light).all())
        return alike and bool(np.abs(self.matrix - np.eye(3)).max() <= _IDENTITY_TOLERANCE)

    def __call__(self, raster: Deep) -> Deep:
        """Return the same colors in the second profile; clipped to its gamut, NaN preserved.

        Args:
            raster: shape [H, W, C]; gray becomes RGB.
        """
        channels = [0, 1, 2] if raster.shape[2] >= len("RGB") else [0, 0, 0]
        alpha = raster[..., -1:] if raster.shape[2] in {2, 4} else raster[..., :0]
        top = 65535.0 if raster.dtype == np.uint16 else 1.0
        result: Deep = np.empty((*raster.shape[:2], 3 + alpha.shape[2]), raster.dtype)
        for row in range(0, len(raster), _AT_ONCE):
            some = slice(row, row + _AT_ONCE)
            colors = top * self._transformed(raster[some][..., channels].astype(np.float64) / top)
            result[some] = rounded_like(raster, np.concatenate([colors, alpha[some]], axis=-1))
        return result

    def _transformed(self, stored: Floats) -> Floats:
        known = np.where(np.isfinite(stored), np.clip(stored, 0.0, 1.0), np.nan)
        light = np.clip(self.before.decoded(known) @ self.matrix.T, 0.0, 1.0)
        return self.after.encoded(light)


def _curve_and_primaries(profile: bytes | None) -> tuple[Curve, Floats]:
    """Return the curves and the primaries of a profile."""
    plain = without_timestamp(profile)
    return (SRGB, _SRGB_PRIMARIES) if plain is None else (curve_in(plain), primaries_in(plain))


_SAME = 2
_COLOR_SPACE = slice(16, 20)  # in the profile's header; Pillow's own query fails on non-ASCII text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import ImageCms

    from colorfix.photos.photo import Strip


def in_space_of(target: Photo, source: Photo) -> Photo:
    """Return the target converted to the source's ICC profile.

    The intent is relative colorimetry with black point compensation; colors outside the source's gamut are
    clipped. A gray or palette target becomes RGB. No profile means sRGB. Deep pixels stay deep between two
    matrix profiles; with a profile of color tables they are reduced to 8 bits.

    Args:
        target: the photo with the wanted colors.
        source: the photo to be corrected.

    Returns:
        The target itself if the profiles are equivalent; else a photo to be measured, not written. A profile
        that is broken, or not for RGB, is treated as sRGB and adds a sentence to ``warnings``.

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
    unusable = [
        photo for photo, profile in ((target, before), (source, after)) if profile is None and photo.profile
    ]
    target = replace(target, warnings=(*target.warnings, *map(_unusable_profile, unusable)))
    if before is None and after is None:
        return target
    return _transformed(target, before, after, source.profile)


def _are_equivalent(*profiles: bytes | None) -> bool:
    """Whether two RGB profiles define the same colors; there are many versions of sRGB's."""
    if any(profile is not None and profile[_COLOR_SPACE] != b"RGB " for profile in profiles):
        return False
    move = MatrixTransform.between(*profiles)
    return move is not None and move.is_identity


def _profile(photo: Photo, *, read: bool) -> ImageCms.ImageCmsProfile | None:
    """Return the photo's profile if it is an RGB profile usable in that direction; None means sRGB."""
    from PIL import ImageCms

    if not photo.profile or photo.profile[_COLOR_SPACE] != b"RGB ":
        return None
    try:
        profile = ImageCms.getOpenProfile(BytesIO(photo.profile))
        ways = (profile, _srgb()) if read else (_srgb(), profile)
        ImageCms.buildTransform(*ways, "RGB", "RGB")  # some profiles lack the tables of one direction
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

    def converted(strip: Strip) -> Strip:
        if not isinstance(strip.raster, Image.Image):
            transform = MatrixTransform.between(
                *(None if own is None else own.tobytes() for own in (before, after))
            )
            if transform is not None:
                return replace(strip, raster=transform(strip.raster))
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

    pictures = tuple(_with_strips(picture, converted) for picture in target.pictures)
    return replace(target, pictures=pictures, profile=profile)


def _with_strips(picture: Picture, function: Callable[[Strip], Strip]) -> Picture:
    """Return the picture with a function applied to each strip, on demand."""
    return replace(picture, strips=lambda: map(function, picture.strips()))


def _unusable_profile(photo: Photo) -> str:
    return f"the color profile of {printable(photo.name)} cannot be used; its colors are taken for sRGB"


def in_srgb(photo: Photo) -> Photo:
    """Return the photo converted to sRGB; see :func:`in_space_of`."""
    return in_space_of(photo, replace(photo, profile=None))


def is_srgb(photo: Photo) -> bool:
    """Whether the photo has no profile, or one that changes no color visibly from sRGB.

    125 colors must change by at most 2/255. Cameras embed many versions of the sRGB profile.
    """
    return photo.profile is None or _is_equivalent_to_srgb(without_timestamp(photo.profile) or b"")


@lru_cache(maxsize=64)
def _is_equivalent_to_srgb(profile: bytes) -> bool:
    levels = np.array([0, 64, 128, 192, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    photo = Photo(FROM_MEMORY, b"", (Picture.of(Image.fromarray(cube)),), None, profile)
    return bool(np.abs(np.asarray(in_srgb(photo).image).astype(int) - cube).max() <= _SAME)
