"""Penalties that restrain a correction: the contract, the built-in ones by name, and presets."""

from __future__ import annotations

from colorfix.regularizers.built_in import BUILT_IN, DEFAULT, PRESETS, PURPOSES
from colorfix.regularizers.contract import (
    Description,
    Need,
    Regularizer,
    Weighted,
    basins,
    need_of,
    needs,
    parameters_of,
    ranges,
    ranges_of,
    width_of,
)

__all__ = [
    "BUILT_IN",
    "DEFAULT",
    "PRESETS",
    "PURPOSES",
    "Description",
    "Need",
    "Regularizer",
    "Weighted",
    "basins",
    "need_of",
    "needs",
    "parameters_of",
    "ranges",
    "ranges_of",
    "width_of",
]
