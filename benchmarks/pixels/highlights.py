"""What becomes of blown highlights: rules beside each other, against the truth.

Takes lists of pairs (the sample pairs without an argument; and what ``quality/renderings.py`` wrote). Each
source is corrected twice: by the gains that come closest to the truth, in linear light, fitted on pixels
below 250; and by those that the program learns from the guide. Looked at are only pixels of which a channel
is stored as 250 or more. Figures are the mean over photos of their mean CIEDE2000 to the truth, on what
share of photos a rule is better and worse than clipping by more than 0.05, and the most that it loses on
one.

    OMP_NUM_THREADS=1 python -m benchmarks.pixels.highlights [PAIRS.json ...]
"""

from __future__ import annotations

import json
import sys
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmarks.common.paths import PAIRS
from colorfix import correct
from colorfix.color.statistics import encoded_of, linear_of
from colorfix.photos.pixels.highlights import BEGIN, protected

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pixels = NDArray[np.uint8]
    Rule = Callable[[Floats, Floats], Floats]

BRIGHT = 250
FEWEST, MOST = 50, 6000  # pixels of a photo that are looked at
SEEN = 0.05


def weights(before: Floats, begin: float = BEGIN) -> Floats:
    """Return how far stored values are blown, rising from 0 at a value to 1 at the top."""
    share = np.clip((before - begin) / (1 - begin), 0, 1)
    return share * share * (3 - 2 * share)


def others(values: Floats, of_two: Callable[[Floats, Floats], Floats]) -> Floats:
    """Return for each channel a function of the other two."""
    red, green, blue = np.moveaxis(values, -1, 0)
    return np.stack([of_two(green, blue), of_two(red, blue), of_two(red, green)], axis=-1)


def lifted(of_two: Callable[[Floats, Floats], Floats], begin: float = BEGIN) -> Rule:
    """Return the rule that brings blown channels up to a function of the other two, white to neutral."""

    def rule(before: Floats, after: Floats) -> Floats:
        blown = weights(before, begin)
        raised = after + blown * np.maximum(0, others(after, of_two) - after)
        return raised + blown.min(-1, keepdims=True) * (raised.max(-1, keepdims=True) - raised)

    return rule


def neutral_from_two(before: Floats, after: Floats) -> Floats:
    """Return pixels that become neutral where two channels are blown."""
    raised = protected(before, after)
    second = np.sort(weights(before), axis=-1)[..., 1:2]
    return raised + second * (raised.max(-1, keepdims=True) - raised)


def to_the_largest(before: Floats, after: Floats) -> Floats:
    """Return pixels whose blown channels are brought up to the largest."""
    return after + weights(before) * (after.max(-1, keepdims=True) - after)


RULES: dict[str, Rule] = {
    "clip": lambda _before, after: after,
    "**protect**: red to green, others to the smaller": protected,
    "the smaller of the others": lifted(np.minimum),
    "the same from 0.90 on": lifted(np.minimum, 0.90),
    "the mean of the others": lifted(lambda one, other: (one + other) / 2),
    "the largest": to_the_largest,
    "protect, and neutral where two are blown": neutral_from_two,
}


def best_gains(source: Pixels, truth: Pixels) -> Floats:
    """Return the gains in linear light that come closest to the truth, on pixels that are not bright."""
    tried = np.geomspace(0.1, 30, 600)
    fitted = 255 * encoded_of(np.minimum(tried[:, None] * linear_of(np.arange(256) / 255), 1.0))
    best = []
    for values, wanted in zip(np.moveaxis(source, -1, 0), np.moveaxis(truth, -1, 0), strict=True):
        dark = values < BRIGHT
        counts = np.bincount(values[dark], minlength=256)
        sums = np.bincount(values[dark], weights=wanted[dark].astype(float), minlength=256)
        best.append(tried[np.argmin(fitted**2 @ counts - 2 * fitted @ sums)])
    return np.array(best)


def measured(job: tuple[Path, dict[str, Any]]) -> Floats | None:
    """Return the difference to the truth, a row for each kind of gains, a column for each rule."""
    folder, pair = job
    source, target, truth = (
        np.asarray(Image.open(folder / pair[key]).convert("RGB")) for key in ("source", "target", "truth")
    )
    bright = np.flatnonzero((source >= BRIGHT).any(-1))
    if len(bright) < FEWEST:
        return None
    if len(bright) > MOST:
        bright = np.random.default_rng(0).choice(bright, MOST, replace=False)
    before, wanted = source.reshape(-1, 3)[bright] / 255, truth.reshape(1, -1, 3)[:, bright]
    rows = []
    for gains in (best_gains(source, truth), correct(source, target).gains):
        after = encoded_of(np.clip(linear_of(before) * gains, 0, 1))
        results = (np.rint(255 * rule(before, after)).astype(np.uint8)[None] for rule in RULES.values())
        rows.append([deltaE_ciede2000(rgb2lab(one), rgb2lab(wanted)).mean() for one in results])
    return np.array(rows)


def table(differences: Floats) -> None:
    """Print a row for each rule; differences have the shape [photos, rules]."""
    print("| rule | CIEDE2000 | median | better | worse | at worst |\n|:--|--:|--:|--:|--:|--:|")
    for name, row in zip(RULES, differences.T, strict=True):
        more = row - differences[:, 0]
        better, worse = (more < -SEEN).mean(), (more > SEEN).mean()
        print(
            f"| {name} | {row.mean():.2f} | {np.median(row):.2f} | {better:.0%} | {worse:.0%} "
            f"| {max(more.max(), 0):.1f} |"
        )


def main() -> None:
    """Print two tables for each list."""
    for path in map(Path, sys.argv[1:] or [PAIRS]):
        pairs = json.loads(path.read_text(encoding="utf-8"))
        with Pool(2) as pool:
            found = [
                row for row in pool.map(measured, [(path.parent, p) for p in pairs], 4) if row is not None
            ]
        for number, gains in enumerate(("the best gains", "learned gains")):
            print(f"\n{path.parent.name}, {len(found)} of {len(pairs)} photos, {gains}\n")
            table(np.array(found)[:, number])


if __name__ == "__main__":
    main()
