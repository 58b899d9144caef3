"""One photo to correct, by the folder that it was looked for in."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from colorfix.core.file_checks import PIPE
from colorfix.folder.walking import joined


class Source(NamedTuple):
    """A photo to correct, by the folder it was looked for in and its path below that.

    Attributes:
        root: the folder, or the one in which the photo lies, if it was named itself.
        relative: the path below.
        named: whether it was named itself, and is tried whatever its suffix.
    """

    root: str
    relative: str
    named: bool = False

    @property
    def path(self) -> str:
        """Where the photo is.

        >>> Source("shoot", "day 1/a.jpg").path
        'shoot/day 1/a.jpg'
        """
        return joined(self.root, self.relative)

    @property
    def stem(self) -> str:
        """Its name without the suffix.

        >>> Source("", "x/a.b.jpg").stem, Source("", ".hidden").stem
        ('a.b', '.hidden')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[:dot] if 0 < dot < len(name) - 1 else name

    @property
    def suffix(self) -> str:
        """The suffix of its name, the dot included.

        >>> Source("", "x/a.b.jpg").suffix, Source("", ".hidden").suffix
        ('.jpg', '')
        """
        name = self.relative.rpartition("/")[2]
        dot = name.rfind(".")
        return name[dot:] if 0 < dot < len(name) - 1 else ""

    @classmethod
    def of(cls, name: str) -> Source:
        """Return the photo of a name; ``/./`` in it says where its tree begins, as it does for rsync.

        >>> Source.of("shoot/day 1/a.jpg")
        Source(root='shoot/day 1', relative='a.jpg', named=True)
        >>> Source.of("shoot/./day 1/a.jpg")
        Source(root='shoot', relative='day 1/a.jpg', named=True)
        """
        root, cut, tree = name.partition("/./")
        if cut:
            return cls(plain(root or "/"), plain(tree), named=True)
        folder, slash, below = plain(name).rpartition("/")
        return cls(folder or slash, below, named=True)


def plain(name: str) -> str:
    """Return a name without what does not count: ``./``, double slashes, one at the end; ``.`` is empty.

    >>> [plain(name) for name in ("./a.jpg", "x//", ".", "./-")]
    ['a.jpg', 'x', '', './-']
    """
    spelled = str(PurePath(name)) if "//" in name or name.startswith(".") or name.endswith("/") else name
    if spelled == PIPE != name:  # a file of that name, not stdin
        return f"./{PIPE}"
    return "" if spelled == "." else spelled
