"""The built-in penalties by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.regularizers.blue import blue_hinge
from colorfix.regularizers.clipping import clipping
from colorfix.regularizers.exposure import luminance
from colorfix.regularizers.grey import gray_edge, gray_world, shades_of_gray
from colorfix.regularizers.guide import same_scene
from colorfix.regularizers.illuminant import illuminants, temperature, tint
from colorfix.regularizers.neutral import neutral_pixels
from colorfix.regularizers.paper import double_wells
from colorfix.regularizers.spread import gain_spread

if TYPE_CHECKING:
    from colorfix.regularizers.contract import Regularizer

BUILT_IN: dict[str, Regularizer] = {
    "blue-hinge": blue_hinge,
    "clipping": clipping,
    "double-wells": double_wells,
    "gain-spread": gain_spread,
    "gray-edge": gray_edge,
    "gray-world": gray_world,
    "illuminants": illuminants,
    "luminance": luminance,
    "neutral-pixels": neutral_pixels,
    "same-scene": same_scene,
    "shades-of-gray": shades_of_gray,
    "temperature": temperature,
    "tint": tint,
}
"""Every built-in regularizer by the name that ``-R`` takes."""
