"""What is measured of the ray rule: each section returns records for its table."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import torch
from PIL import Image
from scipy import optimize

from benchmarks.common.paths import PAIRS, SAMPLES
from benchmarks.learning import global_optimizers
from benchmarks.learning.hill_adam import Settings, first_hits, minimize
from benchmarks.learning.optimization_problems import FAMILIES, SEVERAL, Landscape, polynomial, standard
from colorfix.experiments.polynomial_losses import POLYNOMIALS, PolynomialLosses
from colorfix.learning.network import Network
from colorfix.optim import ray, ray_move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from benchmarks.learning.hill_adam import Floats, Losses

Record = dict[str, Any]

ACTIVATIONS = ("identity", "tanh", "relu", "sigmoid")
INITIALISATIONS = ("torch", "glorot")
NEAR = 1e-4
"""How near to the certified minimum counts as found, but on the landscapes."""

ROUGHLY = 1e-2
"""What the paper's rule and Adam come nearer to than to NEAR, on free gains."""

BUDGET = 15_000
SEEDS = range(15)
SHARE = 0.005
"""λ on a landscape, in units of the width of its box."""


def counted(hits: Floats) -> list[int | None]:
    """Return hits as JSON has them."""
    return [int(hit) if np.isfinite(hit) else None for hit in hits]


def of_network(network: Network, objective: Callable[[Tensor], Tensor]) -> Losses:
    """Return losses of all weights of P networks, shape [P, W]."""

    def losses(weights: Floats) -> tuple[Floats, Floats]:
        with torch.no_grad():
            network.weights.copy_(torch.from_numpy(weights))
        network.zero_grad()
        values = objective(network())
        values.sum().backward()
        return values.detach().numpy(), network.weights.grad.numpy().copy()

    return losses


def networks(seeds: int = 60, steps: int = 6000) -> list[Record]:
    """Run the paper's networks on its polynomials: every activation, initialisation and γ, one batch each."""
    records = []
    for activation, how, gamma in product(ACTIVATIONS, INITIALISATIONS, (200.0, 1e4)):
        problems = [p for p in POLYNOMIALS for _ in range(seeds)]
        network = Network(
            [*range(seeds)] * len(POLYNOMIALS), widths=(6, 4, 3, 1), activation=activation,
            initialisations=[how] * len(problems),
        )  # fmt: skip
        objective = PolynomialLosses.of(problems).mapped(torch.as_tensor)
        goals = np.array([p.lowest.loss for p in problems]) + NEAR
        starts = network.weights.detach().numpy().copy()
        hits = first_hits(of_network(network, objective), starts, steps, goals, Settings(0.01, gamma))
        for p, part in zip(POLYNOMIALS, hits.reshape(-1, seeds), strict=True):
            names = {"polynomial": p.name, "activation": activation, "initialisation": how, "gamma": gamma}
            records.append(names | {"hits": counted(part)})
    return records


def paper_loss(means: Tensor, targets: Tensor) -> Callable[[Tensor], Tensor]:
    """Return the loss of the paper's second experiment on gains, shape [P, 3], red, green, blue."""

    def losses(gains: Tensor) -> Tensor:
        red, blue = gains[:, 0], gains[:, 2]
        wells = ((blue - 2.1) ** 2 - 1) ** 2 + 0.3 * blue + 2 + ((red + 0.5) ** 2 - 1) ** 2
        return ((means * gains - targets) ** 2).sum(1) + wells

    return losses


def pairs() -> list[tuple[str, Floats, Floats]]:
    """Return the names and means, 0 to 1, of the published pair and of the sample pairs."""
    listed = json.loads(PAIRS.read_text(encoding="utf-8"))
    means = [
        [
            np.asarray(Image.open(SAMPLES / p[key]).convert("RGB")).mean((0, 1)) / 255
            for key in ("source", "target")
        ]
        for p in listed
    ]
    published = ("published means", np.array([0.62, 0.45, 0.215]), np.array([0.30, 0.45, 0.68]))
    return [published, *((p["name"], *both) for p, both in zip(listed, means, strict=True))]


def lowest(means: Floats, targets: Floats) -> float:
    """Return the lowest value of the paper's loss: a quartic in red plus one in blue; green is free."""
    m, t = means, targets
    well = np.polynomial.Polynomial([1, 0, -1]) ** 2  # (1 - x²)² = (x² - 1)²
    shift = np.polynomial.Polynomial
    red = well(shift([0.5, 1])) + shift([-t[0], m[0]]) ** 2
    blue = well(shift([-2.1, 1])) + shift([2, 0.3]) + shift([-t[2], m[2]]) ** 2

    def bottom(f: np.polynomial.Polynomial) -> float:
        roots = f.deriv().roots()
        return float(min(f(roots[np.abs(roots.imag) < 1e-9].real)))

    return bottom(red) + bottom(blue)


EVERYBODY = (
    *(Settings(lr, gamma, rule) for rule, lr, gamma in product(("ray", "paper"), (0.01, 0.02), (200.0, 1e4))),
    Settings(0.01, np.inf, "paper", 0.0),  # Adam
)
"""Who learns free gains."""


def gains(
    walkers: Sequence[Settings] = EVERYBODY, nears: Sequence[float] = (NEAR, ROUGHLY), starts: int = 100
) -> list[Record]:
    """Learn three free gains in 1000 steps from random starts in [0.2, 4]³."""
    generator = np.random.default_rng(5)
    every = [(name, m, t) for name, m, t in pairs() for _ in range(starts)]
    means, targets = (np.stack([one[k] for one in every]) for k in (1, 2))
    objective = paper_loss(torch.from_numpy(means), torch.from_numpy(targets))
    goals = np.array([lowest(m, t) for _, m, t in every])
    places = generator.uniform(0.2, 4.0, (len(every), 3))

    def losses(points: Floats) -> tuple[Floats, Floats]:
        x = torch.from_numpy(points.copy()).requires_grad_()
        values = objective(x)
        values.sum().backward()
        return values.detach().numpy(), x.grad.numpy()

    return [
        w._asdict() | {"near": near, "hits": counted(first_hits(losses, places, 1000, goals + near, w))}
        for near, w in product(nears, walkers)
    ]


def photos(steps: int = 1000) -> list[Record]:
    """Learn the gains of the paper's network on every pair, from the paper's four seeds."""
    records = []
    for name, means, targets in pairs():
        network = Network([5343, 100, 2534, 3956])
        objective = paper_loss(torch.from_numpy(means), torch.from_numpy(targets))
        goals = np.full(4, lowest(means, targets) + NEAR)
        starts = network.weights.detach().numpy().copy()
        hits = first_hits(of_network(network, objective), starts, steps, goals, Settings(0.01, 200.0))
        records.append({"pair": name, "hits": counted(hits)})
        print(name, hits, flush=True)
    return records


def cells() -> Iterator[tuple[str, Landscape, int, bool]]:
    """Yield the group, landscape, dimensions and whether it is rotated."""
    for p in POLYNOMIALS:
        yield "polynomials", polynomial(p.name, SEEDS), 1, False
    for rotated, (name, family) in product((False, True), FAMILIES.items()):
        for dimensions in family.dimensions:
            if dimensions > 1 or not rotated:
                yield "standard", standard(name, dimensions, SEEDS, rotated=rotated), dimensions, rotated


def walked(landscape: Landscape, exploration: str) -> Floats:
    """Return the hits of Hill-ADAM on a landscape."""
    settings = Settings(SHARE * landscape.width, exploration=exploration)
    return first_hits(landscape, landscape.starts, BUDGET, global_optimizers.NEAR, settings)


def landscapes() -> list[Record]:
    """Run both rules and every peer on every landscape; shgo's triangulation is out of reach above 3-D."""
    ways: dict[str, Callable[[Landscape], Floats]] = {
        "Hill-ADAM, ray": lambda one: walked(one, "ray"),
        "Hill-ADAM, paper": lambda one: walked(one, "paper"),
        **{
            peer: lambda one, peer=peer: global_optimizers.hits(peer, one, BUDGET)
            for peer in global_optimizers.PEERS
        },
    }
    records = []
    for (way, run), (group, one, dimensions, rotated) in product(ways.items(), list(cells())):
        if way == "shgo" and dimensions > 3:
            continue
        names = {"way": way, "group": group, "name": one.name, "dimensions": dimensions, "rotated": rotated}
        records.append(names | {"hits": counted(np.array(run(one)))})
        print(names, sum(hit is not None for hit in records[-1]["hits"]), flush=True)
    return records


def minima(steps: int = 3000) -> list[Record]:
    """Enumerate minima: where descents ended, against those that a grid of local searches finds."""
    records = []
    for name, (function, box, many) in SEVERAL.items():
        starts = np.random.default_rng(1).uniform(-box, box, (15, 2))
        turns = np.tile(np.eye(2), (15, 1, 1))
        landscape = Landscape(name, function, turns, np.zeros((15, 2)), starts, -box, box)
        known = found_on_a_grid(landscape)
        assert len(known) == many, f"{name} has {many} minima, the grid found {len(known)}"  # noqa: S101
        first = np.full((15, many), np.inf)
        before = np.zeros(15)
        settings = Settings(SHARE * landscape.width)
        for step, (points, _, phase) in enumerate(minimize(landscape, starts, steps, settings), 1):
            ended = phase.turns > before
            near = np.abs(points[:, None] - known).max(-1) < 0.01 * box
            first = np.where(near & ended[:, None], np.minimum(first, step), first)
            before = phase.turns
        found = np.isfinite(first).sum(1)
        records.append({"name": name, "minima": many, "found": found.tolist(), "hits": counted(first.max(1))})
    return records


def found_on_a_grid(landscape: Landscape) -> Floats:
    """Return the distinct minima, shape [M, 2], that local searches from a grid end in."""
    one, kept = landscape.of(0), np.zeros((0, 2))
    side = np.linspace(landscape.low, landscape.high, 15)
    for start in product(side, side):
        end = optimize.minimize(
            lambda x: tuple(part[0] for part in one(x[None])), start, jac=True, options={"gtol": 1e-9}
        )
        inside = np.abs(end.x).max() <= landscape.high
        if inside and not (np.abs(kept - end.x).max(-1) < 1e-2).any() and bent_up(one, end.x):
            kept = np.concatenate([kept, end.x[None]])
    return kept


def bent_up(one: Landscape, x: Floats) -> bool:
    """Return whether a point where the slope is 0 is a minimum: no saddle, no maximum."""
    slopes = [(one(x[None] + s)[1] - one(x[None] - s)[1])[0] / 2e-5 for s in 1e-5 * np.eye(2)]
    return bool((np.linalg.eigvalsh(np.stack(slopes)) > 1e-3).all())


def ablation() -> list[Record]:
    """Leave out one part of the rule at a time."""
    drawn, descended, walking = ray_move.draw, ray.descent_of, ray.walk_of

    def heading(parity: int) -> Callable[..., Floats]:
        return lambda like, numbers, *rest: drawn(like, 2 * numbers + parity, *rest)

    parts: dict[str, list[tuple[Any, str, Any]]] = {
        "the rule": [],
        "steps of one length": [(ray, "STRIDE", 1.0), (ray, "REACH", 1000)],
        "no step to the side": [(ray, "DRAG", 0.0)],
        "no coordinate headings": [(ray_move, "draw", heading(1))],
        "coordinate headings alone": [(ray_move, "draw", heading(0))],
        "one ridge a walk": [(ray, "RIDGES", 1)],
        "no secant": [(ray, "descent_of", lambda s, x, m, *r: descended(s, x, m._replace(bend=0 * x), *r))],
        "lands behind ridges alone": [
            (ray, "walk_of", lambda s, *r: walking(s._replace(level=-np.inf * s.stride), *r))
        ],
        "no finer end of the best descents": [(ray, "FINE", 1.0)],
    }
    records = []
    for part, changes in parts.items():
        patches = [mock.patch.object(owner, name, value) for owner, name, value in changes]
        for patch in patches:
            patch.start()
        for group, one, dimensions, rotated in cells():
            if group == "standard" and dimensions in {5, 10}:
                names = {"part": part, "name": one.name, "dimensions": dimensions, "rotated": rotated}
                records.append(names | {"hits": counted(walked(one, "ray"))})
        for name, found in (
            ("networks", networks(10, 1500)),
            ("gains", gains([w for w in EVERYBODY if (w.exploration, w.lr) == ("ray", 0.01)], [NEAR], 25)),
        ):
            records.append(
                {"part": part, "name": name, "hits": [hit for one in found for hit in one["hits"]]}
            )
        for patch in patches:
            patch.stop()
        print(part, flush=True)
    return records
