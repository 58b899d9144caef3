"""How far the rule Δx = (1 - β₁)λ of docs/escape.md carries: other learning rates, and another β₁.

Prints two Markdown tables, shares of starts whose stop is predicted: of learning rates that were not looked
at when the rule was found, the mean of the five losses; and of several β₁ at λ = 0.3, the mean of the three
losses with barriers, over Δx/λ.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.escape
"""

from __future__ import annotations

import numpy as np
import torch

from colorfix.experiments.escape import STARTS, STEPS, AdamRun, learn_run, starts_on
from colorfix.experiments.polynomial_losses import POLYNOMIALS
from colorfix.experiments.stops import (
    CHOSEN,
    DOWNHILL,
    SIGN,
    TAU,
    Predictor,
    Stops,
    observed,
    predicted,
    scalar_losses_of,
)
from colorfix.learning import Device
from colorfix.optim.rule import Adam

RATES = (0.05, 0.2, 0.5)
BETAS = (0.5, 0.8, 0.9, 0.95)
MULTIPLES = (0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
FAST = 0.3


def main() -> None:
    """Print both tables."""
    ways = (DOWNHILL, SIGN.label, CHOSEN.label)
    print(f"| λ | {' | '.join(ways)} |\n| --- |" + " --: |" * len(ways))
    for lr in RATES:
        outcomes = learn_run(AdamRun(lr, STARTS, STEPS, Device("torch")))
        shares = [np.mean([share(o.predictions[way], o.adam) for o in outcomes]) for way in ways]
        print(f"| {lr:g} | {' | '.join(f'{100 * found:.1f}%' for found in shares)} |", flush=True)
    print(f"\n| β₁ \\ Δx/λ | {' | '.join(map(str, MULTIPLES))} |\n| --- |" + " --: |" * len(MULTIPLES))
    for beta1 in BETAS:
        shares = shares_of(Adam(FAST, beta1))
        print(f"| {beta1:g} | {' | '.join(f'{100 * found:.1f}%' for found in shares)} |", flush=True)


def shares_of(adam: Adam) -> list[float]:
    """Return what each Δx predicts of one Adam, on the losses with barriers."""
    barred = [polynomial for polynomial in POLYNOMIALS if polynomial.maxima]
    landscape = scalar_losses_of([polynomial for polynomial in barred for _ in range(STARTS)])
    starts = np.concatenate([starts_on(polynomial, STARTS) for polynomial in barred])
    x = torch.tensor(starts, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=adam.lr, betas=(adam.beta1, adam.beta2), eps=adam.eps)
    path = []
    for _ in range(STEPS):
        path.append(x.detach().numpy().copy())
        x.grad = torch.as_tensor(landscape.slope(path[-1]))
        optimizer.step()
    truth = observed(np.array(path), landscape.extrema)
    predictors = [Predictor("", multiple, TAU) for multiple in MULTIPLES]
    return [share(predicted(p, landscape, starts, adam, STEPS), truth) for p in predictors]


def share(prediction: Stops, adam: Stops) -> float:
    """Return the share of starts that lead to the predicted extremum."""
    return float(((prediction.extremum == adam.extremum) & (adam.extremum >= 0)).mean())


if __name__ == "__main__":
    main()
