"""A look as a preset of the Curves tool of GIMP 2.10: a drawn curve of 256 samples a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.color.statistics import tables_of
from colorfix.core.errors import SettingError
from colorfix.export.remark import remark_on

if TYPE_CHECKING:
    from colorfix.color.statistics import Floats
    from colorfix.look import Look


def settings_of(look: Look) -> str:
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
    return f"# GIMP curves tool settings\n# {remark_on(look)}\n\n(time 0)\n(linear no)\n{body}\n# end\n"


def _curve(channel: str, samples: Floats) -> str:
    values = " ".join(f"{sample:.6f}" for sample in samples)
    drawn = f"    (curve-type free)\n    (n-samples {len(samples)})\n    (samples {len(samples)} {values})"
    return f"(channel {channel})\n(curve\n{drawn})\n"
