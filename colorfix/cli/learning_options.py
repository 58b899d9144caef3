"""Options of learning (targets, loss, optimizer) and the one correction that several commands compute."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from colorfix.cli.conflicts import refuse_two_pipes
from colorfix.cli.options import which
from colorfix.cli.output import info
from colorfix.core import defaults

if TYPE_CHECKING:
    from colorfix.correction.correct import Correction
    from colorfix.correction.settings import Settings

_loss = partial(typer.Option, rich_help_panel="The loss")
_learning = partial(typer.Option, rich_help_panel="Learning")


_TARGET = which(
    "--target",
    "-t",
    metavar="PATH",
    help="The photo that guides the palette; or statistics from 'colorfix describe'; or 'neutral'; "
    "or the temperature of the result's white, as 5500K.",
)


class OnePhotoOptions(NamedTuple):
    """One photo and its target."""

    source: Annotated[str, typer.Argument(metavar="SRC", help="The photo; - reads it from stdin.")]
    target: Annotated[str, _TARGET]


class TargetOptions(NamedTuple):
    """The target of each photo."""

    target: Annotated[str | None, _TARGET] = None
    target_for: Annotated[
        str | None,
        which(
            "--target-for",
            metavar="TEMPLATE",
            help="A target for each photo, relative to its folder, as '{stem}_ref.jpg'.",
        ),
    ] = None
    pairs: Annotated[
        str | None,
        which(
            "--pairs",
            metavar="CSV",
            help="A table with the columns source, target and, if wanted, output; - for stdin.",
        ),
    ] = None


class LossOptions(NamedTuple):
    """The loss: its regularizers and the statistics it compares."""

    regularizer: Annotated[
        list[str] | None,
        _loss(
            "--regularizer",
            "-R",
            metavar="NAME=WEIGHT[,param=value...]",
            help="Add a regularizer, or change the weight of one; 'none' drops all before it. Repeatable.",
        ),
    ] = None
    preset: Annotated[
        str,
        _loss(
            "--preset",
            metavar="NAME",
            help="The set of regularizers that -R adds to; see 'colorfix presets'.",
        ),
    ] = "default"
    match: Annotated[defaults.Match, _loss("--match", help="Statistics of the target to match.")] = "mean"
    space: Annotated[
        defaults.Space,
        _loss("--space", help="Work on values as stored, in linear light, or as a camera's sensor."),
    ] = "sensor"
    exposure: Annotated[
        defaults.Exposure,
        _loss(
            "--exposure",
            help="Keep the photo's luminance, match the target's, or go as far as the target shows the same "
            "scene.",
        ),
    ] = "auto"
    follow: Annotated[
        str,
        _loss(
            "--follow",
            metavar="auto|0..1",
            autocompletion=lambda: ["auto", "0", "0.5", "1"],
            help="How far the target counts: 0 ignores it, 1 follows it whatever it shows, auto as far as it "
            "shows the same scene.",
        ),
    ] = "auto"
    strength: Annotated[float, _loss("--strength", help="From 0, no change, to 1, all of it.")] = 1.0


class LearningOptions(NamedTuple):
    """The optimizer and the points that it starts from."""

    optimizer: Annotated[defaults.OptimizerName, _learning("--optimizer", help="The optimizer.")] = (
        "hill-adam"
    )
    exploration: Annotated[
        defaults.ExplorationName,
        _learning(
            "--exploration",
            help="How Hill-ADAM looks for other minima: as the paper does, or along rays from the best.",
        ),
    ] = "paper"
    model: Annotated[
        defaults.ModelName, _learning("--model", help="Learn three gains, or the paper's network.")
    ] = "gains"
    steps: Annotated[int, _learning("--steps", help="How often the loss is measured.")] = defaults.STEPS
    patience: Annotated[
        int | None,
        _learning(
            "--patience",
            min=0,
            help="Steps without a better loss after which learning ends; 0 for never.",
            show_default=f"{defaults.PATIENCE}, or never from one start",
        ),
    ] = None
    gains_from: Annotated[
        str,
        _learning(
            "--gains-from",
            metavar="each|pooled|PHOTO",
            help="Learn for each photo; or once for all, from all together or from one photo, so that a "
            "series "
            "does not flicker.",
        ),
    ] = defaults.EACH
    starts: Annotated[
        defaults.Starts,
        _learning("--starts", help="Learn from no change and from every hollow found, or once."),
    ] = "several"
    alternative: Annotated[
        int,
        _learning(
            "--alternative",
            metavar="N",
            help="Write the N-th lowest minimum found: 2 is the second-best look.",
        ),
    ] = 1
    certify: Annotated[
        bool, _learning("--certify", help="Prove that no allowed gains have a lower loss, or say so.")
    ] = False
    lr: Annotated[float, _learning("--lr", help="The learning rate.")] = defaults.LR
    delta: Annotated[
        float, _learning("--delta", help="Two losses in a row closer than this make Hill-ADAM turn.")
    ] = defaults.DELTA
    gamma: Annotated[float, _learning("--gamma", help="A loss above this is a dead end to Hill-ADAM.")] = (
        defaults.GAMMA
    )
    seed: Annotated[int, _learning("--seed", help="Seed of the network's weights and of annealing.")] = 0
    device: Annotated[
        defaults.DeviceName,
        _learning(
            "--device",
            help="Where to learn; cuda also decodes and encodes JPEGs there, with colorfix[cuda12] or "
            "[cuda13].",
        ),
    ] = "auto"


def correct_one(
    photo: OnePhotoOptions, settings: Settings, max_pixels: int, truth: str | None = None
) -> Correction:
    """Read a photo and its target, and learn; nothing is written.

    Args:
        photo: the photo and its target.
        settings: of the correction.
        max_pixels: width times height that is still accepted.
        truth: a further photo that the command reads.

    Raises:
        SettingError: two of them are to come from stdin.
        PhotoError: one of them cannot be read, or the photo not corrected.
    """
    from colorfix import photos
    from colorfix.correction.correct import correct
    from colorfix.correction.targets import target_of

    refuse_two_pipes([*photo, truth])
    target = target_of(photo.target, max_pixels=max_pixels)
    return correct(photos.read(photo.source, max_pixels=max_pixels), target, settings=settings)


def print_guide(correction: Correction) -> None:
    """Print what the guide shows and what was made of it; nothing for the target ``neutral``."""
    from colorfix.report.guide import sentence_of

    sentence = sentence_of(correction)
    if sentence is not None:
        info(sentence)
