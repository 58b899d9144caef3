"""The options of ``colorfix correct``: what each is called, may be and means, in the words of the help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from colorfix.cli.option_types import CHECKING, PIXELS, RUN, TALK, WHICH, WRITING, amount
from colorfix.core import defaults

Sources: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SRC",
        help="The photos to correct: files, folders, quoted globs; - reads one from stdin.",
        show_default=False,
    ),
]
Output: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="The corrected photo, its format by its suffix, or - for stdout; for several photos a folder, "
        "or a template as 'out/{parent}/{stem}_fixed{suffix}'.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]
InPlace: TypeAlias = Annotated[
    bool,
    typer.Option("--in-place", help="Replace the photos by their corrections.", rich_help_panel=WHICH),
]
Backup: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--backup", help="Keep what --in-place replaces, under its name with .orig.", rich_help_panel=WHICH
    ),
]
BackupSuffix: TypeAlias = Annotated[
    str,
    typer.Option(
        "--backup-suffix", metavar="SUFFIX", help="What --backup adds to the name.", rich_help_panel=WHICH
    ),
]
Recursive: TypeAlias = Annotated[
    bool,
    typer.Option("--recursive", "-r", help="Look into the folders in folders too.", rich_help_panel=WHICH),
]
FilesFrom: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--files-from",
        metavar="PATH",
        help="Correct the files and folders in this list too, one a line; - for stdin.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]
Null: TypeAlias = Annotated[
    bool,
    typer.Option("--null", "-0", help="Names in the list end with a NUL, not a line.", rich_help_panel=WHICH),
]
Include: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="GLOB",
        help="Only photos that match: by name, or with a / by path below the folder. Repeatable.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]
Exclude: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="No photos or folders that match. Repeatable.",
        show_default=False,
        rich_help_panel=WHICH,
    ),
]
Watch: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Correct the photos in folders, then others as they arrive, until Ctrl-C.",
        rich_help_panel=WHICH,
    ),
]
DryRun: TypeAlias = Annotated[
    bool,
    typer.Option("--dry-run", "-n", help="Print what would be done, and do nothing.", rich_help_panel=WHICH),
]
SaveGains: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--save-gains",
        metavar="PATH",
        help="Keep the gains in a file for 'colorfix apply'; - prints them on stdout.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
Look: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="LOOK", help="The gains, from 'colorfix correct --save-gains'.", show_default=False
    ),
]
AppliedReport: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--report",
        metavar="PATH",
        help="A report of the one photo: files, gains, versions, time.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
AppliedReports: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reports",
        help="Write such a report beside each photo.",
        rich_help_panel=WRITING,
    ),
]
Overwrite: TypeAlias = Annotated[
    bool, typer.Option("--overwrite", help="Replace existing files.", rich_help_panel=WRITING)
]
Highlights: TypeAlias = Annotated[
    defaults.Highlights,
    typer.Option("--highlights", help="Keep what is blown out white, or clip it.", rich_help_panel=PIXELS),
]
Dither: TypeAlias = Annotated[
    bool,
    typer.Option("--dither", help="Add fine noise where 8 bits would show bands.", rich_help_panel=PIXELS),
]
Box: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="X,Y,W,H",
        help="Learn from this part alone; pixels as the file stores them.",
        show_default=False,
        rich_help_panel=PIXELS,
    ),
]
Mask: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--mask",
        metavar="PATH",
        help="Learn from where this picture, of the photo's size, is white.",
        show_default=False,
        rich_help_panel=PIXELS,
    ),
]
OnlyRegion: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--only-region",
        help="Correct that part alone too, with a soft edge.",
        rich_help_panel=PIXELS,
    ),
]
IgnoreClipped: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--ignore-clipped",
        help="Learn from pixels alone that no channel has blown out.",
        rich_help_panel=PIXELS,
    ),
]
MaxPixels: TypeAlias = Annotated[
    int,
    typer.Option(
        "--max-pixels",
        min=1,
        help="Width times height that is still accepted; raise it for huge photos that you trust.",
        rich_help_panel=PIXELS,
    ),
]
Preserve: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--preserve",
        "-p",
        help="Give the output its photo's times and permissions.",
        rich_help_panel=WRITING,
    ),
]
Strip: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strip",
        help="Leave out metadata: all but colour profile, resolution and orientation.",
        rich_help_panel=WRITING,
    ),
]
NoTag: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-software-tag",
        help="Leave no tag that tells what was done.",
        rich_help_panel=WRITING,
    ),
]
Quality: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--quality",
        min=1,
        max=100,
        help="Of lossy formats; the source's own by default.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
Check: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Write nothing; list photos with a cast on stdout, and end with 1 if there are any.",
        rich_help_panel=CHECKING,
    ),
]
Threshold: TypeAlias = Annotated[
    float,
    typer.Option(
        "--threshold",
        min=0.0,
        metavar="DE",
        help="How far a correction moves a photo that has a cast: mean CIEDE2000.",
        rich_help_panel=CHECKING,
    ),
]
Report: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--report",
        metavar="PATH",
        help="The loss report; beside the output as <stem>.report.json by default; named .html, the page.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
Html: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--html",
        metavar="PATH",
        help="A page to look at; of several photos an index, with their pages in <stem>_files/.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
NoReport: TypeAlias = Annotated[
    bool, typer.Option("--no-report", help="Write no loss report.", rich_help_panel=WRITING)
]
Reports: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reports", help="Write a loss report beside each of several photos too.", rich_help_panel=WRITING
    ),
]
Trace: TypeAlias = Annotated[
    defaults.TraceDetail,
    typer.Option("--trace", help="How much of the trace the report holds.", rich_help_panel=WRITING),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        help="Worker processes for several photos; one a core by default.",
        show_default=False,
        rich_help_panel=RUN,
    ),
]
Ray: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[ADDRESS]",
        help="Work on a Ray cluster, and in buckets such as s3://photos: on the one at HOST:PORT, or without "
        "an address on the one that RAY_ADDRESS names, else on this machine's cores.",
        show_default=False,
        rich_help_panel=RUN,
    ),
]
Memory: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        parser=amount,
        help="Decoded photos in flight, as 512M or 2G; ten photos of 12 megapixels a worker by default.",
        show_default=False,
        rich_help_panel=RUN,
    ),
]
Timeout: TypeAlias = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0.1,
        help="How long any step of a photo in a folder may take.",
        rich_help_panel=RUN,
    ),
]
Redo: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--redo",
        help="Do again what an earlier run has put into the folder.",
        rich_help_panel=RUN,
    ),
]
FailFast: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--fail-fast/--keep-going",
        help="End with the first photo that fails, or do the others.",
        rich_help_panel=RUN,
    ),
]
Verify: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Decode each output again, and report what was decoded.",
        rich_help_panel=RUN,
    ),
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but errors.", rich_help_panel=TALK)
]
Json: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one line of JSON a photo on stdout: its report, or what became of it.",
        rich_help_panel=TALK,
    ),
]
Verbose: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Say more: terms of the loss, the search, time by stage.",
        rich_help_panel=TALK,
    ),
]
Debug: TypeAlias = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.", rich_help_panel=TALK)
]
