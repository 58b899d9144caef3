"""Index of a batch: a sortable page of thumbnails with links to each photo's page."""

from __future__ import annotations

import os
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote

from colorfix import __version__
from colorfix.report.templates import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.report.document import Summary


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A corrected photo in an index.

    Attributes:
        name: the photo, printable.
        summary: of the correction; None if unknown.
        page: path of its page relative to the index; empty if there is none.
        before, after: paths of its thumbnails, relative to the index too.
    """

    name: str
    summary: Summary | None = None
    page: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class IndexNote:
    """A photo in an index that was not corrected: it failed, or was passed over.

    Attributes:
        name: the photo, printable.
        reason: the error and its remedy, or why it was passed over.
    """

    name: str
    reason: str


def index(
    rows: Sequence[IndexRow],
    failures: Sequence[IndexNote],
    passed_over: Sequence[IndexNote] = (),
    *,
    title: str,
    photos: int,
) -> str:
    """Return an index as HTML that needs no network, only pages and thumbnails beside it.

    Failures come first. Without JavaScript the photos keep the order given.

    Args:
        rows: corrected photos.
        failures: photos that failed.
        passed_over: photos that needed no correction.
        title: of the batch, printable.
        photos: number of all photos, also of those not processed yet.

    >>> '<img onerror' in index([IndexRow("<img onerror=alert()>.jpg")], [], title="a folder", photos=1)
    False
    """
    known = [row.summary for row in rows if row.summary is not None]
    return render(
        "index.html",
        rows=rows,
        failures=failures,
        passed_over=passed_over,
        title=title,
        photos=photos,
        missing=photos - len(rows) - len(failures) - len(passed_over),
        shift=median(figures.delta_e for figures in known) if known else None,
        clipping=sum(figures.added_clipping > _NOTICED for figures in known),
        bluer=sum(figures.blue_excess > _NOTICED for figures in known),
        version=__version__,
        link=link,
        percent=_percent,
    )


def link(path: str) -> str:
    r"""Return a path as a link, percent-encoded byte by byte: ``#``, ``?`` and ``%`` have no meaning.

    >>> link("pages/50% #1?.html"), link("caf\udce9.jpg"), link("a:b.html")
    ('pages/50%25%20%231%3F.html', 'caf%E9.jpg', 'a%3Ab.html')
    """
    return quote(os.fsencode(path))


def _percent(share: float) -> str:
    """A change of a share with its sign; ``0.00 %`` if it rounds to 0."""
    text = f"{100 * share:+.2f}"
    return "0.00 %" if float(text) == 0 else f"{text.replace('-', '−')} %"


_NOTICED = 0.005
"""Share of the pixels, or of a channel's range, from which a photo counts at the top of the index."""
