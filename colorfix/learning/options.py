"""The optimizer with its settings, and the device that learning runs on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from colorfix.core.defaults import DELTA, FLOOR, GAMMA, LR, DeviceName, ExplorationName, OptimizerName
from colorfix.core.errors import SettingError, UnknownName

OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)
"""Every optimizer by the name that ``--optimizer`` takes."""

RULES: tuple[ExplorationName, ...] = get_args(ExplorationName)
"""Every turning rule of Hill-ADAM by the name that ``--exploration`` takes."""


@dataclass(frozen=True)
class Optimizer:
    """An optimizer and its settings.

    Attributes:
        name: one of :data:`OPTIMIZERS`; ``momentum`` means momentum 0.9, ``clipped`` gradients shortened to
            norm 1.
        lr: λ, in units of the parameters (radians for free gains), above 0.
        delta: δ, in units of the loss, at least 0; Hill-ADAM's alone.
        gamma: γ, in units of the loss; Hill-ADAM's alone.
        floor: in units of the loss, below ``gamma``; Hill-ADAM's alone.
        temperature: of the first step, in units of the loss; annealing's alone.
        cooling: what the temperature is multiplied by at every step; annealing's alone.
        seed: of the proposals; annealing's alone.
        exploration: one of :data:`RULES`; Hill-ADAM's alone.

    Raises:
        UnknownName: an optimizer or a turning rule that does not exist.
        SettingError: a setting out of its range.
    """

    name: OptimizerName = "hill-adam"
    lr: float = LR
    delta: float = DELTA
    gamma: float = GAMMA
    floor: float = FLOOR
    temperature: float = 1.0
    cooling: float = 0.99
    seed: int = 0
    exploration: ExplorationName = "paper"

    def __post_init__(self) -> None:
        if self.name not in OPTIMIZERS:
            raise UnknownName("optimizer", self.name, OPTIMIZERS)
        if self.exploration not in RULES:
            raise UnknownName("exploration", self.exploration, RULES)
        if not (math.isfinite(self.lr) and self.lr > 0):
            raise SettingError(f"lr must be a number above 0, got {self.lr}")
        if not (math.isfinite(self.delta) and self.delta >= 0):
            raise SettingError(f"delta must be a number of at least 0, got {self.delta}")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise SettingError(f"temperature must be a number above 0, got {self.temperature}")
        if not 0 < self.cooling <= 1:
            raise SettingError(f"cooling must lie above 0 and at most at 1, got {self.cooling}")
        if not self.floor < self.gamma:
            raise SettingError(f"gamma must lie above the floor of {self.floor}, got {self.gamma}")
        if not (math.isfinite(self.gamma) and math.isfinite(self.floor)):
            raise SettingError(f"gamma and the floor must be finite, got {self.gamma} and {self.floor}")


WORTH_A_GPU = 4096
"""Problems from which a GPU pays off. With fewer, 1 000 steps on NumPy take less time than the import of
torch and a GPU's kernel launches, some 40 a step."""


class Device(NamedTuple):
    """A kind of array on a device.

    Attributes:
        kind: ``"numpy"`` or ``"torch"``.
        name: ``"cpu"``, ``"cuda"`` or ``"mps"``.
        chosen: whether colorfix chose it (``auto``).
        dtype: of the numbers; ``mps`` lacks float64.
    """

    kind: Literal["numpy", "torch"]
    name: Literal["cpu", "cuda", "mps"] = "cpu"
    chosen: bool = False
    dtype: Literal["float64", "float32"] = "float64"

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


def choose_device(asked: DeviceName, *, problems: int, torch_needed: bool) -> Device:
    """Return the device to run on: NumPy on the CPU if it can; ``auto`` takes a GPU only where one pays off.

    Args:
        asked: the name that the user gave.
        problems: P, the size of the batch.
        torch_needed: whether the model, the optimizer or a penalty runs on torch alone.

    Raises:
        UnknownName: a name of no device.
        SettingError: a device that this machine lacks.

    >>> str(choose_device("auto", problems=1, torch_needed=False))
    'cpu (numpy)'
    """
    if asked not in get_args(DeviceName):
        raise UnknownName("device", asked, get_args(DeviceName))
    name = (_fastest() if problems >= WORTH_A_GPU else "cpu") if asked == "auto" else asked
    if name == "cpu":
        return Device("torch" if torch_needed else "numpy", "cpu", chosen=asked == "auto")
    if name not in _available_gpus():
        raise SettingError(f"there is no {name} device here; use --device cpu")
    return Device("torch", name, chosen=asked == "auto", dtype="float32" if name == "mps" else "float64")


def _available_gpus() -> list[Literal["cuda", "mps"]]:
    """Return the GPUs that torch can use on this machine."""
    import torch

    there: dict[Literal["cuda", "mps"], bool] = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    return [name for name, present in there.items() if present]


def _fastest() -> Literal["cpu", "cuda", "mps"]:
    present = _available_gpus()
    return present[0] if present else "cpu"
