"""The original, kept beside the photo that is about to replace it."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from colorfix.core.atomic import publishing, sync_folder
from colorfix.core.errors import OutputError
from colorfix.core.text import shown

_EXISTS = "exists already, and an older original is never replaced; move it away or choose a --backup-suffix"


def keep(source: str, backup: str) -> None:
    """Give a photo a second name, safely on the disk, so that replacing it leaves the original there.

    A hard link where the file system has them, and a copy elsewhere. A backup that is the photo itself,
    left by a run that was killed between the two steps, is as good as a new one.

    Args:
        source: the photo.
        backup: the second name, in the same folder.

    Raises:
        OutputError: something else has that name, or it cannot be made.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> photo = Path(folder.name) / "a.jpg"
    >>> _ = photo.write_bytes(b"a photo")
    >>> keep(str(photo), f"{photo}.orig")
    >>> from colorfix.core.atomic import publish
    >>> publish(b"another", str(photo), overwrite=True)
    >>> Path(f"{photo}.orig").read_bytes()
    b'a photo'
    >>> folder.cleanup()
    """
    try:
        os.link(source, backup)
    except FileExistsError as error:
        if not os.path.samefile(source, backup):
            raise OutputError(shown(backup), _EXISTS) from error
    except OSError:  # a file system without hard links; what else is wrong, copying tells
        _copy(source, backup)
    else:
        sync_folder(Path(backup).parent)


def _copy(source: str, backup: str) -> None:
    if os.path.exists(backup):
        if not filecmp.cmp(source, backup, shallow=False):
            raise OutputError(shown(backup), _EXISTS)
        return  # made by a run that was killed before it replaced the photo
    status = os.stat(source)
    with publishing(backup, like=status, exactly=True) as file, open(source, "rb") as original:
        shutil.copyfileobj(original, file)
