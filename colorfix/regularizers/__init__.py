"""Penalties that hold a correction back: the contract, the built-in ones, and a table of them."""

from __future__ import annotations

from colorfix.regularizers.built_in import BUILT_IN
from colorfix.regularizers.contract import Regularizer, Weighted

__all__ = ["BUILT_IN", "Regularizer", "Weighted"]
