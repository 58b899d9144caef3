"""A TIFF file's directories edited in place: a tag set, tags deleted, a page added; no pixel moves."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from colorfix.photos.tiff_directories import Entry, Form, overwrite, read_at

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import BinaryIO

_ASCII = 2
_DIRECTORIES_BELOW = {34665, 34853, 40965}  # EXIF, GPS, interoperability
_DEEPEST = 3  # directories below directories


def sign(file: BinaryIO, form: Form, tag: int, text: str) -> None:
    """Set a text tag of the first directory: a copy of it goes to the end, and the header points there.

    Args:
        file: a whole TIFF.
        form: its.
        tag: its number.
        text: its content.
    """
    at = form.number(file, form.first, form.pointer)
    rows = [(entry.tag, read_at(file, entry.at, form.entry)) for entry in form.entries(file, at)]
    following = read_at(file, at + form.head + len(rows) * form.entry, form.pointer)
    kept = [row for row in rows if row[0] != tag]
    place = next((n for n, (other, _) in enumerate(kept) if other > tag), len(kept))
    kept.insert(place, (tag, form.row(file, tag, _ASCII, text.encode() + b"\0")))
    fresh = _append(file, form, [row for _, row in kept], following)
    overwrite(file, form.first, form.bytes_of(fresh, form.pointer))


def append_page(file: BinaryIO, form: Form, tags: Mapping[int, tuple[int, bytes]]) -> int:
    """Add a page behind the last one; return where its directory starts.

    Args:
        file: a whole TIFF.
        form: its.
        tags: number to kind and content, in the file's byte order.
    """
    pointer = form.first
    while at := form.number(file, pointer, form.pointer):
        pointer = at + form.head + form.number(file, at, form.head) * form.entry
    rows = [form.row(file, tag, *tags[tag]) for tag in sorted(tags)]
    fresh = _append(file, form, rows, bytes(form.pointer))
    overwrite(file, pointer, form.bytes_of(fresh, form.pointer))
    return fresh


def _append(file: BinaryIO, form: Form, rows: Sequence[bytes], following: bytes) -> int:
    at = form.end(file)
    file.write(form.bytes_of(len(rows), form.head) + b"".join(rows) + following)
    return at


def remove(file: BinaryIO, form: Form, at: int, tags: Collection[int]) -> None:
    """Delete tags of a directory and zero what they held, the directories below them included.

    Args:
        file: a whole TIFF.
        form: its.
        at: where the directory starts.
        tags: their numbers.
    """
    entries = list(form.entries(file, at))
    rows = [read_at(file, entry.at, form.entry) for entry in entries if entry.tag not in tags]
    following = read_at(file, at + form.head + len(entries) * form.entry, form.pointer)
    for entry in entries:
        if entry.tag in tags:
            _erase(file, form, entry, 0)
    fresh = form.bytes_of(len(rows), form.head) + b"".join(rows) + following
    overwrite(file, at, fresh.ljust(form.head + len(entries) * form.entry + form.pointer, b"\0"))


def _erase(file: BinaryIO, form: Form, entry: Entry, depth: int) -> None:
    end = file.seek(0, io.SEEK_END)
    if entry.tag in _DIRECTORIES_BELOW and depth < _DEEPEST:
        with suppress(ValueError):  # one that is damaged
            _erase_directory(file, form, form.number(file, entry.start, entry.size), depth + 1)
    if entry.start + entry.size <= end:
        overwrite(file, entry.start, bytes(entry.size))


def _erase_directory(file: BinaryIO, form: Form, at: int, depth: int) -> None:
    entries = list(form.entries(file, at))
    for entry in entries:
        _erase(file, form, entry, depth)
    overwrite(file, at, bytes(form.head + len(entries) * form.entry + form.pointer))
