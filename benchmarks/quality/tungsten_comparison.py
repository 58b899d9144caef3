"""How near to the truth each way of correcting comes on the tungsten set.

Takes what :mod:`benchmarks.quality.tungsten` wrote, one half of it, and prints Markdown tables: the default,
its peers and the limits by the kind of lamp; guides of the same scene; neutral sources; frames. With
``--save``, which is meant for the test half, the tables go into ``docs/quality.md`` and the figures of every
photo into ``benchmarks/results/quality``. A photo that is refused, as it has no blue at all, counts as it is.
*Too blue* counts photos whose mean of max(0, B - max(R, G)) lies
more than 5 of 255 above the truth's.

    OMP_NUM_THREADS=1 python -m benchmarks.quality.tungsten_comparison TUNGSTEN/tuning [--save]
"""

from __future__ import annotations

import argparse
import json
import warnings
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.common.color import blue_excess, difference
from benchmarks.common.machine import specification
from benchmarks.common.paths import DOCS
from benchmarks.common.results import save
from benchmarks.common.tables import table, write_tables
from benchmarks.quality import classical_methods
from benchmarks.quality.variants import FRAMES, framed, letterboxed
from colorfix import Settings, choose_regularizers, correct
from colorfix.core.errors import UncorrectablePhoto

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from benchmarks.common.color import Pixels

    Photos = dict[str, Pixels]
    Way = Callable[[Photos], Pixels]
    Figures = NDArray[np.float64]

PROCESSES = 2
TOO_BLUE = 5.0
"""Of 255."""

DEFAULT = Settings()
PLAIN = Settings(regularizers=choose_regularizers(preset="plain"), exposure="match")


def corrected(guide: str, settings: Settings = DEFAULT, source: str = "source") -> Way:
    """Return a way of correcting: colorfix, of one photo by another."""
    return lambda photos: _corrected(photos[source], photos[guide], settings)


def _corrected(source: Pixels, guide: Pixels, settings: Settings = DEFAULT) -> Pixels:
    """Correct a photo; return it as it is if it is refused."""
    try:
        return np.asarray(correct(source, guide, settings=settings).image)
    except UncorrectablePhoto:
        return source


def peer(method: Callable[[Pixels, Pixels, Pixels], Pixels]) -> Way:
    """Return a way of correcting: a classical method, guided by another scene that is too blue."""
    return lambda photos: method(photos["source"], photos["blue"], photos["truth"])


def in_frame(color: str) -> Way:
    """Return a way of correcting: the photo in a frame; the result is what lies within."""

    def corrected_within(photos: Photos) -> Pixels:
        height, width = photos["source"].shape[:2]
        whole = _corrected(framed(photos["source"], FRAMES[color]), photos["blue"])
        side = height // 10
        return whole[side : side + height, side : side + width]

    return corrected_within


def by_letterboxed(photos: Photos) -> Pixels:
    """Correct by the truth between black bars."""
    return _corrected(photos["source"], letterboxed(photos["truth"]))


WAYS: dict[str, Way] = {
    "no change": lambda photos: photos["source"],
    "plain matching": corrected("blue", PLAIN),
    "Reinhard": peer(classical_methods.reinhard),
    "histogram matching": peer(classical_methods.histogram_matching),
    "gray-world": peer(classical_methods.gray_world),
    "shades of gray": peer(classical_methods.shades_of_gray),
    "**colorfix**": corrected("blue"),
    "three best gains": peer(classical_methods.oracle),
}
"""The guide is another scene, and too blue."""

GUIDES: dict[str, Way] = {
    "plain matching, the truth": corrected("truth", PLAIN),
    "**colorfix**, the truth": corrected("truth"),
    "**colorfix**, the truth letterboxed": by_letterboxed,
    "plain matching, in daylight": corrected("twin", PLAIN),
    "**colorfix**, in daylight": corrected("twin"),
    "plain matching, in daylight and rendered otherwise": corrected("other", PLAIN),
    "**colorfix**, in daylight and rendered otherwise": corrected("other"),
}
"""The guide shows the same scene."""

FRAMED: dict[str, Way] = {f"**colorfix**, {color} frame": in_frame(color) for color in FRAMES}

NEUTRAL: dict[str, Way] = {"**colorfix**, the truth as the source": corrected("blue", source="truth")}

ALL_WAYS = WAYS | GUIDES | FRAMED | NEUTRAL


def measured(pair: dict[str, Any], folder: Path) -> list[tuple[float, float]]:
    """Return difference to the truth and blue excess over it, for each way."""
    photos = {key: np.asarray(Image.open(folder / path)) for key, path in pair["files"].items()}
    truth = photos["truth"]
    results = [way(photos) for way in ALL_WAYS.values()]
    return [(difference(photo, truth), blue_excess(photo) - blue_excess(truth)) for photo in results]


def summary(ways: Mapping[str, Way], figures: Figures) -> str:
    """Return a line for each way.

    Args:
        ways: by name.
        figures: difference and blue excess by all ways, shape [photos, ways, 2].
    """
    rows, names = [], list(ALL_WAYS)
    unchanged = figures[:, names.index("no change"), 0]
    for name in ways:
        errors, blue = figures[:, names.index(name)].T
        worse = errors > (0 if name in NEUTRAL else unchanged)
        rows.append(
            f"| {name} | {errors.mean():.2f} | {np.median(errors):.2f} | {np.percentile(errors, 95):.1f} "
            f"| {errors.max():.1f} | {worse.sum()} | {(blue > TOO_BLUE).sum()} |"
        )
    head = f"| {len(figures)} photos | mean | median | 95 % | worst | worse than no change | too blue |"
    return table(head, rows)


def tables_of(figures: Figures, kinds: NDArray[np.str_]) -> dict[str, str]:
    """Return the tables by name; kinds are those of the lamps."""
    lamps = {kind: figures[kinds == kind] for kind in sorted(set(kinds))}
    names = list(ALL_WAYS)
    plain, ours = (
        figures[:, names.index(name), 0] for name in ("plain matching, the truth", "**colorfix**, the truth")
    )
    gap = ours - plain
    closeness = f"\n\nGap to plain matching, the truth as guide: {gap.mean():+.2f} in the mean, "
    return {
        "tungsten": summary(WAYS, figures),
        **{f"tungsten, {kind}": summary(WAYS, found) for kind, found in lamps.items()},
        "tungsten, same scene": summary(GUIDES, figures)
        + closeness
        + f"{gap.max():+.1f} at most, above 1 for {(gap > 1).sum()} of {len(gap)}.",
        "tungsten, frames": summary(FRAMED, figures),
        "tungsten, neutral source": summary(NEUTRAL, figures),
    }


def main() -> None:
    """Measure, and print or save the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--save", action="store_true", help="write the tables into docs/quality.md")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th photo")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # scikit-image, of colors that sRGB does not hold
    pairs = json.loads((options.folder / "pairs.json").read_text(encoding="utf-8"))[:: options.every]
    with Pool(PROCESSES) as pool:
        found = np.array(pool.map(partial(measured, folder=options.folder), pairs, chunksize=1))
    tables = tables_of(found, np.array([pair["kind"] for pair in pairs]))
    for name, text in tables.items():
        print(f"{name}\n\n{text}\n", flush=True)
    if options.save:
        records = [
            {"pair": pair["name"], "kind": pair["kind"], "figures": figures.round(4).tolist()}
            for pair, figures in zip(pairs, found, strict=True)
        ]
        save("quality", "tungsten", specification() | {"ways": list(ALL_WAYS), "records": records})
        write_tables(DOCS / "quality.md", tables)


if __name__ == "__main__":
    main()
