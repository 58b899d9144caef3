"""Weighted regularizers from the text of the command line, built in or of a third party."""

from __future__ import annotations

from colorfix.regularizers.plugins.loading import installed, owners_of
from colorfix.regularizers.plugins.text import (
    adopt,
    choose_regularizers,
    refuse_unadopted,
    regularizer_of,
    weighted_of,
)

__all__ = [
    "adopt",
    "choose_regularizers",
    "installed",
    "owners_of",
    "refuse_unadopted",
    "regularizer_of",
    "weighted_of",
]
