"""What a group of HillAdam's parameters may be set to."""

from __future__ import annotations

import math
from typing import Any

from colorfix.optim.phase import Thresholds

MOMENTS = 2
"""Adam's: of the gradients and of their squares."""


def thresholds(group: dict[str, Any]) -> Thresholds:
    """Return δ, γ and the floor of a group."""
    return Thresholds(group["delta"], group["gamma"], group["floor"])


def shared(group: dict[str, Any]) -> dict[str, Any]:
    """Return what belongs to a problem: its parameters may lie in several groups, and it turns as a whole."""
    return {name: group[name] for name in ("delta", "gamma", "floor", "exploration")}


def check_settings(group: dict[str, Any]) -> None:
    """Refuse a setting out of its range with a ``ValueError``."""
    for name in ("lr", "eps", "delta"):
        require(0 <= group[name] < math.inf, f"{name} must be a number of at least 0, got {group[name]}")
    require(
        group["exploration"] != "ray" or group["lr"] > 0, f"lr must be above 0 for the ray, got {group['lr']}"
    )
    betas = group["betas"]
    require(
        len(betas) == MOMENTS and all(0 <= beta < 1 for beta in betas),
        f"betas must be two in [0, 1), got {betas}",
    )
    require(
        group["floor"] < group["gamma"],
        f"floor must be below gamma, got floor {group['floor']} and gamma {group['gamma']}",
    )


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    """Raise a ``ValueError`` unless the condition holds."""
    if not condition:
        raise ValueError(message)
