"""Penalties that hold a correction back: the contract, the built-in ones, and a table of them."""

from __future__ import annotations

from colorfix.regularizers.contract import Regularizer, Weighted, parameters_of
from colorfix.regularizers.presets import DEFAULT, PRESETS
from colorfix.regularizers.table import BUILT_IN

__all__ = ["BUILT_IN", "DEFAULT", "PRESETS", "Regularizer", "Weighted", "parameters_of"]
