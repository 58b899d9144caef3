"""The certificate: a proof that reported gains are a global minimum, and a list of other minima.

Penalties are evaluated over whole boxes of gains by Taylor models; branch and bound discards boxes that
cannot contain a lower loss and halves the others. See docs/certificate.md.
"""

from __future__ import annotations

from colorfix.certificate.certify import Certificate, certify
from colorfix.learning.solution import Minimum

__all__ = ["Certificate", "Minimum", "certify"]
