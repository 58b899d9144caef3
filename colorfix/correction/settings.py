"""Settings of a correction, checked when they are made."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, get_args

from colorfix.color.temperature import white_of
from colorfix.core.defaults import (
    PATIENCE,
    STEPS,
    Exposure,
    Follow,
    Highlights,
    Match,
    ModelName,
    Space,
    Starts,
)
from colorfix.core.errors import SettingError, UnknownName
from colorfix.learning.options import Optimizer
from colorfix.photos import EVERYTHING, Selection
from colorfix.regularizers import DEFAULT, Weighted
from colorfix.regularizers.plugins import refuse_unadopted

if TYPE_CHECKING:
    from colorfix.core.defaults import DeviceName


MOST_SEEDS = 2**63


@dataclass(frozen=True)
class Settings:
    """How to correct a photo.

    Attributes:
        regularizers: penalties on the gains; see :mod:`colorfix.regularizers`.
        match: ``"mean"`` (the paper) or ``"mean-std"`` (deviations too, in the least-squares sense).
        space: of statistics and gains: ``"linear"`` (linear light), ``"sensor"`` (the same, applied as a
            camera's sensor sees it; :mod:`colorfix.color.sensor`) or ``"srgb"`` (values as stored).
        exposure: ``"auto"`` (the luminance follows the target's as far as it shows the same scene),
            ``"keep"`` (the target is scaled to the source's luminance: only its color guides) or ``"match"``
            (the paper).
        follow: how far the target counts: ``"auto"`` (as far as it shows the same scene; another one is a
            hint), or a number from 0 (not at all) to 1 (as the same scene, whatever it shows).
        strength: of the correction, 0 (none) to 1 (full), a factor of log gains.
        warmth: how much warmer than neutral the white comes out, in mired; below 0 for cooler.
        model: ``"gains"`` or ``"network"`` (the paper's).
        optimizer: its name and settings.
        steps: number of loss measurements, at least 1.
        patience: steps without a new best, lower by δ, after which learning ends early; 0 for never; None for
            25 with several starts and never with one.
        starts: ``"several"`` (no change, and the minima of two grids of gains) or ``"one"``; the network
            always has one.
        alternative: rank of the minimum to use, 1 the lowest.
        certify: whether to prove that no allowed gains are better (:mod:`colorfix.certificate`).
        seed: of the network's weights and of annealing.
        device: ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
        highlights: ``"clip"`` (each channel by itself) or ``"protect"`` (blown pixels take on no color).
        dither: whether fine noise hides the banding of 8 bits.
        selection: pixels that count in the statistics.
        only_region: whether only the selection's region is changed.
        count_white: whether white pixels count in the statistics that gains are learned from.

    Raises:
        SettingError: a value is out of its range.

    >>> Settings(strength=2.0)
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: strength must lie between 0 and 1, got 2.0
    """

    regularizers: tuple[Weighted, ...] = DEFAULT
    match: Match = "mean"
    space: Space = "sensor"
    exposure: Exposure = "auto"
    follow: Follow = "auto"
    strength: float = 1.0
    warmth: float = 0.0
    model: ModelName = "gains"
    optimizer: Optimizer = field(default_factory=Optimizer)
    steps: int = STEPS
    patience: int | None = None
    starts: Starts = "several"
    alternative: int = 1
    certify: bool = False
    seed: int = 0
    device: DeviceName = "auto"
    highlights: Highlights = "protect"
    dither: bool = False
    selection: Selection = EVERYTHING
    only_region: bool = False
    count_white: bool = False

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("match", self.match, get_args(Match)),
            ("space", self.space, get_args(Space)),
            ("exposure", self.exposure, get_args(Exposure)),
            ("model", self.model, get_args(ModelName)),
            ("starts", self.starts, get_args(Starts)),
            ("highlights", self.highlights, get_args(Highlights)),
        ):
            if value not in choices:
                raise UnknownName(name, value, choices)
        _check_kinds(self)
        if not (math.isfinite(self.strength) and 0 <= self.strength <= 1):
            raise SettingError(f"strength must lie between 0 and 1, got {self.strength}")
        if not math.isfinite(self.warmth):
            raise SettingError(f"warmth must be finite, got {self.warmth}")
        white_of(self.warmth)  # refuses one that is too warm or too cool
        _check_follow(self.follow, self.exposure)
        for name, number in (("steps", self.steps), ("alternative", self.alternative)):
            if number < 1:
                raise SettingError(f"{name} must be at least 1, got {number}")
        if self.patience is not None and self.patience < 0:
            raise SettingError(f"patience must be at least 0, got {self.patience}")
        if self.only_region and self.selection.region is None:
            raise SettingError("--only-region needs a region; give --region or --mask")
        if not 0 <= self.seed < MOST_SEEDS:
            raise SettingError(f"seed must lie between 0 and 2^63 - 1, got {self.seed}")

    @property
    def effective_patience(self) -> int | None:
        """Steps without a new best after which learning ends early; None for never."""
        if self.patience is None:
            return PATIENCE if self.starts == "several" else None
        return self.patience or None


def _check_follow(follow: object, exposure: Exposure) -> None:
    """Refuse a guide that counts neither automatically nor by a share, or that is ignored and matched."""
    if follow == "auto":
        return
    if isinstance(follow, bool) or not isinstance(follow, int | float) or not 0 <= follow <= 1:
        raise SettingError(f"follow must be auto or lie between 0 and 1, got {follow}")
    if follow == 0 and exposure == "match":
        raise SettingError("follow 0 ignores the target, whose exposure cannot be matched; drop one of them")


def _check_kinds(settings: Settings) -> None:
    """Refuse values of the wrong type, and regularizers whose names clash."""
    types: dict[str, type | tuple[type, ...]] = {
        "regularizers": tuple,
        "strength": (int, float),
        "warmth": (int, float),
        "optimizer": Optimizer,
        "steps": int,
        "patience": (int, NoneType),
        "alternative": int,
        "certify": bool,
        "dither": bool,
        "selection": Selection,
        "only_region": bool,
        "count_white": bool,
        "seed": int,
    }
    for name, kind in types.items():
        value = getattr(settings, name)
        if not isinstance(value, kind):
            raise SettingError(f"{name} is of another kind than wanted, got {value!r}")
    for member in settings.regularizers:
        if not isinstance(member, Weighted):
            raise SettingError(
                f"regularizers must be Weighted; see colorfix.choose_regularizers, got {member!r}"
            )
        refuse_unadopted(member)
    for name, owners in Counter(regularizer.name for regularizer in settings.regularizers).items():
        if owners > 1:
            raise SettingError(
                f"the regularizer {name!r} is there {owners} times; give each a name of its own"
            )
