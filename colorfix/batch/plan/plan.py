"""Plan of a run: all jobs, before anything is written."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.job import Job
from colorfix.batch.plan.destination import Destination, report_of, stems_of
from colorfix.batch.plan.pairing import pairs_in
from colorfix.batch.plan.paths import RealFolders, common_folder, folder_of, pages_folder, with_pages
from colorfix.batch.plan.preflight import refuse, refuse_places, without_results
from colorfix.batch.plan.sources import Source, Sources, folder_named, gather
from colorfix.batch.plan.walk import Remarks
from colorfix.core.atomic import PIPE
from colorfix.core.errors import OutputError, PhotoError, SettingError, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from colorfix.batch.plan.destination import Template
    from colorfix.batch.plan.pairing import Pairing


@dataclass(frozen=True)
class Plan:
    """The plan of a run.

    Attributes:
        jobs: in the order of the named sources; in a folder by name.
        folders: the folders of results, which may not exist yet.
        root: the folder of the journal; None for one photo with an output by its own name.
        left_out: how many files and folders are left out, by reason.
        troubles: errors of named sources, which do not stop the jobs.
        index: path of the index of pages, or None.
    """

    jobs: tuple[Job, ...]
    folders: tuple[str, ...]
    root: str | None
    left_out: Mapping[str, int]
    troubles: tuple[PhotoError, ...]
    index: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets of the jobs, each once."""
        return tuple(dict.fromkeys(job.target for job in self.jobs))


def plan_jobs(sources: Sources, pairing: Pairing, destination: Destination, *, as_large: bool = True) -> Plan:
    """Find all photos, their targets and the paths of their results; decode and write nothing.

    Args:
        sources: the photos.
        pairing: their targets.
        destination: of the results.
        as_large: whether results are about as large as their photos, so that free disk space is checked.

    Raises:
        SettingError: the options conflict.
        OutputError: see :func:`colorfix.batch.plan.preflight.refuse`.

    >>> from colorfix.batch.plan.pairing import Pairing
    >>> found = plan_jobs(Sources(("a.jpg",)), Pairing("neutral"), Destination("out.png"))
    >>> found.jobs[0].output, found.jobs[0].report, found.root
    ('out.png', 'out.report.json', None)
    >>> found = plan_jobs(Sources(("x/a.jpg", "y/b.jpg")), Pairing("neutral"), Destination("out"))
    >>> [job.output for job in found.jobs], found.folders, found.root
    (['out/a.jpg', 'out/b.jpg'], ('out',), 'out')
    """
    single = _is_single(sources, pairing)
    template = destination.template(single=single, piped=PIPE in sources.names)
    remarks, named = Remarks(), set[str]()
    found = _found(sources, pairing, template, remarks, named)
    if destination.nowhere:
        checked = [Job(source.path, "", None, target) for source, target, _ in found]
        return plan_of(checked, (), None, sources, pairing, remarks)
    if destination.in_place:
        jobs = list(_in_place(found, destination, remarks))
    else:
        jobs = [job_of(*each, template, destination) for each in found]
        jobs = jobs if single else without_results(jobs, named, remarks)
    jobs = with_reports(jobs, destination, single=single)
    jobs, index = with_pages(jobs, destination.html, single=single)
    root = _root(jobs, sources, template, destination)
    folders = () if root is None else tuple(dict.fromkeys(folder_of(job.output) for job in jobs))
    above = None if template is None or pairing.pairs is not None else template.root or "."
    refuse(jobs, folders, above, as_large=as_large, remedy=pairing.as_glob)
    if index is not None:
        refuse_places([pages_folder(index)])
        folders += (pages_folder(index),)
    return replace(plan_of(jobs, folders, root, sources, pairing, remarks), index=index)


def plan_of(
    jobs: Sequence[Job],
    folders: tuple[str, ...],
    root: str | None,
    sources: Sources,
    pairing: Pairing,
    remarks: Remarks,
) -> Plan:
    """Return a plan; one without photos has a trouble that says so, unless there is another."""
    if not jobs and not remarks.troubles:
        remarks.troubles.append(_nothing(sources, pairing, remarks))
    left_out = {reason: count for reason, count in remarks.left_out.items() if count}
    return Plan(tuple(jobs), folders, root, left_out, tuple(remarks.troubles))


def _is_single(sources: Sources, pairing: Pairing) -> bool:
    """Whether the source is one photo, by its name; refuse photos from two options, or from none."""
    given = bool(sources.names) or sources.files_from is not None
    if given and pairing.pairs is not None:
        raise SettingError("--pairs names the photos too; leave out the others")
    if not given and pairing.pairs is None:
        raise SettingError("no photos are named; name files, folders or globs, or a list with --files-from")
    return sources.single and pairing.pairs is None


def _found(
    sources: Sources, pairing: Pairing, template: Template | None, remarks: Remarks, named: set[str]
) -> Iterator[tuple[Source, str, str | None]]:
    """Yield photos with targets, and outputs if a table names them; add single names to ``named``."""
    if pairing.pairs is not None:
        for name, target, output in pairs_in(pairing.pairs):
            source = Source.of(name)
            named.add(source.path)
            yield source, target, output
        return
    results = None if template is None else template.root or "."
    for source in gather(sources, remarks, results):
        if source.named:
            named.add(source.path)
        yield source, pairing.of(source), None


def job_of(
    source: Source, target: str, output: str | None, template: Template | None, destination: Destination
) -> Job:
    """Return the job of a photo that is not corrected in place.

    Args:
        source: the photo.
        target: its target.
        output: its output, if a table names it.
        template: of outputs; None for one photo.
        destination: names the output of one photo.

    Raises:
        SettingError: no output is named.
    """
    path = output or (destination.output if template is None else template.filled(source))
    if path is None:
        raise SettingError("say where to write: --output PATH, or --in-place to replace the photos")
    return Job(source.path, path, None, target, root=source.root if "/" in source.relative else None)


def _in_place(
    found: Iterator[tuple[Source, str, str | None]], destination: Destination, remarks: Remarks
) -> Iterator[Job]:
    """Yield jobs in place, each file once; a link is replaced by the file that it points to."""
    replaced, real = set[str](), RealFolders()
    for source, target, output in found:
        if output is not None:
            raise SettingError(
                f"{printable(output)}: is another place, but --in-place has none; drop one of them"
            )
        path = os.path.realpath(source.path) if os.path.islink(source.path) else source.path
        if not source.named and source.suffix.lower() in photos.READ_ONLY_SUFFIXES:
            remarks.left_out["RAW files"] += 1
        elif (place := real.place(path)) in replaced:
            remarks.left_out["named twice"] += 1
        else:
            replaced.add(place)
            backup = path + destination.backup_suffix if destination.backup else None
            yield Job(path, path, None, target, in_place=True, backup=backup)


def with_reports(jobs: list[Job], destination: Destination, *, single: bool) -> list[Job]:
    """Return the jobs with the paths of their reports: by default one for a single photo, else none."""
    if not (single if destination.reports is None else destination.reports):
        return jobs
    if destination.report is not None:
        return [replace(job, report=destination.report) for job in jobs]
    stems = stems_of([job.output for job in jobs])
    return [replace(job, report=report_of(job.output, stems)) for job in jobs]


def _nothing(sources: Sources, pairing: Pairing, remarks: Remarks) -> PhotoError:
    names = [*sources.names, sources.files_from, pairing.pairs]
    name = next(name for name in names if name is not None)
    others = ", ".join(f"{reason} {count}" for reason, count in remarks.left_out.items() if count)
    return UnreadablePhoto(
        printable(name),
        f"holds no photo to correct{f' (left out: {others})' if others else ''}; check the options",
    )


def _root(
    jobs: Sequence[Job], sources: Sources, template: Template | None, destination: Destination
) -> str | None:
    """Return the folder of the journal: that of the results; in place, the common folder of the names."""
    if destination.in_place:
        if sources.files_from is None and sources.names:
            return common_folder([folder_named(name) for name in sources.names])
        return common_folder([folder_of(job.source) for job in jobs])
    if template is not None:
        return template.root or "."
    return common_folder([folder_of(job.output) for job in jobs]) if destination.output is None else None


def make_folders(plan: Plan) -> None:
    """Make the folders of the results, with their parents, if they do not exist.

    Raises:
        OutputError: one cannot be made.
    """
    for folder in plan.folders:
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(
                printable(folder), f"cannot be made ({reason}); choose another folder"
            ) from error
