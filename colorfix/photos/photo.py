"""A photo: the file's bytes beside the pictures they decode to, and how one is to be written."""

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
"""A whole file: in memory, or mapped where it is too large for that."""


_PIECE = 1 << 24  # bytes


def pieces(data: Data) -> Iterator[memoryview]:
    """Walk through a file; of a mapped one no more than a piece stays in memory."""
    for at in range(0, len(data), _PIECE):
        with memoryview(data)[at : at + _PIECE] as piece:
            yield piece
        if isinstance(data, mmap.mmap):
            data.madvise(mmap.MADV_DONTNEED, at, min(_PIECE, len(data) - at))


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo that was read safely and is ready to be described, corrected and written back.

    Attributes:
        name: as the user named it: a path, or ``<image>`` for one from memory.
        data: the whole file, read once: decoding and carrying the metadata see one state. Empty for one
            from memory.
        pictures: the photo itself; or every frame, every page. One correction is learned for all of them.
        format: ``JPEG``, ``PNG``, ... as :mod:`colorfix.photos.formats` names it; None for one from memory.
        profile: the ICC profile of the pixels; None means sRGB.
        warnings: what cannot be kept, one sentence each.
        opened: the file as Pillow opened it, for what it says besides its pixels; None where another library
            did.
        codecs: who decodes and encodes it, where a device was asked for; else None.
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
        """Pixels of the first strip: they tell what kind all are of.

        Where a device holds them, a pixel of their kind: bringing them here would take longest of all.
        """
        if self.codecs is not None and self.codecs.pixels is not None:
            return Image.new("RGB", (1, 1))
        return next(iter(self.pictures[0].strips())).raster

    @property
    def mode(self) -> str:
        """Pillow's name for the kind of pixels; of deeper ones ``RGB;16`` or ``RGB;F32``, and with alpha."""
        return mode_of(self.first_raster)

    @property
    def image(self) -> Image.Image:
        """The first picture in 8 bits a channel, to look at."""
        return to_8_bits(assemble(self.pictures[0]))


@dataclass(frozen=True)
class Writing:
    """How a photo is written.

    Attributes:
        quality: 1 to 100 for lossy formats; None keeps the source's.
        strip: drop metadata but for the colour profile, the resolution and the orientation.
        software: what a tag says has been done to the photo; None leaves none.
    """

    quality: int | None = None
    strip: bool = False
    software: str | None = None
