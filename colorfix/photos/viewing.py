"""A photo as a screen shows it: small, upright, in sRGB, 8 bits a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from colorfix.photos import exif
from colorfix.photos.carrying import metadata_of
from colorfix.photos.photo import Photo
from colorfix.photos.picture import Picture, Strip, in_eight_bits, size_of
from colorfix.photos.profiles import in_srgb, is_srgb

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from colorfix.photos.change import GainChange
    from colorfix.photos.picture import Raster

    Recolouring: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns the pixels of each EXIF orientation upright."""

_PAPER = "white"  # what transparent pixels lie on


def view(photo: Photo, most: tuple[int, int], change: GainChange | None = None) -> Image.Image:
    """Return the photo as a viewer would show it, no larger than asked; of several pictures, the first.

    A correction of the whole photo is applied to the small picture, which costs next to nothing; one within
    a region to the large one.

    Args:
        photo: any; transparent pixels lie on white.
        most: width and height, pixels, at the most; a smaller photo keeps its size.
        change: a correction to see; None for the photo as it is.

    Returns:
        Mode ``RGB``, sRGB.

    >>> from colorfix.photos.reading import read
    >>> view(read(Image.new("RGB", (400, 200), "orange")), (100, 100)).size
    (100, 50)
    """
    turn = _turn_of(photo)
    stored = _stored(photo, most, turn, change)
    return _seen(photo, stored if change is None else _changed(stored, change), turn)


def views(photo: Photo, most: tuple[int, int], change: GainChange) -> tuple[Image.Image, Image.Image]:
    """Return :func:`view` of a photo before and after a correction; it is shrunk but once where that will do.

    Args:
        photo: any.
        most: width and height, pixels, at the most.
        change: the correction.
    """
    if change.within is not None:
        return view(photo, most), view(photo, most, change)
    turn = _turn_of(photo)
    stored = _stored(photo, most, turn, None)
    return _seen(photo, stored, turn), _seen(photo, _changed(stored, change), turn)


def recoloured(photo: Photo, most: tuple[int, int], function: Recolouring) -> Image.Image:
    """Return :func:`view` of a photo whose colours went through a function before they lay on white.

    Args:
        photo: any.
        most: width and height, pixels, at the most.
        function: of sRGB colours as stored, uint8, shape [N, 4], alpha last.
    """
    turn = _turn_of(photo)
    return _seen(photo, _stored(photo, most, turn, None), turn, function)


def _turn_of(photo: Photo) -> Image.Transpose | None:
    return _UPRIGHT.get(exif.orientation_of(metadata_of(photo)[0].exif))


def _stored(
    photo: Photo, most: tuple[int, int], turn: Image.Transpose | None, change: GainChange | None
) -> Image.Image:
    """The photo shrunk, as it is stored; a correction within a region is in it already."""
    sideways = turn in {_UPRIGHT[5], _UPRIGHT[6], _UPRIGHT[7], _UPRIGHT[8]}
    first = next(picture for picture in photo.pictures if picture.counted)
    return _small(first, most[::-1] if sideways else most, change)


def _changed(stored: Image.Image, change: GainChange) -> Image.Image:
    return stored if change.within is not None else in_eight_bits(change(Strip(stored)))


def _seen(
    photo: Photo, stored: Image.Image, turn: Image.Transpose | None, function: Recolouring | None = None
) -> Image.Image:
    """What is stored, in sRGB, recoloured, on paper, and upright."""
    small = Photo(photo.name, b"", (Picture.of(stored),), None, photo.profile)
    seen = stored if is_srgb(photo) else in_srgb(small).image
    if function is not None:
        pixels = np.asarray(seen.convert("RGBA"))
        seen = Image.fromarray(function(pixels.reshape(-1, 4)).reshape(pixels.shape))
    flat = _on_paper(seen)
    return flat if turn is None else flat.transpose(turn)


def _small(picture: Picture, most: tuple[int, int], change: GainChange | None) -> Image.Image:
    """The picture shrunk, strip by strip, in its own colour space."""
    scale = min(1.0, *(side / own for side, own in zip(most, picture.size, strict=True)))
    canvas: Image.Image | None = None
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    across, down = (small / side for small, side in zip(size, picture.size, strict=True))
    for strip in picture.strips():
        raster = change(strip) if change is not None and change.within is not None else strip.raster
        width, height = size_of(raster)
        left, right = round(across * strip.left), round(across * (strip.left + width))
        top, bottom = round(down * strip.top), round(down * (strip.top + height))
        if right > left and bottom > top:
            part = _coloured(raster).resize((right - left, bottom - top), Resampling.HAMMING)
            canvas = Image.new(part.mode, (size[0], size[1])) if canvas is None else canvas
            canvas.paste(part, (left, top))
    if canvas is None:
        raise ValueError("a picture without pixels")
    return canvas


def _coloured(raster: Raster) -> Image.Image:
    image = in_eight_bits(raster)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, _PAPER)
    paper.alpha_composite(image)
    return paper.convert("RGB")
