"""A photo's page and thumbnails, made while the photo is in memory."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from colorfix.folder.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from colorfix.folder.job import Job

PAGES: Final = "_files"
"""What the folder of an index's pages has behind the index's own name: ``shoot.html``, ``shoot_files/``."""

_LETTERS = 80  # of a photo's name in its page's, four bytes each at the most
_OTHERS = re.compile(r"[^\w.-]+", re.ASCII)


def pages_folder(index: str) -> str:
    """Return the folder of an index's pages and thumbnails.

    >>> pages_folder("out/shoot.html")
    'out/shoot_files'
    """
    return os.path.splitext(index)[0] + PAGES


def page_in(index: str, output: str) -> str:
    """Return where the page of a photo goes.

    The same photo has the same page each time, whatever other photos there are, and still has when results
    and pages are moved together: its name, and a digest of where it lies as seen from the index.

    Args:
        index: path of the index.
        output: path of the result.

    >>> page_in("out/shoot.html", "out/day 1/a&b.jpg")
    'out/shoot_files/a_b.jpg-bc016eb3a7c2.html'
    """
    place = os.path.join(os.path.realpath(folder_of(output)), output.rpartition("/")[2])
    seen = os.path.relpath(place, os.path.realpath(folder_of(index)))
    name = _OTHERS.sub("_", output.rpartition("/")[2])[:_LETTERS]
    return f"{pages_folder(index)}/{name}-{sha256(os.fsencode(seen)).hexdigest()[:12]}.html"


def thumbnails_of(page: str) -> tuple[str, str]:
    """Return where the thumbnails of a page are, before and after.

    >>> thumbnails_of("shoot_files/a.html")
    ('shoot_files/a.before.jpg', 'shoot_files/a.after.jpg')
    """
    stem = os.path.splitext(page)[0]
    return f"{stem}.before.jpg", f"{stem}.after.jpg"


def stand_all(job: Job) -> bool:
    """Whether nothing is missing of what shows a photo: its page, and its thumbnails where an index is."""
    if job.page is None:
        return True
    shown = (job.page,) if job.index is None else (job.page, *thumbnails_of(job.page))
    return all(map(os.path.lexists, shown))


def page_folders(jobs: Iterable[Job]) -> set[str]:
    """Return the folders into which jobs write pages."""
    return {folder_of(job.page) for job in jobs if job.page is not None}
