"""The loss over two gains, at the best third: what learning walked through, for people to look at.

Correction → landscape_of → Landscape       numbers, for whoever draws
                            → picture       drawn by matplotlib
"""

from __future__ import annotations

from colorfix.landscape.paths import paths_of
from colorfix.landscape.plane import Landscape, landscape_of
from colorfix.landscape.ticks import ticks

__all__ = ["Landscape", "landscape_of", "paths_of", "ticks"]
