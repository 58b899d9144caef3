"""Lines in the colours of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from colorfix.cli.table import SWATCH
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.cli.table import Line


def paint(lines: Sequence[Line]) -> None:
    """Print lines on stderr."""
    console = Console(stderr=True, highlight=False)
    for line in lines:
        text = Text(shown(line.text), style="dim" if line.dim else "")
        if line.swatch is not None:
            red, green, blue = (round(255 * min(1.0, max(0.0, mean))) for mean in line.swatch)
            text.stylize(f"on #{red:02x}{green:02x}{blue:02x}", 0, SWATCH)
        console.print(text, soft_wrap=True)
