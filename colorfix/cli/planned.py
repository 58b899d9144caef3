"""What the command shows of a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from colorfix.cli.talk import complain, say
from colorfix.errors import SettingError
from colorfix.wording import shown

if TYPE_CHECKING:
    from typing import TextIO

    from colorfix.folder import Job, Plan


def wanted_reports(*, none: bool, each: bool) -> bool | None:
    """Whether reports are written; None where the plan decides: for one photo that is named by its name."""
    if none and each:
        raise SettingError("--reports and --no-report cannot both be")
    return each or (False if none else None)


def tell_plan(plan: Plan, *, quiet: bool, debug: bool) -> None:
    """Say what cannot be done, and what was left out."""
    for trouble in plan.troubles:
        complain(trouble, str(trouble), debug=debug)
    if plan.left_out and not quiet:
        say(f"left out: {', '.join(f'{reason} {count}' for reason, count in plan.left_out.items())}")


def print_plan(plan: Plan, data: TextIO | None, *, as_json: bool) -> None:
    """Print a line a job, as JSON where that is asked for."""
    for job in plan.jobs:
        typer.echo(json.dumps(_document(job)) if as_json else shown(_line(job)), file=data)


def _document(job: Job) -> dict[str, str | None]:
    return {
        "source": job.source,
        "output": job.output or None,
        "target": job.target,
        "report": job.report,
        "backup": job.backup,
    }


def _line(job: Job) -> str:
    if not job.output:
        return f"{job.source}  ({job.target})"
    kept = "" if job.backup is None else f"  kept as {job.backup}"
    return f"{job.source} -> {job.output}  ({job.target}){kept}"
