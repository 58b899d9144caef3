"""``colorfix correct --watch``: folders are planned again at each look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.batch import make_folders
from colorfix.cli.talk import complain
from colorfix.core.defaults import POOLED
from colorfix.core.errors import SettingError
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
            raise SettingError(f"--watch looks into folders; {shown(name)} is none")


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
            complain(error, str(error), debug=self._debug)
        self._told = "" if error is None else str(error)
