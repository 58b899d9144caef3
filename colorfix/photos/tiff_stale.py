"""Small and layered copies of the old picture that a TIFF's tags hold: nothing stale stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos.photoshop import without_thumbnails
from colorfix.photos.previews import without_xmp_previews
from colorfix.photos.tiff_directories import overwrite, read_at
from colorfix.photos.tiff_editing import remove
from colorfix.photos.tiff_layout import LAYERS

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.tiff_directories import Form


_CLEANED = {34377: without_thumbnails, 700: without_xmp_previews}
_BYTES = (1, 7)  # kinds


def remove_old_pictures(file: BinaryIO, form: Form, at: int) -> None:
    """Take Photoshop's thumbnail and layers and the previews in XMP out of a directory's tags.

    Args:
        file: a whole TIFF.
        form: its.
        at: where the directory starts.
    """
    for entry in form.entries(file, at):
        if entry.tag not in _CLEANED or form.number(file, entry.at + 2, 2) not in _BYTES:
            continue
        old = read_at(file, entry.start, entry.size)
        new = _CLEANED[entry.tag](old)
        if new == old:
            continue
        overwrite(file, entry.start, new.ljust(len(old), b"\0"))
        if len(new) > form.pointer:
            overwrite(file, entry.at + 4, form.bytes_of(len(new), form.pointer))
        else:
            form.set_entry(file, entry.at, _BYTES[0], new)
    if any(entry.tag == LAYERS for entry in form.entries(file, at)):
        remove(file, form, at, {LAYERS})
