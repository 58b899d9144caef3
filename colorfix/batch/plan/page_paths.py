"""Paths of HTML pages: one file for one photo; for several photos an index and a folder of pages."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from colorfix.batch.plan.paths import RealFolders, folder_of, identity_of, is_below, status_at
from colorfix.batch.plan.walk import joined
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from colorfix.batch.job import Job

PAGES: Final = "_files"
"""Suffix of the folder of pages: ``shoot.html`` has ``shoot_files/``."""

_LETTERS = 80  # of a photo's name in its page's, four bytes each at the most
_OTHERS = re.compile(r"[^\w.-]+", re.ASCII)


def pages_folder(index: str) -> str:
    """Return the folder of an index's pages and thumbnails.

    >>> pages_folder("out/shoot.html")
    'out/shoot_files'
    """
    return os.path.splitext(index)[0] + PAGES


def page_in(index: str, output: str) -> str:
    """Return the path of a photo's page: the photo's name and a digest of its path relative to the index.

    It does not depend on other photos, and stays valid when results and pages are moved together.

    Args:
        index: path of the index.
        output: path of the corrected photo.

    >>> page_in("out/shoot.html", "out/day 1/a&b.jpg")
    'out/shoot_files/a_b.jpg-bc016eb3a7c2.html'
    """
    place = os.path.join(os.path.realpath(folder_of(output)), output.rpartition("/")[2])
    seen = os.path.relpath(place, os.path.realpath(folder_of(index)))
    name = _OTHERS.sub("_", output.rpartition("/")[2])[:_LETTERS]
    return f"{pages_folder(index)}/{name}-{sha256(os.fsencode(seen)).hexdigest()[:12]}.html"


def thumbnails_of(page: str) -> tuple[str, str]:
    """Return the paths of the thumbnails of a page, before and after.

    >>> thumbnails_of("shoot_files/a.html")
    ('shoot_files/a.before.jpg', 'shoot_files/a.after.jpg')
    """
    stem = os.path.splitext(page)[0]
    return f"{stem}.before.jpg", f"{stem}.after.jpg"


def pages_exist(job: Job) -> bool:
    """Whether the page of a photo exists, and its thumbnails if there is an index."""
    if job.page is None:
        return True
    paths = (job.page,) if job.index is None else (job.page, *thumbnails_of(job.page))
    return all(map(os.path.lexists, paths))


def page_folders(jobs: Iterable[Job]) -> set[str]:
    """Return the folders into which jobs write pages."""
    return {folder_of(job.page) for job in jobs if job.page is not None}


SUFFIXES = (".html", ".htm")
_INDEX = "index.html"


def is_page(name: str | None) -> bool:
    """Whether a file name is that of a page.

    >>> is_page("result.HTML"), is_page("result.json"), is_page(None)
    (True, False, False)
    """
    return name is not None and name.lower().endswith(SUFFIXES)


def with_pages(jobs: list[Job], html: str | None, *, single: bool) -> tuple[list[Job], str | None]:
    """Return the jobs with the paths of their pages, and the path of the index or None.

    Args:
        jobs: all jobs.
        html: the value of ``--html``: a file; or a folder, or a name that ends in ``/``, for an index in it.
        single: whether the source is one photo, by its name.

    Raises:
        SettingError: the name is not one of a page.
        OutputError: photos are in the folder of pages.
    """
    if html is None:
        return jobs, None
    if html == PIPE:
        raise SettingError("--html needs a file, for a page is opened from disk; name one: result.html")
    inside = html.endswith("/") or os.path.isdir(html)
    if not inside and not is_page(html):
        raise SettingError(
            f"--html names a page or a folder, as result.html or pages/; got {printable(html)!r}"
        )
    if single and not inside:
        if any(os.path.realpath(html) == os.path.realpath(job.output) for job in jobs if job.output):
            raise SettingError(
                f"{printable(html)}: is named for both the photo and its page; rename one of them"
            )
        return [replace(job, page=html) for job in jobs], None
    index = joined(html, _INDEX) if inside else html
    _refuse_mixed(jobs, index)
    return [replace(job, page=page_in(index, job.output), index=index) for job in jobs], index


def _refuse_mixed(jobs: Sequence[Job], index: str) -> None:
    """Refuse an index that is a file of the run, and a folder of pages that has photos in it."""
    real, folder = RealFolders(), os.path.realpath(pages_folder(index))
    known = identity_of(status_at(index))
    for job in jobs:
        for path in (job.source, job.output, job.target):
            if is_below(real[folder_of(path)], folder):
                reason = f"is where the pages of {printable(index)} go; choose another name for --html"
                raise OutputError(printable(path), reason)
            if known is not None and identity_of(status_at(path)) == known:
                raise OutputError(printable(path), "is a photo of the run; choose another name for --html")
