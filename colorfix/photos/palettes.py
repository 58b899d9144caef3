"""Pictures whose pixels are numbers of colours: only the table of colours has to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.core.text import shown
from colorfix.photos.picture import Strip

if TYPE_CHECKING:
    from colorfix.photos.picture import Change

_COLOUR = 3  # bytes


def changed(colours: bytes, change: Change, name: str) -> bytes:
    r"""Return a table of colours, each changed as a pixel of it would be.

    Args:
        colours: red, green and blue of 1 to 256 colours, a byte each.
        change: of pixels, wherever they lie.
        name: of the photo, for the error.

    Raises:
        OutputError: the change does not keep a table, as one that depends on the place of a pixel cannot.

    >>> changed(bytes([200, 100, 50]), lambda strip: strip.raster, "a.gif")
    b'\xc8d2'
    """
    table = Image.new("P", (len(colours) // _COLOUR, 1))
    table.putdata(range(table.width))
    table.putpalette(colours, "RGB")
    after = change(Strip(table))
    if not isinstance(after, Image.Image) or after.mode != "P":
        raise OutputError(shown(name), "has a table of colours and no place for others; write a .png")
    return bytes(after.getpalette("RGB") or ())[: len(colours)].ljust(len(colours), b"\0")
