"""Results of an earlier run that lie among the photos: they are not corrected again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.folder.places import RealFolders, folder_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from colorfix.folder.job import Job
    from colorfix.folder.walking import Remarks


def without_results(jobs: list[Job], named: Collection[str], remarks: Remarks) -> list[Job]:
    """Leave out photos that the results of others would replace, unless they were named themselves.

    Args:
        jobs: all of them.
        named: sources that were named by their names; they are done, or refused.
        remarks: gets how many were left out.

    >>> from colorfix.folder.job import Job
    >>> from colorfix.folder.walking import Remarks
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
    kept = [job for job in jobs if job.source in named or real.place(job.source) not in results]
    remarks.left_out["results"] += len(jobs) - len(kept)
    return kept
