"""Which terms, with which weights: a cross-validated search over the larger set.

For each structure of terms the weights (and the offset of shades of gray, where it is free) are those that
make the expected difference to the truth least, if gains are drawn as exp(-loss) from a plane of gains that
keep the luminance (``gain_plane.py``): a smooth stand-in for the difference at the loss's minimum, which is
what is reported. Weights are fitted in five folds, all renderings of a photograph in the same one, and
measured on those left out; and on the sample pairs, whose photographs are not among them, with weights
fitted on all. Left out of this are the guide, same-scene, and rounding to 8 bits. Every rendering counts
alike.

Takes the list that ``quality/renderings.py`` wrote; prints Markdown tables: the structures; the weights
fitted on all; and by how much bluer (ln B/G as stored) the best gains are than those that turn shades of
gray grey. Two processes, then one.

    OMP_NUM_THREADS=1 python -m benchmarks.presets.tuning renderings/pairs.json
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.common.paths import PAIRS
from benchmarks.presets.gain_plane import PLANE, TERMS
from benchmarks.presets.loss_surfaces import FINER, SHADES, Surfaces, finer
from colorfix.regularizers import PRESETS
from colorfix.regularizers.contract import parameters_of

if TYPE_CHECKING:
    from benchmarks.common.color import Floats

FOLDS, STEPS, RATE = 5, 120, 0.08

PRIOR = ("temperature", "tint")
START = dict.fromkeys((SHADES, *TERMS), 100.0) | {"temperature": 1.0, "tint": 1.0, "neutral-pixels": 15.0}
"""Weights to start from: large enough that exp(-loss) has one narrow peak."""


@dataclass(frozen=True)
class Structure:
    """Terms of a loss, and the offset of shades of gray, ``None`` where it is fitted."""

    terms: tuple[str, ...]
    blue: float | None = 0.0

    @property
    def name(self) -> str:
        """What the tables call it."""
        offset = "" if SHADES not in self.terms else ", offset free" if self.blue is None else ""
        return ", ".join(self.terms) + (offset or (f", offset {self.blue}" if self.blue else ""))


ALONE = (("neutral-pixels",), ("gray-world",), ("gray-edge",), (SHADES,))
BRIGHT = (SHADES, "neutral-pixels", *PRIOR)
EDGES = (SHADES, "gray-edge", "neutral-pixels", *PRIOR)
STRUCTURES = (
    Structure(PRIOR),
    *(Structure(terms) for terms in ALONE),
    Structure((SHADES,), None),
    Structure(("neutral-pixels", *PRIOR)),
    Structure((SHADES, *PRIOR)),
    *(Structure(BRIGHT, blue) for blue in (0.0, 0.1, None)),
    *(Structure(EDGES, blue) for blue in (0.0, 0.05, 0.1, 0.15, None)),
    *(Structure((SHADES, "gray-world", "neutral-pixels", *PRIOR), blue) for blue in (0.0, None)),
    *(Structure((SHADES, *TERMS), blue) for blue in (0.0, 0.1, None)),
)


def fitted(structure: Structure, training: Surfaces) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Return the weights by name, and the offset, of least expected difference."""
    logs = {name: torch.tensor(np.log(START[name])).requires_grad_() for name in structure.terms}
    blue = torch.tensor(structure.blue or 0.0, requires_grad=structure.blue is None)
    free = [*logs.values(), *([blue] if structure.blue is None and SHADES in logs else [])]
    optimizer = torch.optim.Adam(free, RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    difference = training.difference.flatten(1)
    for _ in range(STEPS):
        optimizer.zero_grad()
        losses = training.loss({name: log.exp() for name, log in logs.items()}, blue).flatten(1)
        (torch.softmax(-losses, dim=1) * difference).sum(dim=1).mean().backward()
        optimizer.step()
        schedule.step()
    return {name: log.exp().detach() for name, log in logs.items()}, blue.detach()


@dataclass(frozen=True)
class Pairs:
    """What the list says of every rendering, shape [pairs]: fold, whether ordinary, difference before."""

    folds: Floats
    ordinary: Floats
    unchanged: Floats

    @classmethod
    def of(cls, path: Path) -> Pairs:
        """Read the list, and deal the photographs into folds."""
        pairs = json.loads(path.read_text(encoding="utf-8"))
        files = [pair["photograph"]["file"] for pair in pairs]
        names = sorted(set(files))
        dealt = dict(
            zip(np.random.default_rng(0).permutation(names), np.arange(len(names)) % FOLDS, strict=True)
        )
        return cls(
            folds=np.array([dealt[file] for file in files]),
            ordinary=np.array([pair["photograph"]["ordinary"] for pair in pairs]),
            unchanged=np.array([pair["figures"]["before"] for pair in pairs]),
        )


def row(name: str, fit: Floats | None, left: Floats, samples: Floats, pairs: Pairs) -> str:
    """Return a structure's line."""
    shown = "-" if fit is None else f"{fit.mean():.2f}"
    return (
        f"| {name} | {shown} | {left.mean():.2f} | {left[pairs.ordinary].mean():.2f} "
        f"| {np.percentile(left, 95):.1f} | {left.max():.1f} | {(left > pairs.unchanged).sum()} "
        f"| {samples.mean():.2f} |"
    )


def cross_validated(structure: Structure, renderings: Surfaces, pairs: Pairs) -> tuple[Floats, Floats]:
    """Return the difference of each rendering when fitted on (mean of four folds), and when left out."""
    fit, left = np.zeros(len(pairs.folds)), np.zeros(len(pairs.folds))
    for fold in range(FOLDS):
        out = pairs.folds == fold
        found = fitted(structure, renderings.among(~out, step=2))
        everywhere = renderings.at_minima(*found)
        left[out] = everywhere[out]
        fit[~out] += everywhere[~out] / (FOLDS - 1)
    return fit, left


def default() -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Return the weights and the offset of the default as it is."""
    members = {member.name: member for member in PRESETS["default"] if member.name in START}
    weights = {name: torch.tensor(member.weight) for name, member in members.items()}
    shades = members[SHADES]
    return weights, torch.tensor((parameters_of(shades.function) | dict(shades.parameters))["blue"])


def bias(surfaces: Surfaces) -> str:
    """Return how much bluer the best gains are than grey shades of gray: mean, median, share above 0."""

    def bluest(lowest: torch.Tensor) -> Floats:
        columns = finer(lowest).reshape(len(lowest), -1).argmin(1) % (FINER * PLANE.shape[1])
        return columns * (PLANE[0, -1, 1] - PLANE[0, 0, 1]) / (FINER * PLANE.shape[1] - 1)

    gaps = bluest(surfaces.difference) - bluest(surfaces.shades[:, 0])
    return f"{gaps.mean():+.3f} | {np.median(gaps):+.3f} | {(gaps > 0).mean():.0%}"


def main() -> None:
    """Compute the landscapes, fit every structure, and print the tables."""
    path = Path(sys.argv[1])
    renderings, samples, pairs = Surfaces.of(path), Surfaces.of(PAIRS), Pairs.of(path)
    print("| structure | fit | left out | ordinary | 95 % | worst | worse than no change | sample pairs |")
    print("| --- |" + " --: |" * 7)
    shipped = default()
    print(
        row("the default", None, renderings.at_minima(*shipped), samples.at_minima(*shipped), pairs),
        flush=True,
    )
    weights = []
    for structure in STRUCTURES:
        fit, left = cross_validated(structure, renderings, pairs)
        found = fitted(structure, renderings.among(np.ones(len(left), bool), step=2))
        print(row(structure.name, fit, left, samples.at_minima(*found), pairs), flush=True)
        scale = 10 / found[0].get(SHADES, next(iter(found[0].values())))
        shown = ", ".join(f"{name} {float(weight * scale):.3g}" for name, weight in found[0].items())
        weights.append(f"| {structure.name} | {shown} | {float(found[1]):.3f} |")
    print("\n| structure | weights, the first 10 | offset |\n| --- | --- | --: |", *weights, sep="\n")
    print("\n| set | mean | median | above 0 |\n| --- | --: | --: | --: |")
    for name, surfaces in (
        ("renderings", renderings),
        ("renderings, ordinary", renderings.among(pairs.ordinary)),
        ("sample pairs", samples),
    ):
        print(f"| {name} | {bias(surfaces)} |")


if __name__ == "__main__":
    main()
