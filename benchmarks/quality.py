"""How near to the truth each way of correcting comes, over the sample pairs.

Writes the tables of ``docs/quality.md`` between its markers: mean CIEDE2000 between each result and the
neutral truth, for every pair and way; and for each way its mean, its worst, on how many pairs it is worse
than no change, and its blue excess and clipped share beyond the truth's (of 255, of pixels). Needs the
``test`` extra.

    python benchmarks/quality.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import peers
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from colorfix import Settings, correct
from colorfix.regularizers import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Way = Callable[[Pixels, Pixels, Pixels], Pixels]

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_images"
PAGE = ROOT / "docs" / "quality.md"

PLAIN = Settings(regularizers=PRESETS["plain"], exposure="match", space="srgb")
PAPER = Settings(regularizers=PRESETS["paper"], exposure="match", space="srgb")


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


def corrected(settings: Settings) -> Way:
    """Return a way of correcting: colorfix with these settings."""
    return lambda source, target, _truth: np.asarray(correct(source, target, settings=settings).image)


def guided_by_truth(settings: Settings) -> Way:
    """Return a way of correcting: colorfix, with the truth itself as the target."""
    return lambda source, _target, truth: np.asarray(correct(source, truth, settings=settings).image)


WAYS: dict[str, Way] = {
    "no change": lambda source, _target, _truth: source,
    "plain matching": corrected(PLAIN),
    "the paper's loss": corrected(PAPER),
    "Reinhard": peers.reinhard,
    "histogram matching": peers.histogram_matching,
    "gray-world": peers.gray_world,
    "shades of gray": peers.shades_of_gray,
    "**colorfix**": corrected(Settings()),
    "preset illuminants": corrected(Settings(regularizers=PRESETS["illuminants"])),
    "three best gains": peers.oracle,
}
"""What the target guides, beside what it doesn't, beside the limit of any three gains."""

RIGHT: dict[str, Way] = {
    "exact matching": guided_by_truth(Settings(regularizers=PRESETS["plain"], exposure="match")),
    "exact matching, srgb": guided_by_truth(PLAIN),
    "**colorfix**": guided_by_truth(Settings()),
}
"""Ways of correcting when the target is the truth itself."""


def measured(ways: dict[str, Way], pairs: list[dict[str, str]]) -> NDArray[np.float64]:
    """Correct every pair every way; return difference, blue and clipping beyond the truth, [pair, way, 3]."""
    figures = []
    for pair in pairs:
        source, target, truth = (
            np.asarray(Image.open(SAMPLES / pair[key]).convert("RGB"))
            for key in ("source", "target", "truth")
        )
        results = [way(source, target, truth) for way in ways.values()]
        limits = blue_excess(truth), clipped(truth)
        figures.append(
            [(difference(p, truth), blue_excess(p) - limits[0], clipped(p) - limits[1]) for p in results]
        )
    return np.array(figures)


def summary(ways: dict[str, Way], table: NDArray[np.float64], unchanged: NDArray[np.float64]) -> str:
    """Return a Markdown table of the ways, a line each."""
    lines = ["| way | mean | worst | worse than no change | blue | clipped |", "| --- |" + " --: |" * 5]
    for name, rows in zip(ways, table.swapaxes(0, 1), strict=True):
        errors, blue, clips = rows.T
        worse = f"{(errors > unchanged).sum()} of {len(errors)}"
        lines.append(
            f"| {name} | {errors.mean():.2f} | {errors.max():.2f} | {worse} | {blue.mean():+.1f} "
            f"| {clips.mean():+.1%} |"
        )
    return "\n".join(lines)


def photo_by_photo(table: NDArray[np.float64], pairs: list[dict[str, str]]) -> str:
    """Return a Markdown table of the pairs, a line each."""
    lines = ["| pair | " + " | ".join(WAYS) + " |", "| --- |" + " --: |" * len(WAYS)]
    for pair, rows in zip(pairs, table, strict=True):
        lines.append(f"| {pair['name']} | " + " | ".join(f"{row[0]:.1f}" for row in rows) + " |")
    return "\n".join(lines)


def written(page: str, name: str, text: str) -> str:
    """Return the page with what stands between a table's two markers replaced."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = page.split(start)
    return f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}"


def main() -> None:
    """Measure, and write the tables into the page."""
    pairs = json.loads((SAMPLES / "pairs.json").read_text(encoding="utf-8"))
    ways, right = measured(WAYS, pairs), measured(RIGHT, pairs)
    unchanged = ways[:, 0, 0]
    page = PAGE.read_text(encoding="utf-8")
    page = written(page, "ways", summary(WAYS, ways, unchanged))
    page = written(page, "right target", summary(RIGHT, right, unchanged))
    page = written(page, "photo by photo", photo_by_photo(ways, pairs))
    PAGE.write_text(page, encoding="utf-8")
    print(summary(WAYS, ways, unchanged), summary(RIGHT, right, unchanged), sep="\n\n")


if __name__ == "__main__":
    main()
