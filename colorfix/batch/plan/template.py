"""Templates of paths: ``out/{parent}/{stem}_fixed{suffix}``.

Only five fields are replaced; unlike ``str.format`` there are no attributes, indices or format codes.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from colorfix import photos
from colorfix.batch.plan.walk import joined
from colorfix.core.errors import OutputError, SettingError, UnknownName
from colorfix.core.file_checks import PIPE
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
