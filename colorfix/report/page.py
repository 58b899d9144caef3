"""The page of one photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.report.templates import filled

if TYPE_CHECKING:
    from colorfix.correction import Correction


def page(correction: Correction, report: dict[str, Any], *, index: str | None = None) -> str:
    """Return one correction as HTML.

    Args:
        correction: what was done.
        report: its document.
        index: link to the index that it belongs to, or None.
    """
    return filled("page.html", name=report["source"]["path"], gains=correction.gains, index=index)
