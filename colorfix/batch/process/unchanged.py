"""Copies of photos that are passed over: black and white ones, and those without a cast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colorfix.batch.job import PassedOver
from colorfix.batch.process.write import write_files

if TYPE_CHECKING:
    from colorfix.batch.job import Job, Order
    from colorfix.batch.process.pipeline import Encoded, Unchanged
    from colorfix.batch.process.write import OutputFiles
    from colorfix.photos.photo import Change, Raster, Strip


def pass_over(unchanged: Unchanged, job: Job, order: Order, *, overwrite: bool) -> OutputFiles | None:
    """Return the copy of a photo under a temporary name; None if it is only left out.

    Args:
        unchanged: the photo.
        job: the paths.
        order: the settings of the run.
        overwrite: whether existing files may be replaced.

    Raises:
        UncorrectablePhoto: such photos are failures in this run.
        OutputError: the copy cannot be written.
    """
    if order.others == "fail":
        raise unchanged.error
    if order.others == "skip" or job.in_place or not order.writes:
        return None
    alone = replace(job, report=None, page=None, index=None)
    writing = replace(order.writing, tag=False)
    bytes_alone = replace(unchanged, source=replace(unchanged.source, warnings=()))  # a copy loses nothing
    return write_files(Copying(), bytes_alone, alone, writing, overwrite=overwrite, in_full=False)


def passed_over(unchanged: Unchanged, job: Job, files: OutputFiles | None) -> PassedOver:
    """Return the outcome of a photo that was passed over, copied to files or left out."""
    lost = () if files is None else files.report["warnings"]
    return PassedOver(job, unchanged.delta_e, files is not None, (*unchanged.warnings, *lost))


class Copying:
    """The results of photos that are copied as they are."""

    def counting_change(self, solved: Unchanged, *, spent: bool) -> Change:  # noqa: ARG002 - part of the protocol
        """Return a change that leaves the pixels as they are, gray ones too."""
        return _as_it_is

    def report(self, solved: Unchanged, encoded: Encoded) -> dict[str, Any]:
        """Return the entry of a journal."""
        return {"passed_over": True, "delta_e": solved.delta_e, "warnings": list(encoded.lost)}

    def pages(self, job: Job, solved: Unchanged, report: dict[str, Any]) -> tuple[dict[str, bytes], None]:  # noqa: ARG002 - part of the protocol
        """Return no files: a page is about learned gains."""
        return {}, None


def _as_it_is(strip: Strip) -> Raster:
    return strip.raster
