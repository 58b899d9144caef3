"""A photo: the file's bytes beside the picture they decode to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FROM_MEMORY = "<image>"


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo that was read safely and is ready to be described, corrected and written back.

    Attributes:
        name: as the user named it: a path, or ``<image>`` for one from memory.
        data: the whole file, read once: decoding and carrying the metadata see one state. Empty for one
            from memory.
        image: the decoded picture, 8 bits a channel, in mode ``RGB``, ``RGBA``, ``P``, ``L`` or ``LA``.
        format: ``JPEG``, ``PNG``, ``WEBP``, ``TIFF``, ``BMP`` or ``GIF``; None for one from memory.
        profile: the ICC profile; None means sRGB.
        warnings: what cannot be kept, one sentence each.
    """

    name: str
    data: bytes = field(repr=False)
    image: Image.Image
    format: str | None
    profile: bytes | None = field(repr=False)
    warnings: tuple[str, ...]
