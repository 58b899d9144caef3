"""Learning alone: one problem, a thousand, a hundred thousand, on NumPy and on torch."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from folder_photos import GUIDE, SAMPLES

from colorfix import photos
from colorfix.described import describe
from colorfix.learning import Device, Optimizer, learn
from colorfix.losses import Objective
from colorfix.models import FreeGains
from colorfix.scene import Scene
from colorfix.settings import Settings
from colorfix.targets import target_of

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = 100
"""Steps that are measured; some 75 are what a photo takes before nothing new is found."""


def learned(kinds: Sequence[tuple[str, str]], problems: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Learn the default's loss of the samples, each as often as makes so many problems, from random gains."""
    settings = Settings()
    guide = target_of(str(GUIDE))
    known = [describe(photos.read(path), guide, settings) for path in SAMPLES]
    scene = Scene.of(
        [each.before for each in known], [each.wanted for each in known], [each.sample for each in known]
    )
    objective = Objective(scene.keeping_exposure(), settings.match, settings.regularizers)
    records = []
    for count in problems:
        many = objective.take(np.arange(count) % len(known))
        starts = np.random.default_rng(0).uniform(0.5, 2, (count, 3))
        for kind, name in kinds:
            for number in range(
                rounds + 1 if count <= 1000 else 1
            ):  # the first warms up, but for the largest
                begun = perf_counter()
                learn(many, FreeGains(starts), Optimizer(), STEPS, device=Device(kind, name))
                taken = perf_counter() - begun
                if number or count > 1000:
                    records.append(
                        {"on": f"{kind}, {name}", "problems": count, "steps": STEPS, "seconds": taken}
                    )
    return records
