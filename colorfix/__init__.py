"""Corrects the color of amber photos: one gain per channel, learned with Hill-ADAM, guided by a target.

    import colorfix

    correction = colorfix.correct("amber.jpg", "guide.jpg")
    correction.gains           # factors for red, green, blue
    correction.image.save("corrected.png")

    gentle = colorfix.Settings(strength=0.5, space="linear")
    colorfix.correct("amber.jpg", "neutral", settings=gentle)

    mine = colorfix.Settings(regularizers=colorfix.choose_regularizers("./mine.py:keep_green=50", "tint=0"))

Importing colorfix imports nothing heavy; NumPy and Pillow come with the first use, torch only if needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.core.imports import lazy_exports

if TYPE_CHECKING:
    from colorfix.core.errors import ColorfixError
    from colorfix.correction.correct import Correction, correct
    from colorfix.correction.settings import Settings
    from colorfix.regularizers.plugins import choose_regularizers

__version__ = "0.1.0"

__all__ = ["ColorfixError", "Correction", "Settings", "__version__", "choose_regularizers", "correct"]

_HOMES = {
    "ColorfixError": "colorfix.core.errors",
    "Correction": "colorfix.correction.correct",
    "Settings": "colorfix.correction.settings",
    "choose_regularizers": "colorfix.regularizers.plugins",
    "correct": "colorfix.correction.correct",
}


__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
