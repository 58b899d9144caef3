"""What the command shows of a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import typer

from colorfix.batch import is_page
from colorfix.cli.output import info, print_error
from colorfix.core.errors import SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TextIO

    from colorfix.batch import Job, Outcome, Plan
    from colorfix.batch.index import PageIndex

    Run: TypeAlias = Callable[[Sequence[Job]], Generator[Outcome]]


class Files(TypedDict):
    """What is written beside photos, as a destination takes it."""

    report: str | None
    reports: bool | None
    html: str | None


def wanted_files(report: str | None, html: str | None, *, none: bool, each: bool) -> Files:
    """Say what is written beside photos.

    Args:
        report: ``--report``; a page's name means ``--html`` of that name, and no report of one photo.
        html: ``--html``.
        none: ``--no-report``.
        each: ``--reports``; without both the plan decides: a report for one photo that is named by its name.
    """
    if none and each:
        raise SettingError("--reports and --no-report cannot both be")
    reports = each or (False if none else None)
    if not is_page(report):
        return Files(report=report, reports=reports, html=html)
    if none:
        raise SettingError("--report and --no-report cannot both be; for a page without a report say --html")
    if html is not None:
        raise SettingError("--report names a page, and --html another one; drop one of them")
    return Files(report=None, reports=each, html=report)


def index_at(path: str | None, *, overwrite: bool) -> PageIndex | None:
    """Return the page index of a run; None if there are no pages."""
    if path is None:
        return None
    from colorfix.batch.index import PageIndex

    return PageIndex(path, overwrite=overwrite)


def tell_plan(plan: Plan, *, quiet: bool, debug: bool) -> None:
    """Say what cannot be done, and what was left out."""
    for trouble in plan.troubles:
        print_error(trouble, str(trouble), debug=debug)
    if plan.left_out and not quiet:
        info(f"left out: {', '.join(f'{reason} {count}' for reason, count in plan.left_out.items())}")


def print_plan(plan: Plan, data: TextIO | None, *, as_json: bool) -> None:
    """Print a line a job, as JSON where that is asked for."""
    for job in plan.jobs:
        typer.echo(json.dumps(_document(job)) if as_json else printable(_line(job)), file=data)


def _document(job: Job) -> dict[str, str | None]:
    return {
        "source": job.source,
        "output": job.output or None,
        "target": job.target,
        "report": job.report,
        "page": job.page,
        "backup": job.backup,
    }


def _line(job: Job) -> str:
    if not job.output:
        return f"{job.source}  ({job.target})"
    kept = "" if job.backup is None else f"  kept as {job.backup}"
    return f"{job.source} -> {job.output}  ({job.target}){kept}"
