"""Choose what is done to the photos of a run: gains learned, or a look applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.looks.look import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.batch.job import Order
    from colorfix.batch.process.pipeline import Treatment
    from colorfix.correction.targets import Target


def treatment_of(order: Order, targets: Mapping[str, Target]) -> Treatment[Any, Any]:
    """Return what an order asks for.

    Args:
        order: what holds for all photos.
        targets: what guides them, by the name in the job; a look needs none.
    """
    if isinstance(order.settings, Look):
        from colorfix.batch.process.apply import Applying

        return Applying(order.settings)
    from colorfix.batch.process.learn import Learning

    return Learning(order, order.settings, targets)
