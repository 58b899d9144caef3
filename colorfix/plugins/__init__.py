"""Text on the command line -> weighted regularizers, built in or a third party's."""

from __future__ import annotations

from colorfix.plugins.loading import installed
from colorfix.plugins.text import combined, preset_of, weighted_of

__all__ = ["combined", "installed", "preset_of", "weighted_of"]
