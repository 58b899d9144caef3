"""Data of experiment 2: published means, and pairs of photos in a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorfix import photos
from colorfix.color.scene import Scene
from colorfix.color.statistics import LUMA, Statistics, values_in
from colorfix.core.errors import SettingError
from colorfix.core.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.color.statistics import Floats
    from colorfix.photos import Photo

FOLDER = "sample_images"
"""Folder of the pairs in a checkout; an installed package has none."""

INDEX = "pairs.json"
"""File in the folder: a list of mappings with ``name``, and the paths ``source`` and ``target``."""

MAX_PAIRS = 12
"""Number of instances in the paper."""


@dataclass(frozen=True)
class Pair:
    """One instance of experiment 2.

    Attributes:
        name: of the pair.
        source_means: μ, shape (3,), 0 to 1, as stored.
        target_means: τ, shape (3,), 0 to 1, as stored.
        source: the photo, or None for means alone.
        target: the photo, or None.
    """

    name: str
    source_means: Floats
    target_means: Floats
    source: Photo | None = None
    target: Photo | None = None


MEANS = Pair("means", np.array([0.62, 0.45, 0.215]), np.array([0.30, 0.45, 0.68]))
"""Means of an amber source and a blue target, with minima near those of the paper's photos, which are not
published."""


def pairs_in(folder: str | None) -> tuple[Pair, ...]:
    """Return the means, then the first pairs of a folder.

    Args:
        folder: of ``pairs.json``; None is ``sample_images``, or no photos if that does not exist.

    Raises:
        SettingError: the folder holds no pairs.
        PhotoError: a photo of a pair cannot be read.
    """
    place = Path(FOLDER if folder is None else folder)
    if folder is None and not (place / INDEX).is_file():
        return (MEANS,)
    try:
        listed = json.loads((place / INDEX).read_text(encoding="utf-8"))
        named = [
            (pair["name"], place / pair["source"], place / pair["target"]) for pair in listed[:MAX_PAIRS]
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        index = printable(str(place / INDEX))
        raise SettingError(
            f"{index}: is no list of pairs ({one_line(error)}); name their folder with --pairs"
        ) from error
    return (MEANS, *(_pair(*each) for each in named))


def _pair(name: str, source: Path, target: Path) -> Pair:
    before, guide = photos.read(source), photos.read(target)
    source_means, target_means = (Statistics(photos.counts(photo)).means for photo in (before, guide))
    return Pair(name, source_means, target_means, before, guide)


def scene_of(pairs: Sequence[Pair]) -> Scene:
    """Return the scene of P problems of which only the means are known."""
    zeros = np.zeros((len(pairs), 3))
    means = np.stack([pair.source_means for pair in pairs])
    return Scene(
        source_means=means,
        source_deviations=zeros,
        stored_means=means,
        target_means=np.stack([pair.target_means for pair in pairs]),
        target_deviations=zeros,
        weights=np.zeros((len(pairs), 3, 256)),
        values=values_in("srgb"),
        luma=LUMA,
    )
