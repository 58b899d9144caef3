"""Where pages go: one file for one photo; for several an index, and a folder of pages beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.core.errors import OutputError, SettingError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import shown
from colorfix.folder.pages import page_in, pages_folder
from colorfix.folder.places import RealFolders, folder_of, identity_of, is_below, status_at
from colorfix.folder.walking import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.folder.job import Job

SUFFIXES = (".html", ".htm")
_INDEX = "index.html"


def is_page(name: str | None) -> bool:
    """Whether a file's name is a page's.

    >>> is_page("result.HTML"), is_page("result.json"), is_page(None)
    (True, False, False)
    """
    return name is not None and name.lower().endswith(SUFFIXES)


def with_pages(jobs: list[Job], html: str | None, *, single: bool) -> tuple[list[Job], str | None]:
    """Say where each job's page goes, and where their index; None for a page alone, or for none.

    Args:
        jobs: all of them.
        html: what ``--html`` says: a file; a folder, or a name that ends in ``/``, for an index in it.
        single: whether one photo was named, by its name.

    Raises:
        SettingError: it is no name for a page.
        OutputError: photos lie where pages would go.
    """
    if html is None:
        return jobs, None
    if html == PIPE:
        raise SettingError("--html needs a file, for a page is opened from disk; name one: result.html")
    inside = html.endswith("/") or os.path.isdir(html)
    if not inside and not is_page(html):
        raise SettingError(f"--html names a page or a folder, as result.html or pages/; got {shown(html)!r}")
    if single and not inside:
        if any(os.path.realpath(html) == os.path.realpath(job.output) for job in jobs if job.output):
            raise SettingError(f"{shown(html)}: is named for both the photo and its page; rename one of them")
        return [replace(job, page=html) for job in jobs], None
    index = joined(html, _INDEX) if inside else html
    _refuse_mixed(jobs, index)
    return [replace(job, page=page_in(index, job.output), index=index) for job in jobs], index


def _refuse_mixed(jobs: Sequence[Job], index: str) -> None:
    """Refuse an index that is a file of the run, and a folder of pages in which photos lie."""
    real, folder = RealFolders(), os.path.realpath(pages_folder(index))
    known = identity_of(status_at(index))
    for job in jobs:
        for path in (job.source, job.output, job.target):
            if is_below(real[folder_of(path)], folder):
                reason = f"is where the pages of {shown(index)} go; choose another name for --html"
                raise OutputError(shown(path), reason)
            if known is not None and identity_of(status_at(path)) == known:
                raise OutputError(shown(path), "is a photo of the run; choose another name for --html")
