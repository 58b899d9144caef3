"""Shared gains: one correction for all photos of a run, learned from one photo or from all together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.job import Job, Order, Pooled
from colorfix.core.defaults import POOLED
from colorfix.core.errors import PhotoError, SettingError
from colorfix.core.text import printable
from colorfix.correction.correct import correct_all
from colorfix.correction.measured import measure
from colorfix.photos.gpu_pixels import is_device_lost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from colorfix.core.errors import UncorrectablePhoto
    from colorfix.correction.correct import Correction
    from colorfix.correction.measured import Measurement
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target


def learn_shared_gains(
    gains_from: str, jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, settings: Settings
) -> Correction | None:
    """Learn one correction for all photos of a run.

    Args:
        gains_from: ``pooled`` (from all photos with equal weight; one that cannot be read does not count) or
            the path of a photo, which need not be one of the run.
        jobs: the photos.
        targets: their targets; only one is allowed.
        order: the settings of the run.
        settings: how photos are corrected.

    Returns:
        The correction, without pixels, or None if there is no photo.

    Raises:
        SettingError: the photos have several targets.
        PhotoError: the photo cannot be read or corrected; or none of them can.
    """
    names = set(targets)
    if not names:
        return None
    if len(names) > 1:
        raise SettingError("--gains-from learns once, so from one target; use --target")
    target = targets[names.pop()]
    if gains_from == POOLED:
        described = _pooled(jobs, targets, order, settings)
    else:
        described = measure(photos.read(gains_from, max_pixels=order.max_pixels), target, settings)
    found = _learned(described, settings)
    if isinstance(found, PhotoError):
        raise found
    bare = replace(found.source, data=b"", pictures=(), opened=None, codecs=None)
    return replace(found, source=bare)


def _learned(described: Measurement, settings: Settings) -> Correction | UncorrectablePhoto:
    """Learn the gains; on the processor if the GPU is lost."""
    try:
        return correct_all([described], settings)[0]
    except RuntimeError as error:
        if not is_device_lost(error):
            raise
        return correct_all([described], replace(settings, device="cpu"))[0]


def _pooled(
    jobs: Sequence[Job], targets: Mapping[str, Target], order: Order, settings: Settings
) -> Measurement:
    """Measure all photos on all cores; errors are reported when the photos are corrected."""
    from colorfix.batch.workers.supervisor import supervise
    from colorfix.correction.pooled import PooledStatistics

    pool = PooledStatistics(printable(f"{jobs[0].source} and others"))
    bare = [Job(job.source, "", None, job.target) for job in jobs]
    for outcome in supervise(bare, targets, replace(order, pooling=True, fail_fast=False), None):
        if isinstance(outcome, Pooled):
            pool.add(outcome.measured)
    return pool.measurement(targets[jobs[0].target], settings)
