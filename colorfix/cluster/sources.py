"""Photos that the names of a command line stand for, if some of them are URIs."""

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

    Stamps = dict[str, FileStamp]


def photos_of(sources: Sources, remarks: Remarks, results: str | None, stamps: Stamps) -> Iterator[Source]:
    """Yield the photos in the order of their names, each once.

    Args:
        sources: names and filters.
        remarks: collects photos that are left out, and errors.
        results: output folder, which is not searched.
        stamps: collects size and time of photos in listings.
    """
    seen: set[str] = set()
    for name in _names(sources):
        if (fault := spelling_error(without_root_marker(name))) is not None:
            remarks.troubles.append(UnreadablePhoto(printable(name), fault))
            continue
        if is_uri(name):
            found = _named(name.rstrip("/"), sources, remarks, results, stamps)
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
    """Whether the sources name one photo.

    Raises:
        PhotoError: its store cannot be read.
    """
    if sources.files_from is not None or len(sources.names) != 1 or not is_uri(sources.names[0]):
        return sources.single
    return not sources.names[0].endswith("/") and stamp_of(sources.names[0]) is not None


def stamp_of(name: str) -> FileStamp | None:
    """Return size and time of a photo; None if it does not exist.

    Raises:
        PhotoError: its store cannot be read.
    """
    try:
        return store_of(name).stamp(name)
    except OSError as error:
        raise unreadable(name, error) from error


def _named(
    name: str, sources: Sources, remarks: Remarks, results: str | None, stamps: Stamps
) -> Iterator[Source]:
    """Yield the photo of a URI, or the photos in its folder."""
    whole = without_root_marker(name)
    stamp = stamp_of(whole) if split_uri(whole)[1] else None
    if stamp is None:
        yield from _in_folder(name, sources, remarks, results, stamps)
        return
    root, cut, relative = name.partition("/./")
    if not cut:
        root, _, relative = name.rpartition("/")
    source = Source(root, relative, named=True)
    stamps[source.path] = stamp
    if sources.filters.wants(relative):
        yield source
    else:
        remarks.left_out["excluded"] += 1


def _in_folder(
    root: str, sources: Sources, remarks: Remarks, results: str | None, stamps: Stamps
) -> Iterator[Source]:
    """Yield the photos in a folder; an empty folder does not exist."""
    avoid = results[len(root) + 1 :] if results is not None and is_below(results, root) else None
    look, troubles = partial(_entries, stamps), len(remarks.troubles)
    if not look(root, remarks):
        glob = "; a bucket knows no globs: name its folder, and --include" if has_magic(root) else ""
        if troubles == len(remarks.troubles):
            remarks.troubles.append(UnreadablePhoto(printable(root), f"holds nothing; check the name{glob}"))
        return
    for below, names in walk(
        root, sources.filters, remarks, recursive=sources.recursive, avoid=avoid, look=look
    ):
        yield from (Source(root, joined(below, name)) for name in names)


def _entries(stamps: Stamps, folder: str, remarks: Remarks) -> list[StoreEntry]:
    """List a folder; an error becomes a remark."""
    try:
        found = store_of(folder).entries(folder)
    except OSError as error:
        remarks.troubles.append(unreadable(folder, error))
        return []
    stamps.update({joined(folder, each.name): each.stamp for each in found if each.stamp is not None})
    return found
