"""The built-in penalties by name, and the presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.regularizers.contract import Weighted
from colorfix.regularizers.gray import gain_spread, gray_edge, gray_world, no_change, shades_of_gray
from colorfix.regularizers.illuminant import illuminants, neutral_pixels, temperature, tint
from colorfix.regularizers.limits import blue_hinge, clipping, double_wells, luminance, same_scene

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
    "no-change": no_change,
    "same-scene": same_scene,
    "shades-of-gray": shades_of_gray,
    "temperature": temperature,
    "tint": tint,
}
"""Every built-in regularizer by its name, as in ``-R``."""

_BOUNDED = {"reach": 0.32}
"""Statistics of a photo vote: one that is far from the others, in logarithms of stored values, stops
pulling."""

DEFAULT = (
    Weighted("luminance", luminance, 10.0),
    Weighted("gray-world", gray_world, 4.0, _BOUNDED),
    Weighted("shades-of-gray", shades_of_gray, 4.0, _BOUNDED),
    Weighted("gray-edge", gray_edge, 2.5, _BOUNDED),
    Weighted("neutral-pixels", neutral_pixels, 4.0),
    Weighted("temperature", temperature, 0.3),
    Weighted("tint", tint, 0.2),
    Weighted("no-change", no_change, 3.5),
    Weighted("same-scene", same_scene, 1000.0),
)
"""Keeps an amber photo with a too-blue target from turning blue. Mean, bright parts, edges and neutral colors
of the photo itself, and a household lamp as the likeliest light, far outweigh the guide, and the luminance
stays; where they hardly gain by a change, the photo stays as it is. A guide that shows the same scene
outweighs them all. Origin of the weights: docs/quality.md."""

PRESETS: dict[str, tuple[Weighted, ...]] = {
    "default": DEFAULT,
    "illuminants": (
        Weighted("luminance", luminance, 10.0),
        Weighted("neutral-pixels", neutral_pixels, 10.0),
        Weighted("illuminants", illuminants, 0.3),
        Weighted("temperature", temperature, 0.3),
    ),
    "paper": (Weighted("double-wells", double_wells, 1.0),),
    "plain": (),
}
"""Presets by name."""

PURPOSES = {
    "default": "for amber photos under household light: guided by the target, but never towards blue",
    "illuminants": "snaps to the nearest of six standard lights, with a basin each: see --alternative",
    "paper": "the paper's second experiment, made with --space srgb --exposure match",
    "plain": "matches the target's means and nothing else: takes over a target's cast too",
}
"""The purpose of each preset, in a sentence."""
