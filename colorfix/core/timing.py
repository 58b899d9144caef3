"""Wall time of each stage of a correction, and a clock that a stopped process does not run on."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stages:
    """Wall seconds by stage, in the order in which stages began.

    >>> stages = Stages()
    >>> with stages("read"):
    ...     pass
    >>> list(stages.seconds)
    ['read']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def add(self, stage: str, seconds: float) -> None:
        """Add time measured elsewhere, such as one photo's share of a batch."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of a ``with`` block to a stage."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.add(stage, perf_counter() - begun)


class TickClock:
    """Clock that is read regularly, and leaves out time in which this process was stopped (Ctrl-Z).

    Args:
        interval: seconds after which it is usually read; a longer pause counts as two intervals.

    >>> clock = TickClock(0.001)
    >>> sum(n for n in range(1_000_000)) > 0, clock.elapsed() <= 0.002
    (True, True)
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._last = monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the last call."""
        now = monotonic()
        passed, self._last = now - self._last, now
        return min(passed, 2 * self.interval)
