"""Page of one photo: its report as HTML, with pictures, histograms and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix import __version__
from colorfix.report.charts import LossCurve, LossPlane
from colorfix.report.landscape import landscape_of
from colorfix.report.pictures import histogram, picture_views
from colorfix.report.templates import render

if TYPE_CHECKING:
    from colorfix.correction.result import Correction


def page(correction: Correction, report: dict[str, Any], *, index: str | None = None) -> str:
    """Return one correction as HTML that needs neither network nor other files.

    Args:
        correction: with the photo's pixels.
        report: its document; needs no trace.
        index: link to the index, or None.

    >>> import numpy as np
    >>> from colorfix import correct
    >>> from colorfix.report import ReportedFile, document
    >>> done = correct(np.full((4, 4, 3), (200, 150, 90), np.uint8), "neutral")
    >>> file = ReportedFile("out.png", 1, None, (4, 4), "RGB", "PNG")
    >>> report = document(done, output=file, after=done.after, seconds={}, trace="none")
    >>> page(done, report)[:15]
    '<!DOCTYPE html>'
    """
    before, after, target = picture_views(correction)
    statistics = {"Before": correction.before, "Target": correction.guide, "After": correction.after}
    return render(
        "page.html",
        report=report,
        index=index,
        before=before,
        after=after,
        target=target,
        histograms={name: histogram(each.weights) for name, each in statistics.items()},
        curve=LossCurve.of(
            correction.solution.trace, correction.settings.optimizer, correction.minima[0].loss
        ),
        plane=LossPlane.of(landscape_of(correction)),
        version=__version__,
    )
