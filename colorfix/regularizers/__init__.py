"""Penalties that hold a correction back: the contract, the built-in ones, and a table of them."""

from __future__ import annotations

from colorfix.regularizers.basins import basins, width_of
from colorfix.regularizers.contract import Regularizer, Weighted
from colorfix.regularizers.description import Description
from colorfix.regularizers.needs import Need, need_of, needs
from colorfix.regularizers.parameters import parameters_of, ranges, ranges_of
from colorfix.regularizers.presets import DEFAULT, PRESETS, PURPOSES
from colorfix.regularizers.table import BUILT_IN

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
