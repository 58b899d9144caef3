"""New."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from colorfix.cli.option_types import LEARNING, LOSS, WHICH
from colorfix.core import defaults

TARGET = typer.Option(
    "--target",
    "-t",
    metavar="PATH",
    help="The photo that guides the palette; or statistics from 'colorfix describe'; or 'neutral'.",
    show_default=False,
    rich_help_panel=WHICH,
)


Target: TypeAlias = Annotated[str | None, TARGET]


TargetFor: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--target-for",
        metavar="TEMPLATE",
        help="A target for each photo, relative to its folder, as '{stem}_ref.jpg'.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]


Pairs: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--pairs",
        metavar="CSV",
        help="A table with the columns source, target and, if wanted, output; - for stdin.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]


Regularizers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--regularizer",
        "-R",
        metavar="NAME=WEIGHT[,param=value...]",
        help="Add a regularizer, or change the weight of one; 'none' drops all before it. Repeatable.",
        show_default=False,
        rich_help_panel=LOSS,
    ),
]


Preset: TypeAlias = Annotated[
    str,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="The set of regularizers that -R adds to; see 'colorfix presets'.",
        rich_help_panel=LOSS,
    ),
]


Match: TypeAlias = Annotated[
    defaults.Match, typer.Option("--match", help="Statistics of the target to match.", rich_help_panel=LOSS)
]


Space: TypeAlias = Annotated[
    defaults.Space,
    typer.Option("--space", help="Work on values as stored, or in linear light.", rich_help_panel=LOSS),
]


Exposure: TypeAlias = Annotated[
    defaults.Exposure,
    typer.Option(
        "--exposure", help="Keep the photo's luminance, or match the target's.", rich_help_panel=LOSS
    ),
]


Strength: TypeAlias = Annotated[
    float, typer.Option("--strength", help="From 0, no change, to 1, all of it.", rich_help_panel=LOSS)
]


Optimizer: TypeAlias = Annotated[
    defaults.OptimizerName, typer.Option("--optimizer", help="What learns.", rich_help_panel=LEARNING)
]


Exploration: TypeAlias = Annotated[
    defaults.ExplorationName,
    typer.Option(
        "--exploration",
        help="How Hill-ADAM looks for other minima: as the paper does, or along rays from the best.",
        rich_help_panel=LEARNING,
    ),
]


Model: TypeAlias = Annotated[
    defaults.ModelName,
    typer.Option("--model", help="Learn three gains, or the paper's network.", rich_help_panel=LEARNING),
]


Steps: TypeAlias = Annotated[
    int, typer.Option("--steps", help="How often the loss is measured.", rich_help_panel=LEARNING)
]


GainsFrom: TypeAlias = Annotated[
    str,
    typer.Option(
        "--gains-from",
        metavar="each|pooled|PHOTO",
        help="Learn for each photo; or once for all, from all together or from one photo, so that a series "
        "does not flicker.",
        rich_help_panel=LEARNING,
    ),
]


Patience: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--patience",
        min=0,
        help="Steps without a better loss after which learning ends; 0 for never.",
        show_default=f"{defaults.PATIENCE}, or never from one start",
        rich_help_panel=LEARNING,
    ),
]


Starts: TypeAlias = Annotated[
    defaults.Starts,
    typer.Option(
        "--starts",
        help="Learn from no change and from every hollow found, or once.",
        rich_help_panel=LEARNING,
    ),
]


Alternative: TypeAlias = Annotated[
    int,
    typer.Option(
        "--alternative",
        metavar="N",
        help="Write the N-th lowest minimum found: 2 is the second-best look.",
        rich_help_panel=LEARNING,
    ),
]


Certify: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--certify",
        help="Prove that no allowed gains have a lower loss, or say so.",
        rich_help_panel=LEARNING,
    ),
]


Lr: TypeAlias = Annotated[float, typer.Option("--lr", help="The learning rate.", rich_help_panel=LEARNING)]


Delta: TypeAlias = Annotated[
    float,
    typer.Option(
        "--delta", help="Two losses in a row closer than this make Hill-ADAM turn.", rich_help_panel=LEARNING
    ),
]


Gamma: TypeAlias = Annotated[
    float,
    typer.Option("--gamma", help="A loss above this is a dead end to Hill-ADAM.", rich_help_panel=LEARNING),
]


Seed: TypeAlias = Annotated[
    int, typer.Option("--seed", help="Of the network's weights and of annealing.", rich_help_panel=LEARNING)
]


Device: TypeAlias = Annotated[
    defaults.DeviceName,
    typer.Option(
        "--device",
        help="Where to learn; cuda also decodes and encodes JPEGs there, with colorfix[cuda12] or [cuda13].",
        rich_help_panel=LEARNING,
    ),
]
