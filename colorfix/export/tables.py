"""A look as plain numbers, for whoever writes a program of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

from colorfix.color import statistics
from colorfix.photos.pixels.highlights import weight

if TYPE_CHECKING:
    from colorfix.look import Look

FORMAT: Final = "colorfix/tables/1"


def tables_of(look: Look) -> str:
    """Return the gains with what they make of every code: one line of JSON, described in ``docs/export.md``.

    >>> from colorfix.look import Look
    >>> saved = json.loads(tables_of(Look(np.array([0.5, 1.0, 2.0]), "srgb", "clip")))
    >>> saved["tables"]["blue"][100], sorted(saved)
    (200, ['format', 'gains', 'highlights', 'space', 'tables'])
    """
    tables = statistics.tables_of(look.gains, look.space).tolist()
    document = {
        "format": FORMAT,
        "gains": look.gains.tolist(),
        "space": look.space,
        "highlights": look.highlights,
        "tables": dict(zip(statistics.CHANNELS, tables, strict=True)),
    }
    if look.highlights == "protect":
        document["weights"] = np.rint(255 * weight(np.arange(256) / 255)).astype(int).tolist()
    return json.dumps(document, allow_nan=False) + "\n"
