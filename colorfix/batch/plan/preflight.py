"""Checks before anything is written: clashing outputs, originals at risk, folders and disk space."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from colorfix.batch.plan.paths import RealFolders, folder_of, identity_of, is_below, nearest, status_at
from colorfix.core.atomic import PIPE
from colorfix.core.defaults import is_virtual
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from colorfix.batch.job import Job
    from colorfix.batch.plan.walk import Remarks

_SAME_CODING = {
    "jpg",
    "jpeg",
    "jpe",
    "jfif",
    "tif",
    "tiff",
    "bmp",
}  # their size is known beforehand
_NEEDED = 0.9  # of the photos' bytes: results are 0.98 to 1.16 times as large on the sample photos
TWICE = "would be written twice; choose other names or folders, as with -o 'out/{folder}/{parent}/{name}'"


def refuse(
    jobs: Sequence[Job],
    folders: Sequence[str],
    root: str | None,
    *,
    as_large: bool,
    remedy: str | None,
) -> None:
    """Refuse a plan that would destroy files or cannot be completed.

    Args:
        jobs: all jobs.
        folders: of the results; none for one photo with an output by its own name, which is checked when it
            is written.
        root: the folder in which all results must be, or None.
        as_large: whether results are about as large as their photos.
        remedy: the glob that leaves the targets out of the photos; None for a table, which may name a photo
            as another's target.

    Raises:
        SettingError: a target is among the photos.
        OutputError: two results have one path, on a case-insensitive disk also without regard to case; a
            result would replace a photo or a target, links followed; a folder is a file, is not writable, or
            is outside the root by a link; the disk is too small.
    """
    _refuse_clashes(jobs)
    if not folders:
        return
    refuse_places(folders, root)
    needed = _refuse_originals(jobs, remedy)
    if as_large:
        _refuse_full_disks(needed)


def _written(job: Job) -> Iterator[str]:
    """Yield the new paths that a job writes."""
    for path in (None if job.in_place else job.output, job.report, job.page, job.backup):
        if path is not None and path != PIPE:
            yield path


def _refuse_clashes(jobs: Sequence[Job]) -> None:
    seen: set[str] = set()
    real, ignored = RealFolders(), dict[str, bool]()
    for job in jobs:
        for path in _written(job):
            place = real.place(path)
            folder = folder_of(place)
            if folder not in ignored:
                ignored[folder] = _ignores_case(nearest(folder))
            if ignored[folder]:
                import unicodedata

                place = unicodedata.normalize("NFC", place).casefold()
            if place in seen:
                raise OutputError(printable(path), TWICE)
            seen.add(place)


def _ignores_case(folder: str) -> bool:
    """Whether a folder is on a case-insensitive file system, as on most Macs; False without letters."""
    above, _, name = folder.rpartition("/")
    other = f"{above}/{name.swapcase()}"
    try:
        return other != folder and os.path.samefile(folder, other)
    except OSError:
        return False


def _refuse_originals(jobs: Sequence[Job], remedy: str | None) -> dict[str, int]:
    """Refuse results over photos or targets, and targets among photos; return the bytes needed by folder."""
    present, done = _present(jobs)
    targets = _targets(jobs)
    if present & targets.keys():
        raise _over(jobs, present & targets.keys(), "is the target of a photo; write somewhere else")
    needed: dict[str, int] = {}
    for index, job in enumerate(jobs):
        status = status_at(job.source)
        if status is None:  # reported when it is read
            continue
        identity = identity_of(status)
        if identity in present:
            raise _over(jobs, {identity}, "is a photo to correct; write somewhere else, or use --in-place")
        if identity in targets and (remedy is not None or job.in_place):
            raise SettingError(_among(targets[identity], remedy))
        if index not in done and (job.backup is not None or not job.in_place):
            folder = folder_of(job.output)
            needed[folder] = needed.get(folder, 0) + (status.st_size if _keeps_size(job) else 0)
    return needed


def _targets(jobs: Sequence[Job]) -> dict[int | None, str]:
    names = dict.fromkeys(job.target for job in jobs if not is_virtual(job.target))
    found = {identity_of(status_at(name)): name for name in names}
    found.pop(None, None)
    return found


def _among(target: str, remedy: str | None) -> str:
    from shlex import quote

    how = "drop it from the table" if remedy is None else f"leave it out with --exclude {quote(remedy)}"
    return f"{printable(target)}: is a target and among the photos too; {how}"


def _keeps_size(job: Job) -> bool:
    """Whether a result is about as large as its photo: the same format with the same coding."""
    before, after = (path.rpartition(".")[2].lower() for path in (job.source, job.output))
    return before == after and before in _SAME_CODING


def _present(jobs: Sequence[Job]) -> tuple[set[int | None], set[int]]:
    """Return the identities of existing results, and the numbers of the jobs whose output exists."""
    there: dict[str, bool] = {}
    present: set[int | None] = set()
    done: set[int] = set()
    for index, job in enumerate(jobs):
        for path in _written(job):
            folder = folder_of(path)
            if folder not in there:
                there[folder] = os.path.isdir(folder)
            status = status_at(path) if there[folder] else None
            if status is not None:
                present.add(identity_of(status))
                done.update(() if path in {job.report, job.page} else (index,))
    return present, done


def _over(jobs: Sequence[Job], identities: set[int | None], reason: str) -> OutputError:
    """Return the error for the first result that is one of these files."""
    paths = (path for job in jobs for path in _written(job))
    return OutputError(
        printable(next(path for path in paths if identity_of(status_at(path)) in identities)), reason
    )


def refuse_places(folders: Iterable[str], root: str | None = None) -> None:
    """Refuse folders that are files, are not writable, or are outside a root by a link."""
    above = None if root is None else os.path.realpath(root)
    for folder in folders:
        there = nearest(folder)
        if not os.path.isdir(there):
            raise OutputError(printable(there), "is a file, but a folder is needed; choose another place")
        if not os.access(there, os.W_OK | os.X_OK):
            raise OutputError(printable(there), "may not be written to; choose another folder")
        real = os.path.realpath(folder)
        if above is not None and not is_below(real, above):
            raise OutputError(
                printable(folder),
                f"leads out of {printable(root or '')} by a link; choose another folder",
            )


def _refuse_full_disks(needed: dict[str, int]) -> None:
    """Refuse results that do not fit on their disks: 0.9 times the bytes of their photos."""
    disks: dict[int, tuple[str, int]] = {}
    for folder, count in needed.items():
        there = nearest(folder)
        device = os.stat(there).st_dev
        first, sofar = disks.get(device, (there, 0))
        disks[device] = first, sofar + count
    for folder, count in disks.values():
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize
        if _NEEDED * count > free:
            wanted = f"about {count / 1e9:.3g} GB are needed, {free / 1e9:.3g} GB are free"
            raise OutputError(printable(folder), f"{wanted}; free some or choose another disk")


def without_results(jobs: list[Job], named: Collection[str], remarks: Remarks) -> list[Job]:
    """Leave out results of an earlier run that are among the photos, unless they are named as single files.

    Args:
        jobs: all jobs.
        named: sources that are named as single files.
        remarks: gets the number of photos left out.

    >>> from colorfix.batch.job import Job
    >>> from colorfix.batch.plan.walk import Remarks
    >>> pairs = ("a.jpg", "a_new.jpg"), ("a_new.jpg", "a_new_new.jpg")
    >>> found = [Job(source, output, None, "neutral") for source, output in pairs]
    >>> [job.source for job in without_results(found, (), Remarks())]
    ['a.jpg']
    """
    real = RealFolders()
    read = {folder_of(job.source) for job in jobs}
    written = {folder_of(job.output) for job in jobs}
    if {real[folder] for folder in read}.isdisjoint(real[folder] for folder in written):
        return jobs
    results = {
        place
        for job in jobs
        if (place := real.place(job.output)) != real.place(job.source)  # of another
    }
    remaining = [job for job in jobs if job.source in named or real.place(job.source) not in results]
    remarks.left_out["results"] += len(jobs) - len(remaining)
    return remaining
