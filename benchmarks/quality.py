"""How near to the truth each way of correcting comes, over the sample pairs.

Prints a Markdown table: mean CIEDE2000 between the result and the neutral truth for every pair, and for each
way its mean, its worst, on how many pairs it beats no change, and the blue excess and clipped share beyond
the truth's (of 255, of pixels). Needs the ``test`` extra.

    python benchmarks/quality.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from colorfix import Settings, correct

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SAMPLES = Path(__file__).parent.parent / "sample_images"

PLAIN = Settings(regularizers=(), exposure="match")


def difference(pixels: Pixels, truth: Pixels) -> float:
    """Return the mean CIEDE2000 between two photos."""
    return float(deltaE_ciede2000(rgb2lab(pixels), rgb2lab(truth)).mean())


def blue_excess(pixels: Pixels) -> float:
    """Return the mean of max(0, B - max(R, G)) over the pixels, 0 to 255."""
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    return float(np.maximum(0, blue - np.maximum(red, green)).mean())


def clipped(pixels: Pixels) -> float:
    """Return the share of pixels with a channel at 255."""
    return float((pixels == 255).any(axis=-1).mean())


def corrected(settings: Settings) -> Callable[[Path, Path], Pixels]:
    """Return a way of correcting: colorfix with these settings."""
    return lambda source, target: np.asarray(correct(source, target, settings=settings).image)


WAYS: dict[str, Callable[[Path, Path], Pixels]] = {
    "no change": lambda source, _: np.asarray(Image.open(source)),
    "plain matching": corrected(PLAIN),
    "default": corrected(Settings()),
    "default, linear": corrected(Settings(space="linear")),
    "default, mean-std": corrected(Settings(match="mean-std")),
    "default, exposure match": corrected(Settings(exposure="match")),
}


def main() -> None:
    """Correct every pair every way and print the table."""
    pairs = json.loads((SAMPLES / "pairs.json").read_text(encoding="utf-8"))
    print("| pair |", " | ".join(WAYS), "|")
    print("| --- |" + " --- |" * len(WAYS))
    figures = []
    for pair in pairs:
        source, target, truth = (SAMPLES / pair[key] for key in ("source", "target", "truth"))
        right = np.asarray(Image.open(truth))
        results = [way(source, target) for way in WAYS.values()]
        figures.append(
            [
                (difference(p, right), blue_excess(p) - blue_excess(right), clipped(p) - clipped(right))
                for p in results
            ]
        )
        print(f"| {pair['name']} |", " | ".join(f"{row[0]:.2f}" for row in figures[-1]), "|")
    table = np.array(figures)
    errors = table[:, :, 0]
    summary = {
        "mean": [f"{x:.2f}" for x in errors.mean(axis=0)],
        "worst": [f"{x:.2f}" for x in errors.max(axis=0)],
        "better than no change": [f"{(column < errors[:, 0]).sum()} of {len(pairs)}" for column in errors.T],
        "blue beyond the truth, of 255": [f"{x:.1f}" for x in table[:, :, 1].mean(axis=0)],
        "clipped beyond the truth": [f"{x:.1%}" for x in table[:, :, 2].mean(axis=0)],
    }
    for name, row in summary.items():
        print(f"| **{name}** |", " | ".join(row), "|")


if __name__ == "__main__":
    main()
