"""The index of a folder: a page of thumbnails that can be sorted, with each photo's own page behind it."""

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

    from colorfix.report.summary import Summary


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A photo in an index.

    Attributes:
        name: the photo, printable.
        figures: what is told of it; None where nothing is known.
        page: path of its page as seen from the index; empty where there is none.
        before, after: the same of its thumbnails.
    """

    name: str
    summary: Summary | None = None
    page: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class IndexFailure:
    """A photo that was not corrected.

    Attributes:
        name: the photo, printable.
        reason: why, and what to do about it.
    """

    name: str
    reason: str


def index(rows: Sequence[IndexRow], failures: Sequence[IndexFailure], *, title: str, photos: int) -> str:
    """Return an index as HTML: it needs no network, and nothing but the pages and thumbnails beside it.

    Failures come first. Without JavaScript the photos stand in the order given.

    Args:
        rows: the photos that have been corrected.
        failures: those that have not.
        title: what the index is of, printable.
        photos: how many there are, those included that nothing has become of yet.

    >>> '<img onerror' in index([IndexRow("<img onerror=alert()>.jpg")], [], title="a folder", photos=1)
    False
    """
    known = [row.summary for row in rows if row.summary is not None]
    return render(
        "index.html",
        rows=rows,
        failures=failures,
        title=title,
        photos=photos,
        missing=photos - len(rows) - len(failures),
        shift=median(figures.delta_e for figures in known) if known else None,
        clipping=sum(figures.added_clipping > _NOTICED for figures in known),
        bluer=sum(figures.blue_excess > _NOTICED for figures in known),
        version=__version__,
        link=link,
        percent=_percent,
    )


def link(path: str) -> str:
    r"""Return a path as a link: percent-encoded byte by byte, so that ``#``, ``?`` and ``%`` are letters.

    >>> link("pages/50% #1?.html"), link("caf\udce9.jpg"), link("a:b.html")
    ('pages/50%25%20%231%3F.html', 'caf%E9.jpg', 'a%3Ab.html')
    """
    return quote(os.fsencode(path))


def _percent(share: float) -> str:
    """A change of a share, with its sign, unless it is nothing at this precision."""
    text = f"{100 * share:+.2f}"
    return "0.00 %" if float(text) == 0 else f"{text.replace('-', '−')} %"


_NOTICED = 0.005
"""Half a percent of the pixels, or of a channel's range: less is not worth a word on top."""
