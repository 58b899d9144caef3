"""Counts of the outcomes of a run, its pace and its summary."""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING

from colorfix.batch import Checked, Corrected, Failed, PassedOver, Skipped
from colorfix.core.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from colorfix.batch import Outcome

_LISTED = 20
"""Failures in the summary at the most; the rest is in a file."""

_VERBS = {
    Corrected: "corrected",
    Checked: "checked",
    PassedOver: "passed over",
    Skipped: "skipped",
    Failed: "failed",
}


def _reason(codecs: dict[str, str | None]) -> str | None:
    """Return why a photo went through the CPU's codecs; None where the GPU decoded and encoded it."""
    return codecs["reason"] or (None if codecs["encode"] == "gpu" else "nothing to change in it")


def guides_line(scenes: Mapping[str, int]) -> str:
    """Return how many guides show the scene of their photo.

    Args:
        scenes: number of guides by what they show, as in reports.

    >>> guides_line({"same": 2, "other": 10})
    'guides: the same scene 2, another scene 10 (see --follow)'
    """
    words = {"same": "the same scene", "unsure": "perhaps the same scene", "other": "another scene"}
    counted = ", ".join(f"{word} {scenes[scene]}" for scene, word in words.items() if scenes.get(scene))
    return f"guides: {counted} (see --follow)"


class Counts:
    """Counts of outcomes.

    Args:
        photos: how many there are; None if unknown.
    """

    def __init__(self, photos: int | None) -> None:
        self.photos = photos
        self.casts: list[Checked] = []
        self._codecs: Counter[str | None] = Counter()
        self._lost: Counter[str] = Counter()
        self._passed_over: Counter[str] = Counter()
        self._guides: Counter[str] = Counter()
        self._counts = dict.fromkeys(_VERBS, 0)
        self._failures: list[str] = []
        self._started = perf_counter()

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self._counts[type(outcome)] += 1
        if isinstance(outcome, Failed) and len(self._failures) < _LISTED:
            self._failures.append(str(outcome.error))
        elif isinstance(outcome, Checked) and outcome.cast:
            self.casts.append(outcome)
        elif isinstance(outcome, PassedOver):
            self._passed_over[outcome.reason] += 1
        elif isinstance(outcome, Corrected):
            self._lost.update(outcome.report.get("lost", ()))
            if outcome.report.get("guide") is not None:
                self._guides[outcome.report["guide"]["scene"]] += 1
            if "codecs" in outcome.report:
                self._codecs[_reason(outcome.report["codecs"])] += 1

    @property
    def done(self) -> int:
        """How many photos have an outcome."""
        return sum(self._counts.values())

    @property
    def failed(self) -> int:
        """How many photos failed."""
        return self._counts[Failed]

    @property
    def seconds(self) -> float:
        """Wall time so far."""
        return perf_counter() - self._started

    @property
    def rate(self) -> float:
        """Photos per second, without the skipped ones."""
        return (self.done - self._counts[Skipped]) / max(self.seconds, 1e-9)

    @property
    def codecs(self) -> str | None:
        """The codecs that were used, if a GPU was to be used; else None.

        Each reason for the CPU is there once, with its number of photos, the commonest first.
        """
        if not self._codecs:
            return None
        on_cpu = [f"{count} ({reason})" for reason, count in self._codecs.most_common() if reason is not None]
        on_gpu = f"{self._codecs[None]} decoded and encoded on the GPU"
        return on_gpu + (f", on the CPU {', '.join(on_cpu)}" if on_cpu else "")

    def summary(self, *, stopped: bool, remembered: bool) -> Iterator[str]:
        """Yield the summary of the run, line by line.

        Args:
            stopped: whether it was interrupted.
            remembered: whether the same command will skip finished photos.
        """
        if self.photos is not None and (stopped or self.done < self.photos):  # or the first failure ended it
            resume = "; the same command goes on from there" if remembered else ""
            yield f"stopped after {self.done} of {self.photos} photos{resume}"
        if self._failures:
            yield "failed:"
            yield from (f"  {failure}" for failure in self._failures)
            if self.failed > len(self._failures):
                yield f"  and {self.failed - len(self._failures)} more"
        if self._lost:
            yield f"lost: {', '.join(f'{name} ({count})' for name, count in self._lost.most_common())}"
        if self._guides:
            yield guides_line(self._guides)
        pace = "" if self.photos is None or not self.rate else f", {self.rate:.3g} photos/s"
        yield f"{self._counted() or 'nothing done'} in {duration(self.seconds)}{pace}"

    def _counted(self) -> str:
        remarks: dict[type[Outcome], str] = {
            Checked: f" ({len(self.casts)} with a cast)",
            PassedOver: f" ({', '.join(f'{n} {why}' for why, n in sorted(self._passed_over.items()))})",
            Skipped: " (done before; --redo does them again)",
        }
        return ", ".join(
            f"{verb} {self._counts[kind]}{remarks.get(kind, '')}"
            for kind, verb in _VERBS.items()
            if self._counts[kind]
        )
