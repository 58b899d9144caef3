"""The commands, and their errors: one line on stderr and an exit status."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from colorfix import __version__
from colorfix.cli.option_groups import spelled
from colorfix.cli.output import print_error
from colorfix.core.errors import NO_MEMORY, ColorfixError, SettingError, is_of_the_system
from colorfix.core.text import named, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""Modules that Typer's help imports for Markdown and tracebacks, which ours has none of, and their names."""


def import_help() -> None:
    """Import Typer's help with stand-ins for the unused modules: ``--help`` takes 575 ms, not 910 ms.

    The stand-ins stay in Typer's help alone: a later import of these modules returns the real ones.
    """
    absent = {module: name for module, name in _UNUSED.items() if module not in sys.modules}
    for module, name in absent.items():
        sys.modules[module] = ModuleType(module)
        setattr(sys.modules[module], name, type(name, (), {}))
    try:
        import typer.rich_utils  # noqa: F401 - Typer imports it itself when it prints help
    finally:
        for module in absent:
            del sys.modules[module]


FAILED, WRONG_USAGE = 1, 2

BUG = 70
"""Exit status of an error that should not be possible: EX_SOFTWARE of <sysexits.h>."""

_REPORT = "please report this line, and the photo if you may; --debug adds where it happened"
_OF_STDOUT = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}

_STATUS = (
    "Exit status: 0 all done, 1 a photo or an output failed, 2 wrong usage, 70 a bug, 130 stopped by Ctrl-C."
)

COMMANDS = {
    "correct": "correct",
    "apply": "apply",
    "export": "export",
    "compare": "compare",
    "landscape": "landscape",
    "preview": "preview",
    "describe": "describe",
    "regularizers": "listing",
    "presets": "listing",
    "reproduce": "reproduce",
}
"""The commands, in the order of the help, and the module of each."""


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"colorfix {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Accept the options before any command; their callbacks do the work."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """Return the program with some of its commands; Typer reads the parameters of each.

    Args:
        names: of commands.
    """
    app = typer.Typer(
        name="colorfix",
        help="Correct the color of amber photos, guided by a target photo.",
        epilog=_STATUS,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name in names:
        command = getattr(import_module(f"colorfix.cli.commands.{COMMANDS[name]}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command()(command)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; an error of usage or of a file is one line.

    Args:
        arguments: the words behind the program's name.
    """
    debug = "--debug" in arguments
    names = arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS
    try:
        if not {"--help", "-h"}.isdisjoint(arguments):
            import_help()
        status = int(app_of(names)(spelled(arguments), prog_name="colorfix", standalone_mode=False) or 0)
        _flush()
    except TyperException as error:
        print_error(error, _usage_line(error), debug=debug)
        return error.exit_code
    except SettingError as error:
        print_error(error, str(error), debug=debug)
        return WRONG_USAGE
    except ColorfixError as error:
        print_error(error, str(error), debug=debug)
        return FAILED
    except MemoryError as error:
        print_error(error, f"{_photo_in(arguments)}: {NO_MEMORY}", debug=debug)
        return FAILED
    except Exception as error:  # noqa: BLE001 - a bug must be one line too
        message, code = _unforeseen(error, arguments)
        print_error(error, message, debug=debug)
        return code
    return status


def _unforeseen(error: Exception, arguments: Sequence[str]) -> tuple[str, int]:
    """Return the message and the exit status for an error that is translated nowhere else."""
    if isinstance(error, OSError) and error.errno in _OF_STDOUT and error.filename is None:
        return f"<stdout>: cannot be written ({error.strerror}); make room for it", FAILED
    if is_of_the_system(error):
        name = printable(str(getattr(error, "filename", None) or "the working folder"))
        return f"{name}: cannot be used ({named(error)}); check that it exists and may be used", FAILED
    return f"{_photo_in(arguments)}: met a bug of colorfix or of a library ({named(error)}); {_REPORT}", BUG


def _photo_in(arguments: Sequence[str]) -> str:
    """Return the first file on the command line that is no option's value; else the program's name."""
    words = zip(["", *arguments], arguments, strict=False)
    files = (word for before, word in words if before[:1] != "-" and Path(word).is_file())
    return printable(next(files, "colorfix"))


def _usage_line(error: TyperException) -> str:
    """Return an error of usage with its remedy."""
    message = error.format_message().rstrip(".")
    if message == "Missing option '--target' / '-t'":
        return f"{message}; name the photo that guides, or -t neutral for no guide"
    return f"{message}; see 'colorfix --help'"


def _flush() -> None:
    """Flush stdout, while a full disk can still be reported as an error."""
    if sys.stdout is not None:  # closed by the shell: >&-
        sys.stdout.flush()
