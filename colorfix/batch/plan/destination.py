"""Destination of results: one file, a folder, a template, or in place.

A template is ``out/{parent}/{stem}_fixed{suffix}``. Only five fields are replaced; unlike ``str.format``
there are no attributes, indices or format codes.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from colorfix import photos
from colorfix.batch.plan.walk import joined
from colorfix.core.atomic import PIPE
from colorfix.core.errors import OutputError, SettingError, UnknownName
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from colorfix.batch.plan.sources import Source

_PIECE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")
_LONGEST = 255  # bytes of one name, on every file system in use
_WRITTEN_AS = ".tif"  # the format of a corrected RAW: 16 bits, lossless


def _folder(source: Source) -> str:
    """Return the folder as it was named, without ``..``, ``.`` and a leading slash."""
    named = source.root.rpartition("://")[2]  # a bucket is a folder
    return "/".join(part for part in named.split("/") if part not in {"", ".", ".."})


def _written_suffix(source: Source) -> str:
    return _WRITTEN_AS if source.suffix.lower() in photos.READ_ONLY_SUFFIXES else source.suffix


_READ: dict[str, Callable[[Source], str]] = {
    "folder": _folder,
    "parent": lambda source: source.relative.rpartition("/")[0],
    "name": lambda source: source.stem + source.suffix,
    "stem": lambda source: source.stem,
    "suffix": lambda source: source.suffix,
}
_WRITTEN = _READ | {
    "name": lambda source: source.stem + _written_suffix(source),
    "suffix": _written_suffix,
}
FIELDS = tuple(_READ)
"""The fields; only ``folder`` and ``parent`` have slashes, and neither begins with one."""


def has_fields(text: str) -> bool:
    """Whether a name is a template: it has a brace.

    >>> has_fields("out/{stem}.png"), has_fields("out/a.png")
    (True, False)
    """
    return "{" in text or "}" in text


class Template(NamedTuple):
    """A path with fields in it.

    Attributes:
        root: the folder before the first field.
        pieces: text and fields after that, alternating, text first.

    >>> from colorfix.batch.plan.sources import Source
    >>> template = Template.of("out/{parent}/{stem}_fixed{suffix}")
    >>> template.root, template.filled(Source("shoot", "day 1/a.b.jpg"))
    ('out', 'out/day 1/a.b_fixed.jpg')
    >>> template.filled(Source("shoot", "a.jpg"))  # an empty field adds no folder
    'out/a_fixed.jpg'
    """

    root: str
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """Read a template.

        Args:
            text: with ``{folder}``, ``{parent}``, ``{name}``, ``{stem}`` and ``{suffix}`` as fields;
                ``{{`` and ``}}`` stand for braces.

        Raises:
            UnknownName: a field that does not exist.
            SettingError: a brace without its partner.
        """
        pieces = [""]
        for piece in _PIECE.split(text):
            if piece in {"{", "}"}:
                raise SettingError(f"a single {piece} in {text!r}; write {piece * 2} for a brace in a name")
            if piece in {"{{", "}}"} or not piece.startswith("{"):
                pieces[-1] += piece[:1] if piece in {"{{", "}}"} else piece
            elif piece[1:-1] in FIELDS:
                pieces += [piece[1:-1], ""]
            else:
                raise UnknownName(f"field of {text!r}", piece[1:-1], FIELDS)
        root, slash, pieces[0] = pieces[0].rpartition("/")
        return cls(root or slash, tuple(pieces))

    @classmethod
    def into(cls, folder: str) -> Template:
        """Return the template that repeats names and tree: ``folder/{parent}/{name}``."""
        return cls(folder.rstrip("/") or folder, ("", "parent", "/", "name", ""))

    def filled(self, source: Source) -> str:
        """Return the output of a photo.

        Raises:
            OutputError: the path is outside the template's folder, or a name in it is too long.
        """
        names = [name for name in self.text(source, _WRITTEN).split("/") if name]
        path = joined(self.root, "/".join(names))
        if "." in names or ".." in names or not names:
            raise OutputError(
                printable(path), f"leads out of {printable(self.root or '.')}; change the template"
            )
        _check_lengths(names, path)
        return f"./{path}" if path == PIPE else path

    def text(self, source: Source, values: Mapping[str, Callable[[Source], str]]) -> str:
        """Return the path below the root for a photo."""
        return "".join(
            [values[piece](source) if index % 2 else piece for index, piece in enumerate(self.pieces)]
        )


def _check_lengths(names: list[str], path: str) -> None:
    for name in names:
        if len(name) > _LONGEST // 4 and len(os.fsencode(name)) > _LONGEST:  # 4 bytes a letter at most
            raise OutputError(printable(path), f"a name has more than {_LONGEST} bytes; shorten the template")


def beside(text: str, source: Source) -> str:
    """Return the path of a template relative to the photo's folder, such as that of its target.

    Args:
        text: as for :meth:`Template.of`; it may be outside the folder, since it is only read.
        source: the photo.

    >>> from colorfix.batch.plan.sources import Source
    >>> beside("../guides/{stem}_ref.jpg", Source("shoot", "day 1/a.jpg"))
    'shoot/day 1/../guides/a_ref.jpg'
    """
    template = Template.of(text)
    path = joined(template.root, template.text(source, _READ))
    return path if path.startswith("/") else joined(os.path.dirname(source.path), path)


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
