"""What produces gains: three free numbers, or the paper's network; and points of any loss.

Importing this room does not import torch; :mod:`colorfix.models.network` does.
"""

from __future__ import annotations

from colorfix.models.free_gains import FreeGains, limits_in
from colorfix.models.free_points import FreePoints

__all__ = ["FreeGains", "FreePoints", "limits_in"]
