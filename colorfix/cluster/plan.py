"""Plan of a run with buckets: every job is known before anything is written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from colorfix.batch.plan.paths import RealFolders, folder_of
from colorfix.batch.plan.plan import job_of, plan_of, with_reports
from colorfix.batch.plan.preflight import TWICE
from colorfix.batch.plan.walk import Remarks
from colorfix.cluster.publish import IS_INPUT, input_identities, input_identity
from colorfix.cluster.sources import is_single, photos_of
from colorfix.cluster.storage.uris import is_uri
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch import Destination, Job, Pairing, Plan, Sources
    from colorfix.cluster.sources import Stamps


def plan(sources: Sources, pairing: Pairing, destination: Destination, stamps: Stamps) -> Plan:
    """Return the plan of a run in which some names are URIs, by the rules of :mod:`colorfix.batch.plan`.

    Args:
        sources: names of photos, and filters.
        pairing: one target for all.
        destination: of results.
        stamps: collects size and time of photos in listings.

    Raises:
        SettingError: options contradict each other.
        OutputError: two results have one place, or one would replace a photo or the target.
        PhotoError: a store cannot be read.
    """
    if not sources.names and sources.files_from is None:
        raise SettingError("no photos are named; name files or folders, or a list with --files-from")
    single, remarks = is_single(sources), Remarks()
    template = destination.template(single=single, piped=False)
    root = None if template is None else template.root or "."
    jobs = [
        job_of(source, pairing.of(source), None, template, destination)
        for source in photos_of(sources, remarks, root, stamps)
    ]
    jobs = with_reports(jobs, destination, single=single)
    refuse_replacing(jobs)
    _refuse_target(jobs)
    local = (folder_of(job.output) for job in jobs if root is not None and not is_uri(job.output))
    return plan_of(jobs, tuple(dict.fromkeys(local)), root, sources, pairing, remarks)


def refuse_replacing(jobs: Sequence[Job]) -> None:
    """Check that no result replaces a photo, the target or another result, by any of their names.

    Raises:
        OutputError: a result does.
    """
    real = RealFolders()

    def place(path: str) -> str:
        return path if is_uri(path) else real.place(path)

    paths = [path for job in jobs for path in (job.output, job.report) if path is not None]
    written = Counter(map(place, paths))
    inputs = input_identities(name for job in jobs for name in (job.source, job.target))
    for path in paths:
        if written[place(path)] > 1:
            raise OutputError(printable(path), TWICE)
        if input_identity(path) in inputs:
            raise OutputError(printable(path), IS_INPUT)


def _refuse_target(jobs: Sequence[Job]) -> None:
    targets = input_identities(job.target for job in jobs)
    for job in jobs:
        if input_identity(job.source) in targets:
            raise SettingError(
                f"{printable(job.target)}: is the target and among the photos too; --exclude it"
            )
