"""What ``correct`` and ``apply`` have in common: photos are planned, done, and told of.

``colorfix correct --watch``: folders are planned again at each look.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from colorfix import batch
from colorfix.batch import make_folders
from colorfix.cli.output import info, print_error
from colorfix.cli.plan_output import print_plan, tell_plan
from colorfix.cli.ray import without_buckets
from colorfix.cli.reporter import Reporter
from colorfix.cluster.storage.uris import is_uri
from colorfix.core.defaults import EACH, POOLED
from colorfix.core.errors import SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TextIO

    from colorfix.cli.plan_output import Run
    from colorfix.cli.ray import Clustered

    Listener = Callable[[batch.Outcome], None]

    from colorfix.batch import Destination, Job, Pairing, Plan, Sources
    from colorfix.core.errors import OutputError


def refuse_unwatchable(
    sources: Sources, pairing: Pairing, destination: Destination, *, fail_fast: bool, gains_from: str
) -> None:
    """Refuse what cannot be watched: lists, and photos that the results would replace, without an end."""
    if fail_fast:
        raise SettingError("--fail-fast ends with the first failure and --watch has no end; drop one of them")
    if gains_from == POOLED:
        raise SettingError("--gains-from pooled wants all photos at once; with --watch name one of them")
    if destination.nowhere:
        raise SettingError("--check looks once and --watch has no end; drop one of them")
    if sources.files_from is not None or pairing.pairs is not None:
        raise SettingError("--watch looks into folders; a list has no arrivals: leave it out")
    if destination.in_place:
        raise SettingError("--watch with --in-place would take results for arrivals; name a folder with -o")
    for name in sources.names:
        if not Path(name).is_dir():
            raise SettingError(f"--watch looks into folders; {printable(name)} is none")


def jobs_now(planned: Callable[[], Plan]) -> Sequence[Job]:
    """Plan what is there, and make the folders that it takes."""
    plan = planned()
    make_folders(plan)
    return plan.jobs


class Obstacles:
    """Tells what is in the way of a watch, once until it has gone.

    Args:
        debug: whether to show the traceback of an error.
    """

    def __init__(self, *, debug: bool) -> None:
        self._debug = debug
        self._told = ""

    def __call__(self, error: OutputError | None) -> None:
        """Tell an error, or note that there is none."""
        if error is not None and str(error) != self._told:
            print_error(error, str(error), debug=self._debug)
        self._told = "" if error is None else str(error)


class Talk(NamedTuple):
    """How a command tells what it does; see :class:`colorfix.cli.reporter.Reporter`.

    Attributes:
        quiet, as_json, verbose, debug: as the options of these names say.
        data: stdout; None where it is closed.
    """

    quiet: bool
    as_json: bool
    verbose: bool
    debug: bool
    data: TextIO | None


class BatchCommand(NamedTuple):
    """Photos to be done.

    Attributes:
        sources: which.
        pairing: what guides them; of a look, its file.
        destination: where results go.
        talk: what is said meanwhile.
        watch: whether photos are done as they arrive, until Ctrl-C.
        dry_run: whether to print the plan and do nothing.
        as_large: whether results are about as large as their photos.
        cluster: that does it, or None.
    """

    sources: batch.Sources
    pairing: batch.Pairing
    destination: batch.Destination
    talk: Talk
    watch: bool
    dry_run: bool
    as_large: bool
    cluster: Clustered | None = None

    def planned(self, *, fail_fast: bool, gains_from: str = EACH) -> batch.Plan:
        """Plan, and say what cannot be done; a watched folder is planned at each look, and told of then.

        Raises:
            SettingError: what was asked for makes no sense, or cannot be watched.
            OutputError: results have no place.
        """
        if self.watch:
            refuse_unwatchable(
                self.sources, self.pairing, self.destination, fail_fast=fail_fast, gains_from=gains_from
            )
        plan = self._plan()
        if not self.watch:
            tell_plan(plan, quiet=self.talk.quiet, debug=self.talk.debug)
        return plan

    def begin(self, plan: batch.Plan) -> None:
        """Make the folders of the results; or print the plan where that is all that was asked for.

        Raises:
            Exit: the plan is printed.
        """
        if self.dry_run:
            print_plan(plan, self.talk.data, as_json=self.talk.as_json)
            raise typer.Exit(1 if plan.troubles else 0)
        batch.make_folders(plan)

    def do(self, plan: batch.Plan, run: Run, listeners: Sequence[Listener] = ()) -> None:
        """Process the photos and report each outcome; a watched folder ends with Ctrl-C.

        Args:
            plan: of them; of a watched folder, the first.
            run: processes jobs.
            listeners: called with each outcome after it is reported.

        Raises:
            Exit: a photo failed, or has a cast.
        """
        talk, count = self.talk, None if self.watch else len(plan.jobs)
        with Reporter(
            quiet=talk.quiet,
            as_json=talk.as_json,
            verbose=talk.verbose,
            debug=talk.debug,
            photos=count,
            data=talk.data,
            results=None if is_uri(plan.root or "") else plan.root,
            remembered=plan.root is not None,
        ) as reporter:
            self._notify(self._outcomes(plan, run), [reporter.report, *listeners])
        if reporter.bad or (plan.troubles and not self.watch):
            raise typer.Exit(1)

    def _outcomes(self, plan: batch.Plan, run: Run) -> Generator[batch.Outcome]:
        if not self.watch:
            return run(plan.jobs)
        if not self.talk.quiet:
            info(f"watching {' '.join(self.sources.names)}; Ctrl-C ends")
        return batch.watch_folders(partial(jobs_now, self._plan), run, Obstacles(debug=self.talk.debug))

    def _notify(self, outcomes: Generator[batch.Outcome], listeners: Sequence[Listener]) -> None:
        """Call the listeners with each outcome; Ctrl-C is the usual end of a watch."""
        with closing(outcomes), suppress(*(KeyboardInterrupt,) if self.watch else ()):
            for outcome in outcomes:
                for listener in listeners:
                    listener(outcome)

    def _plan(self) -> batch.Plan:
        if self.cluster is not None:
            return self.cluster.plan(self.sources, self.pairing, self.destination, as_large=self.as_large)
        sources = replace(self.sources, listed=without_buckets(self.sources.in_list))
        return batch.plan_jobs(sources, self.pairing, self.destination, as_large=self.as_large)


def journal_of(plan: batch.Plan) -> str | None:
    """Return the path of the journal that remembers a plan's run; None for one photo by itself."""
    return None if plan.root is None else batch.journal_in(plan.root)
