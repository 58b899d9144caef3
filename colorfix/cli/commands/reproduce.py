"""``colorfix reproduce``: the paper's experiments, a command each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

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
        show_default=False,
    ),
]
Pairs: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--pairs",
        metavar="DIR",
        help="The folder of the photos, with pairs.json; sample_images here by default, if it is there.",
        show_default=False,
    ),
]
Seeds: TypeAlias = Annotated[int, typer.Option("--seeds", min=1, help="How many seeds.")]
Steps: TypeAlias = Annotated[int, typer.Option("--steps", min=1, help="How often the loss is measured.")]
Device: TypeAlias = Annotated[defaults.DeviceName, typer.Option("--device", help="Where to learn.")]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier result.")]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but the table and errors.")
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print the JSON on stdout instead of the tables.")
]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

reproduce = typer.Typer(
    help="Repeat the experiments of 'Explore the Loss space with Hill-ADAM'.", no_args_is_help=False
)


def run(
    experiment: Callable[[Progress], Result],
    name: str,
    *,
    out: str | None,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run an experiment: progress on stderr, its tables (or JSON) on stdout, its files in a folder.

    Args:
        experiment: takes whom to tell how far it is.
        name: of the experiment and its files.
        out: the folder to write into, or None.
        overwrite: whether an earlier result may be replaced.
        quiet: no progress, no word of files.
        as_json: JSON instead of tables.
    """
    from colorfix.cli.commands.result_tables import Running, print_tables
    from colorfix.cli.output import info
    from colorfix.experiments import as_json as json_of
    from colorfix.experiments import prepare, write

    if out is not None:
        prepare(out, name, overwrite=overwrite)
    with Running(shown=not quiet and sys.stderr.isatty()) as progress:
        result = experiment(progress)
    written = write(result, out) if out is not None else []
    if as_json:
        typer.echo(json_of(result), nl=False)
    else:
        print_tables(result)
    if not quiet:
        for path in written:
            info(path)


@reproduce.command()
def polynomials(
    *,
    out: Out = None,
    seeds: Seeds = 15,
    steps: Steps = 15_000,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,  # noqa: ARG001 - app.run reads it from the command line
) -> None:
    """Table 1: five polynomials, the paper's network, Hill-ADAM beside its peers; Figures 2 and 3."""
    from colorfix.experiments import polynomials as experiment

    run(
        lambda progress: experiment.run(seeds, steps, device, progress),
        "polynomials", out=out, overwrite=overwrite, quiet=quiet, as_json=as_json,
    )  # fmt: skip


@reproduce.command()
def photos(
    *,
    out: Out = None,
    pairs: Pairs = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=4, help="How many of the paper's seeds.")] = 4,
    steps: Steps = 1000,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,  # noqa: ARG001 - app.run reads it from the command line
) -> None:
    """Table 2: colour correction with the paper's network and penalty; Figures 4, 5 and 6."""
    from colorfix.cli.output import info
    from colorfix.experiments import color_correction as experiment
    from colorfix.experiments.photo_pairs import INDEX, pairs_in

    found = pairs_in(pairs)
    if len(found) == 1 and not quiet:
        info(f"no photos here, only means: name a folder with {INDEX} with --pairs")
    run(
        lambda progress: experiment.run(found, seeds, steps, device, progress),
        "photos", out=out, overwrite=overwrite, quiet=quiet, as_json=as_json,
    )  # fmt: skip


@reproduce.command()
def escape(
    *,
    out: Out = None,
    starts: Annotated[int, typer.Option("--starts", min=2, help="How many starts a polynomial.")] = 201,
    steps: Steps = 15_000,
    device: Device = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,  # noqa: ARG001 - app.run reads it from the command line
) -> None:
    """Section 5: where Adam stops on the five polynomials, predicted from Eq. 12 and 13 and observed."""
    from colorfix.experiments import escape as experiment

    run(
        lambda progress: experiment.run(starts, steps, device, progress),
        "escape", out=out, overwrite=overwrite, quiet=quiet, as_json=as_json,
    )  # fmt: skip
