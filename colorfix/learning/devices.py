"""Where learning runs: which kind of array, on which device."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from colorfix.core.defaults import DeviceName
from colorfix.core.errors import SettingError, UnknownName

WORTH_A_GPU = 4096
"""Problems from which a GPU is worth its start. Below, 1 000 steps take NumPy less time than torch's import
and a GPU's kernel launches (some 40 a step) together."""


class Device(NamedTuple):
    """A kind of array on a device.

    Attributes:
        kind: ``"numpy"`` or ``"torch"``.
        name: ``"cpu"``, ``"cuda"`` or ``"mps"``.
        chosen: whether colorfix chose it (``auto``).
        dtype: of the numbers; ``mps`` has no float64.
    """

    kind: Literal["numpy", "torch"]
    name: Literal["cpu", "cuda", "mps"] = "cpu"
    chosen: bool = False
    dtype: Literal["float64", "float32"] = "float64"

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


def choose(asked: DeviceName, *, problems: int, torch_needed: bool) -> Device:
    """Return where to run.

    NumPy on the CPU whenever it can serve; ``auto`` looks for a GPU only where one would pay.

    Args:
        asked: what the user asked for.
        problems: P, the size of the batch.
        torch_needed: whether the model, the optimizer or a penalty runs on torch alone.

    Raises:
        SettingError: a device that is not there.

    >>> str(choose("auto", problems=1, torch_needed=False))
    'cpu (numpy)'
    """
    if asked not in get_args(DeviceName):
        raise UnknownName("device", asked, get_args(DeviceName))
    name = (_fastest() if problems >= WORTH_A_GPU else "cpu") if asked == "auto" else asked
    if name == "cpu":
        return Device("torch" if torch_needed else "numpy", "cpu", chosen=asked == "auto")
    if name not in _present():
        raise SettingError(f"there is no {name} device here; use --device cpu")
    return Device("torch", name, chosen=asked == "auto", dtype="float32" if name == "mps" else "float64")


def _present() -> list[Literal["cuda", "mps"]]:
    """GPUs that torch can use here."""
    import torch  # noqa: PLC0415 - only asked when a GPU is

    there: dict[Literal["cuda", "mps"], bool] = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    return [name for name, present in there.items() if present]


def _fastest() -> Literal["cpu", "cuda", "mps"]:
    present = _present()
    return present[0] if present else "cpu"
