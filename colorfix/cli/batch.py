"""Shared by ``correct`` and ``apply``: plan the batch, run it, report outcomes."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from colorfix import batch, photos
from colorfix.cli.output import info, print_error
from colorfix.cli.ray import without_buckets
from colorfix.cli.reporter import Reporter
from colorfix.cluster.storage.uris import is_uri
from colorfix.core.errors import SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TextIO

    from colorfix.cli.options import OutputOptions, PhotoOptions, RunOptions, WritingOptions
    from colorfix.cli.ray import Clustered, Run
    from colorfix.core.defaults import TraceDetail
    from colorfix.core.errors import OutputError
    from colorfix.correction.settings import Settings
    from colorfix.looks.look import Look

    Listener = Callable[[batch.Outcome], None]


class BatchCommand(NamedTuple):
    """A command that processes photos.

    Attributes:
        names: files, folders and globs.
        pairing: the target of each photo; of a look, its file.
        destination: the place of results.
        photos: further sources, and how the command runs.
        run: worker processes and their limits.
        writing: how results are written.
        output: lines on stderr and stdout.
        data: stdout; None where it is closed.
        cluster: the Ray cluster that processes them, or None.
    """

    names: Sequence[str]
    pairing: batch.Pairing
    destination: batch.Destination
    photos: PhotoOptions
    run: RunOptions
    writing: WritingOptions
    output: OutputOptions
    data: TextIO | None
    cluster: Clustered | None

    def plan(self) -> batch.Plan:
        """Return the plan, after its problems are printed; the watch prints those of a watched folder.

        Raises:
            SettingError: the options make no sense together.
            OutputError: results have no place.
        """
        if not self.photos.watch:
            plan = self._plan()
            self._print_problems(plan)
            return plan
        for name in self.names:
            if not Path(name).is_dir():
                raise SettingError(f"--watch looks into folders; {printable(name)} is none")
        return self._plan()

    def order(
        self,
        plan: batch.Plan,
        treatment: Settings | Look,
        *,
        max_pixels: int,
        trace: TraceDetail = "thin",
        threshold: float | None = None,
        only_casts: float | None = None,
    ) -> batch.Order:
        """Return the order that holds for all photos of a plan.

        Args:
            plan: of the photos.
            treatment: settings to learn by, or a look to apply.
            max_pixels: width times height that is still accepted.
            trace: how much of the trace a report holds.
            threshold: mean ΔE above which a photo has a cast; None where photos are corrected.
            only_casts: mean ΔE up to which a photo is passed over; None where every photo is corrected.
        """
        run, writing = self.run, self.writing
        return batch.Order(
            treatment,
            batch.Writing(
                overwrite=writing.overwrite,
                photo=photos.Writing(quality=writing.quality, strip=writing.strip),
                trace=trace,
                preserve=writing.preserve,
                tag=not writing.no_software_tag,
                verify=run.verify,
                allow_loss=writing.allow_loss,
            ),
            max_pixels,
            threshold=threshold,
            only_casts=only_casts,
            others=self.photos.others,
            workers=run.jobs,
            memory=run.memory,
            timeout=run.timeout,
            fail_fast=run.fail_fast,
            redo=run.redo,
            journal=None if plan.root is None else batch.journal_in(plan.root),
        )

    def begin(self, plan: batch.Plan) -> None:
        """Make the folders of the results; with ``--dry-run``, print the plan instead.

        Raises:
            Exit: the plan is printed.
        """
        if self.photos.dry_run:
            for job in plan.jobs:
                line = json.dumps(_document(job)) if self.output.json else printable(_line(job))
                typer.echo(line, file=self.data)
            raise typer.Exit(1 if plan.troubles else 0)
        batch.make_folders(plan)

    def execute(self, plan: batch.Plan, run: Run, listeners: Sequence[Listener] = ()) -> None:
        """Process the photos and report each outcome; a watched folder ends with Ctrl-C.

        Args:
            plan: of the photos; of a watched folder, the first.
            run: processes jobs.
            listeners: called with each outcome after it is reported.

        Raises:
            Exit: a photo failed, or has a cast.
        """
        watch = self.photos.watch
        reporter = Reporter(
            self.output,
            photos=None if watch else len(plan.jobs),
            data=self.data,
            results=None if is_uri(plan.root or "") else plan.root,
            remembered=plan.root is not None,
            null=self.photos.null,
        )
        usual_end = (KeyboardInterrupt,) if watch else ()
        with reporter, closing(self._outcomes(plan, run)) as outcomes, suppress(*usual_end):
            for outcome in outcomes:
                for listener in (reporter.report, *listeners):
                    listener(outcome)
        if reporter.bad or (plan.troubles and not watch):
            raise typer.Exit(1)

    def _outcomes(self, plan: batch.Plan, run: Run) -> Generator[batch.Outcome]:
        if not self.photos.watch:
            return run(plan.jobs)
        if not self.output.quiet:
            info(f"watching {' '.join(self.names)}; Ctrl-C ends")
        return batch.watch_folders(self._jobs, run, _PlanErrors(debug=self.output.debug))

    def _plan(self) -> batch.Plan:
        options = self.photos
        sources = batch.Sources(
            tuple(self.names),
            recursive=options.recursive,
            files_from=options.files_from,
            null=options.null and not (self.destination.nowhere and options.files_from is None),
            filters=batch.Filters(tuple(options.include or ()), tuple(options.exclude or ())),
        )
        as_large = self.writing.quality is None
        if self.cluster is not None:
            return self.cluster.plan(sources, self.pairing, self.destination, as_large=as_large)
        local = replace(sources, listed=without_buckets(sources.in_list))
        return batch.plan_jobs(local, self.pairing, self.destination, as_large=as_large)

    def _jobs(self) -> Sequence[batch.Job]:
        """Return the jobs of a watched folder, after the folders of their results are made."""
        plan = self._plan()
        batch.make_folders(plan)
        return plan.jobs

    def _print_problems(self, plan: batch.Plan) -> None:
        """Print the photos that cannot be processed, and how many files are left out."""
        for trouble in plan.troubles:
            print_error(trouble, str(trouble), debug=self.output.debug)
        if plan.left_out and not self.output.quiet:
            info(f"left out: {', '.join(f'{reason} {count}' for reason, count in plan.left_out.items())}")


class _PlanErrors:
    """Printer of an error that keeps a watched folder from being planned, once until it has gone.

    Args:
        debug: whether to print its traceback.
    """

    def __init__(self, *, debug: bool) -> None:
        self._debug = debug
        self._printed = ""

    def __call__(self, error: OutputError | None) -> None:
        """Print an error; None means that there is none."""
        if error is not None and str(error) != self._printed:
            print_error(error, str(error), debug=self._debug)
        self._printed = "" if error is None else str(error)


def destination_of(
    options: PhotoOptions,
    *,
    report: str | None,
    reports: bool | None,
    html: str | None = None,
    check: bool = False,
) -> batch.Destination:
    """Return the place of results.

    Args:
        options: the place of photos.
        report: path of the one report; the name of a page means ``html``, without a report.
        reports: whether to write any; None for one where one photo is named.
        html: the page, or the index of several.
        check: whether nothing is written.

    Raises:
        SettingError: the options make no sense together.
    """
    if batch.is_page(report):
        report, reports, html = None, bool(reports), report
    return batch.Destination(
        options.output,
        in_place=options.in_place,
        backup=options.backup,
        backup_suffix=options.backup_suffix,
        report=report,
        reports=reports,
        nowhere=check,
        html=html,
    )


def _document(job: batch.Job) -> dict[str, str | None]:
    return {
        "source": job.source,
        "output": job.output or None,
        "target": job.target,
        "report": job.report,
        "page": job.page,
        "backup": job.backup,
    }


def _line(job: batch.Job) -> str:
    if not job.output:
        return f"{job.source}  ({job.target})"
    backup = "" if job.backup is None else f"  kept as {job.backup}"
    return f"{job.source} -> {job.output}  ({job.target}){backup}"
