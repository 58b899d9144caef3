"""The target of a correction: a guide photo, saved statistics, or a virtual neutral gray."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from colorfix import photos
from colorfix.color.likeness import (
    CELLS,
    Likeness,
    blue_excess,
    structure_of,
)
from colorfix.color.scene import Sample
from colorfix.color.statistics import LUMA, SRGB, Curve, Statistics, learned_statistics
from colorfix.color.temperature import WHITES, warmth_of
from colorfix.core.defaults import MAX_PIXELS, NEUTRAL, kelvin_in
from colorfix.core.errors import SettingError, UncorrectablePhoto, UnreadablePhoto

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.color.statistics import Counts, Floats
    from colorfix.core.defaults import Space

FORMAT: Final = "colorfix/statistics/1"

_MOST_PROFILES = 16
_MOST_PIXELS = 1 << 48  # of one value; sums of them are exact


@dataclass(frozen=True)
class Target:
    """A guide, read once for any number of sources; with neither photo nor histograms it is neutral.

    Attributes:
        name: as given by the user.
        photo: the guide photo, or None.
        counts: saved histograms, shape (3, 256), sRGB, or None.
        white: of these the white pixels; all 0 where the file does not say.
        cells: saved structure, shape [18, 18], or None; see :func:`colorfix.color.likeness.structure_of`.
        edges: saved mean length of each channel's gradient, as stored, shape (3,), or None.
        warmth: of a target that is a temperature, in mired from daylight; 0 for the others.
    """

    name: str
    photo: photos.Photo | None = None
    counts: Counts | None = None
    white: Counts = field(default_factory=lambda: np.zeros((3, 256), np.int64))
    cells: Floats | None = None
    edges: Floats | None = None
    warmth: float = 0.0
    _converted: dict[object, tuple[Statistics, tuple[str, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def is_neutral(self) -> bool:
        """Whether it is the virtual gray target."""
        return self.photo is None and self.counts is None

    @cached_property
    def frame(self) -> photos.Frame | None:
        """The frame around the guide photo, which its statistics leave out; or None."""
        return None if self._grid is None else photos.frame_of(self._grid)

    @cached_property
    def _grid(self) -> NDArray[np.uint8] | None:
        return None if self.photo is None else photos.grid(self.photo)

    @cached_property
    def _points(self) -> NDArray[np.uint8] | None:
        """A grid of the guide photo without its frame; None if there is no photo."""
        return self._grid if self._grid is None or self.frame is None else self.frame.without(self._grid)

    @cached_property
    def structure(self) -> Floats | None:
        """Structure of the guide photo, or as saved; None if unknown."""
        return self.cells if self._points is None else structure_of(self._points)

    @cached_property
    def edge_strengths(self) -> Floats | None:
        """Mean length of each channel's gradient in the guide, as stored, shape (3,); None if unknown."""
        return self.edges if self._points is None else Sample(self._points, count_white=False).edges

    def likeness_to(
        self, source: Statistics, guide: Statistics, points: NDArray[np.uint8] | None = None
    ) -> Likeness:
        """Return whether the target shows the scene of a source; ``neutral`` is like a photo of grays.

        Args:
            source: statistics of the photo to correct.
            guide: statistics of the target; see :meth:`statistics_for`.
            points: the source's grid, shape [H, W, 4]; None for a pool of photos.
        """
        blue = blue_excess(guide, self.edge_strengths)
        cells = None if points is None else structure_of(points)
        if cells is None or self.structure is None:
            return Likeness.of_histograms(source, guide, blue)
        return Likeness.of_structures(cells, self.structure, blue)

    def statistics_for(
        self,
        source: photos.Photo,
        space: Space,
        curve: Curve = SRGB,
        own: Statistics | None = None,
        *,
        count_white: bool = False,
    ) -> tuple[Statistics, tuple[str, ...]]:
        """Return the target's statistics in the source's color space, and warnings about assumptions.

        They are cached by the source's profile; photos of a folder have one or two.

        Args:
            source: the photo to correct.
            space: of the statistics.
            curve: the source's transfer curve, for linear light.
            own: statistics of the source, if known.
            count_white: whether white pixels of the target count.

        Raises:
            UncorrectablePhoto: the target has no visible light, or its statistics cannot be expressed there.
        """
        if self.is_neutral:
            if own is None:
                every, white = photos.counts_and_white(source, curve)
                own = learned_statistics(every, white, curve, space, count_white=count_white)
            return Statistics(_neutral_counts(own), space), ()
        key = photos.without_timestamp(source.profile), space, curve, count_white
        if key in self._converted:
            return self._converted[key]
        result = self._convert(source, space, curve, count_white=count_white)
        if self.photo is None or result[1] == self.photo.warnings:  # other warnings name the source
            if len(self._converted) >= _MOST_PROFILES:
                self._converted.clear()
            self._converted[key] = result
        return result

    def _convert(
        self, source: photos.Photo, space: Space, curve: Curve, *, count_white: bool
    ) -> tuple[Statistics, tuple[str, ...]]:
        if self.photo is not None:
            moved = photos.in_space_of(self.photo, source)
            within = moved if self.frame is None else photos.without_frame(moved, self.frame)
            counts, white = photos.counts_and_white(within, curve)
            self._refuse_black(counts)
            guide = learned_statistics(counts, white, curve, space, count_white=count_white)
            return guide, moved.warnings
        if self.counts is None or not photos.is_srgb(source):
            raise UncorrectablePhoto(
                source.name, f"has no sRGB profile, but {self.name} holds sRGB; give the target photo itself"
            )
        self._refuse_black(self.counts)
        return learned_statistics(self.counts, self.white, curve, space, count_white=count_white), ()

    def _refuse_black(self, counts: Counts) -> None:
        if not counts[:, 1:].any():
            raise UncorrectablePhoto(self.name, "is all black; choose a target with some light in it")


def target_of(
    target: str | os.PathLike[str] | Image | NDArray[Any], *, max_pixels: int = MAX_PIXELS
) -> Target:
    """Read a target: a photo (path, Pillow image or array), a saved statistics file, or a virtual one.

    ``"neutral"`` is gray, ``"5500K"`` the same in a light of that temperature.

    Raises:
        SettingError: the temperature is too low or too high for a white.
        UnreadablePhoto: the file is missing or damaged.
        UnsupportedPhoto: a photo of a kind that colorfix does not read.
    """
    if isinstance(target, str) and target == NEUTRAL:
        return Target(NEUTRAL)
    if isinstance(target, str) and (kelvin := kelvin_in(target)) is not None:
        return _white(target, kelvin)
    if isinstance(target, str | Path) and str(target).lower().endswith(".json"):
        return _load(Path(target))
    if isinstance(target, str) and target.isdecimal() and not Path(target).exists():
        raise UnreadablePhoto(target, f"does not exist; for a temperature, write {target}K")
    photo = photos.read(target, max_pixels=max_pixels)
    return Target(photo.name, photo=photo)


def _white(name: str, kelvin: float) -> Target:
    """Return the target that is a temperature."""
    if not WHITES[0] <= kelvin <= WHITES[1]:
        raise SettingError(
            f"{name} is no white; give one of {WHITES[0]:.0f}K to {WHITES[1]:.0f}K, or ./{name} for a file"
        )
    return Target(name, warmth=warmth_of(kelvin))


def statistics_file(photo: photos.Photo) -> str:
    """Return a photo's statistics in sRGB, without a frame, as the text of a file that can be a target.

    It holds the histograms, and what tells a source of the same scene: the luminance of 18 by 18 cells, and
    the strength of the edges.
    """
    guide = Target(photo.name, photo=photo)
    moved = photos.in_srgb(photo)
    within = moved if guide.frame is None else photos.without_frame(moved, guide.frame)
    counts, white = photos.counts_and_white(within)
    saved = {"format": FORMAT, "name": photo.name, "counts": counts.tolist()}
    if white.any():
        saved["white"] = white.tolist()
    if guide.structure is not None and guide.edge_strengths is not None:
        saved["cells"] = guide.structure.astype(np.int64).tolist()
        saved["edges"] = guide.edge_strengths.tolist()
    return json.dumps(saved) + "\n"


def _load(path: Path) -> Target:
    try:
        saved = json.loads(bytes(photos.read_bytes(str(path))))
    except (ValueError, RecursionError) as error:
        raise UnreadablePhoto(str(path), "is not JSON; write it with 'colorfix describe'") from error
    target = _target_in(saved, str(path))
    if target is None:
        raise UnreadablePhoto(str(path), f"holds no {FORMAT}; write it with 'colorfix describe'")
    return target


def _target_in(saved: object, name: str) -> Target | None:
    """Return the target that a saved statistics file holds, or None if it holds none."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        return None
    counts = _numbers(saved.get("counts"), (3, 256), "i")
    white = _numbers(saved["white"], (3, 256), "i") if "white" in saved else np.zeros((3, 256), np.int64)
    if counts is None or white is None or not counts.sum(axis=1).all() or (white > counts).any():
        return None
    if "cells" not in saved:  # of version 0.1.0
        return Target(name, counts=counts, white=white)
    cells, edges = _numbers(saved["cells"], (CELLS, CELLS), "i"), _numbers(saved.get("edges"), (3,), "if")
    if cells is None or edges is None:
        return None
    cells, edges = cells.astype(np.float64), edges.astype(np.float64)
    return Target(name, counts=counts, white=white, cells=cells, edges=edges)


def _numbers(values: object, shape: tuple[int, ...], kinds: str) -> NDArray[Any] | None:
    """Return finite numbers of at least 0 as an array, or None if they are no such array of that shape.

    Args:
        values: of a file.
        shape: of the array.
        kinds: of its numbers, as NumPy names them.
    """
    try:
        array = np.array(values)
    except (TypeError, ValueError, OverflowError):
        return None
    sound = array.dtype.kind in kinds and array.shape == shape
    return array if sound and bool(((array >= 0) & (array <= _MOST_PIXELS)).all()) else None


def _neutral_counts(source: Statistics) -> Counts:
    """Return the histogram of a gray photo of the source's luminance: Σ_c w_c n_c in each channel, shares."""
    return np.tile(LUMA @ source.weights, (3, 1))
