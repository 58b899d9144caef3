"""Imports on demand: lazy exports of a package, optional libraries, and the threads that they start."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from colorfix.core.errors import UnsupportedPhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_exports(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package that imports its names on first use (PEP 562).

    Args:
        package: its full name.
        homes: the module of each exported name.

    >>> getter, names = lazy_exports("colorfix", {"ColorfixError": "colorfix.core.errors"})
    >>> getter("ColorfixError").__module__, "ColorfixError" in names()
    ('colorfix.core.errors', True)
    """

    def getter(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return getter, lambda: sorted({*vars(import_module(package)), *homes})


def install(*extras: str) -> str:
    """Return the command that installs one of these extras of colorfix.

    >>> install("cuda12", "cuda13")
    "pip install 'colorfix[cuda12]' or 'colorfix[cuda13]'"
    """
    return "pip install " + " or ".join(f"'colorfix[{extra}]'" for extra in extras)


def is_installed(module: str) -> bool:
    """Whether a module can be found; only the packages above it are imported.

    >>> is_installed("colorfix.core"), is_installed("nowhere.to.be.found")
    (True, False)
    """
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package above it is not installed
        return False


def extra(module: str, of: str, name: str) -> Any:  # noqa: ANN401 - a module
    """Return the module of an optional library.

    Args:
        module: what to import.
        of: the extra of colorfix that installs it.
        name: the photo that needs it.

    Raises:
        UnsupportedPhoto: it is not installed.

    >>> extra("nowhere_to_be_found", "heif", "a.heic")
    Traceback (most recent call last):
    colorfix.core.errors.UnsupportedPhoto: a.heic: needs a library that is not installed; pip install 'colorfix[heif]'
    """  # noqa: E501 - a message is one line
    try:
        return import_module(module)
    except ImportError as error:
        reason = f"needs a library that is not installed; {install(of)}"
        raise UnsupportedPhoto(printable(name), reason) from error


_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Limit NumPy and torch to one thread, unless the user has set a number; call it before their import.

    Learning is arithmetic on a few numbers, which threads only slow down, and a worker process on each core
    keeps all cores busy.
    """
    for library in _LIBRARIES:
        os.environ.setdefault(library, "1")
