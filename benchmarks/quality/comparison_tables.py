"""Tables of ``docs/quality.md`` from the figures of ``comparison.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Figures = NDArray[np.float64]
    Pairs = list[dict[str, Any]]


def summary(ways: Iterable[str], figures: Figures, unchanged: Figures) -> str:
    """Return a line for each way.

    Args:
        ways: names.
        figures: difference, blue and clipping beyond the truth's, shape [pairs, ways, 3].
        unchanged: difference before any correction, shape [pairs].
    """
    rows = []
    for name, way in zip(ways, figures.swapaxes(0, 1), strict=True):
        errors, blue, clips = way.T
        rows.append(
            f"| {name} | {errors.mean():.2f} | {np.median(errors):.2f} | {np.percentile(errors, 95):.1f} "
            f"| {errors.max():.1f} | {(errors > unchanged).sum()} of {len(errors)} | {blue.mean():+.1f} "
            f"| {clips.mean():+.1%} |"
        )
    return table("| way | mean | median | 95 % | worst | worse than no change | blue | clipped |", rows)


def photo_by_photo(ways: list[str], figures: Figures, pairs: Pairs) -> str:
    """Return a line for each pair, a column for each way."""
    rows = [
        f"| {pair['name']} | " + " | ".join(f"{error:.1f}" for error in errors) + " |"
        for pair, errors in zip(pairs, figures[..., 0], strict=True)
    ]
    return table("| pair | " + " | ".join(ways) + " |", rows)


def losing(figures: dict[str, Figures], pairs: Pairs, count: int = 12) -> str:
    """Return the photographs with the largest mean difference over their renderings."""
    scenes = [pair["photograph"]["scene"] for pair in pairs]
    ordinary = {pair["photograph"]["scene"] for pair in pairs if pair["photograph"]["ordinary"]}
    lines = []
    for scene in dict.fromkeys(scenes):
        of_it = np.array([other == scene for other in scenes])
        before, after, best = (figures[key][of_it] for key in ("before", "after", "best"))
        kind = "ordinary" if scene in ordinary else "hard"
        row = f"| {scene} | {kind} | {before.mean():.1f} | {after.mean():.1f} | {after.max():.1f} "
        lines.append(
            (after.mean(), f"{row}| {best.mean():.1f} | {(after > before).sum()} of {of_it.sum()} |")
        )
    rows = [row for _, row in sorted(lines, reverse=True)[:count]]
    head = "| photograph | kind | before | after | worst | best gains | worse than no change |"
    return table(head, rows, texts=2)
