"""The ways to predict where Adam stops that are compared."""

from __future__ import annotations

from typing import NamedTuple

from colorfix.optim.rule import Adam


class Predictor(NamedTuple):
    """A way to predict from Eq. 12 and 13.

    Attributes:
        label: its row in the tables.
        multiple: Δx/λ of a trace's points; None for points at the distances of Adam's own steps.
        tolerance: τ of Eq. 13.
        one_beta: β₂ = β₁ as Eq. 10 and 11 have it, not Adam's own.
    """

    label: str
    multiple: float | None
    tolerance: float = 0.0
    one_beta: bool = False


TAU = 1e-3
"""A step of about 0, as a share of λ, where it is not the change of sign that counts."""

LAG = 1 - Adam(0.0).beta1
"""Δx/λ with which the mean of the slopes lags behind by β₁λ: (1 - β₁)."""

MULTIPLES = (0.03, LAG, 0.2, 0.3, 1.0, 3.0)
"""Δx/λ that are tried."""

OBSERVED, DOWNHILL = "Adam", "downhill"
"""Labels of what is predicted, and of the prediction without any of it: the minimum of the start's valley."""

SIGN = Predictor(f"Δx = {LAG:.2g}λ", LAG)
CHOSEN = Predictor(f"Δx = {LAG:.2g}λ, τ = {TAU:g}", LAG, TAU)
ONE_BETA = Predictor(f"{CHOSEN.label}, β₂ = β₁", LAG, TAU, one_beta=True)
OWN_STEPS = Predictor("Δxₙ = −Sₙ", None)

PREDICTORS = (
    *(Predictor(f"Δx = {multiple:.2g}λ", multiple) for multiple in MULTIPLES),
    *(Predictor(f"Δx = {multiple:.2g}λ, τ = {TAU:g}", multiple, TAU) for multiple in MULTIPLES),
    ONE_BETA,
    OWN_STEPS,
)
