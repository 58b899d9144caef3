"""Destination of results: one file, a folder, a template, or in place."""

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
    """Destination of results, as the command line names it.

    Attributes:
        output: a file for one photo; a folder; a template with fields in braces; ``-`` for stdout; None in
            place, or if a table of pairs names the outputs.
        in_place: whether photos are replaced by their corrections.
        backup: whether a backup of each original is made in its folder.
        backup_suffix: added to the name of the original for its backup.
        report: path of the only loss report, or None for ``<stem>.report.json`` in the folder of the output.
        reports: whether to write reports; None for one report if one photo is named, else none.
        nowhere: whether nothing is written, as photos are only checked.
        html: the page of one photo, or the index of several or the folder for it; None for no pages.
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
        """Return the template of outputs; None for one output by its own name, or in place.

        Args:
            single: whether the source is one photo, by its name.
            piped: whether a photo comes from stdin.

        Raises:
            OutputError: one file for several photos, or a folder for a photo without a name.
            SettingError: the options conflict, or a template cannot be parsed.
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
    """Refuse a template whose suffix is no photo format, once instead of for every photo."""
    photos.format_of("x" + template.pieces[-1].rpartition("/")[2])
    return template


def report_of(output: str, stems: Counter[str] | None = None) -> str | None:
    """Return the path of a report, in the folder of the output; None for stdout.

    Args:
        output: path of the corrected photo.
        stems: how many outputs have each path without suffix; if several, the report's name has the suffix.

    >>> report_of("out/a.jpg"), report_of("out/a.jpg", Counter({"out/a": 2})), report_of("-")
    ('out/a.report.json', 'out/a.jpg.report.json', None)
    """
    if output == PIPE:
        return None
    stem = os.path.splitext(output)[0]
    return f"{output if stems is not None and stems[stem] > 1 else stem}.report.json"


def stems_of(outputs: Sequence[str]) -> Counter[str]:
    """Count the outputs of each path without suffix."""
    return Counter(os.path.splitext(output)[0] for output in outputs)
