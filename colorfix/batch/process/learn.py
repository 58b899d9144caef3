"""Learn gains for each photo, or give all photos shared gains, or check for a cast."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from colorfix import photos
from colorfix.batch.job import Checked, Pooled
from colorfix.batch.plan.paths import folder_of, thumbnails_of
from colorfix.batch.process.pipeline import Unchanged
from colorfix.batch.resume.fingerprint import json_value
from colorfix.color.statistics import Statistics, in_srgb_tones
from colorfix.color.temperature import light_of
from colorfix.core.defaults import MAX_PIXELS, is_virtual
from colorfix.correction.correct import Correction, correct_all, transfer_gains
from colorfix.correction.measured import Measurement, measure
from colorfix.correction.targets import Target, target_of
from colorfix.photos import read_file
from colorfix.report import Summary, document, photo_sha256, sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch.job import Job, Order
    from colorfix.batch.process.pipeline import Encoded
    from colorfix.color.statistics import Counts
    from colorfix.core.errors import UncorrectablePhoto
    from colorfix.core.timing import Stages
    from colorfix.correction.settings import Settings
    from colorfix.photos.photo import Change

_KEPT: Final = 4
"""Targets in memory at once."""


@dataclass(frozen=True)
class LazyTargets(Mapping[str, Target]):
    """Targets by name, each read on first use; the four used last stay in memory.

    The lookup of a target that cannot be read raises its ``PhotoError``, each time: only the photos of that
    target fail.

    Attributes:
        names: of all targets of a plan.
        max_pixels: width times height that is still accepted.

    >>> LazyTargets(("neutral",))["neutral"].name
    'neutral'
    """

    names: tuple[str, ...]
    max_pixels: int = MAX_PIXELS
    _read: OrderedDict[str, Target] = field(default_factory=OrderedDict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Target:
        found = self._read.pop(name, None)
        if found is None:
            found = target_of(name, max_pixels=self.max_pixels)
        self._read[name] = found  # moved to the end: used last
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the names only; another process reads the targets itself."""
        return LazyTargets, (self.names, self.max_pixels)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a target's file, without decoding it; the name of a virtual one.

        Raises:
            PhotoError: the file cannot be read.
        """
        known = self._read.get(name)
        if known is not None and known.photo is not None:
            return photo_sha256(known.photo) or ""
        return name if is_virtual(name) else sha256_of(read_file(name, self.max_pixels))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def check_cast(job: Job, correction: Correction, threshold: float) -> Checked:
    """Return whether a photo has a cast: the learned gains change it by more than a threshold.

    Args:
        job: the photo.
        correction: its correction.
        threshold: mean ΔE (CIEDE2000) above which it has a cast.
    """
    delta_e = correction.cast
    gains = [float(gain) for gain in correction.gains]
    light = light_of(correction.gains, correction.settings.space)
    return Checked(job, delta_e, delta_e > threshold, gains, light, correction.warnings)


class LearnGains(NamedTuple):
    """Pipeline that learns gains, for many photos at once.

    Attributes:
        order: the settings of the run.
        settings: how photos are corrected.
        targets: the targets, by the name in the job.
    """

    order: Order
    settings: Settings
    targets: Mapping[str, Target]

    @property
    def batched(self) -> bool:
        """True for learning, except that a proof takes long for each photo; shared gains need no batch."""
        return self.order.shared is None and not self.settings.certify

    @property
    def needs_spawn(self) -> bool:
        """True for a GPU, whose libraries do not survive a fork."""
        return self.settings.device in {"cuda", "mps"}

    def digest(self, target: str) -> str:
        """Return a text that is equal for equal targets.

        Raises:
            PhotoError: the target cannot be read.
        """
        if isinstance(self.targets, LazyTargets):
            return self.targets.digest(target)
        guide = self.targets[target]
        if guide.photo is None and guide.warmth:
            return guide.name
        if guide.photo is None:
            return json.dumps(json_value((guide.counts, guide.cells, guide.edges)))
        return photo_sha256(guide.photo) or json.dumps(json_value(guide.photo.image))

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Measurement | Pooled:
        """Measure a photo; return only its statistics if gains are learned from all photos together."""
        found = measure(photo, self.targets[job.target], self.settings, stages)
        if not self.order.pooling:
            return found
        from colorfix.correction.pooled import PhotoStatistics

        return Pooled(job, PhotoStatistics.of(found))

    def solve(self, measured: Sequence[Measurement]) -> Sequence[Correction | UncorrectablePhoto]:
        """Learn the gains of photos together, or apply the shared gains."""
        if self.order.shared is not None:
            return [transfer_gains(self.order.shared, each) for each in measured]
        return correct_all(measured, self.settings)

    def without_gpu(self) -> LearnGains:
        """Return the same pipeline, learning on the processor."""
        return self._replace(settings=replace(self.settings, device="cpu"))

    def verdict(self, job: Job, solved: Correction) -> Checked | Unchanged | None:
        """Return whether the photo has a cast, if photos are only checked, or only casts are corrected."""
        if self.order.threshold is not None:
            return check_cast(job, solved, self.order.threshold)
        if self.order.only_casts is None or (delta_e := solved.cast) > self.order.only_casts:
            return None
        return Unchanged(solved.source, delta_e, solved.seconds, solved.warnings)

    def counting_change(self, solved: Correction, *, spent: bool) -> Change:
        """Return a change that counts its results: the report needs no second pass over the photo."""
        all_count = self.settings.selection.is_everything
        return photos.CountingChange(replace(solved.change, in_place=spent and all_count))

    def report(self, solved: Correction, encoded: Encoded) -> dict[str, Any]:
        """Return the loss report."""
        with encoded.stages("check"):
            after = _after(solved, encoded)
        corrected = replace(solved, warnings=(*solved.warnings, *encoded.lost))
        seconds = solved.seconds | encoded.stages.seconds
        return document(
            corrected,
            output=encoded.file,
            after=after,
            seconds=seconds,
            trace=encoded.trace,
            lost=encoded.contents,
        )

    def pages(
        self, job: Job, solved: Correction, report: dict[str, Any]
    ) -> tuple[dict[str, bytes], Summary | None]:
        """Return page and thumbnails, if they are wanted."""
        return page_files(job, solved, report)


def _after(solved: Correction, encoded: Encoded) -> Statistics:
    """Statistics of the file decoded again; else as counted while encoding, or computed now."""
    if encoded.again is not None:
        return _statistics(photos.counts(encoded.again), solved)
    everything = solved.settings.selection.is_everything
    counting = encoded.change
    whole = everything and all(picture.in_statistics for picture in solved.source.pictures)
    if whole and isinstance(counting, photos.CountingChange):
        counts = counting.counts
        if (counts.sum(axis=1) == solved.before.counts.sum(axis=1)).all():
            return _statistics(counts, solved)
    return solved.after


def _statistics(counts: Counts, solved: Correction) -> Statistics:
    return Statistics(in_srgb_tones(counts, solved.change.curve), solved.settings.space)


def page_files(
    job: Job, correction: Correction, report: dict[str, Any]
) -> tuple[dict[str, bytes], Summary | None]:
    """Return page and thumbnails of a correction by path, the page last, and its figures for an index.

    Args:
        job: the paths; no page is made if it has none.
        correction: the correction, with the photo's pixels.
        report: its report.
    """
    if job.page is None:
        return {}, None
    from colorfix.report.page import page

    if job.index is None:
        return {job.page: page(correction, report).encode()}, None
    from colorfix.report.index import link

    before, after, size = photos.thumbnails(correction.source, correction.change)
    back = link(os.path.relpath(job.index, folder_of(job.page)))
    files = dict(zip(thumbnails_of(job.page), (before, after), strict=True))
    files[job.page] = page(correction, report, index=back).encode()
    return files, Summary.of(report, correction.delta_e, size)
