"""The paper's own penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.color.scene import Scene
    from colorfix.optim.arrays import Array


def double_wells(gains: Array, _scene: Scene, /) -> Array:
    r"""Penalize as the paper's second experiment does: two wells in blue, two in red.

    ((g_B - 2.1)² - 1)² + 0.3 g_B + 2 + ((g_R + 0.5)² - 1)²

    Wells lie near g_B = 1.1 (realistic) and 3.1 (blue), and near g_R = 0.5. The constant 2 is the authors'
    and moves no minimum. It does not depend on the photo, and green is free.

    Along g_B, and along g_R, which for positive gains has one well only:

        \      _     /         \        /
         \    / \   /           \      /
          \  /   \_/             \    /
           \/    3.1              \__/
          1.1                     0.5

    Units: factors, to the fourth power; no change costs 3.9 and the realistic wells 2.3.
    Source: section 7.2 of the paper and the authors' published script.

    >>> import numpy as np
    >>> round(float(double_wells(np.array([0.5, 1.0, 1.1]), None)), 6)
    2.33
    """
    red, blue = gains[..., 0], gains[..., 2]
    blue_well = (blue - 2.1) ** 2 - 1
    red_well = (red + 0.5) ** 2 - 1
    return blue_well * blue_well + 0.3 * blue + 2 + red_well * red_well
