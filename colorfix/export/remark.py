"""What a file says about itself to people who open it: one line, whatever the photos are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorfix.look import Look

_LONGEST = 80
"""Characters of a name: programs read lines into buffers of a few hundred."""


def remark_on(look: Look) -> str:
    r"""Return the line, in ASCII, without what starts a comment.

    >>> import numpy as np
    >>> from colorfix.look import Look
    >>> origin = {"source": "a\nLUT_3D_SIZE 2", "target": "neutral"}
    >>> remark_on(Look(np.array([0.7, 1.0, 1.9]), "linear", "clip", origin=origin))
    'colorfix, a\\nLUT_3D_SIZE 2 after neutral: gains 0.7 1 1.9, linear, clip'
    """
    names = " after ".join(
        ascii(look.origin[key])[1:-1][:_LONGEST] for key in ("source", "target") if look.origin.get(key)
    )
    gains = " ".join(f"{gain:.6g}" for gain in look.gains)
    return f"colorfix{names and ', '}{names}: gains {gains}, {look.space}, {look.highlights}"
