"""Named sets of weighted regularizers."""

from __future__ import annotations

from colorfix.regularizers.built_in import luminance, shades_of_gray
from colorfix.regularizers.contract import Weighted

DEFAULT = (
    Weighted("luminance", luminance, 10.0),
    Weighted("shades-of-gray", shades_of_gray, 5.6),
)
"""Keeps an amber photo with a too-blue target from turning blue: the photo's own evidence of what is grey
outweighs the guide, and the luminance stays."""
