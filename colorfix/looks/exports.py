"""Export a look: lookup tables (``.cube``, HaldCLUT, JSON), GIMP curves, ffmpeg and ImageMagick commands.

If highlights clip, a ``.cube`` has an exact table for each channel. Protection and the sensor's space need
all three channels at once, so they take a 3D table that other programs interpolate. Near white and near black
the look bends within a few codes, where the table has two or three points: see :func:`cube_warning`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix import photos
from colorfix.color import statistics
from colorfix.color.sensor import gain_matrix
from colorfix.color.statistics import SRGB, apply_gains, tables_of
from colorfix.core.errors import SettingError
from colorfix.photos import display
from colorfix.photos.pixels.highlights import BEGIN, weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats
    from colorfix.looks.look import Look

LEVEL = 16
"""Level of the HaldCLUT: 4096 x 4096 pixels, all 256^3 colors, so that nothing is interpolated."""


def hald_png(look: Look) -> bytes:
    """Return a look as a HaldCLUT: a PNG of all colors of 8 bits, corrected without dither; about 300 kB."""
    side, change = LEVEL**3, replace(look, dither=False).change(SRGB)
    return display.png_of(photos.view(photos.read(hald_identity()), (side, side), change))


def hald_identity() -> NDArray[np.uint8]:
    """Return all colors, red changing fastest, then green, then blue, shape (4096, 4096, 3).

    >>> hald_identity()[16, :2].tolist()
    [[0, 0, 1], [1, 0, 1]]
    """
    codes = np.arange(LEVEL**2, dtype=np.uint8)
    colors = np.empty((*[LEVEL**2] * 3, 3), np.uint8)
    colors[..., 0] = codes
    colors[..., 1] = codes[:, None]
    colors[..., 2] = codes[:, None, None]
    return colors.reshape(LEVEL**3, LEVEL**3, 3)


_LONGEST = 80
"""Characters of a name at most: programs read lines into buffers of a few hundred."""


def comment_of(look: Look) -> str:
    r"""Return a one-line description of a look in ASCII, for a comment in a file.

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
"""Entries of a 1D table: every code of 8 bits has one, with three between two codes."""

POINTS = 65
"""Points along each axis of a 3D table: the most that all programs accept."""

_TOP = 65535
_CHECKED_CODES = np.concatenate([np.arange(0, 240, 6), np.arange(240, 256)])
"""Codes of each channel at which the 3D table is checked: all codes near white, where the look bends."""


def cube_text(look: Look) -> str:
    """Return a look as a ``.cube`` file for values encoded as sRGB.

    >>> from colorfix.looks.look import Look
    >>> cube_text(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")).splitlines()[1:3]
    ['LUT_1D_SIZE 1021', '0.000000 0.000000 0.000000']
    """
    if _by_channel(look):
        stored = np.tile(np.linspace(0, 1, SIZE)[:, None], 3)
        return _file(look, f"LUT_1D_SIZE {SIZE}", np.clip(apply_gains(stored, look.gains, look.space), 0, 1))
    return _file(look, f"LUT_3D_SIZE {POINTS}", _colors(look, np.linspace(0, 1, POINTS)))


def _by_channel(look: Look) -> bool:
    """Whether a new value depends on the old one of its channel alone."""
    return look.highlights == "clip" and look.space != "sensor"


def cube_warning(look: Look) -> str | None:
    """Return a sentence about the 3D table's error under linear interpolation; None for 1D tables."""
    if _by_channel(look):
        return None
    largest = 255 * float(np.abs(_interpolated(look) - _colors(look, _CHECKED_CODES / 255)).max())
    if look.space == "sensor":
        return f"a .cube cannot hold space=sensor: up to {largest:.0f} of 255 codes off; exact is --to hald"
    return (
        f"a .cube cannot hold highlights=protect: near white up to {largest:.0f} of 255 codes off; "
        "exact are --to hald, --to ffmpeg, or --highlights clip"
    )


def _colors(look: Look, values: Floats) -> Floats:
    """All colors of these values, 0 to 1, corrected, shape [blue, green, red, 3]."""
    blue, green, red = np.meshgrid(values, values, values, indexing="ij")
    stored = np.rint(_TOP * np.stack([red, green, blue], axis=-1)).astype(np.uint16)
    result = look.change(SRGB)(photos.Strip(stored.reshape(len(values), -1, 3)))
    return np.asarray(result).reshape(stored.shape) / _TOP


def _interpolated(look: Look) -> Floats:
    """The 3D table interpolated at the checked codes, as :func:`_colors`."""
    places = _CHECKED_CODES / 255 * (POINTS - 1)
    shares = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(POINTS)))  # of each point, [tried, points]
    result = _colors(look, np.linspace(0, 1, POINTS))
    for axis in range(3):
        result = np.moveaxis(np.tensordot(shares, result, (1, axis)), 0, axis)
    return result


def _file(look: Look, size: str, values: Floats) -> str:
    rows = (f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in values.reshape(-1, 3).tolist())
    return f"# {comment_of(look)}; for values encoded as sRGB's\n{size}\n{''.join(rows)}"


def gimp_curves(look: Look) -> str:
    """Return a look as a preset of the Curves tool of GIMP 2.10: a curve of 256 samples for each channel.

    Raises:
        SettingError: the look protects highlights or is in the sensor's space; both need all channels at
            once.
    """
    if look.space == "sensor":
        raise SettingError(
            "GIMP's curves cannot hold space=sensor, where each channel depends on all three; "
            "correct with --space linear, or open a HaldCLUT (--to hald) in G'MIC's plug-in for GIMP"
        )
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
    curve = f"    (curve-type free)\n    (n-samples {len(samples)})\n    (samples {len(samples)} {values})"
    return f"(channel {channel})\n(curve\n{curve})\n"


_DECODED = "if(lte({v},0.04045),{v}/12.92,pow(({v}+0.055)/1.055,2.4))"
_ENCODED = "if(lte({l},0.0031308),{l}*12.92,1.055*pow({l},1/2.4)-0.055)"
_SHARE = f"clip((val/maxval-{BEGIN})/{1 - BEGIN:.2f},0,1)"
_WEIGHT = f"round(maxval*{_SHARE}*{_SHARE}*(3-2*{_SHARE}))"
_OTHERS = "split[{0}1][{0}2];[{0}1]shuffleplanes=1:2:0[{0}3];[{0}2]shuffleplanes=2:0:{1}[{0}4];[{0}3][{0}4]"
_GREEN_TWICE, _BOTH = 0, 1  # of red, the third plane, both others are green, or green and blue


def ffmpeg_filter(look: Look) -> str:
    """Return a look as an ffmpeg filter for ``-vf``; protection is a graph of two-input tables of integers.

    With y the corrected planes and w the weights of the stored ones, red becomes y + w max(0, green - y),
    green and blue y + w max(0, min of the others - y); then all go to their largest, by the least weight.
    """
    if look.space == "sensor":
        gains = _mixed_filter(gain_matrix(look.gains))
    else:
        gains = f"lutrgb={_each([_product(float(gain), look.space) for gain in look.gains])}"
    if look.highlights == "clip":
        return f"format=gbrp,{gains}"
    weights = f"lutrgb={_each([_WEIGHT] * 3)}"
    return ";".join(
        [
            "format=gbrp,split[x1][x2]",
            f"[x1]{gains},split=3[y1][y2][y3]",
            f"[x2]{weights},split=3[w1][w2][w3]",
            f"[y1]{_OTHERS.format('m', _GREEN_TWICE)}blend=all_mode=darken[m]",
            f"[m][y2]{_two('max(x-y,0)')}[d]",
            f"[d][w1]{_two('round(x*y/255)')}[p]",
            f"[y3][p]{_two('x+y')},split=3[r1][r2][r3]",
            f"[r1]{_OTHERS.format('t', _BOTH)}blend=all_mode=lighten[t]",
            f"[t][r2]{_two('max(x-y,0)')}[e]",
            f"[w2]{_OTHERS.format('v', _BOTH)}blend=all_mode=darken[v]",
            "[v][w3]blend=all_mode=darken[u]",
            f"[e][u]{_two('round(x*y/255)')}[q]",
            f"[r3][q]{_two('x+y')}",
        ]
    )


def _product(gain: float, space: str) -> str:
    if space == "srgb":
        return f"clip(round({gain!r}*val),0,maxval)"
    light = f"{gain!r}*{_DECODED.format(v='(val/maxval)')}"
    return f"clip(round(maxval*({_ENCODED.format(l=f'({light})')})),0,maxval)"


_DEPTH = "zscale=dither=none"
"""Change the depth by zimg: ffmpeg's own scaler is a code off."""


def _mixed_filter(matrix: Floats) -> str:
    """Return the filters of a product with linear light, in 16 bits.

    There ``lutrgb`` counts 255 · 256 as 1 and clips to it; factors of ``colorchannelmixer`` lie in -2 to 2.
    """
    divisor = max(1.0, float(np.abs(matrix).max()) / 2)
    decoded = f"round(maxval*{_DECODED.format(v='(floor(val/256)/255)')})"
    light = f"(min(val*{divisor!r}/maxval,1))"
    encoded = f"round(255*({_ENCODED.format(l=light)}))*256"
    steps = (
        f"lutrgb={_each([decoded] * 3)}",
        _mixer(matrix / divisor),
        f"lutrgb={_each([encoded] * 3)}",
        _mixer(np.eye(3) * 257 / 256),
    )
    return ",format=gbrp16,".join((_DEPTH, *steps, f"{_DEPTH},format=gbrp"))


def _mixer(matrix: Floats) -> str:
    names = [into + of for into in "rgb" for of in "rgb"]
    factors = zip(names, matrix.ravel().tolist(), strict=True)
    return f"colorchannelmixer={':'.join(f'{name}={factor!r}' for name, factor in factors)}"


def _each(expressions: list[str]) -> str:
    return ":".join(f"{name}='{text}'" for name, text in zip("rgb", expressions, strict=True))


def _two(expression: str) -> str:
    return "lut2=" + ":".join(f"c{plane}='{expression}'" for plane in range(3))


_ROUNDED = "-evaluate multiply 0.00389105058 -evaluate multiply 257"
"""Round 16 bits to the codes of 8 bits: divide by 257, which rounds, and multiply again."""

_PROTECTED = (  # mpr:x is stored, y corrected, t raised, w the weights, v their least
    f"{_ROUNDED} -write mpr:y"  # green and blue are raised to the median of the three, red to green
    " ( mpr:y -separate -evaluate-sequence median -colorspace sRGB"
    " ( mpr:y -channel G -separate +channel -colorspace sRGB ) -compose CopyRed -composite )"
    " -compose lighten -composite -write mpr:t +delete"
    f" mpr:x -level 96%,100% -function polynomial -2,3,0,0 {_ROUNDED} -write mpr:w +delete"
    " ( mpr:t mpr:w -compose multiply -composite )"
    " ( mpr:y ( mpr:w -negate ) -compose multiply -composite ) -compose plus -composite"
    f" {_ROUNDED} -write mpr:r +delete"
    " mpr:w -separate -evaluate-sequence min -colorspace sRGB -write mpr:v +delete"
    " ( ( mpr:r -separate -evaluate-sequence max -colorspace sRGB ) mpr:v -compose multiply -composite )"
    " ( mpr:r ( mpr:v -negate ) -compose multiply -composite ) -compose plus -composite"
)


def imagemagick_arguments(look: Look) -> str:
    """Return a look as arguments of ``convert in.jpg ARGUMENTS out.jpg``, separated by blanks, unquoted."""
    if look.space == "sensor":
        product = f"-color-matrix {','.join(map(repr, gain_matrix(look.gains).ravel().tolist()))}"
    else:
        gains = zip("RGB", look.gains, strict=True)
        product = " ".join(f"-channel {name} -evaluate multiply {float(gain)!r}" for name, gain in gains)
        product += " +channel"
    if look.space != "srgb":
        product = f"-colorspace RGB {product} -colorspace sRGB"
    if look.highlights == "clip":
        return f"{product} -clamp\n"
    return f"-write mpr:x {product} -clamp {_PROTECTED}\n"


FORMAT: Final = "colorfix/tables/1"
MATRIX_FORMAT: Final = "colorfix/matrix/1"


def json_tables(look: Look) -> str:
    """Return the gains and their table for every code as one line of JSON (``docs/export.md``).

    In the sensor's space there is a matrix for linear light in place of the tables.

    >>> from colorfix.looks.look import Look
    >>> saved = json.loads(json_tables(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")))
    >>> saved["tables"]["blue"][100], sorted(saved)
    (200, ['format', 'gains', 'highlights', 'space', 'tables'])
    """
    document: dict[str, object] = {
        "format": FORMAT,
        "gains": look.gains.tolist(),
        "space": look.space,
        "highlights": look.highlights,
    }
    if look.space == "sensor":
        document |= {"format": MATRIX_FORMAT, "matrix": gain_matrix(look.gains).tolist()}
    else:
        tables = statistics.tables_of(look.gains, look.space).tolist()
        document["tables"] = dict(zip(statistics.CHANNELS, tables, strict=True))
    if look.highlights == "protect":
        document["weights"] = np.rint(255 * weight(np.arange(256) / 255)).astype(int).tolist()
    return json.dumps(document, allow_nan=False) + "\n"
