"""Figures of matplotlib, an extra, as files."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from colorfix.core.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

SUFFIXES: Final = (".pdf", ".png", ".svg")
"""Suffixes of figure files."""


def require_matplotlib(way_out: str) -> None:
    """Check that matplotlib is installed, before any work is done.

    Args:
        way_out: the alternative without it: ``"run without --out"``.

    Raises:
        SettingError: matplotlib is missing.
    """
    if find_spec("matplotlib") is None:
        raise SettingError(f"figures take matplotlib: pip install 'colorfix[figures]', or {way_out}")


def render_figure(drawing: Callable[[], Figure], name: str) -> bytes:
    """Draw a figure in the format that its name ends with, the same bytes every time."""
    import matplotlib as mpl

    kind = Path(name).suffix.removeprefix(".").lower()
    undated: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    data = BytesIO()
    # ids that do not change from run to run, and text that stays text
    with mpl.rc_context({"svg.hashsalt": "colorfix", "svg.fonttype": "none"}):
        drawing().savefig(data, format=kind, metadata=undated)
    return data.getvalue()
