"""Cost of learning: for one photo, for many at once, by stage, and on a GPU.

Problems are the sample pairs under casts of their own. Processor time of one thread, medians over rounds (on
CUDA wall time, after synchronization). Saves to ``benchmarks/results/learning``.

    python -m benchmarks.learning.cost [--rounds 5] [--most 4000] [--problems 100000] [--name now]
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from benchmarks.common.machine import specification
from benchmarks.common.paths import PAIRS, SAMPLES
from benchmarks.common.results import save
from benchmarks.learning.cost_table import text_of
from colorfix import Settings, photos
from colorfix.color.scene import Scene
from colorfix.color.statistics import tables_of
from colorfix.correction.correct import correct_all
from colorfix.correction.measured import Measurement, measure
from colorfix.correction.targets import target_of
from colorfix.learning import Device, Optimizer, learn, solve, starts_of
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.objective import Objective

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


COUNTS = (1, 16, 64, 256, 1000, 4000)
CASTS, STRENGTH, STEPS, LIMITS = 20, 0.15, 1000, limits_in(2.2)
FEW_STEPS = 5
"""Steps of the trial for memory where there is no GPU."""

NUMPY, TORCH, CUDA = Device("numpy"), Device("torch"), Device("torch", "cuda")


def pictures() -> list[Measurement]:
    """Return the sample pairs, measured as they are and under casts of their own."""
    random, found, settings = np.random.default_rng(0), [], Settings()
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    targets = [target_of(SAMPLES / pair["target"]) for pair in pairs]
    for cast in range(CASTS):
        for pair, target in zip(pairs, targets, strict=True):
            gains = np.exp(random.normal(0, STRENGTH, 3)) if cast else np.ones(3)
            image = Image.open(SAMPLES / pair["source"]).convert("RGB")
            changed = image.point(tables_of(gains, "linear").ravel().tolist())
            found.append(measure(photos.read(changed), target, settings))
    return found


def objective_of(known: Sequence[Measurement]) -> Objective:
    """Return the default loss of photos."""
    columns = zip(*((photo.before, photo.guide, photo.sample) for photo in known), strict=True)
    return Objective(Scene.of(*columns).with_source_luminance(), "mean", Settings().regularizers)


def cost(work: Callable[[], Any], clock: Callable[[], float] = process_time) -> tuple[float, Any]:
    """Return the milliseconds that something takes, and what it returns."""
    begun = clock()
    made = work()
    return 1000 * (clock() - begun), made


def by_stage(known: Sequence[Measurement]) -> dict[str, float]:
    """Return milliseconds a photo by stage, with the default settings: patience too."""
    taken, settings = {}, Settings()
    taken["scene"], objective = cost(partial(objective_of, known))
    taken["starts"], starts = cost(partial(starts_of, objective, LIMITS))
    rows = np.repeat(np.arange(len(known)), [len(own) for own in starts])
    model, many = FreeGains(np.concatenate(starts), LIMITS), objective.take(rows)
    arguments = (many, model, Optimizer(), STEPS)
    solved, _ = cost(partial(solve, *arguments, device=NUMPY, patience=settings.effective_patience))
    # as solve does all but its polish: with no rounds of it there would be nothing else to call
    from colorfix.learning.loop import EarlyStopping  # noqa: PLC0415 - not one of the room's public names

    watch = EarlyStopping(settings.effective_patience or STEPS, settings.optimizer.delta)
    taken["steps"], _ = cost(partial(learn, *arguments, device=NUMPY, stopping=watch))
    taken["polish"] = solved - taken["steps"]
    whole, _ = cost(partial(correct_all, known, settings))
    taken["rest"] = whole - taken["scene"] - taken["starts"] - solved
    return {stage: milliseconds / len(known) for stage, milliseconds in (taken | {"all": whole}).items()}


def steps_of(
    known: Sequence[Measurement], device: Device, steps: int = STEPS, *, penalties: bool = True
) -> float:
    """Return the milliseconds a photo that steps from no change take, with nothing to end them."""
    objective = objective_of(known)
    objective = objective if penalties else Objective(objective.scene)
    clock = perf_counter if device.name == "cuda" else process_time
    model = FreeGains(np.ones((len(known), 3)), LIMITS)
    return cost(partial(learn, objective, model, Optimizer(), steps, device=device), clock)[0] / len(known)


def at_once(known: Sequence[Measurement], problems: int) -> dict[str, Any]:
    """Return what so many problems take on CUDA; without it, what memory a few steps take on the CPU."""
    rows = np.arange(problems) % len(known)
    objective, model = objective_of(known).take(rows), FreeGains(np.ones((problems, 3)), LIMITS)
    there = torch.cuda.is_available()
    device, steps = (CUDA, STEPS) if there else (TORCH, FEW_STEPS)
    taken, trace = cost(partial(learn, objective, model, Optimizer(), steps, device=device), perf_counter)
    same = bool((trace.best_losses == trace.best_losses[rows]).all())
    found = {"problems": problems, "steps": steps, "seconds": taken / 1000, "same": same}
    return found | ({"peak": torch.cuda.max_memory_allocated()} if there else {"cuda": "no CUDA device"})


def measured(rounds: int, most: int, problems: int) -> dict[str, Any]:
    """Measure everything."""
    kept = pictures()
    crowds = {n: [kept[k % len(kept)] for k in range(n)] for n in COUNTS if n <= most}
    devices = [NUMPY, TORCH, *([CUDA] if torch.cuda.is_available() else [])]
    for known in list(crowds.values())[:2]:
        by_stage(known)  # once for nothing: what is made at first use is made
    stages = {n: [by_stage(known) for _ in range(rounds)] for n, known in crowds.items()}
    one = {
        f"{device}, {name}": [steps_of(crowds[1], device, penalties=name == "default") for _ in range(rounds)]
        for device in devices
        for name in ("default", "plain")
    }
    all_steps = {n: steps_of(known, NUMPY) for n, known in crowds.items()}
    on_cuda = {n: steps_of(known, CUDA) for n, known in crowds.items()} if CUDA in devices else {}
    return {
        **specification(),
        "stages": stages,
        "one photo": one,
        "all steps": all_steps,
        "all steps on cuda": on_cuda,
        "at once": at_once(kept, problems) if problems else {},
    }


def main() -> None:
    """Measure, save the results, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="photos at the most")
    parser.add_argument("--problems", type=int, default=100_000, help="at once; 0 leaves that out")
    parser.add_argument("--name", default="now", help="name of the file of results")
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = measured(options.rounds, options.most, options.problems)
    save("learning", options.name, result)
    print(text_of(json.loads(json.dumps(result))))


if __name__ == "__main__":
    main()
