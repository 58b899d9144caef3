"""Choices and default values of options, for the command and for Python; imports nothing heavy."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Space: TypeAlias = Literal["srgb", "linear", "sensor"]
"""Space of statistics and gains: values as stored, linear light, or linear light with the gains applied in a
space like a camera sensor's (:mod:`colorfix.color.sensor`)."""

Match: TypeAlias = Literal["mean", "mean-std"]
"""Statistics of the target that are matched."""

Exposure: TypeAlias = Literal["auto", "keep", "match"]
"""Whether the target's luminance counts as far as it shows the same scene, or the source's is kept, or the
target's is matched."""

Follow: TypeAlias = float | Literal["auto"]
"""How far the target counts, 0 to 1, or as far as it shows the same scene."""

Highlights: TypeAlias = Literal["clip", "protect"]
"""Treatment of blown highlights: each channel clips by itself, or they take on no color."""

ModelName: TypeAlias = Literal["gains", "network"]
"""Model of the gains: three free numbers, or the paper's network."""

OptimizerName: TypeAlias = Literal[
    "hill-adam",
    "adam",
    "nadam",
    "radam",
    "rmsprop",
    "rmsprop-momentum",
    "lion",
    "sgd",
    "momentum",
    "momentum-clipped",
    "annealing",
]
"""Optimizers; ``momentum`` is SGD with momentum 0.9, ``momentum-clipped`` the same with gradients of at most
norm 1, ``rmsprop-momentum`` RMSprop with momentum 0.9, ``annealing`` simulated annealing."""

ExplorationName: TypeAlias = Literal["paper", "ray"]
"""Exploration of Hill-ADAM: the paper's Algorithm 1, or walks along rays from the best point."""

DeviceName: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
"""Device of learning."""

Starts: TypeAlias = Literal["several", "one"]
"""Starts of learning: no change and the minima of two grids of gains, or no change alone."""

Others: TypeAlias = Literal["copy", "skip", "fail"]
"""Treatment of photos that are not corrected, as they are gray or have no cast: copied to the output, unless
that is the photo itself, left out, or reported as failures."""

TraceDetail: TypeAlias = Literal["full", "thin", "none"]
"""Trace in a report: every step, about 200 of them, or none."""

EACH, POOLED = "each", "pooled"
"""Values of ``--gains-from`` besides the path of a photo."""

NEUTRAL: Final = "neutral"
"""Name of the virtual gray target. A file of that name is ``./neutral``."""

_KELVIN = re.compile(r"(\d+(?:\.\d+)?)K", re.IGNORECASE)


def kelvin_in(target: str) -> float | None:
    """Return the temperature that a target is named by, in kelvins; None for another one.

    >>> kelvin_in("5500K"), kelvin_in("./5500K")
    (5500.0, None)
    """
    found = _KELVIN.fullmatch(target)
    return None if found is None else float(found[1])


def is_virtual(target: str) -> bool:
    """Whether a target is no file: ``neutral``, or a temperature."""
    return target == NEUTRAL or kelvin_in(target) is not None


MAX_PIXELS = 178_956_970
"""Largest number of pixels of a photo, Pillow's own limit; correcting it takes 1.4 GB of memory."""

THRESHOLD = 10.0
"""Mean ΔE (CIEDE2000) of a correction above which a photo has a cast: of 207 amber renderings 82 % are moved
farther by the target ``neutral``, of their neutral truths 14 % (docs/folders.md)."""

STEPS = 1000
"""Number of loss measurements."""

PATIENCE = 25
"""Steps without a new best loss, lower by δ, after which a run ends. From the chosen starts the best
point is met after 20 to 70 steps, and polishing finds the minimum of its basin; see docs/hill-adam.md."""

LR = 0.02
"""λ, the learning rate: radians of the free gains' parameters per step."""

DELTA = 1e-4
"""δ of the paper: two losses in a row closer than this cause a turn."""

GAMMA = 1e4
"""γ, the default of the paper's authors: a loss above it is a dead end."""

FLOOR = -1e4
"""Loss below which Hill-ADAM climbs, so that an unbounded loss is not followed forever."""

TIMEOUT = 600.0
"""Seconds that a step of one photo in a folder may take, far more than a slow one needs."""
