"""What a worker has in hand, where its supervisor sees it even when the worker is dead: shared memory."""

from __future__ import annotations

import time
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Hand:
    """Numbers of the jobs that are being worked on, and since when.

    >>> hand = Hand()
    >>> hand.take([3, 4])
    >>> hand.numbers, hand.seconds < 5
    ([3, 4], True)
    >>> hand.rest()
    >>> hand.numbers, hand.seconds
    ([], 0.0)
    """

    _MOST = 64

    def __init__(self) -> None:
        self._since = RawArray("d", 1)
        self._numbers = RawArray("q", self._MOST + 1)  # how many, then which

    def take(self, numbers: Sequence[int]) -> None:
        """Say that a step begins for these jobs."""
        self._numbers[0] = 0
        self._since[0] = time.monotonic()  # of the machine, not of the process
        self._numbers[1 : len(numbers) + 1] = list(numbers)
        self._numbers[0] = len(numbers)

    def rest(self) -> None:
        """Say that nothing is being worked on."""
        self._numbers[0] = 0

    @property
    def numbers(self) -> list[int]:
        """Of the jobs in hand."""
        return list(self._numbers[1 : self._numbers[0] + 1])

    @property
    def seconds(self) -> float:
        """How long the step in hand has taken; 0 where nothing is in hand."""
        return time.monotonic() - self._since[0] if self._numbers[0] else 0.0
