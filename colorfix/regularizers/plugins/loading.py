"""A regularizer by its name: a built-in one, an installed package's, or a Python file's.

Code of others runs with the user's rights as soon as it is loaded, so only what was asked for by name is
loaded, and a file only by its path.

Somebody else's code is run: whatever it raises is told, and only Ctrl-C ends colorfix.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix.core.errors import SettingError, UnknownName
from colorfix.core.text import one_line
from colorfix.regularizers import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.metadata import EntryPoint
    from types import ModuleType


@contextmanager
def plugin_errors_as(failure: Callable[[str], Exception]) -> Iterator[None]:
    """Turn whatever is raised inside, ``sys.exit`` too, into an error of ours.

    Args:
        failure: makes the error from what was raised, such as ``"ZeroDivisionError: division by zero"``.

    >>> with plugin_errors_as(lambda raised: ValueError(f"it raised {raised}")):
    ...     raise SystemExit(3)
    Traceback (most recent call last):
    ValueError: it raised SystemExit: 3
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        raise failure(f"{type(error).__name__}: {one_line(error)}") from error


GROUP = "colorfix.regularizers"
"""The entry-point group under which a package offers regularizers: NAME = "package.module:function"."""


FROM_FILE = re.compile(r"(?P<path>.+\.py):(?P<function>\w+)")
"""How a function of a file is named."""

LIKE_A_FILE = re.compile(r"[/\\]|\.py\b", re.IGNORECASE)
"""What no other name has: whoever writes it means a file."""


def installed() -> dict[str, list[EntryPoint]]:
    """Return what installed packages offer, by name; more than one owner of a name is a clash."""
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, []).append(entry)
    return found


def owners_of(name: str) -> list[str]:
    """Return who offers a name: installed packages with their versions, and colorfix itself."""
    packages = [_owner(entry) for entry in installed().get(name, [])]
    return packages + (["colorfix itself"] if name in BUILT_IN else [])


def installed_function(name: str) -> Any:  # noqa: ANN401 - whatever the package offers; the contract judges it
    """Load the function that an installed package offers under a name.

    Raises:
        UnknownName: nobody has it.
        SettingError: two have it, it cannot be loaded, or it is a path without a function.
    """
    offers, owners = installed(), owners_of(name)
    if len(owners) > 1:
        raise SettingError(f"the regularizer {name!r} has two owners, {' and '.join(owners)}; uninstall one")
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name not in offers:
        if LIKE_A_FILE.search(name):
            raise SettingError(f"{name!r} is no regularizer; name one of a file as PATH.py:function")
        raise UnknownName("regularizer", name, [*BUILT_IN, *offers])
    return _loaded(name, offers[name][0])


def function_of(name: str) -> Any:  # noqa: ANN401 - likewise
    """Return the function of a name: built in, installed, or ``PATH.py:function``.

    Raises:
        UnknownName: nobody has it.
        SettingError: two have it, or it cannot be loaded.
    """
    from_file = FROM_FILE.fullmatch(name)
    return function_in(from_file["path"], from_file["function"]) if from_file else installed_function(name)


def function_in(path: str, name: str) -> Any:  # noqa: ANN401 - likewise
    """Load a function from a Python file.

    Raises:
        SettingError: there is no such file or function, the file cannot be run, or the name is taken.
    """
    if not Path(path).is_file():
        raise SettingError(f"{path}: there is no such file; give the regularizer's file as PATH.py:function")
    if name.replace("_", "-") in BUILT_IN:
        owner = f"{path} and colorfix itself"
        raise SettingError(f"the regularizer {name!r} has two owners, {owner}; rename the function")
    module = _run(path)
    if not callable(getattr(module, name, None)):
        raise SettingError(f"{path}: has no function {name!r}; name one that it defines")
    return getattr(module, name)


def _run(path: str) -> ModuleType:
    spec = spec_from_file_location(f"colorfix_plugin_{Path(path).stem}", path)
    if spec is None or spec.loader is None:
        raise SettingError(f"{path}: is no Python file; give the regularizer's file as PATH.py:function")
    module = module_from_spec(spec)
    with plugin_errors_as(lambda raised: SettingError(f"{path}: cannot be run: {raised}")):
        spec.loader.exec_module(module)
    return module


def _loaded(name: str, entry: EntryPoint) -> Any:  # noqa: ANN401 - likewise
    offer = f"the regularizer {name!r} of {_owner(entry)}"
    with plugin_errors_as(lambda raised: SettingError(f"{offer} cannot be loaded: {raised}")):
        return entry.load()


def _owner(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
