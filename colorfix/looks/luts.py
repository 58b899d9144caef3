"""A look as a ``.cube`` file for values encoded as sRGB's: one table a channel, or one of all colours.

Where highlights clip, each channel has a table of its own, which is exact. Protection looks at three channels
at once, so it takes a table of colours, whose points other programs interpolate between. Near white the look
bends within a few codes, where such a table has two or three points: there it is off, and
:func:`cube_warning` says how far.

A look as a HaldCLUT: a picture of all colours of 8 bits, corrected.

A look as a preset of the Curves tool of GIMP 2.10: a drawn curve of 256 samples a channel.

What a file says about itself to people who open it: one line, whatever the photos are called.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.statistics import SRGB, apply_gains, tables_of
from colorfix.core.errors import SettingError
from colorfix.photos import display

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.looks.look import Look

LEVEL = 16
"""A picture of 4096 x 4096 pixels: every one of the 256^3 colours, so that nothing is interpolated."""


def hald_png(look: Look) -> bytes:
    """Return the picture as a PNG, 8 bits a channel: about 300 kB, since it is so regular; never dithered."""
    side, change = LEVEL**3, replace(look, dither=False).change(SRGB)
    return display.png_of(photos.view(photos.read(hald_identity()), (side, side), change))


def hald_identity() -> NDArray[np.uint8]:
    """Return all colours, red changing fastest, then green, then blue, shape (4096, 4096, 3).

    >>> hald_identity()[16, :2].tolist()
    [[0, 0, 1], [1, 0, 1]]
    """
    codes = np.arange(LEVEL**2, dtype=np.uint8)
    colours = np.empty((*[LEVEL**2] * 3, 3), np.uint8)
    colours[..., 0] = codes
    colours[..., 1] = codes[:, None]
    colours[..., 2] = codes[:, None, None]
    return colours.reshape(LEVEL**3, LEVEL**3, 3)


_LONGEST = 80
"""Characters of a name: programs read lines into buffers of a few hundred."""


def comment_of(look: Look) -> str:
    r"""Return the line, in ASCII, without what starts a comment.

    >>> import numpy as np
    >>> from colorfix.looks.look import Look
    >>> origin = {"source": "a\nLUT_3D_SIZE 2", "target": "neutral"}
    >>> comment_of(Look(np.array([0.7, 1.0, 1.9]), "linear", "clip", origin=origin))
    'colorfix, a\\nLUT_3D_SIZE 2 after neutral: gains 0.7 1 1.9, linear, clip'
    """
    names = " after ".join(
        ascii(look.origin[key])[1:-1][:_LONGEST] for key in ("source", "target") if look.origin.get(key)
    )
    gains = " ".join(f"{gain:.6g}" for gain in look.gains)
    return f"colorfix{names and ', '}{names}: gains {gains}, {look.space}, {look.highlights}"


SIZE = 1021
"""Entries of a channel's table: every code of 8 bits lies on one, and three between two codes."""

POINTS = 65
"""Points along each axis of the table of colours: the most that every program takes."""

_TOP = 65535
_TRIED = np.concatenate([np.arange(0, 240, 6), np.arange(240, 256)])
"""Codes of each channel that the table of colours is tried at: all where the look bends most."""


def cube_text(look: Look) -> str:
    """Return the file.

    >>> from colorfix.looks.look import Look
    >>> cube_text(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")).splitlines()[1:3]
    ['LUT_1D_SIZE 1021', '0.000000 0.000000 0.000000']
    """
    if look.highlights == "clip":
        stored = np.tile(np.linspace(0, 1, SIZE)[:, None], 3)
        return _file(look, f"LUT_1D_SIZE {SIZE}", np.clip(apply_gains(stored, look.gains, look.space), 0, 1))
    return _file(look, f"LUT_3D_SIZE {POINTS}", _colours(look, np.linspace(0, 1, POINTS)))


def cube_warning(look: Look) -> str | None:
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
    return f"# {comment_of(look)}; for values encoded as sRGB's\n{size}\n{''.join(rows)}"


def gimp_curves(look: Look) -> str:
    """Return the file.

    Raises:
        SettingError: the look protects highlights, which curves of one channel each cannot.
    """
    if look.highlights == "protect":
        raise SettingError(
            "GIMP's curves cannot hold highlights=protect, which looks at three channels at once; "
            "say --highlights clip, or open a HaldCLUT (--to hald) in G'MIC's plug-in for GIMP"
        )
    red, green, blue = tables_of(look.gains, look.space) / 255
    same = np.arange(256) / 255
    curves = {"value": same, "red": red, "green": green, "blue": blue, "alpha": same}
    body = "".join(_curve(name, samples) for name, samples in curves.items())
    return f"# GIMP curves tool settings\n# {comment_of(look)}\n\n(time 0)\n(linear no)\n{body}\n# end\n"


def _curve(channel: str, samples: Floats) -> str:
    values = " ".join(f"{sample:.6f}" for sample in samples)
    drawn = f"    (curve-type free)\n    (n-samples {len(samples)})\n    (samples {len(samples)} {values})"
    return f"(channel {channel})\n(curve\n{drawn})\n"
