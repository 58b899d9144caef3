"""A photo: the bytes of its file and its decoded pictures; and how a photo is written."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image

from colorfix.photos.picture import assemble, mode_of, to_8_bits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.gpu_pixels import Codecs
    from colorfix.photos.picture import Picture, Raster

FROM_MEMORY = "<image>"

Data: TypeAlias = bytes | mmap.mmap
"""A whole file: in memory, or memory-mapped if it is large."""

_PIECE = 1 << 24  # bytes


def pieces(data: Data) -> Iterator[memoryview]:
    """Iterate over a file in pieces; of a mapped one at most a piece stays in memory."""
    for at in range(0, len(data), _PIECE):
        with memoryview(data)[at : at + _PIECE] as piece:
            yield piece
        if isinstance(data, mmap.mmap):
            data.madvise(mmap.MADV_DONTNEED, at, min(_PIECE, len(data) - at))


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo that was read safely and can be measured, corrected and written back.

    Attributes:
        name: as the user named it: a path, or ``<image>`` for one from memory.
        data: the whole file, read once, for pixels and metadata alike. Empty for one from memory.
        pictures: the photo itself, or all frames or pages. One correction is learned for all of them.
        format: ``JPEG``, ``PNG``, ... as :mod:`colorfix.photos.formats` names it; None for one from memory.
        profile: the ICC profile of the pixels; None means sRGB.
        warnings: losses that the output will have, one sentence each.
        opened: the image as opened by Pillow, for its metadata; None if another library decoded it.
        codecs: whether the GPU or the processor decodes and encodes it, for a run on a GPU; else None.
    """

    name: str
    data: Data = field(repr=False)
    pictures: tuple[Picture, ...]
    format: str | None
    profile: bytes | None = field(repr=False)
    warnings: tuple[str, ...] = ()
    opened: Image.Image | None = field(default=None, repr=False)
    codecs: Codecs | None = field(default=None, repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the first picture, pixels."""
        return self.pictures[0].size

    @property
    def first_raster(self) -> Raster:
        """The pixels of the first strip, for their mode and type.

        If a device holds the pixels, a single pixel of their mode: a transfer would take long.
        """
        if self.codecs is not None and self.codecs.pixels is not None:
            return Image.new("RGB", (1, 1))
        return next(iter(self.pictures[0].strips())).raster

    @property
    def mode(self) -> str:
        """Pillow's name of the mode; for deeper pixels ``RGB;16`` or ``RGB;F32``, or with alpha."""
        return mode_of(self.first_raster)

    @property
    def image(self) -> Image.Image:
        """The first picture in 8 bits a channel."""
        return to_8_bits(assemble(self.pictures[0]))


@dataclass(frozen=True)
class Writing:
    """How a photo is written.

    Attributes:
        quality: 1 to 100 for lossy formats; None keeps the source's.
        strip: remove metadata except color profile, resolution and orientation.
        software: text of the tag ProcessingSoftware; None for no tag.
    """

    quality: int | None = None
    strip: bool = False
    software: str | None = None
