"""Decode and measure a photo, on the processor or, if the user names one, on a GPU."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.core.atomic import PIPE, check_writable
from colorfix.looks.look import Look

if TYPE_CHECKING:
    from typing import Any

    from colorfix.batch.job import Job, Order, Pooled
    from colorfix.batch.plan.paths import Originals
    from colorfix.batch.process.pipeline import Measured, Pipeline
    from colorfix.core.timing import Stages
    from colorfix.correction.settings import Settings
    from colorfix.photos.gpu import DeviceDecoder


def decoder_of(settings: Settings) -> DeviceDecoder | None:
    """Return the GPU decoder of a run; None if the processor decodes.

    Only ``device="cuda"`` uses one, not ``auto``: a GPU's codecs round differently, and output bytes must not
    depend on the machine unless the user wants that.

    >>> from colorfix.correction.settings import Settings
    >>> decoder_of(Settings(device="auto"))
    >>> decoder_of(Settings(device="cuda", dither=True)).disabled_reason
    '--dither'
    """
    if settings.device != "cuda":
        return None
    from colorfix.photos.gpu import DeviceDecoder, missing_library

    return DeviceDecoder("cuda", _reason_against(settings) or missing_library())


def without_gpu(order: Order, reason: str) -> Order:
    """Return an order that uses no GPU.

    Args:
        order: the settings of the run.
        reason: why, reported with photos that a GPU would have decoded.
    """
    decoder = None if order.decoder is None else replace(order.decoder, disabled_reason=reason)
    settings = order.settings
    if not isinstance(settings, Look):
        settings = replace(settings, device="cpu")
    return replace(order, settings=settings, decoder=decoder)


def _reason_against(settings: Settings) -> str | None:
    """Return the option for which no photo of a run can be decoded on a GPU; else None."""
    if settings.dither:
        return "--dither"
    if not settings.selection.is_everything or settings.only_region:
        return "a part of the photo is measured"
    return None


def measure_photo(
    job: Job,
    data: photos.Data,
    order: Order,
    pipeline: Pipeline[Measured, Any],
    originals: Originals,
    *,
    overwrite: bool,
    stages: Stages,
) -> Measured | Pooled:
    """Decode and measure a photo, after a check that its files can be written.

    Args:
        job: the photo.
        data: its file.
        order: the settings of the run.
        pipeline: of the run.
        originals: files that are never overwritten.
        overwrite: whether existing files may be replaced.
        stages: gets the wall time of each stage.

    Raises:
        PhotoError: the photo or its target cannot be read, or the photo cannot be corrected.
        OutputError: a file cannot be written.
    """
    decode = order.decoder or photos.decode
    with stages("read"):
        name = "<stdin>" if job.source == PIPE else job.source
        photo = decode(data, name, max_pixels=order.max_pixels)
    if order.writes:
        photos.format_of(job.output)
        _check_outputs(job, originals, overwrite=overwrite)
    return pipeline.measure(job, photo, stages)


def _check_outputs(job: Job, originals: Originals, *, overwrite: bool) -> None:
    """Refuse a job whose files cannot be written; a photo in place may be replaced."""
    for path in (None if job.in_place else job.output, job.report):
        if path is not None:
            check_writable(path, overwrite=overwrite, sources=originals.named(path))
    if job.page is not None:
        replace = overwrite or job.index is not None  # the folder of an index is ours
        check_writable(job.page, overwrite=replace, sources=originals.named(job.page))
