"""A quoted glob on the disk: the paths that it stands for."""

from __future__ import annotations

import os
from glob import has_magic
from typing import TYPE_CHECKING

from colorfix.folder.patterns import of_name
from colorfix.folder.walking import joined, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from colorfix.folder.walking import Remarks


def expanded(glob: str, remarks: Remarks) -> tuple[str, Iterator[str]]:
    """Return the folder that a glob begins with, and the paths below it that match, in order, each once.

    As in the shell, names that begin with a dot are matched by a dot alone. ``**`` does not follow links to
    folders, so that a link to a folder above makes no circle.

    Args:
        glob: with ``*``, ``?`` or ``[`` in it; ``**`` stands for any number of folders, none included.
        remarks: gets the folders that cannot be listed.

    >>> import tempfile
    >>> from colorfix.folder.walking import Remarks
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ("b", "a", ".hidden"):
    ...     open(f"{folder.name}/{name}.jpg", "w").close()
    >>> root, paths = expanded(f"{folder.name}/*.jpg", Remarks())
    >>> root == folder.name, list(paths)
    (True, ['a.jpg', 'b.jpg'])
    >>> folder.cleanup()
    """
    names = glob.split("/")
    first = next(index for index, name in enumerate(names) if has_magic(name))
    root = "/".join(names[:first]) or ("/" if glob.startswith("/") else "")
    found = _matching(root, "", [name for name in names[first:] if name], remarks)
    return root, iter(dict.fromkeys(found)) if names.count("**") > 1 else found


def _matching(root: str, path: str, globs: Sequence[str], remarks: Remarks) -> Iterator[str]:
    """Yield the paths below ``root/path`` that match name by name."""
    if not globs:
        yield path
    elif globs[0] == "**":
        yield from _at_any_depth(root, path, globs, remarks)
    elif has_magic(globs[0]):
        matches, rest = of_name(globs[0]), globs[1:]
        for entry in _shown(joined(root, path), globs[0], remarks):
            if matches(entry.name) and (not rest or entry.is_dir()):
                yield from _matching(root, joined(path, entry.name), rest, remarks)
    elif os.path.lexists(joined(root, joined(path, globs[0]))):
        yield from _matching(root, joined(path, globs[0]), globs[1:], remarks)


def _at_any_depth(root: str, path: str, globs: Sequence[str], remarks: Remarks) -> Iterator[str]:
    """Yield what matches the names behind ``**``, here and in every folder below; all files, if none is."""
    rest = globs[1:]
    entries = _shown(joined(root, path), "**", remarks)
    folders = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    if rest:
        yield from _matching(root, path, rest, remarks)
    else:
        yield from (joined(path, entry.name) for entry in entries if entry.name not in folders)
    for name in sorted(folders):
        yield from _matching(root, joined(path, name), globs, remarks)


def _shown(folder: str, glob: str, remarks: Remarks) -> list[os.DirEntry[str]]:
    """What a glob may match in a folder, in order: nothing hidden, unless it begins with a dot itself."""
    entries = listed(folder, remarks)
    shows = [entry for entry in entries if glob.startswith(".") or not entry.name.startswith(".")]
    return sorted(shows, key=lambda entry: entry.name)
