"""Text on the command line -> weighted regularizers, built in or a third party's."""

from __future__ import annotations

from colorfix.plugins.loading import installed
from colorfix.plugins.text import adopt, choose_regularizers, weighted_of

__all__ = ["adopt", "choose_regularizers", "installed", "weighted_of"]
