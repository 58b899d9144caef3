"""What an option may be, and what it is when nobody says: one home for the command and for Python.

Imports nothing heavy, so that ``--help`` can show it at once.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Space: TypeAlias = Literal["srgb", "linear"]
"""Where statistics are taken and gains applied: values as stored, or linear light, where light is cast."""

Match: TypeAlias = Literal["mean", "mean-std"]
"""Which statistics of the target are matched."""

Exposure: TypeAlias = Literal["keep", "match"]
"""Whether the luminance stays the source's, or may follow the target."""

Highlights: TypeAlias = Literal["clip", "protect"]
"""What becomes of blown highlights: each channel by itself, or kept from taking on a colour."""

ModelName: TypeAlias = Literal["gains", "network"]
"""What produces the gains: three free numbers, or the paper's network."""

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
"""What learns; ``momentum`` is SGD with momentum 0.9, ``momentum-clipped`` the same with gradients of at most
norm 1, ``rmsprop-momentum`` RMSprop with momentum 0.9, ``annealing`` simulated annealing."""

ExplorationName: TypeAlias = Literal["paper", "ray"]
"""How Hill-ADAM turns: by the paper's Algorithm 1, or by walks along rays from the best point."""

DeviceName: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
"""Where learning runs."""

Starts: TypeAlias = Literal["several", "one"]
"""Where learning starts: at no change and in the hollows of two grids of gains, or at no change alone."""

TraceDetail: TypeAlias = Literal["full", "thin", "none"]
"""How much of the trace a report holds: every step, about 200 of them, or none."""

EACH, POOLED = "each", "pooled"
"""What ``--gains-from`` may say besides the path of a photo."""

NEUTRAL: Final = "neutral"
"""The word that asks for a virtual grey target. A file of that name is ``./neutral``."""

MAX_PIXELS = 178_956_970
"""Pixels that a photo may have: where Pillow's own check stops too; 1.4 GB of memory while correcting."""

THRESHOLD = 10.0
"""Mean ΔE (CIEDE2000) of a correction above which a photo has a cast: of 207 amber renderings 82 % are moved
farther by the target ``neutral``, of their neutral truths 14 % (docs/folders.md)."""

STEPS = 1000
"""How often the loss is measured."""

PATIENCE = 25
"""Steps without a new best loss, lower by δ, after which a run ends. From the starts that are chosen the best
point is met after 20 to 70 steps, and what is left of its basin is polishing's; see docs/hill-adam.md."""

LR = 0.02
"""λ, the learning rate, radians of the free gains' parameters a step."""

DELTA = 1e-4
"""δ, the paper's: two losses in a row closer than this turn."""

GAMMA = 1e4
"""γ, what the paper's authors call the default: a loss above it is a dead end."""

FLOOR = -1e4
"""A loss below it climbs, so that a loss with no bottom is not followed down for ever."""

TIMEOUT = 600.0
"""Seconds that any step of a photo in a folder may take: against what hangs, far above what is slow."""
