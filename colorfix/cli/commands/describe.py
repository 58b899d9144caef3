"""``colorfix describe``: a photo's statistics as a file that can serve as a target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def describe(
    photo: Annotated[Path, typer.Argument(help="The photo to describe.", show_default=False)],
) -> None:
    """Print a photo's color statistics as JSON; saved to a file, they can serve as a target."""
    from colorfix import photos
    from colorfix.correction.targets import statistics_file

    typer.echo(statistics_file(photos.read(photo)), nl=False)
