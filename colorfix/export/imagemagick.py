"""A look as words of ImageMagick's command line, for ``convert in.jpg WORDS out.jpg``; they need no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.look import Look

_ROUNDED = "-evaluate multiply 0.00389105058 -evaluate multiply 257"
"""To codes of 8 bits, of 16: divided by 257, which rounds, and multiplied again."""

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


def words_of(look: Look) -> str:
    """Return the words, apart by blanks; none needs quotes where the shell splits ``$(...)``."""
    gains = zip("RGB", look.gains, strict=True)
    product = " ".join(f"-channel {name} -evaluate multiply {float(gain)!r}" for name, gain in gains)
    product += " +channel"
    if look.space == "linear":
        product = f"-colorspace RGB {product} -colorspace sRGB"
    if look.highlights == "clip":
        return f"{product} -clamp\n"
    return f"-write mpr:x {product} -clamp {_PROTECTED}\n"
