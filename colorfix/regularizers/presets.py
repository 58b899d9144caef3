"""Named sets of weighted regularizers."""

from __future__ import annotations

from colorfix.regularizers.contract import Weighted
from colorfix.regularizers.exposure import luminance
from colorfix.regularizers.grey import gray_edge, shades_of_gray
from colorfix.regularizers.guide import same_scene
from colorfix.regularizers.illuminant import illuminants, temperature, tint
from colorfix.regularizers.neutral import neutral_pixels
from colorfix.regularizers.paper import double_wells

DEFAULT = (
    Weighted("luminance", luminance, 10.0),
    Weighted("shades-of-gray", shades_of_gray, 10.0),
    Weighted("gray-edge", gray_edge, 3.0),
    Weighted("neutral-pixels", neutral_pixels, 5.0),
    Weighted("temperature", temperature, 0.2),
    Weighted("tint", tint, 0.02),
    Weighted("same-scene", same_scene, 1000.0),
)
"""Keeps an amber photo with a too-blue target from turning blue. What is bright, what has edges and what is
neutral in the photo itself, and a household lamp as the likeliest light, outweigh the guide by far, and the
luminance stays; a guide that shows the same scene outweighs all of them. How the weights were found:
docs/quality.md."""

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
"""Sets by name."""

PURPOSES = {
    "default": "for amber photos under household light: guided by the target, but never towards blue",
    "illuminants": "snaps to the nearest of six standard lights, with a basin each: see --alternative",
    "paper": "the paper's second experiment, made with --space srgb --exposure match",
    "plain": "matches the target's means and nothing else: takes over a target's cast too",
}
"""What each set is for, a sentence each."""
