"""Errors of colorfix.

    ColorfixError            base; its text is one sentence for the user
    ├── PhotoError           one photo cannot be corrected; the others can
    │   ├── UnreadablePhoto      missing, not a photo, damaged or too large
    │   ├── UnsupportedPhoto     a kind of photo that colorfix does not correct
    │   └── UncorrectablePhoto   readable, but no correction exists (all black, nothing visible)
    │       └── GrayPhoto            black and white: there is nothing to correct
    ├── UnreadableLook       a look file is missing or invalid
    ├── OutputError          an output cannot be written
    └── SettingError         invalid settings; nothing was started
        ├── BrokenRegularizer    a third party's function breaks its contract
        └── UnknownName          an unknown name; suggests the nearest

A ``PhotoError`` and an ``OutputError`` name the path and the remedy; the command prints them and exits with
status 1. A ``SettingError`` exits with status 2, as wrong usage does.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class ColorfixError(Exception):
    """Base of colorfix's errors; its text is one sentence for the user.

    >>> import pickle
    >>> str(pickle.loads(pickle.dumps(UnknownName("optimizer", "sgdx9", ["adam"]))))
    "no optimizer is called 'sgdx9'; there are: adam"
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without calling ``__init__``, whose arguments differ from the text."""
        return _unpickle, (type(self), self.args, self.__dict__)


def _unpickle(
    kind: type[ColorfixError], arguments: tuple[object, ...], known: dict[str, object]
) -> ColorfixError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(known)
    return error


class _NamedError(ColorfixError):
    """An error about one file.

    Args:
        name: the file as the user named it: a path, ``-``, or ``<image>`` for a photo from memory.
        reason: what is wrong and what to do about it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class PhotoError(_NamedError):
    """One photo cannot be corrected.

    >>> str(PhotoError("a.jpg", "is empty; copy it again from the camera"))
    'a.jpg: is empty; copy it again from the camera'
    """


class UnreadablePhoto(PhotoError):
    """A file that is missing, not a photo, damaged or too large."""


class UnsupportedPhoto(PhotoError):
    """A kind of photo that colorfix does not correct."""


class UncorrectablePhoto(PhotoError):
    """A readable photo without a correction: all black, a channel of zeros, nothing visible."""


class GrayPhoto(UncorrectablePhoto):
    """A photo without colors, stored as gray or as equal channels: it is passed over, or fails."""


class UnreadableLook(_NamedError):
    """A look file is missing or invalid."""


class OutputError(_NamedError):
    """An output cannot be written."""


NO_MEMORY = "needs more memory than there is; use fewer --jobs or close other programs"
"""Why a photo fails for a ``MemoryError``."""


def is_of_the_system(error: BaseException) -> bool:
    """Whether an error is of a disk, a folder or a limit, not of the program.

    >>> is_of_the_system(FileNotFoundError(2, "No such file")), is_of_the_system(OSError("a codec's own"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno is not None


class SettingError(ColorfixError, ValueError):
    """Invalid settings: a weight that is no number, a strength of 3."""


class BrokenRegularizer(SettingError):
    """A third party's regularizer breaks its contract, when loaded or on a photo.

    Args:
        name: the regularizer as the user named it.
        what: its fault.
    """

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"the regularizer {name!r} breaks the contract: {what}; mend it or leave it out")


class UnknownName(SettingError):
    """An unknown name.

    Args:
        kind: of the thing named, in the user's words (``regularizer``).
        name: the unknown name.
        known: the names that exist; the nearest is suggested.

    >>> str(UnknownName("regularizer", "blue-hing", ["blue-hinge", "luminance"]))
    "no regularizer is called 'blue-hing'; did you mean 'blue-hinge'?"
    >>> str(UnknownName("optimizer", "sgdx9", ["adam"]))
    "no optimizer is called 'sgdx9'; there are: adam"
    >>> str(UnknownName("parameter of tint", "mired", []))
    "no parameter of tint is called 'mired'; there are none"
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        known = sorted(known)
        nearest = get_close_matches(str(name), known, n=1)
        others = f"there are: {', '.join(known)}" if known else "there are none"
        hint = f"did you mean {nearest[0]!r}?" if nearest else others
        super().__init__(f"no {kind} is called {name!r}; {hint}")
