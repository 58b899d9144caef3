"""What produces gains: three free numbers, or the paper's network.

Importing this room does not import torch; :mod:`colorfix.models.network` does.
"""

from __future__ import annotations

from colorfix.models.free_gains import FreeGains, limits_in

__all__ = ["FreeGains", "limits_in"]
