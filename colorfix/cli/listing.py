"""``colorfix regularizers`` and ``colorfix presets``: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer


def regularizers(
    name: Annotated[
        str | None, typer.Argument(help="One of them, described in full.", show_default=False)
    ] = None,
) -> None:
    """List the regularizers, or describe one: formula, parameters, default weight, source."""
    from colorfix.errors import UnknownName  # noqa: PLC0415 - --help must not wait for NumPy
    from colorfix.regularizers import BUILT_IN, DEFAULT, parameters_of  # noqa: PLC0415

    if name is not None and name not in BUILT_IN:
        raise UnknownName("regularizer", name, BUILT_IN)
    weights = {regularizer.name: regularizer.weight for regularizer in DEFAULT}
    for known, function in BUILT_IN.items() if name is None else [(name, BUILT_IN[name])]:
        parameters = "".join(f",{key}={value:.4g}" for key, value in parameters_of(function).items())
        summary, _, rest = (function.__doc__ or "").partition("\n")
        typer.echo(f"{known}={weights.get(known, 0):g}{parameters}\n    {summary}")
        if name is not None:
            formula = rest.split(">>>")[0].rstrip()
            typer.echo(f"{formula}\n\n    Built in: {function.__module__}. The weight is the default set's.")


def presets() -> None:
    """List the presets: named sets of weighted regularizers."""
    from colorfix.regularizers import PRESETS  # noqa: PLC0415 - --help must not wait for NumPy

    for name, members in PRESETS.items():
        typer.echo(f"{name}: {' '.join(f'{r.name}={r.weight:g}' for r in members) or 'no regularizers'}")
