"""The commands, and what becomes of an error: one line on stderr and an exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from colorfix import __version__
from colorfix.cli.apply import apply
from colorfix.cli.clustered import spelled
from colorfix.cli.compare import compare
from colorfix.cli.correct import correct
from colorfix.cli.describe import describe
from colorfix.cli.export import export
from colorfix.cli.helping import import_help
from colorfix.cli.landscape import landscape
from colorfix.cli.listing import presets, regularizers
from colorfix.cli.preview import preview
from colorfix.cli.reproduce import app as reproduce
from colorfix.cli.talk import complain
from colorfix.errors import ColorfixError, SettingError
from colorfix.wording import said

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, WRONG_USAGE = 1, 2

app = typer.Typer(
    name="colorfix",
    help="Correct the colour of amber photos, guided by a target photo.",
    epilog="Exit status: 0 all done, 1 a photo or an output failed, 2 wrong usage, 130 stopped by Ctrl-C.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if asked:
        typer.echo(f"colorfix {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Take the options that stand before any command; what they do, their callbacks have done."""


app.command()(correct)
app.command()(apply)
app.command()(export)
app.command()(compare)
app.command()(landscape)
app.command()(preview)
app.command()(describe)
app.command()(regularizers)
app.command()(presets)
app.add_typer(reproduce, name="reproduce")


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; an error of the user's or of a file's is one line.

    Args:
        arguments: as the shell gave them, without the program's name.
    """
    debug = "--debug" in arguments
    try:
        if not {"--help", "-h"}.isdisjoint(arguments):
            import_help()
        status = int(app(spelled(arguments), prog_name="colorfix", standalone_mode=False) or 0)
        _flush()
    except TyperException as error:
        complain(error, f"{error.format_message().rstrip('.')}; see 'colorfix --help'", debug=debug)
        return error.exit_code
    except SettingError as error:
        complain(error, str(error), debug=debug)
        return WRONG_USAGE
    except ColorfixError as error:
        complain(error, str(error), debug=debug)
        return FAILED
    except OSError as error:  # files are named where they are met; what is left is stdout
        complain(
            error,
            f"<stdout>: cannot be written ({error.strerror or said(error)}); make room for it",
            debug=debug,
        )
        return FAILED
    return status


def _flush() -> None:
    """Write what is still to be written, while a full disk can be told as an error."""
    if sys.stdout is not None:  # closed by the shell: >&-
        sys.stdout.flush()
