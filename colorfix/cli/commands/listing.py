"""``colorfix regularizers`` and ``colorfix presets``: lists to choose from."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from colorfix.cli.output import stdout_for_data

if TYPE_CHECKING:
    from colorfix.regularizers import Regularizer


def regularizers(
    name: Annotated[
        str | None,
        typer.Argument(
            help="One of them, described in full: built in, installed, or PATH.py:function.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the regularizers, or describe one: formula, parameters, default weight, landscape, source.

    Example: colorfix regularizers neutral-pixels
    """
    from colorfix.regularizers import BUILT_IN, Description
    from colorfix.regularizers.plugins import installed, owners_of, regularizer_of

    if name is not None:
        with stdout_for_data():
            function = regularizer_of(name).function
        origin = " and ".join(owners_of(name)) or "a file"
        _show(name, function, origin if name in BUILT_IN else f"{origin}; it keeps the contract")
        typer.echo(f"    {'example':12}-R {_example(name, function)}")
        if Description.of(function).rest:
            typer.echo("\n" + indent(Description.of(function).rest, "    "))
        return
    for known, function in BUILT_IN.items():
        _show(known, function, " and ".join(owners_of(known)))
    for offered in sorted(installed().keys() - BUILT_IN.keys()):  # loaded by name only
        typer.echo(
            f"{offered}\n    of {' and '.join(owners_of(offered))}; see 'colorfix regularizers {offered}'"
        )


def presets() -> None:
    """List the presets, named sets of weighted regularizers: a line of weights and what it is for."""
    from colorfix.regularizers import PRESETS, PURPOSES

    for name, members in PRESETS.items():
        typer.echo(f"{name}: {' '.join(f'{r.name}={r.weight:g}' for r in members) or 'no regularizers'}")
        typer.echo(f"    {PURPOSES[name]}")


def _show(name: str, function: Regularizer, origin: str) -> None:
    """Print a regularizer's name, summary, formula, parameters, weight and origin."""
    from colorfix.regularizers import Description

    described = Description.of(function)
    facts = {
        "formula": described.formula.replace("\n", f"\n{'':16}"),
        "parameters": _parameters(function),
        "weight": _weights(name),
        "origin": origin,
    }
    lines = [described.summary, *(f"{fact:12}{text}" for fact, text in facts.items() if text)]
    typer.echo("\n    ".join([name, *filter(None, lines)]))


def _parameters(function: Regularizer) -> str:
    """Return each parameter with its default and its range: ``p=6 (1 to 80)``."""
    from colorfix.regularizers import parameters_of, ranges_of

    limits = {name: f" ({least:g} to {most:g})" for name, (least, most) in ranges_of(function).items()}
    return ", ".join(
        f"{name}={value:.4g}{limits.get(name, '')}" for name, value in parameters_of(function).items()
    )


def _weights(name: str) -> str:
    """Return the default weight, 0 if there is none, and the weights in other presets."""
    from colorfix.regularizers import PRESETS

    weights = {preset: r.weight for preset, members in PRESETS.items() for r in members if r.name == name}
    return ", ".join(
        [f"{weights.get('default', 0):g} by default"]
        + [f"{weight:g} in the preset {preset}" for preset, weight in weights.items() if preset != "default"]
    )


def _example(name: str, function: Regularizer) -> str:
    """Return the value of ``-R``: the default weight, or 1, and every parameter."""
    from colorfix.regularizers import DEFAULT, parameters_of

    weight = {regularizer.name: regularizer.weight for regularizer in DEFAULT}.get(name, 1.0)
    parameters = "".join(f",{key}={value:.4g}" for key, value in parameters_of(function).items())
    return f"{name}={weight:g}{parameters}"
