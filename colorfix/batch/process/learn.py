"""A photo gets what is learned for it, or was learned for all.

A photo is checked for a cast instead of being written.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from colorfix import photos
from colorfix.batch.job import Checked, Pooled
from colorfix.batch.plan.page_paths import thumbnails_of
from colorfix.batch.plan.paths import folder_of
from colorfix.batch.process.targets import LazyTargets
from colorfix.batch.resume.fingerprint import json_value
from colorfix.color.statistics import Statistics, in_srgb_tones
from colorfix.correction.correct import correct_all
from colorfix.correction.measured import Described, describe
from colorfix.correction.result import Correction, applied
from colorfix.report import Figures, digest_of, document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from colorfix.batch.job import Job, Order
    from colorfix.batch.process.pipeline import Encoded
    from colorfix.color.statistics import Counts
    from colorfix.core.errors import UncorrectablePhoto
    from colorfix.core.timing import Stages
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target
    from colorfix.photos.picture import Change


def check_cast(job: Job, correction: Correction, threshold: float) -> Checked:
    """Judge a photo by how far its correction would move it.

    Args:
        job: which.
        correction: the photo's.
        threshold: mean ΔE (CIEDE2000) above which it has a cast.
    """
    delta_e = correction.delta_e
    gains = [float(gain) for gain in correction.gains]
    return Checked(job, delta_e, delta_e > threshold, gains, correction.warnings)


class LearnGains(NamedTuple):
    """The pipeline that learns what photos get, many together.

    Attributes:
        order: what holds for all of them.
        settings: how they are corrected.
        targets: what guides them, by the name in the job.
    """

    order: Order
    settings: Settings
    targets: Mapping[str, Target]

    @property
    def batched(self) -> bool:
        """Learning wants many; a proof takes long and is each photo's own; what is shared is only given."""
        return self.order.shared is None and not self.settings.certify

    @property
    def needs_spawn(self) -> bool:
        """A GPU's libraries do not survive a fork."""
        return self.settings.device in {"cuda", "mps"}

    def digest(self, target: str) -> str:
        """Return a text that is the same where what guides is.

        Raises:
            PhotoError: the target cannot be read.
        """
        if isinstance(self.targets, LazyTargets):
            return self.targets.digest(target)
        guide = self.targets[target]
        if guide.photo is None:
            return json.dumps(json_value(guide.counts))
        return digest_of(guide.photo) or json.dumps(json_value(guide.photo.image))

    def measure(self, job: Job, photo: photos.Photo, stages: Stages) -> Described | Pooled:
        """Measure a photo; where all are to be learned as one, that is all that is wanted of it."""
        found = describe(photo, self.targets[job.target], self.settings, stages)
        if not self.order.pooling:
            return found
        from colorfix.correction.pooled import Measured

        return Pooled(job, Measured.of(found))

    def solve(self, known: Sequence[Described]) -> Sequence[Correction | UncorrectablePhoto]:
        """Learn photos together, or give them what was learned for all."""
        if self.order.shared is not None:
            return [applied(self.order.shared, each) for each in known]
        return correct_all(known, self.settings)

    def without_gpu(self) -> LearnGains:
        """Return the same, learned by the processor."""
        return self._replace(settings=replace(self.settings, device="cpu"))

    def verdict(self, job: Job, made: Correction) -> Checked | None:
        """Judge whether a photo has a cast, where that is what was asked for."""
        return None if self.order.threshold is None else check_cast(job, made, self.order.threshold)

    def counting_change(self, made: Correction, *, spent: bool) -> Change:
        """Return a change that counts, so that no second pass over the photo is needed."""
        all_count = self.settings.selection.is_everything
        return photos.CountingChange(replace(made.change, in_place=spent and all_count))

    def report(self, made: Correction, encoded: Encoded) -> dict[str, Any]:
        """Return its loss report."""
        with encoded.stages("check"):
            after = _after(made, encoded)
        told = replace(made, warnings=(*made.warnings, *encoded.lost))
        seconds = made.seconds | encoded.stages.seconds
        return document(told, output=encoded.file, after=after, seconds=seconds, trace=encoded.trace)

    def pages(
        self, job: Job, made: Correction, report: dict[str, Any]
    ) -> tuple[dict[str, bytes], Figures | None]:
        """Return its page and thumbnails, where they are wanted."""
        return page_files(job, made, report)


def _after(made: Correction, encoded: Encoded) -> Statistics:
    """Statistics of what was decoded again; else as they were counted on the way, or taken now."""
    if encoded.again is not None:
        return _statistics(photos.counts(encoded.again), made)
    everything = made.settings.selection.is_everything
    counting = encoded.change
    whole = everything and all(picture.in_statistics for picture in made.source.pictures)
    if whole and isinstance(counting, photos.CountingChange):
        counts = counting.counts
        if (counts.sum(axis=1) == made.before.counts.sum(axis=1)).all():
            return _statistics(counts, made)
    return made.after


def _statistics(counts: Counts, made: Correction) -> Statistics:
    return Statistics(in_srgb_tones(counts, made.change.curve), made.settings.space)


def page_files(
    job: Job, correction: Correction, report: dict[str, Any]
) -> tuple[dict[str, bytes], Figures | None]:
    """Return the files that show a correction, by their paths, the page last; and what an index tells of it.

    Args:
        job: says which there are to be.
        correction: what was done, with the photo's pixels.
        report: its document.
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
    return files, Figures.of(report, correction.delta_e, size)
