"""Options of the files, the pixels, the run and the output, a group each."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import typer

from colorfix.core import defaults

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_MOST = float(1 << 60)  # bytes
_SIZE = re.compile(r"(?P<number>\d+(\.\d+)?) ?(?P<unit>[KMGT]?)(i?B)?", re.IGNORECASE)


def bytes_of(text: str) -> int:
    """Return the bytes of a size; its units are powers of 1024.

    Raises:
        typer.BadParameter: the text is no size.

    >>> bytes_of("512M"), bytes_of("1.5 GiB")
    (536870912, 1610612736)
    """
    found = _SIZE.fullmatch(text.strip())
    size = float(found["number"]) * _UNITS[found["unit"].upper()] if found else 0.0
    if not 1 <= size < _MOST:
        raise typer.BadParameter(f"an amount of memory is written as 512M or 2G, got {text!r}")
    return int(size)


def delta_e_of(text: str) -> float:
    """Return a mean color difference; that of a cast for an empty text.

    Raises:
        typer.BadParameter: the text is no number of 0 or more.

    >>> delta_e_of("7.5"), delta_e_of("") == defaults.THRESHOLD
    (7.5, True)
    """
    try:
        delta_e = float(text or defaults.THRESHOLD)
    except ValueError:
        delta_e = -1.0
    if not 0 <= delta_e < float("inf"):
        raise typer.BadParameter(f"a mean color difference is a number of 0 or more, got {text!r}")
    return delta_e


which = partial(typer.Option, rich_help_panel="Which photos, and where to")
pixels = partial(typer.Option, rich_help_panel="Pixels")
writing = partial(typer.Option, rich_help_panel="Writing")
_checking = partial(typer.Option, rich_help_panel="Checking")
_run = partial(typer.Option, rich_help_panel="The run")
talk = partial(typer.Option, rich_help_panel="Talk")

Sources: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SRC",
        help="The photos to correct: files, folders, quoted globs; - reads one from stdin.",
        show_default=False,
    ),
]
Look: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="LOOK", help="The gains, from 'colorfix correct --save-gains'.", show_default=False
    ),
]


class PhotoOptions(NamedTuple):
    """Photos to read and the place of their results."""

    output: Annotated[
        str | None,
        which(
            "--output",
            "-o",
            metavar="PATH",
            help="The corrected photo, its format by its suffix, or - for stdout; for several photos a "
            "folder, "
            "or a template as 'out/{parent}/{stem}_fixed{suffix}'.",
        ),
    ] = None
    in_place: Annotated[bool, which("--in-place", help="Replace the photos by their corrections.")] = False
    backup: Annotated[
        bool, which("--backup", help="Keep what --in-place replaces, under its name with .orig.")
    ] = False
    backup_suffix: Annotated[
        str, which("--backup-suffix", metavar="SUFFIX", help="What --backup adds to the name.")
    ] = ".orig"
    recursive: Annotated[bool, which("--recursive", "-r", help="Search subfolders too.")] = False
    files_from: Annotated[
        str | None,
        which(
            "--files-from",
            metavar="PATH",
            help="Correct the files and folders in this list too, one a line; - for stdin.",
        ),
    ] = None
    null: Annotated[
        bool,
        which(
            "--null",
            "-0",
            help="Names in the list, and paths that --check prints, end with a NUL, not a line.",
        ),
    ] = False
    include: Annotated[
        list[str] | None,
        which(
            "--include",
            metavar="GLOB",
            help="Only photos that match: by name, or with a / by path below the folder. Repeatable.",
        ),
    ] = None
    exclude: Annotated[
        list[str] | None,
        which("--exclude", metavar="GLOB", help="No photos or folders that match. Repeatable."),
    ] = None
    watch: Annotated[
        bool,
        which("--watch", help="Correct the photos in folders, then others as they arrive, until Ctrl-C."),
    ] = False
    others: Annotated[
        defaults.Others,
        which(
            "--others",
            help="What to do with photos that are not corrected, as they are black and white or, with "
            "--only-casts, have no cast: copy them to the output, skip them, or fail.",
        ),
    ] = "copy"
    dry_run: Annotated[bool, which("--dry-run", "-n", help="Print what would be done, and do nothing.")] = (
        False
    )


class PixelOptions(NamedTuple):
    """Pixels to learn from and to change."""

    warmer: Annotated[
        float,
        pixels(
            "--warmer",
            metavar="MIRED",
            min=0.0,
            help="Make the corrected photo warmer; 20 is a slight change.",
        ),
    ] = 0.0
    cooler: Annotated[
        float, pixels("--cooler", metavar="MIRED", min=0.0, help="Make the corrected photo cooler.")
    ] = 0.0
    highlights: Annotated[
        defaults.Highlights, pixels("--highlights", help="Keep what is blown out white, or clip it.")
    ] = "protect"
    dither: Annotated[bool, pixels("--dither", help="Add fine noise where 8 bits would show bands.")] = False
    region: Annotated[
        str | None,
        pixels(
            "--region", metavar="X,Y,W,H", help="Learn from this part alone; pixels as the file stores them."
        ),
    ] = None
    mask: Annotated[
        Path | None,
        pixels(
            "--mask", metavar="PATH", help="Learn from where this picture, of the photo's size, is white."
        ),
    ] = None
    grey: Annotated[
        str | None,
        pixels(
            "--grey",
            "--gray",
            metavar="X,Y,W,H",
            help="Make this area of the first photo gray, and give all photos the same gains; there is no "
            "target then.",
        ),
    ] = None
    only_region: Annotated[
        bool, pixels("--only-region", help="Correct that part alone too, with a soft edge.")
    ] = False
    ignore_clipped: Annotated[
        bool, pixels("--ignore-clipped", help="Learn from pixels alone that no channel has blown out.")
    ] = False
    count_white: Annotated[
        bool,
        pixels(
            "--count-white",
            help="Learn from white pixels too, all channels at least 230 of 255, such as a white backdrop.",
        ),
    ] = False
    max_pixels: Annotated[
        int,
        pixels(
            "--max-pixels",
            min=1,
            help="Width times height that is still accepted; raise it for huge photos that you trust.",
        ),
    ] = defaults.MAX_PIXELS


class WritingOptions(NamedTuple):
    """Metadata, quality and replacement of written files."""

    preserve: Annotated[
        bool, writing("--preserve", "-p", help="Give the output its photo's times and permissions.")
    ] = False
    strip: Annotated[
        bool,
        writing("--strip", help="Leave out metadata: all but color profile, resolution and orientation."),
    ] = False
    save_gains: Annotated[
        str | None,
        writing(
            "--save-gains",
            metavar="PATH",
            help="Keep the gains in a file for 'colorfix apply'; - prints them on stdout.",
        ),
    ] = None
    no_software_tag: Annotated[
        bool, writing("--no-software-tag", help="Write no tag that names colorfix.")
    ] = False
    overwrite: Annotated[bool, writing("--overwrite", help="Replace existing files.")] = False
    allow_loss: Annotated[
        bool,
        writing(
            "--allow-loss",
            help="Let --in-place without --backup lose videos, gain maps and other contents of photos.",
        ),
    ] = False
    quality: Annotated[
        int | None,
        writing("--quality", min=1, max=100, help="Quality of lossy formats; the source's own by default."),
    ] = None


class CheckOptions(NamedTuple):
    """A search for photos with a cast."""

    check: Annotated[
        bool,
        _checking(
            "--check",
            help="Write nothing; list photos with a cast on stdout, and end with 1 if there are any. With -q "
            "or -0, their paths alone.",
        ),
    ] = False
    threshold: Annotated[
        float,
        _checking(
            "--threshold",
            min=0.0,
            metavar="DE",
            help="How far a correction moves a photo that has a cast: mean CIEDE2000.",
        ),
    ] = defaults.THRESHOLD
    only_casts: Annotated[
        float | None,
        _checking(
            "--only-casts",
            metavar="[DE]",
            parser=delta_e_of,
            help="Correct photos with a cast alone: those that a correction moves farther, 10 without a "
            "number. The others are treated as --others says.",
        ),
    ] = None


class ReportOptions(NamedTuple):
    """Loss reports and HTML pages."""

    report: Annotated[
        str | None,
        writing(
            "--report",
            metavar="PATH",
            help="The loss report; beside the output as <stem>.report.json by default; named .html, the "
            "page.",
        ),
    ] = None
    html: Annotated[
        str | None,
        writing(
            "--html",
            metavar="PATH",
            help="A page to look at; of several photos an index, with their pages in <stem>_files/.",
        ),
    ] = None
    no_report: Annotated[bool, writing("--no-report", help="Write no loss report.")] = False
    reports: Annotated[
        bool, writing("--reports", help="Write a loss report beside each of several photos too.")
    ] = False
    trace: Annotated[
        defaults.TraceDetail, writing("--trace", help="How much of the trace the report holds.")
    ] = "thin"


class AppliedReportOptions(NamedTuple):
    """Reports of photos that get the gains of a look."""

    report: Annotated[
        str | None,
        writing("--report", metavar="PATH", help="A report of the one photo: files, gains, versions, time."),
    ] = None
    reports: Annotated[bool, writing("--reports", help="Write such a report beside each photo.")] = False


class RunOptions(NamedTuple):
    """Worker processes, their limits and what a run does again."""

    jobs: Annotated[
        int | None,
        _run(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            help="Worker processes for several photos; one a core by default.",
        ),
    ] = None
    ray: Annotated[
        str | None,
        _run(
            "--ray",
            metavar="[ADDRESS]",
            help="Work on a Ray cluster, and in buckets such as s3://photos: on the one at HOST:PORT, or "
            "without "
            "an address on the one that RAY_ADDRESS names, else on this machine's cores.",
        ),
    ] = None
    memory: Annotated[
        int | None,
        _run(
            "--memory",
            metavar="SIZE",
            parser=bytes_of,
            help="Decoded photos in flight, as 512M or 2G; ten photos of 12 megapixels a worker by default.",
        ),
    ] = None
    timeout: Annotated[
        float,
        _run("--timeout", metavar="SECONDS", min=0.1, help="How long any step of a photo may take."),
    ] = defaults.TIMEOUT
    redo: Annotated[bool, _run("--redo", help="Process photos again that an earlier run has done.")] = False
    fail_fast: Annotated[
        bool, _run("--fail-fast/--keep-going", help="End with the first photo that fails, or do the others.")
    ] = False
    verify: Annotated[
        bool, _run("--verify", help="Decode each output again, and report what was decoded.")
    ] = False


class OutputOptions(NamedTuple):
    """Lines on stderr and stdout."""

    quiet: Annotated[bool, talk("--quiet", "-q", help="Print nothing but errors.")] = False
    json: Annotated[
        bool,
        talk("--json", help="Print one line of JSON a photo on stdout: its report, or its outcome."),
    ] = False
    verbose: Annotated[
        bool, talk("--verbose", "-v", help="Print more: terms of the loss, the search, time by stage.")
    ] = False
    debug: Annotated[bool, talk("--debug", help="Show the traceback of an error.")] = False
