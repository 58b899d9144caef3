"""Which photos: what names of a command line stand for where some of them are URIs."""

from __future__ import annotations

import tempfile
from functools import partial
from glob import has_magic
from typing import TYPE_CHECKING

from colorfix.batch.plan.paths import is_below
from colorfix.batch.plan.sources import Source, Sources, gather, names_in
from colorfix.batch.plan.walk import joined, walk
from colorfix.cluster.storage.store import bucket_of, store_of
from colorfix.cluster.storage.store_errors import unreadable
from colorfix.cluster.storage.uris import is_uri, spelling_error, split_uri, without_root_marker
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.batch.plan.walk import Remarks
    from colorfix.batch.resume.file_stamp import FileStamp
    from colorfix.cluster.storage.uris import StoreEntry

    Marks = dict[str, FileStamp]


def photos_of(sources: Sources, remarks: Remarks, results: str | None, marks: Marks) -> Iterator[Source]:
    """Yield the photos, in the order in which they were named, each once.

    Args:
        sources: what was asked for.
        remarks: gets what is left out, and what cannot be found.
        results: where results go; it is not looked into.
        marks: gets size and time of each photo that was met in a listing.
    """
    seen: set[str] = set()
    for name in _names(sources):
        if (fault := spelling_error(without_root_marker(name))) is not None:
            remarks.troubles.append(UnreadablePhoto(printable(name), fault))
            continue
        if is_uri(name):
            found = _named(name.rstrip("/"), sources, remarks, results, marks)
        else:
            alone = Sources((name,), recursive=sources.recursive, filters=sources.filters)
            found = gather(alone, remarks, results)
        for source in found:
            if source.path in seen:
                remarks.left_out["named twice"] += 1
            else:
                seen.add(source.path)
                yield source


def _names(sources: Sources) -> Iterator[str]:
    """Yield the names of the command line, then those in the list."""
    yield from sources.names
    path = sources.files_from
    if path is None or not is_uri(path):
        yield from sources.in_list
        return
    with tempfile.NamedTemporaryFile() as file:
        try:
            bucket_of(path).fetch(path, file.name)
        except OSError as error:
            raise SettingError(f"--files-from {unreadable(path, error)}") from error
        yield from names_in(file.name, null=sources.null)


def is_single(sources: Sources) -> bool:
    """Whether it is one photo, named by its name.

    Raises:
        PhotoError: its store cannot be asked.
    """
    if sources.files_from is not None or len(sources.names) != 1 or not is_uri(sources.names[0]):
        return sources.single
    return not sources.names[0].endswith("/") and stamp_of(sources.names[0]) is not None


def stamp_of(name: str) -> FileStamp | None:
    """Return the state of a photo; None where there is none.

    Raises:
        PhotoError: its store cannot be asked.
    """
    try:
        return store_of(name).stamp(name)
    except OSError as error:
        raise unreadable(name, error) from error


def _named(
    name: str, sources: Sources, remarks: Remarks, results: str | None, marks: Marks
) -> Iterator[Source]:
    """Yield the photo that a URI names, or those in the folder that it names."""
    whole = without_root_marker(name)
    mark = stamp_of(whole) if split_uri(whole)[1] else None
    if mark is None:
        yield from _in_folder(name, sources, remarks, results, marks)
        return
    root, cut, relative = name.partition("/./")
    if not cut:
        root, _, relative = name.rpartition("/")
    source = Source(root, relative, named=True)
    marks[source.path] = mark
    if sources.filters.wants(relative):
        yield source
    else:
        remarks.left_out["excluded"] += 1


def _in_folder(
    root: str, sources: Sources, remarks: Remarks, results: str | None, marks: Marks
) -> Iterator[Source]:
    """Yield the photos in a folder; one with nothing in it is not there."""
    avoid = results[len(root) + 1 :] if results is not None and is_below(results, root) else None
    look, troubles = partial(_entries, marks), len(remarks.troubles)
    if not look(root, remarks):
        glob = "; a bucket knows no globs: name its folder, and --include" if has_magic(root) else ""
        if troubles == len(remarks.troubles):
            remarks.troubles.append(UnreadablePhoto(printable(root), f"holds nothing; check the name{glob}"))
        return
    for below, names in walk(
        root, sources.filters, remarks, recursive=sources.recursive, avoid=avoid, look=look
    ):
        yield from (Source(root, joined(below, name)) for name in names)


def _entries(marks: Marks, folder: str, remarks: Remarks) -> list[StoreEntry]:
    """What is in a folder; one that cannot be listed is remarked on."""
    try:
        found = store_of(folder).entries(folder)
    except OSError as error:
        remarks.troubles.append(unreadable(folder, error))
        return []
    marks.update({joined(folder, each.name): each.stamp for each in found if each.stamp is not None})
    return found
