"""Processing of photos: the pipeline of a run, and the steps of one photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.looks.look import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.batch.job import Order
    from colorfix.batch.process.pipeline import Pipeline
    from colorfix.correction.targets import Target


def pipeline_for(order: Order, targets: Mapping[str, Target]) -> Pipeline[Any, Any]:
    """Return the pipeline of a run: gains are learned, or a look is applied.

    Args:
        order: the settings of the run.
        targets: the targets, by the name in the job; a look needs none.
    """
    if isinstance(order.settings, Look):
        from colorfix.batch.process.apply import ApplyLook

        return ApplyLook(order.settings)
    from colorfix.batch.process.learn import LearnGains

    return LearnGains(order, order.settings, targets)
