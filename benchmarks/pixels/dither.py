"""What --dither does to a smooth gradient, beside other ways.

A gradient of 30 codes over 2048 pixels is stored in 8 bits, as a camera would, multiplied by a gain, and
stored in 8 bits again. The ideal is the gradient that never was rounded. All figures are codes of 255:

- noise: root mean square of the difference from the ideal, pixel by pixel;
- local: the same between means over 16 x 16 pixels, which is about what an eye sees from afar;
- step: the largest step between means of neighbouring columns, which is how high a band's edge stands;
- edge: that step over the standard deviation of the pixels beside it, how clearly the edge is seen (none is
  where nothing varies);
- missing: share of the codes of the range that no pixel has.

"smoothed" takes a mean over 65 x 65 pixels for what was stored, where it rounds to the same code: it needs
pixels beyond a strip, so the program does not do it; here it shows what noise alone cannot reach.

    python -m benchmarks.pixels.dither
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

from colorfix.photos import GainChange, Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pixels = NDArray[np.uint8]

HEIGHT, WIDTH, LOW, HIGH = 256, 2048, 30.0, 60.0
GAINS = (0.6, 1.8, 3.5)
RNG = np.random.default_rng(0)


def by_the_program(*, dither: bool) -> Callable[[Pixels, float], Pixels]:
    """Return what the program does, with and without --dither."""

    def way(codes: Pixels, gain: float) -> Pixels:
        change = GainChange(np.array([gain, 1.0, 1.0]), dither=dither)
        return np.asarray(change(Strip(Image.fromarray(np.repeat(codes[..., None], 3, axis=2)))))[..., 0]

    return way


def rounded(values: Floats) -> Pixels:
    """Round to the nearest code."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def at_random(values: Floats) -> Pixels:
    """Round up with a chance of the fraction."""
    return np.clip(np.floor(values + RNG.random(values.shape)), 0, 255).astype(np.uint8)


def spread(codes: Pixels) -> Floats:
    """Return the codes with noise of the width of one."""
    return codes + RNG.random(codes.shape) - 0.5


def smoothed(codes: Pixels) -> Floats:
    """Return local means, held within half a code of what was stored."""
    return np.clip(uniform_filter(codes.astype(float), 65, mode="nearest"), codes - 0.5, codes + 0.5)


WAYS: dict[str, Callable[[Pixels, float], Pixels]] = {
    "tables": by_the_program(dither=False),
    "rounding at random": lambda codes, gain: at_random(gain * codes),
    "noise before": lambda codes, gain: rounded(gain * spread(codes)),
    "**--dither** (both)": by_the_program(dither=True),
    "smoothed": lambda codes, gain: rounded(gain * smoothed(codes)),
    "smoothed, random": lambda codes, gain: at_random(gain * smoothed(codes)),
}


def local(values: Floats) -> Floats:
    """Return means over squares of 16 x 16 pixels."""
    return values.reshape(HEIGHT // 16, 16, WIDTH // 16, 16).mean((1, 3))


def figures(result: Pixels, ideal: Floats) -> tuple[float, float, float, float, float]:
    """Return noise, local error, the largest step, how clearly it is seen, and the share of missing codes."""
    error = result - ideal
    columns = result.mean(0)
    at = int(np.abs(np.diff(columns)).argmax())
    step = float(np.abs(np.diff(columns))[at])
    beside = float(np.delete(result[:, at - 7 : at + 9], (7, 8), axis=1).std(axis=0).mean())
    codes = np.arange(np.ceil(ideal.min() + 1), np.floor(ideal.max()))
    missing = 1 - np.isin(codes, result).mean()
    edge = step / beside if beside else np.inf
    return float(np.sqrt((error**2).mean())), float(np.sqrt((local(error) ** 2).mean())), step, edge, missing


def main() -> None:
    """Print the table."""
    gradient = np.tile(np.linspace(LOW, HIGH, WIDTH), (HEIGHT, 1))
    codes = rounded(gradient)
    print("| gain | way | noise | local | step | edge | missing |\n|--:|:--|--:|--:|--:|--:|--:|")
    for gain in GAINS:
        for name, way in WAYS.items():
            noise, near, step, edge, missing = figures(way(codes, gain), gain * gradient)
            clear = f"{edge:.1f}" if np.isfinite(edge) else "∞"
            print(f"| {gain} | {name} | {noise:.2f} | {near:.2f} | {step:.2f} | {clear} | {missing:.0%} |")


if __name__ == "__main__":
    main()
