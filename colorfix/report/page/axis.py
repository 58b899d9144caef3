"""An axis: where a value lies, and which values are written beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1, 2, 5, 10)
_FEW = 6  # labels at the most


@dataclass(frozen=True)
class Axis:
    """A scale from 0 to a length.

    Attributes:
        low, high: the values at its ends, ``low < high``.
        length: units from one end to the other.
        log: whether it is logarithmic.
        ticks: place and text of each label.
    """

    low: float
    high: float
    length: float
    log: bool
    ticks: tuple[tuple[float, str], ...] = ()

    @classmethod
    def linear(cls, low: float, high: float, length: float) -> Axis:
        """Return an axis of equal differences.

        >>> Axis.linear(0, 100, 50).ticks
        ((0.0, '0'), (10.0, '20'), (20.0, '40'), (30.0, '60'), (40.0, '80'), (50.0, '100'))
        """
        high = high if high > low else low + 1.0
        axis = cls(low, high, length, log=False)
        rough = (high - low) / (_FEW - 1)
        unit = 10 ** math.floor(math.log10(rough))
        step = next(unit * s for s in _STEPS if unit * s >= rough * (1 - 1e-9))
        values = [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        return cls(low, high, length, log=False, ticks=tuple((axis.at(v), f"{v:.4g}") for v in values))

    @classmethod
    def logarithmic(cls, low: float, high: float, length: float) -> Axis:
        """Return an axis of equal ratios; 0 < low.

        >>> Axis.logarithmic(1, 100, 50).ticks
        ((0.0, '1'), (25.0, '10'), (50.0, '100'))
        """
        high = high if high > low * 1.01 else low * 1.1
        axis = cls(low, high, length, log=True)
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        decades = [10.0**k for k in range(first, last + 1, max(1, math.ceil((last - first) / _FEW)))]
        values = [v for v in decades if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
        if len(values) < 3:  # noqa: PLR2004 - fewer decades say too little
            values = [m * 10.0**k for k in range(first, last + 1) for m in _STEPS[:3]]
            values = [v for v in values if low <= v <= high]
        return cls(low, high, length, log=True, ticks=tuple((axis.at(v), f"{v:.3g}") for v in sorted(values)))

    def at(self, value: float) -> float:
        """Return the place of a value; what lies beyond the ends lies on them."""
        return min(max(self.place(value), 0.0), self.length) if value > self.low else 0.0

    def place(self, value: float) -> float:
        """Return the place of a value, beyond the ends too; above 0 where the axis is logarithmic."""
        if self.log:
            return self.length * math.log(value / self.low) / math.log(self.high / self.low)
        return self.length * (value - self.low) / (self.high - self.low)
