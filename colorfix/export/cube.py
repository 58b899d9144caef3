"""A look as a ``.cube`` file: one table a channel where highlights clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.colour import changed
from colorfix.errors import SettingError

if TYPE_CHECKING:
    from colorfix.look import Look

SIZE = 1021
"""Entries: every code of 8 bits lies on one, and three between two codes."""


def cube_of(look: Look) -> str:
    """Return the file, for values encoded as sRGB's, 0 to 1.

    Raises:
        SettingError: the look protects highlights, which no table of one channel can.
    """
    if look.highlights == "protect":
        raise SettingError("a 1D .cube cannot hold highlights=protect; export a HaldCLUT or highlights=clip")
    stored = np.tile(np.linspace(0, 1, SIZE)[:, None], 3)
    values = np.clip(changed(stored, look.gains, look.space), 0, 1)
    lines = ["# colorfix: for values encoded as sRGB's", f"LUT_1D_SIZE {SIZE}"]
    return "\n".join(lines + ["{:.6f} {:.6f} {:.6f}".format(*row) for row in values]) + "\n"
