"""Where results go: one file, a folder, a template, or the photos' own places."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.batch.plan.template import Template, has_fields
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.file_checks import PIPE
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

BACKUP_SUFFIX = ".orig"


@dataclass(frozen=True)
class Destination:
    """Where results go, as the command line says.

    Attributes:
        output: a file for one photo; a folder; a template with fields in braces; ``-`` for stdout; None in
            place, or where a table of pairs says it.
        in_place: whether photos are replaced by their corrections.
        backup: whether each original is kept beside what replaced it.
        backup_suffix: what is added to its name.
        report: path of the one loss report, or None for beside the output as ``<stem>.report.json``.
        reports: whether to write any; None for one where one photo was named, and none otherwise.
        nowhere: whether nothing is written, as photos are only checked.
        html: the page of the one photo, or the index of several or the folder for it; None for no pages.
    """

    output: str | None = None
    in_place: bool = False
    backup: bool = False
    backup_suffix: str = BACKUP_SUFFIX
    report: str | None = None
    reports: bool | None = None
    nowhere: bool = False
    html: str | None = None

    def __post_init__(self) -> None:
        results = self.output, self.report, self.html
        if self.nowhere and (self.in_place or self.reports or any(path is not None for path in results)):
            raise SettingError("--check writes nothing; leave out -o, --in-place, reports and --html")
        if self.output is not None and self.in_place:
            raise SettingError("--output names another place, --in-place none; drop one of them")
        if self.output == "":
            raise OutputError("''", "is no name; say where to write, as in -o corrected.jpg")
        if self.backup and not self.in_place:
            raise SettingError("--backup keeps what --in-place replaces; elsewhere nothing is replaced")
        if self.backup_suffix != BACKUP_SUFFIX and not self.backup:
            raise SettingError("--backup-suffix says how --backup names originals; add --backup")
        suffix = self.backup_suffix
        if not suffix or "/" in suffix or os.path.splitext(f"a{suffix}")[1].lower() in photos.SUFFIXES:
            raise SettingError(f"--backup-suffix must not be a photo's own: .orig, say; got {suffix!r}")
        if self.report is not None and self.reports is False:
            raise SettingError("--report and --no-report cannot both be")

    def template(self, *, single: bool, piped: bool) -> Template | None:
        """Return how outputs are named; None where there is one by its own name, or none that is new.

        Args:
            single: whether one photo was named, by its name.
            piped: whether a photo comes from stdin.

        Raises:
            OutputError: one file for several photos, or a folder for a photo without a name.
            SettingError: no place was named, or a template cannot be read.
        """
        output = self._checked(single=single, piped=piped)
        if output is None or (single and not _means_many(output)):
            return None
        if piped:
            raise OutputError(
                printable(output), "is a folder, but a photo from stdin has no name in it; name the file"
            )
        if self.report is not None:
            raise SettingError("--report names one file, but several photos have one each; use --reports")
        if not os.path.lexists(output) and has_fields(output):
            return _checked_suffix(Template.of(output))
        if os.path.splitext(output)[1].lower() in photos.SUFFIXES and not os.path.isdir(output):
            raise OutputError(
                printable(output), "is a photo's name, and a folder or a list may hold several; name a folder"
            )
        return Template.into(output)

    def _checked(self, *, single: bool, piped: bool) -> str | None:
        if self.in_place and piped:
            raise SettingError("a photo from stdin has no place; say where to write: -o PATH")
        if self.output == PIPE and not single:
            raise OutputError("<stdout>", "holds one photo only; name a folder for several")
        return self.output


def _means_many(output: str) -> bool:
    if os.path.lexists(output):
        return os.path.isdir(output)
    return output.endswith("/") or has_fields(output)


def _checked_suffix(template: Template) -> Template:
    """Refuse a template whose own suffix is no photo's, before every photo is refused for it."""
    photos.format_of("x" + template.pieces[-1].rpartition("/")[2])
    return template


def report_of(output: str, stems: Counter[str] | None = None) -> str | None:
    """Return where a report goes: beside the photo; one on stdout has no beside.

    Args:
        output: the photo.
        stems: how often each path without its suffix is written; photos that differ by that alone have it in
            their reports' names too.

    >>> report_of("out/a.jpg"), report_of("out/a.jpg", Counter({"out/a": 2})), report_of("-")
    ('out/a.report.json', 'out/a.jpg.report.json', None)
    """
    if output == PIPE:
        return None
    stem = os.path.splitext(output)[0]
    return f"{output if stems is not None and stems[stem] > 1 else stem}.report.json"


def stems_of(outputs: Sequence[str]) -> Counter[str]:
    """Count how often each path without its suffix is written."""
    return Counter(os.path.splitext(output)[0] for output in outputs)
