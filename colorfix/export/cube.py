"""A look as a ``.cube`` file for values encoded as sRGB's: one table a channel, or one of all colours.

Where highlights clip, each channel has a table of its own, which is exact. Protection looks at three channels
at once, so it takes a table of colours, whose points other programs interpolate between. Near white the look
bends within a few codes, where such a table has two or three points: there it is off, and
:func:`shortfall_of` says how far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.statistics import SRGB, changed
from colorfix.export.remark import remark_on

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.look import Look

SIZE = 1021
"""Entries of a channel's table: every code of 8 bits lies on one, and three between two codes."""

POINTS = 65
"""Points along each axis of the table of colours: the most that every program takes."""

_TOP = 65535
_TRIED = np.concatenate([np.arange(0, 240, 6), np.arange(240, 256)])
"""Codes of each channel that the table of colours is tried at: all where the look bends most."""


def cube_of(look: Look) -> str:
    """Return the file.

    >>> from colorfix.look import Look
    >>> cube_of(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")).splitlines()[1:3]
    ['LUT_1D_SIZE 1021', '0.000000 0.000000 0.000000']
    """
    if look.highlights == "clip":
        stored = np.tile(np.linspace(0, 1, SIZE)[:, None], 3)
        return _file(look, f"LUT_1D_SIZE {SIZE}", np.clip(changed(stored, look.gains, look.space), 0, 1))
    return _file(look, f"LUT_3D_SIZE {POINTS}", _colours(look, np.linspace(0, 1, POINTS)))


def shortfall_of(look: Look) -> str | None:
    """Say how far the table of colours is from the look, for a program that interpolates linearly."""
    if look.highlights == "clip":
        return None
    largest = float(np.abs(_interpolated(look) - _colours(look, _TRIED / 255)).max())
    return (
        f"a .cube cannot hold highlights=protect: near white up to {255 * largest:.0f} of 255 codes off; "
        "exact are --to hald, --to ffmpeg, or --highlights clip"
    )


def _colours(look: Look, values: Floats) -> Floats:
    """What becomes of all colours of these values, 0 to 1, shape [blue, green, red, 3]."""
    blue, green, red = np.meshgrid(values, values, values, indexing="ij")
    stored = np.rint(_TOP * np.stack([red, green, blue], axis=-1)).astype(np.uint16)
    result = look.change(SRGB)(photos.Strip(stored.reshape(len(values), -1, 3)))
    return np.asarray(result).reshape(stored.shape) / _TOP


def _interpolated(look: Look) -> Floats:
    """What the table of colours makes of the codes that are tried, as :func:`_colours`."""
    places = _TRIED / 255 * (POINTS - 1)
    shares = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(POINTS)))  # of each point, [tried, points]
    result = _colours(look, np.linspace(0, 1, POINTS))
    for axis in range(3):
        result = np.moveaxis(np.tensordot(shares, result, (1, axis)), 0, axis)
    return result


def _file(look: Look, size: str, values: Floats) -> str:
    rows = (f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in values.reshape(-1, 3).tolist())
    return f"# {remark_on(look)}; for values encoded as sRGB's\n{size}\n{''.join(rows)}"
