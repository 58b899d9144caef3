"""A room imports what it offers when that is first asked for.

Libraries that only some formats need, and that are installed on request.

The extra of colorfix that brings nvImageCodec: whether it is there, and how it gets there.

What this room needs and a plain installation has not.

How many threads the libraries of numbers start.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from colorfix.core.errors import SettingError, UnsupportedPhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_exports(
    room: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and the ``__dir__`` of a room (PEP 562).

    Args:
        room: its full name.
        homes: the module of each name that it offers.

    >>> offered, listed = lazy_exports("colorfix", {"ColorfixError": "colorfix.core.errors"})
    >>> offered("ColorfixError").__module__, "ColorfixError" in listed()
    ('colorfix.core.errors', True)
    """

    def offered(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return offered, lambda: sorted({*vars(import_module(room)), *homes})


def extra(module: str, of: str, name: str) -> Any:  # noqa: ANN401 - a module
    """Return a library's module.

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
        reason = f"needs a library that is not installed; pip install 'colorfix[{of}]'"
        raise UnsupportedPhoto(printable(name), reason) from error


INSTALL = "pip install 'colorfix[cuda12]' or 'colorfix[cuda13]'"
"""What brings nvImageCodec and nvJPEG."""

MISSING = f"nvImageCodec is not installed; {INSTALL}"


def is_installed() -> bool:
    """Whether nvImageCodec is there; nothing of it is imported."""
    return find_spec("nvidia") is not None and find_spec("nvidia.nvimgcodec") is not None


def needed() -> None:
    """See that Ray and pyarrow are there.

    Raises:
        SettingError: one of them is not; the extra is named.
    """
    try:
        import_module("pyarrow")
        import_module("ray.data")
    except ImportError as error:
        raise SettingError(f"--ray needs Ray Data: pip install 'colorfix[ray]' ({error})") from error


_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Keep NumPy and torch from starting a thread a core; call it before they are imported.

    Learning is arithmetic on a few numbers, which threads only slow down, and a worker process a core keeps
    all cores busy. What the user has set stays.
    """
    for library in _LIBRARIES:
        os.environ.setdefault(library, "1")
