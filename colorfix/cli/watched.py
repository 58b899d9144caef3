"""``colorfix correct --watch``: folders are planned again at each look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.cli.talk import complain
from colorfix.errors import OutputError, SettingError
from colorfix.folder import make_folders
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colorfix.folder import Destination, Job, Pairing, Plan, Sources


def refuse_unwatchable(sources: Sources, pairing: Pairing, destination: Destination) -> None:
    """Refuse what cannot be watched: lists, and photos that the results would replace, without an end."""
    if destination.nowhere:
        raise SettingError("--check looks once and --watch has no end; drop one of them")
    if sources.files_from is not None or pairing.pairs is not None:
        raise SettingError("--watch looks into folders; a list has no arrivals: leave it out")
    if destination.in_place:
        raise SettingError("--watch with --in-place would take results for arrivals; name a folder with -o")
    for name in sources.names:
        if not Path(name).is_dir():
            raise SettingError(f"--watch looks into folders; {shown(name)} is none")


class Looks:
    """Plans anew whenever it is called; what is in the way is told once, and looked at again the next time.

    Args:
        plan: makes the plan of what is there.
        debug: whether to show the traceback of an error.
    """

    def __init__(self, plan: Callable[[], Plan], *, debug: bool) -> None:
        self._plan = plan
        self._debug = debug
        self._told = ""

    def __call__(self) -> Sequence[Job]:
        """Return the jobs of all photos that are there; none while something is in the way."""
        try:
            plan = self._plan()
            make_folders(plan)
        except OutputError as error:
            if str(error) != self._told:
                complain(error, str(error), debug=self._debug)
            self._told = str(error)
            return ()
        self._told = ""
        return plan.jobs
