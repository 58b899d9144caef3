"""Learning alone: one problem, a thousand, a hundred thousand, on NumPy and on torch."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common.paths import GUIDE
from benchmarks.common.synthetic_photos import TRUTHS
from colorfix import photos
from colorfix.color.scene import Scene
from colorfix.correction.measured import measure
from colorfix.correction.settings import Settings
from colorfix.correction.targets import target_of
from colorfix.learning import Device, Optimizer, learn
from colorfix.learning.models import FreeGains
from colorfix.learning.objective import Objective

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS, FEW_STEPS = 100, 10
"""Steps that are measured, of up to a thousand problems and of more; a photo takes some 75."""

MANY = 1000


def learned(kinds: Sequence[tuple[str, str]], problems: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Learn the default's loss of the samples, each as often as makes so many problems, from random gains."""
    settings = Settings()
    guide = target_of(str(GUIDE))
    known = [measure(photos.read(path), guide, settings) for path in TRUTHS]
    scene = Scene.of(*zip(*((each.before, each.guide, each.sample) for each in known), strict=True))
    objective = Objective(scene.with_source_luminance(), settings.match, settings.regularizers)
    records = []
    for count in problems:
        many = objective.take(np.arange(count) % len(known))
        starts = np.random.default_rng(0).uniform(0.5, 2, (count, 3))
        steps = STEPS if count <= MANY else FEW_STEPS
        for kind, name in kinds:
            for number in range(rounds + 1 if count <= MANY else 2):
                begun = perf_counter()
                learn(many, FreeGains(starts), Optimizer(), steps, device=Device(kind, name))
                taken = perf_counter() - begun
                if number:  # the first warms up
                    where = f"{kind}, {name}"
                    records.append({"on": where, "problems": count, "steps": steps, "seconds": taken})
    return records
