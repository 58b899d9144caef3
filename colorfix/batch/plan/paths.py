"""Paths of a run: folders, real paths and file identity, originals to protect, and paths of HTML pages."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from colorfix.batch.plan.walk import joined
from colorfix.core.atomic import PIPE
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from colorfix.batch.job import Job


def folder_of(path: str) -> str:
    """Return the folder of a path.

    >>> folder_of("x/a.jpg"), folder_of("a.jpg"), folder_of("/a.jpg")
    ('x', '.', '/')
    """
    folder, slash, _ = path.rpartition("/")
    return folder or slash or "."


class RealFolders(dict[str, str]):
    """Real paths of folders, links followed; cached for one plan, since links may change.

    >>> RealFolders()["/usr/../usr"]
    '/usr'
    """

    def __missing__(self, folder: str) -> str:
        self[folder] = real = os.path.realpath(folder)
        return real

    def place(self, path: str) -> str:
        """Return a path with the real path of its folder; a link at the path itself is not followed."""
        return joined(self[folder_of(path)], path.rpartition("/")[2])


def common_folder(folders: Iterable[str]) -> str:
    """Return the absolute common folder of some folders; the first one if that would be ``/``.

    >>> common_folder(["/photos/a", "/photos/b/c"]), common_folder(["/photos", "/other"])
    ('/photos', '/photos')
    """
    found = [os.path.realpath(folder) for folder in dict.fromkeys(folders)]
    common = os.path.commonpath(found) if found else "."
    return found[0] if common == "/" else common


def is_below(folder: str, above: str) -> bool:
    """Whether a folder is another one or is in it, by their paths.

    >>> is_below("/a/b", "/a"), is_below("/ab", "/a"), is_below("/a", "/")
    (True, False, True)
    """
    return folder == above or folder.startswith(above.rstrip("/") + "/")


def nearest(folder: str) -> str:
    """Return the nearest existing folder: the folder itself or one of its parents.

    >>> nearest("/nowhere/at/all")
    '/'
    """
    while not os.path.lexists(folder):
        above = folder_of(folder.rstrip("/"))
        if above == folder:
            break
        folder = above
    return folder


def status_at(path: str) -> os.stat_result | None:
    """Return the status of the file at a path, links followed; None if there is none."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def identity_of(status: os.stat_result | None) -> int | None:
    """Return the identity of a file, device and inode, as one number: small, as there may be a million.

    >>> identity_of(status_at(".")) == identity_of(status_at("./.")), identity_of(status_at("/nowhere"))
    (True, None)
    """
    return None if status is None else status.st_dev << 64 | status.st_ino


def absolute(path: str) -> str:
    """Return an absolute path."""
    return str(Path.cwd() / path)


class Originals:
    """The sources and targets of a run, which are never overwritten.

    Args:
        paths: their paths; their identities are read when an output exists already.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths

    def named(self, path: str) -> tuple[str, ...]:
        """Return the path in a tuple if it is an original, links followed; else an empty tuple."""
        found = identity_of(status_at(path))
        return (path,) if found is not None and found in self._known else ()

    @cached_property
    def _known(self) -> frozenset[int]:
        known = (identity_of(status_at(path)) for path in self._paths)
        return frozenset(each for each in known if each is not None)


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
