"""What the command shows of a plan."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import typer

from colorfix.cli.talk import complain, say
from colorfix.cli.watched import refuse_unwatchable
from colorfix.errors import SettingError
from colorfix.folder import Destination, plan, plan_checks
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from colorfix.folder import Job, Pairing, Plan, Sources


def wanted_reports(*, none: bool, each: bool) -> bool | None:
    """Whether reports are written; None where the plan decides: for one photo that is named by its name."""
    if none and each:
        raise SettingError("--reports and --no-report cannot both be")
    return each or (False if none else None)


def planner(
    sources: Sources,
    pairing: Pairing,
    destination: Destination,
    *,
    check: bool,
    watch: bool,
    as_large: bool,
) -> Callable[[], Plan]:
    """Return what makes the plan of the photos that are there.

    Args:
        sources: which photos.
        pairing: what guides them.
        destination: where results go.
        check: whether they are only looked at.
        watch: whether their folders are watched.
        as_large: whether results are about as large as their photos.

    Raises:
        SettingError: these do not go together.
    """
    if check and watch:
        raise SettingError("--check looks once and --watch has no end; drop one of them")
    if check and destination != Destination():
        raise SettingError("--check writes nothing; leave out -o, --in-place and what is said of reports")
    if check:
        return partial(plan_checks, sources, pairing)
    if watch:
        refuse_unwatchable(sources, pairing, destination)
    return partial(plan, sources, pairing, destination, as_large=as_large)


def tell_plan(found: Plan, *, quiet: bool, debug: bool) -> None:
    """Say what cannot be done, and what was left out."""
    for trouble in found.troubles:
        complain(trouble, str(trouble), debug=debug)
    if found.left_out and not quiet:
        say(f"left out: {', '.join(f'{reason} {count}' for reason, count in found.left_out.items())}")


def print_plan(found: Plan, data: TextIO | None, *, as_json: bool) -> None:
    """Print a line a job, as JSON where that is asked for."""
    for job in found.jobs:
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
