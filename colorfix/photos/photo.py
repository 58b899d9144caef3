"""A photo: the bytes of its file and its decoded pictures, processed in strips from top to bottom.

A ``Raster`` is one of two types: 8 bits a channel in a Pillow image, of mode ``RGB``, ``RGBA``, ``P``, ``L``
or ``LA``; more bits in a NumPy array of shape [H, W, C], C from 1 to 4: ``uint16``, 0 to 65535, or
``float32`` or ``float64``, nominally 0 to 1.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorfix.photos.contents import lost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.photos.gpu_pixels import Codecs

Deep: TypeAlias = NDArray[np.uint16] | NDArray[np.float32] | NDArray[np.float64]
Raster: TypeAlias = Image.Image | Deep


@dataclass(frozen=True, eq=False)
class Strip:
    """A part of a picture and its position.

    Attributes:
        raster: the pixels.
        left, top: position of the first pixel in the picture.
        scaled_from: width and height of the full picture if this is a thumbnail of it; else None.
    """

    raster: Raster
    left: int = 0
    top: int = 0
    scaled_from: tuple[int, int] | None = None


Change: TypeAlias = Callable[[Strip], Raster]
"""A function from a strip to corrected pixels of the same size and type; the strip is not modified."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One image of a photo: the photo itself, a frame or a page.

    Attributes:
        width, height: pixels.
        strips: returns an iterable of the pixels at each call; a single strip if they are in memory.
        in_statistics: whether its pixels are counted; those of a reduced copy of a page are not.

    >>> picture = Picture.of(Image.new("RGB", (3, 2)))
    >>> picture.width, picture.height, len(list(picture.strips()))
    (3, 2, 1)
    """

    width: int
    height: int
    strips: Callable[[], Iterable[Strip]] = field(repr=False)
    in_statistics: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.width, self.height

    @classmethod
    def of(cls, raster: Raster) -> Picture:
        """Return a picture of pixels in memory."""
        width, height = size_of(raster)
        whole = Strip(raster)
        return cls(width, height, lambda: (whole,))


def assemble(picture: Picture, change: Change | None = None) -> Raster:
    """Return all pixels of a picture in one raster, each strip changed first.

    >>> picture = Picture(2, 2, lambda: (Strip(Image.new("L", (2, 1), row), top=row) for row in (0, 1)))
    >>> np.asarray(assemble(picture)).tolist()
    [[0, 0], [1, 1]]
    """
    canvas: Raster | None = None
    for strip in picture.strips():
        raster = strip.raster if change is None else change(strip)
        if size_of(raster) == (picture.width, picture.height):
            return raster
        if canvas is None:
            canvas = _blank(raster, picture.width, picture.height)
        _put(raster, canvas, strip)
    if canvas is None:
        raise ValueError("a picture without pixels")
    return canvas


def _blank(like: Raster, width: int, height: int) -> Raster:
    if isinstance(like, Image.Image):
        canvas = Image.new(like.mode, (width, height))
        if like.mode == "P":
            canvas.putpalette(like.getpalette("RGB") or [])
        return canvas
    return np.zeros((height, width, like.shape[2]), like.dtype)


def _put(raster: Raster, canvas: Raster, strip: Strip) -> None:
    if isinstance(raster, Image.Image) and isinstance(canvas, Image.Image):
        canvas.paste(raster, (strip.left, strip.top))
    elif not isinstance(raster, Image.Image) and not isinstance(canvas, Image.Image):
        height, width = raster.shape[:2]
        canvas[strip.top : strip.top + height, strip.left : strip.left + width] = raster


def to_8_bits(raster: Raster) -> Image.Image:
    """Return the pixels in 8 bits a channel, rounded to nearest and clipped to 0 to 1.

    >>> to_8_bits(np.full((1, 1, 3), 0x8080, np.uint16)).getpixel((0, 0))
    (128, 128, 128)
    """
    if isinstance(raster, Image.Image):
        return raster
    scale = 255 / 65535 if raster.dtype == np.uint16 else 255.0
    shallow = np.rint(np.clip(np.nan_to_num(raster * scale), 0, 255)).astype(np.uint8)
    return Image.fromarray(shallow[..., 0] if shallow.shape[2] == 1 else shallow)


def to_16_bits(raster: Deep) -> NDArray[np.uint16]:
    """Return deep pixels in 16 bits a channel, rounded to nearest and clipped to 0 to 1.

    >>> to_16_bits(np.full((1, 1, 1), 0.5)).item()
    32768
    """
    if raster.dtype == np.uint16:
        return raster.astype(np.uint16, copy=False)
    return np.rint(np.clip(np.nan_to_num(raster * 65535.0), 0, 65535)).astype(np.uint16)


def rounded_like(deep: Deep, values: NDArray[np.float64]) -> Deep:
    """Return values in the type of deep pixels, on their scale: integers are rounded and clipped."""
    if deep.dtype == np.uint16:
        return np.rint(np.clip(values, 0, 65535)).astype(np.uint16)
    return values.astype(np.float32) if deep.dtype == np.float32 else values


def size_of(raster: Raster) -> tuple[int, int]:
    """Return width and height, pixels."""
    if isinstance(raster, Image.Image):
        return raster.size
    return raster.shape[1], raster.shape[0]


def mode_of(raster: Raster) -> str:
    """Return Pillow's name of the mode, and a similar one for deeper pixels.

    >>> mode_of(np.zeros((1, 1, 4), np.uint16)), mode_of(np.zeros((1, 1, 3), np.float32))
    ('RGBA;16', 'RGB;F32')
    """
    if isinstance(raster, Image.Image):
        return raster.mode
    letter = "" if raster.dtype == np.uint16 else "F"
    return f"{('L', 'LA', 'RGB', 'RGBA')[raster.shape[2] - 1]};{letter}{8 * raster.dtype.itemsize}"


def is_gray(raster: Raster) -> bool:
    """Whether the pixels have no color channels."""
    if isinstance(raster, Image.Image):
        return raster.mode in {"L", "LA"}
    return len(raster[0, 0]) < len("RGB")


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
        removed: names of contents of its file that no output has, as :mod:`colorfix.photos.contents` lists.
        carried: names of contents that only an output in its own format has, with its metadata.
    """

    name: str
    data: Data = field(repr=False)
    pictures: tuple[Picture, ...]
    format: str | None
    profile: bytes | None = field(repr=False)
    warnings: tuple[str, ...] = ()
    opened: Image.Image | None = field(default=None, repr=False)
    codecs: Codecs | None = field(default=None, repr=False)
    removed: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    def with_contents(self, removed: tuple[str, ...], carried: tuple[str, ...] = ()) -> Photo:
        """Return the photo with the names of what its file holds beside it, and a warning of its losses."""
        return replace(
            self, warnings=(*self.warnings, *lost(removed)), removed=self.removed + removed, carried=carried
        )

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
