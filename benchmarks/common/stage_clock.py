"""Run colorfix once, and write down where its processor time went: python stage_clock.py ACCOUNT ARGUMENT...

The time of one thread is parted among stages: what runs inside a stage that was entered later counts for that
one alone. Imports are stages of their own, by the package that is imported, wherever they happen; the others
are functions, which are wrapped as soon as their module is imported.
"""

from __future__ import annotations

import importlib
import sys
from importlib import _bootstrap
from time import process_time_ns

TYPE_CHECKING = False  # the typing module takes longer than all that is imported here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PYTHON, REST = "start Python", "the rest"
PACKAGES = {
    "numpy": "import NumPy",
    "array_api_compat": "import NumPy",
    "PIL": "import Pillow",
    "typer": "import Typer and Rich",
    "rich": "import Typer and Rich",
    "colorfix": "import colorfix",
}
LIBRARY = "import Python's library"

FUNCTIONS = {
    "colorfix.photos.read": {"read": "read the files"},
    "PIL.ImageFile": {"ImageFile.load": "decode", "_save": "encode"},
    "colorfix.correction.measured": {"measure": "measure"},
    "colorfix.correction.correct": {"correct_all": "learn"},
    "colorfix.photos.write": {"encode": "change pixels, carry metadata"},
    "colorfix.report.document": {"document": "report"},
}
"""What is a stage, by module."""


class Clock:
    """Processor time by stage, nanoseconds."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = {}
        self._stages = [PYTHON]
        self._last = 0

    def enter(self, stage: str) -> None:
        """Begin a stage; the one it is in waits."""
        self._settle()
        self._stages.append(stage)

    def leave(self) -> None:
        """End the stage entered last."""
        self._settle()
        self._stages.pop()

    def _settle(self) -> None:
        now = process_time_ns()
        stage = self._stages[-1]
        self.spent[stage] = self.spent.get(stage, 0) + now - self._last
        self._last = now


def timed(clock: Clock, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
    """Return a function whose time counts for a stage."""

    def inside(*arguments: object, **named: object) -> object:
        clock.enter(stage)
        try:
            return function(*arguments, **named)
        finally:
            clock.leave()

    inside.__wrapped__ = function  # type: ignore[attr-defined] # as functools.wraps does
    return inside


def watch(clock: Clock) -> None:
    """Time imports from here on, and wrap the functions that are stages when their modules come."""
    hooks = vars(_bootstrap)  # there is no public hook that sees the whole of an import
    find = hooks["_find_and_load"]

    def found(name: str, importer: object) -> object:
        clock.enter(PACKAGES.get(name.partition(".")[0], LIBRARY))
        try:
            module = find(name, importer)
        finally:
            clock.leave()
        for path, stage in FUNCTIONS.get(name, {}).items():
            holder, _, attribute = path.rpartition(".")
            owner = getattr(module, holder) if holder else module
            function = getattr(owner, attribute)
            if not hasattr(function, "__wrapped__"):
                setattr(owner, attribute, timed(clock, function, stage))
        return module

    hooks["_find_and_load"] = found


def main() -> None:
    """Run colorfix."""
    clock = Clock()
    account, *arguments = sys.argv[1:]
    clock.enter(REST)
    watch(clock)
    status = importlib.import_module("colorfix.cli.app").run(arguments)
    clock.leave()
    lines = [f"{spent} {stage}\n" for stage, spent in clock.spent.items()]
    with open(account, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is colorfix's to import
        file.writelines(lines)
    sys.exit(status)


if __name__ == "__main__":
    main()
