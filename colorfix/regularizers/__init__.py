"""Penalties that hold a correction back: the contract, the built-in ones, and a table of them."""

from __future__ import annotations

from colorfix.regularizers.built_in import BUILT_IN
from colorfix.regularizers.contract import Regularizer, Weighted, parameters_of
from colorfix.regularizers.presets import DEFAULT

__all__ = ["BUILT_IN", "DEFAULT", "Regularizer", "Weighted", "parameters_of"]
