"""Text on the command line -> weighted regularizers, built in or a third party's."""

from __future__ import annotations

from colorfix.plugins.adoption import adopt, refuse_unadopted
from colorfix.plugins.loading import installed, owners_of
from colorfix.plugins.text import choose_regularizers, regularizer_of, weighted_of

__all__ = [
    "adopt",
    "choose_regularizers",
    "installed",
    "owners_of",
    "refuse_unadopted",
    "regularizer_of",
    "weighted_of",
]
