"""The certificate: whether reported gains are the global minimum, and what other minima there are.

A penalty is evaluated over whole boxes of gains, as it stands, on numbers that carry bounds; boxes that
cannot hold anything better are dismissed, the others cut up. See docs/certificate.md.
"""

from __future__ import annotations

from colorfix.certificate.certify import Certificate, certify
from colorfix.learning.minima import Minimum

__all__ = ["Certificate", "Minimum", "certify"]
