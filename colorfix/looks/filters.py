"""Export a look as text for command lines (ffmpeg, ImageMagick) and as JSON tables for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.color import statistics
from colorfix.photos.pixels.highlights import BEGIN, weight

if TYPE_CHECKING:
    from colorfix.looks.look import Look

_DECODED = "if(lte({v},0.04045),{v}/12.92,pow(({v}+0.055)/1.055,2.4))"
_ENCODED = "if(lte({l},0.0031308),{l}*12.92,1.055*pow({l},1/2.4)-0.055)"
_SHARE = f"clip((val/maxval-{BEGIN})/{1 - BEGIN:.2f},0,1)"
_WEIGHT = f"round(maxval*{_SHARE}*{_SHARE}*(3-2*{_SHARE}))"
_OTHERS = "split[{0}1][{0}2];[{0}1]shuffleplanes=1:2:0[{0}3];[{0}2]shuffleplanes=2:0:1[{0}4];[{0}3][{0}4]"


def ffmpeg_filter(look: Look) -> str:
    """Return a look as an ffmpeg filter for ``-vf``; protection is a graph of two-input tables of integers.

    With y the corrected planes and w the weights of the stored ones, y + w max(0, min of the others - y),
    then the same towards the largest of the three, with the least of the weights.
    """
    gains = f"lutrgb={_each([_product(float(gain), look.space) for gain in look.gains])}"
    if look.highlights == "clip":
        return f"format=gbrp,{gains}"
    weights = f"lutrgb={_each([_WEIGHT] * 3)}"
    return ";".join(
        [
            "format=gbrp,split[x1][x2]",
            f"[x1]{gains},split=3[y1][y2][y3]",
            f"[x2]{weights},split=3[w1][w2][w3]",
            f"[y1]{_OTHERS.format('m')}blend=all_mode=darken[m]",
            f"[m][y2]{_two('max(x-y,0)')}[d]",
            f"[d][w1]{_two('round(x*y/255)')}[p]",
            f"[y3][p]{_two('x+y')},split=3[r1][r2][r3]",
            f"[r1]{_OTHERS.format('t')}blend=all_mode=lighten[t]",
            f"[t][r2]{_two('max(x-y,0)')}[e]",
            f"[w2]{_OTHERS.format('v')}blend=all_mode=darken[v]",
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


def _each(expressions: list[str]) -> str:
    return ":".join(f"{name}='{text}'" for name, text in zip("rgb", expressions, strict=True))


def _two(expression: str) -> str:
    return "lut2=" + ":".join(f"c{plane}='{expression}'" for plane in range(3))


_ROUNDED = "-evaluate multiply 0.00389105058 -evaluate multiply 257"
"""Round 16 bits to the codes of 8 bits: divide by 257, which rounds, and multiply again."""

_PROTECTED = (  # mpr:x is stored, y corrected, t y or the median of the three, w the weights, v their least
    f"{_ROUNDED} -write mpr:y ( mpr:y -separate -evaluate-sequence median -colorspace sRGB )"
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
    gains = zip("RGB", look.gains, strict=True)
    product = " ".join(f"-channel {name} -evaluate multiply {float(gain)!r}" for name, gain in gains)
    product += " +channel"
    if look.space == "linear":
        product = f"-colorspace RGB {product} -colorspace sRGB"
    if look.highlights == "clip":
        return f"{product} -clamp\n"
    return f"-write mpr:x {product} -clamp {_PROTECTED}\n"


FORMAT: Final = "colorfix/tables/1"


def json_tables(look: Look) -> str:
    """Return the gains and their table for every code as one line of JSON (``docs/export.md``).

    >>> from colorfix.looks.look import Look
    >>> saved = json.loads(json_tables(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")))
    >>> saved["tables"]["blue"][100], sorted(saved)
    (200, ['format', 'gains', 'highlights', 'space', 'tables'])
    """
    tables = statistics.tables_of(look.gains, look.space).tolist()
    document = {
        "format": FORMAT,
        "gains": look.gains.tolist(),
        "space": look.space,
        "highlights": look.highlights,
        "tables": dict(zip(statistics.CHANNELS, tables, strict=True)),
    }
    if look.highlights == "protect":
        document["weights"] = np.rint(255 * weight(np.arange(256) / 255)).astype(int).tolist()
    return json.dumps(document, allow_nan=False) + "\n"
