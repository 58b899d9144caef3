"""Everything that colorfix raises on purpose.

    ColorfixError            anything below; carries one sentence for the user
    ├── PhotoError           one photo cannot be done; the others can
    │   ├── UnreadablePhoto      not there, not a photo, damaged, too large
    │   ├── UnsupportedPhoto     a photo of a kind that colorfix does not correct (yet)
    │   └── UncorrectablePhoto   read well, but no correction exists (all black, nothing visible)
    ├── UnreadableLook       a look file is missing, or holds no look
    ├── OutputError          a result cannot be written where it was asked for
    └── SettingError         what was asked for makes no sense; nothing was started
        ├── BrokenRegularizer    a third party's function breaks its contract
        └── UnknownName          a name that nobody has; suggests the nearest

A ``PhotoError`` and an ``OutputError`` name the path and the remedy; the command prints them as they are
and ends with status 1. A ``SettingError`` ends with status 2, as every wrong usage does.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class ColorfixError(Exception):
    """Anything that colorfix raises on purpose; its text is one sentence for the user.

    >>> import pickle
    >>> str(pickle.loads(pickle.dumps(UnknownName("optimizer", "sgdx9", ["adam"]))))
    "no optimizer is called 'sgdx9'; there are: adam"
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as it is, whatever it was made from."""
        return _again, (type(self), self.args, self.__dict__)


def _again(
    kind: type[ColorfixError], arguments: tuple[object, ...], known: dict[str, object]
) -> ColorfixError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(known)
    return error


class PhotoError(ColorfixError):
    """One photo cannot be done.

    Args:
        name: the photo as the user named it: a path, ``-``, or ``<image>`` for one from memory.
        reason: what is wrong and what to do about it.

    >>> str(PhotoError("a.jpg", "is empty; copy it again from the camera"))
    'a.jpg: is empty; copy it again from the camera'
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class UnreadablePhoto(PhotoError):
    """Not there, not a photo, damaged, or too large."""


class UnsupportedPhoto(PhotoError):
    """A photo of a kind that colorfix does not correct."""


class UncorrectablePhoto(PhotoError):
    """Read well, but no correction exists: all black, a channel that is all zero, nothing visible."""


class UnreadableLook(ColorfixError):
    """A look file is missing, or holds no look.

    Args:
        name: the file as the user named it.
        reason: what is wrong and what to do about it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class OutputError(ColorfixError):
    """A result cannot be written where it was asked for.

    Args:
        name: the output as the user named it.
        reason: what is in the way and what to do about it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class SettingError(ColorfixError, ValueError):
    """What was asked for makes no sense: a weight that is no number, a strength of 3."""


class BrokenRegularizer(SettingError):
    """A third party's regularizer breaks its contract, when it is loaded or on some photo only.

    Args:
        name: the regularizer as the user named it.
        what: what it did.
    """

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"the regularizer {name!r} breaks the contract: {what}; mend it or leave it out")


class UnknownName(SettingError):
    """A name that nobody has.

    Args:
        kind: what was looked for, in the user's words (``regularizer``).
        name: what was asked for.
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
