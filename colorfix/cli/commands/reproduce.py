"""``colorfix reproduce``: the paper's experiments, a command each."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import typer

from colorfix.cli.option_groups import grouped
from colorfix.core import defaults

if TYPE_CHECKING:
    from collections.abc import Callable

    from colorfix.experiments import Progress, Result

Out: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write a Markdown page, JSON with every seed's figure, and figures into this folder.",
    ),
]
Steps: TypeAlias = Annotated[int, typer.Option("--steps", min=1, help="How often the loss is measured.")]


class ExperimentOptions(NamedTuple):
    """Options of every experiment."""

    device: Annotated[defaults.DeviceName, typer.Option("--device", help="Where to learn.")] = "auto"
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier result.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the table and errors.")] = (
        False
    )
    json: Annotated[bool, typer.Option("--json", help="Print the JSON on stdout instead of the tables.")] = (
        False
    )
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False


reproduce = typer.Typer(
    help="Repeat the experiments of 'Explore the Loss space with Hill-ADAM'.", no_args_is_help=False
)


def _run(
    experiment: Callable[[Progress], Result], name: str, out: str | None, options: ExperimentOptions
) -> None:
    """Run an experiment: progress on stderr, its tables (or JSON) on stdout, its files in a folder.

    Args:
        experiment: takes a function to report its progress to.
        name: of the experiment and its files.
        out: the folder to write into, or None.
        options: of the experiment.
    """
    from colorfix.cli.commands.result_tables import ProgressBar, print_tables
    from colorfix.cli.output import info
    from colorfix.experiments import as_json, prepare, write

    if out is not None:
        prepare(out, name, overwrite=options.overwrite)
    with ProgressBar(visible=not options.quiet and sys.stderr.isatty()) as progress:
        result = experiment(progress)
    written = write(result, out) if out is not None else []
    if options.json:
        typer.echo(as_json(result), nl=False)
    else:
        print_tables(result)
    if not options.quiet:
        for path in written:
            info(path)


@reproduce.command()
@grouped
def polynomials(
    *,
    out: Out = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many seeds.")] = 15,
    steps: Steps = 15_000,
    options: ExperimentOptions,
) -> None:
    """Table 1: five polynomials, the paper's network, Hill-ADAM beside its peers; Figures 2 and 3."""
    from colorfix.experiments import polynomials as experiment

    _run(partial(experiment.run, seeds, steps, options.device), "polynomials", out, options)


@reproduce.command()
@grouped
def photos(
    *,
    out: Out = None,
    pairs: Annotated[
        str | None,
        typer.Option(
            "--pairs",
            metavar="DIR",
            help="The folder of the photos, with pairs.json; sample_images here by default, if it is there.",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=4, help="How many of the paper's seeds.")] = 4,
    steps: Steps = 1000,
    options: ExperimentOptions,
) -> None:
    """Table 2: color correction with the paper's network and penalty; Figures 4, 5 and 6."""
    from colorfix.cli.output import info
    from colorfix.experiments import color_correction as experiment
    from colorfix.experiments.photo_pairs import INDEX, pairs_in

    found = pairs_in(pairs)
    if len(found) == 1 and not options.quiet:
        info(f"no photos here, only means: name a folder with {INDEX} with --pairs")
    _run(partial(experiment.run, found, seeds, steps, options.device), "photos", out, options)


@reproduce.command()
@grouped
def escape(
    *,
    out: Out = None,
    starts: Annotated[int, typer.Option("--starts", min=2, help="How many starts a polynomial.")] = 201,
    steps: Steps = 15_000,
    options: ExperimentOptions,
) -> None:
    """Section 5: where Adam stops on the five polynomials, predicted from Eq. 12 and 13 and observed."""
    from colorfix.experiments import escape as experiment

    _run(partial(experiment.run, starts, steps, options.device), "escape", out, options)
