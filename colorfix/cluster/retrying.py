"""A network's faults are met by trying again, a bounded number of times, with longer and longer rests."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

from colorfix.cluster.telling import FULL

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

TRIES: Final = 4
"""pyarrow's S3 tries three times itself, so that a request is made twelve times at most."""

_REST = 0.5  # seconds before the second try, doubled for each after it
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_REFUSED = ("ACCESS_DENIED", "NO_SUCH_BUCKET", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH")


def tried(step: Callable[[], Result], *, rest: float = _REST) -> Result:
    """Do a step that may meet a fault of the network; return what it returns.

    What another try cannot change, such as a missing object, wrong credentials or a full disk, is raised at
    once.

    Args:
        step: what is done; it may be done more than once.
        rest: seconds before the second try; the actual rest is drawn from half of it to all of it.

    Raises:
        OSError: the last try's.

    >>> answers = iter([OSError("reset by peer"), "a photo"])
    >>> def fetched():
    ...     answer = next(answers)
    ...     if isinstance(answer, OSError):
    ...         raise answer
    ...     return answer
    >>> tried(fetched, rest=0)
    'a photo'
    """
    for attempt in range(1, TRIES):
        try:
            return step()
        except OSError as error:
            if (
                isinstance(error, _FINAL)
                or error.errno in FULL
                or any(word in str(error) for word in _REFUSED)
            ):
                raise
        time.sleep(rest * 2 ** (attempt - 1) * random.uniform(0.5, 1))  # noqa: S311 - so that all do not return at once
    return step()
