"""Where optimizers go on a correction's loss, from no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorfix.learning import learn
from colorfix.learning.models import FreeGains, limits_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.color.statistics import Floats
    from colorfix.correction import Correction
    from colorfix.learning import Optimizer


def paths_of(correction: Correction, optimizers: Mapping[str, Optimizer]) -> dict[str, Floats]:
    """Walk from no change with each optimizer, for as many steps as the correction's settings say.

    Args:
        correction: of a photo.
        optimizers: by the name that their path is to have.

    Returns:
        The gains of each step, shape [T, 3], by name.
    """
    limits = limits_in(float(correction.objective.scene.exponent[0]))
    start = FreeGains(np.ones((1, 3)), limits)
    return {
        name: learn(correction.objective, start, optimizer, correction.settings.steps).points[:, 0]
        for name, optimizer in optimizers.items()
    }
