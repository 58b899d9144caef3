"""Look of a gray card: the gains that make one area of a photo gray, at the luminance that it has.

The area may be unevenly lit, as cards are, but of one color. It is refused where its mean would be wrong:
beyond the photo's edge, blown out or black in a channel, or of several colors.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix import __version__, photos
from colorfix.color.statistics import CHANNELS, LUMA, SRGB, Statistics, in_srgb_tones, linear_of
from colorfix.color.temperature import light_of, warmed
from colorfix.core.errors import UncorrectablePhoto
from colorfix.core.text import printable
from colorfix.looks.look import Look
from colorfix.photos.photo import is_gray
from colorfix.photos.pixels.frame import cropped
from colorfix.photos.pixels.gains import GRAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Counts, Floats
    from colorfix.correction.settings import Settings

_BLOWN, _BLOWN_SHARE = 254, 0.01
"""First code that counts as blown out, and the share of the area's pixels that may be."""

_DARK: Final = 5.0
"""Least mean of a channel, as stored, 0 to 255: below it a code more or less is a fifth of the gain."""

_PARTS, _PART = 4, 4
"""Parts along each side whose colors are compared, and the least points along a side of a part."""

_LEAST: Final = 8
"""Least width and height of the area, pixels: four parts are compared, each of at least 16 pixels."""

_HUE, _BRIGHTNESS = 0.2, 3.0
"""How far parts may differ: in the logarithm of red or blue over green, and by which factor in brightness."""


def gray_card_look(photo: photos.Photo, area: str, settings: Settings) -> tuple[Look, tuple[str, ...]]:
    """Return the look that makes an area of a photo gray, and warnings.

    g_c = (Y / μ_c)^strength, μ the means of the area, Y = Σ w_c μ_c its luminance, w as
    :data:`colorfix.color.statistics.LUMA`.

    Args:
        photo: of several pictures, the first counts.
        area: ``x,y,width,height`` in stored pixels, before any orientation tag.
        settings: space, strength, warmth, highlights and dither.

    Raises:
        SettingError: the area is no rectangle.
        UncorrectablePhoto: the area cannot tell the color of the light.

    >>> from colorfix.correction.settings import Settings
    >>> amber = photos.read(np.full((8, 8, 3), (200, 150, 90), np.uint8))
    >>> gray_card_look(amber, "0,0,8,8", Settings())[0].gains.round(3).tolist()
    [0.603, 1.142, 3.407]
    """
    part = _area_of(photo, area)
    curve, doubtful = photos.curve_of(photo) if settings.space != "srgb" else (SRGB, ())
    counts = photos.counts(part)
    _refuse_unmeasurable(photo.name, area, counts)
    means = Statistics(in_srgb_tones(counts, curve), settings.space).means
    _refuse_colors(photo.name, area, photos.grid_in_srgb_tones(photos.grid(part), curve))
    gains = ((LUMA @ means) / means) ** settings.strength
    gains = warmed(gains, settings.warmth, settings.space)
    origin = {"source": printable(photo.name), "target": f"gray area {area}", "version": __version__}
    look = Look(gains, settings.space, settings.highlights, settings.dither, origin)
    return look, (*doubtful, *_light_warning(look, area))


def _area_of(photo: photos.Photo, area: str) -> photos.Photo:
    """Return the area as a photo."""
    left, top, width, height = photos.Region.of_box(area).box or (0, 0, 0, 0)
    if is_gray(photo.first_raster) or photos.has_no_colors(photo):
        raise UncorrectablePhoto(photo.name, GRAY)
    across, down = photo.size
    if left + width > across or top + height > down:
        reason = f"is of {across} x {down} pixels as stored; the area {area} does not lie inside"
        raise UncorrectablePhoto(photo.name, f"{reason}; give x,y,width,height of one that does")
    if min(width, height) < _LEAST:
        reason = (
            f"the area {area} is too small to be sure of; give one of at least {_LEAST} x {_LEAST} pixels"
        )
        raise UncorrectablePhoto(photo.name, reason)
    picture = cropped(photo.pictures[0], (left, top, left + width, top + height))
    return replace(photo, pictures=(replace(picture, in_statistics=True),), codecs=None)


def _refuse_unmeasurable(name: str, area: str, counts: Counts) -> None:
    """Refuse an area that is transparent, blown out or black.

    Args:
        name: of the photo.
        area: for messages.
        counts: its histograms, shape (3, 256), as stored.
    """
    if not counts.any():
        raise UncorrectablePhoto(name, f"the area {area} is transparent; choose another one")
    shares = counts / counts.sum(axis=1, keepdims=True)
    blown = shares[:, _BLOWN:].sum(axis=1) > _BLOWN_SHARE
    dark = shares @ np.arange(shares.shape[1]) < _DARK
    for found, fault, remedy in ((blown, "blown out", "less bright"), (dark, "black", "brighter")):
        if found.any():
            channels = " and ".join(np.array(CHANNELS)[found])
            raise UncorrectablePhoto(
                name, f"the area {area} is {fault} in {channels}; choose a {remedy} gray area"
            )


def _refuse_colors(name: str, area: str, points: NDArray[np.uint8]) -> None:
    """Refuse an area of several colors: compare the means of up to 4 x 4 parts.

    Args:
        name: of the photo.
        area: for messages.
        points: a grid of the area in sRGB's tones, shape [H, W, 4].
    """
    parts = _means_of_parts(points)
    hues = parts[:, [0, 2]] - parts[:, 1:2]
    if np.ptp(hues, axis=0).max() > _HUE or np.ptp(parts @ LUMA) > np.log(_BRIGHTNESS):
        raise UncorrectablePhoto(
            name, f"the area {area} is not of one color; choose a smaller one that is nothing but gray"
        )


def _means_of_parts(points: NDArray[np.uint8]) -> Floats:
    """Return the logarithms of the mean light of each part of a grid with visible points, shape [N, 3]."""
    light, visible = linear_of(points[..., :3] / 255.0), points[..., 3] > 0
    rows, columns = (
        np.array_split(np.arange(side), min(max(side // _PART, 1), _PARTS)) for side in points.shape[:2]
    )
    boxes = [np.ix_(down, across) for down in rows for across in columns]
    means = [light[box][visible[box]].mean(axis=0) for box in boxes if visible[box].any()]
    return np.log(np.maximum(means, linear_of(np.array(1 / 255.0))))


def _light_warning(look: Look, area: str) -> tuple[str, ...]:
    """Return a warning if no usual light makes gray look like this."""
    light = light_of(look.gains, look.space)
    if light.kelvin is not None:
        return ()
    return (f"the area {area} would be gray in a {light}, which no lamp is; check that it is gray",)
