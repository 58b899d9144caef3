"""Bytes become a file: the whole new one or the old one, never a part and never somebody else's."""

from __future__ import annotations

import os
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.errors import OutputError
from colorfix.photos.drafts import Draft, sync_folder
from colorfix.photos.obstacles import PIPE, STDOUT, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def publish(data: bytes, path: str, *, overwrite: bool = False) -> None:
    """Put the bytes under the path in one step, safely on the disk.

    An existing file is replaced only with leave, and its permission bits pass on; a symbolic link is
    replaced itself, not what it points to. Without leave nothing is replaced, not even a file that appears
    this very moment.

    Args:
        data: the whole file.
        path: where; its folder exists.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: no space, no permission, the path exists without leave, or another trouble of the file
            system. The folder is then as it was.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> publish(b"a photo", f"{folder.name}/a.jpg")
    >>> publish(b"another", f"{folder.name}/a.jpg", overwrite=True)
    >>> [(file.name, file.read_bytes()) for file in Path(folder.name).iterdir()]
    [('a.jpg', b'another')]
    >>> folder.cleanup()
    """
    with publishing(path, overwrite=overwrite) as file:
        file.write(data)


@contextmanager
def publishing(
    path: str, *, overwrite: bool = False, like: os.stat_result | None = None, exactly: bool = False
) -> Iterator[BinaryIO]:
    """Give a file to write to, and put it under the path in one step when all is written.

    As :func:`publish`, for what is written bit by bit, or read again before it counts.

    Args:
        path: where; its folder exists.
        overwrite: whether an existing file may be replaced.
        like: of which file a new one takes the permission bits, less the user's umask, as ``cp`` does.
        exactly: take them whole, and the times too, as ``cp -p`` does.

    Yields:
        A binary file, empty, to write, seek and read in. What is raised meanwhile leaves the folder as it
        was.

    Raises:
        OutputError: as for :func:`publish`.
    """
    if path == PIPE:
        with _to_stdout() as file:
            yield file
        return
    draft = Draft(path, overwrite)
    try:
        with draft.writing(like, exactly=exactly) as file:
            yield file
        draft.sync()
        draft.place()
    finally:  # an interruption by the user included
        draft.discard()
    sync_folder(Path(path).parent)


@contextmanager
def _to_stdout() -> Iterator[BinaryIO]:
    """Give a file in memory, and print it whole when all is written."""
    file = BytesIO()
    yield file
    try:
        with os.fdopen(STDOUT, "wb", closefd=False) as stdout:
            stdout.write(file.getbuffer())
    except OSError as error:
        raise OutputError("<stdout>", reason_of(error)) from error
