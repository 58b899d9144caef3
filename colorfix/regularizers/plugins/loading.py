"""Load a regularizer by name: built in, of an installed package, or of a Python file.

Third-party code runs with the user's rights as soon as it is loaded, so a function is loaded only by its
name, and a file only by its path. Whatever that code raises becomes an error of colorfix; only Ctrl-C ends
the command.
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
    from collections.abc import Callable, Iterator, Mapping
    from importlib.metadata import EntryPoint
    from types import ModuleType


@contextmanager
def plugin_errors_as(failure: Callable[[str], Exception]) -> Iterator[None]:
    """Translate exceptions of a plug-in, ``sys.exit`` too, into an error of colorfix.

    Args:
        failure: makes the error from a text such as ``"ZeroDivisionError: division by zero"``.

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
"""Entry-point group of regularizers in a package: NAME = "package.module:function"."""

FROM_FILE = re.compile(r"(?P<path>.+\.py):(?P<function>\w+)")
"""Name of a function of a file."""

LIKE_A_FILE = re.compile(r"[/\\]|\.py\b", re.IGNORECASE)
"""Characters that no other name has: a file is meant."""


def installed() -> dict[str, list[EntryPoint]]:
    """Return the entry points of installed packages by name; several under one name are a clash."""
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, []).append(entry)
    return found


def owners_of(name: str, offers: Mapping[str, list[EntryPoint]] | None = None) -> list[str]:
    """Return the owners of a name: installed packages with their versions, and colorfix itself.

    Args:
        name: of a regularizer.
        offers: result of :func:`installed`, which is called if it is missing.
    """
    packages = [_owner(entry) for entry in (installed() if offers is None else offers).get(name, [])]
    return packages + (["colorfix itself"] if name in BUILT_IN else [])


def installed_function(name: str) -> Any:  # noqa: ANN401 - checked against the contract
    """Return the function that is built in or that an installed package offers under a name.

    Raises:
        UnknownName: the name has no owner.
        SettingError: it has two, it cannot be loaded, or it is a path without a function.
    """
    offers = installed()
    owners = owners_of(name, offers)
    if len(owners) > 1:
        raise SettingError(f"the regularizer {name!r} has two owners, {' and '.join(owners)}; uninstall one")
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name not in offers:
        if LIKE_A_FILE.search(name):
            raise SettingError(f"{name!r} is no regularizer; name one of a file as PATH.py:function")
        raise UnknownName("regularizer", name, [*BUILT_IN, *offers])
    return _loaded(name, offers[name][0])


def function_of(name: str) -> Any:  # noqa: ANN401 - checked against the contract
    """Return the function of a name: built in, installed, or ``PATH.py:function``.

    Raises:
        UnknownName: the name has no owner.
        SettingError: it has two, or it cannot be loaded.
    """
    from_file = FROM_FILE.fullmatch(name)
    return function_in(from_file["path"], from_file["function"]) if from_file else installed_function(name)


def function_in(path: str, name: str) -> Any:  # noqa: ANN401 - checked against the contract
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


def _loaded(name: str, entry: EntryPoint) -> Any:  # noqa: ANN401 - checked against the contract
    offer = f"the regularizer {name!r} of {_owner(entry)}"
    with plugin_errors_as(lambda raised: SettingError(f"{offer} cannot be loaded: {raised}")):
        return entry.load()


def _owner(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
