"""From the options that commands for looking share to settings and a correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from colorfix.cli.conflicts import refuse_two_streams
from colorfix.cli.loss_options import TARGET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.core import defaults
    from colorfix.correction.result import Correction
    from colorfix.correction.settings import Settings

Photo: TypeAlias = Annotated[
    str, typer.Argument(metavar="SRC", help="The photo; - reads it from stdin.", show_default=False)
]
Guide: TypeAlias = Annotated[str, TARGET]


@dataclass(frozen=True)
class Asked:
    """What commands that look at one correction take alike, as the options say it.

    Attributes:
        regularizer: as ``-R`` takes them.
        preset: to which they are added.
        match: as in the settings; so are those below.
        space: where means are taken and gains applied.
        exposure: whether the luminance stays.
        steps: how often the loss is measured.
        lr: of every optimizer.
        delta: Hill-ADAM's.
        gamma: Hill-ADAM's.
        exploration: Hill-ADAM's turning rule.
        seed: of annealing.
        strength: how much of the correction is shown.
        highlights: what becomes of blown ones.
    """

    regularizer: Sequence[str] | None
    preset: str
    match: defaults.Match
    space: defaults.Space
    exposure: defaults.Exposure
    steps: int
    lr: float
    delta: float
    gamma: float
    exploration: defaults.ExplorationName = "paper"
    seed: int = 0
    strength: float = 1.0
    highlights: defaults.Highlights = "protect"

    def settings(self) -> Settings:
        """Return the settings of a correction as the command makes it."""
        from colorfix.correction.settings import Settings
        from colorfix.learning.options import Optimizer
        from colorfix.regularizers.plugins import choose_regularizers

        return Settings(
            regularizers=choose_regularizers(*(self.regularizer or []), preset=self.preset),
            match=self.match,
            space=self.space,
            exposure=self.exposure,
            strength=self.strength,
            optimizer=Optimizer(
                "hill-adam", self.lr, self.delta, self.gamma, seed=self.seed, exploration=self.exploration
            ),
            steps=self.steps,
            seed=self.seed,
            highlights=self.highlights,
        )


def corrected(
    source: str, target: str, settings: Settings, max_pixels: int, also: Sequence[str] = ()
) -> Correction:
    """Read a photo and its guide, and learn; nothing is written.

    Args:
        source: the photo.
        target: its guide.
        settings: of the correction.
        max_pixels: that a photo may have.
        also: what else the command reads.

    Raises:
        SettingError: two of them are to come through one pipe.
        PhotoError: one of them cannot be read, or the photo not corrected.
    """
    from colorfix import photos
    from colorfix.correction.correct import correct
    from colorfix.correction.targets import target_of

    refuse_two_streams([source, target, *also], None, as_json=False)
    guide = target_of(target, max_pixels=max_pixels)
    return correct(photos.read(source, max_pixels=max_pixels), guide, settings=settings)
