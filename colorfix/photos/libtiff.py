"""libtiff writes its own complaints to standard error; Pillow raises them anyway, so once is enough."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

_MAPS = Path(
    "/proc/self/maps"
)  # Linux: the libraries that this process has loaded, a path at each line's end


@cache
def silence() -> None:
    """Take the message handlers out of the libtiff that Pillow has loaded; only Linux tells which.

    Redirecting file descriptor 2 round each decode would swallow what other threads print meanwhile.
    """
    try:
        loaded = {line.split()[-1] for line in _MAPS.read_text().splitlines() if "libtiff" in line}
        for library in map(ctypes.CDLL, loaded):  # opened already, so this is another hold on the same one
            library.TIFFSetErrorHandler(None)
            library.TIFFSetWarningHandler(None)
    except (OSError, AttributeError):  # no such file, or a libtiff built into Pillow itself
        return
