"""Photos for a screen: small, upright, in sRGB, 8 bits a channel; thumbnails, contact sheets, small PNGs."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from colorfix.photos.color_spaces.profiles import in_srgb, is_srgb
from colorfix.photos.metadata.convert import turn_of
from colorfix.photos.photo import Photo, Picture, Strip, size_of, to_8_bits

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from colorfix.photos.photo import Raster
    from colorfix.photos.pixels.gains import GainChange

    Recoloring: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
    from collections.abc import Mapping, Sequence

    from PIL import ImageFont

_SIDEWAYS = {
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
}

_BACKGROUND_COLOR = "white"  # background of transparent pixels


def view(photo: Photo, most: tuple[int, int], change: GainChange | None = None) -> Image.Image:
    """Return the photo as a viewer displays it, reduced; of several pictures, the first.

    A correction of the whole photo is applied to the reduced picture, which is cheap; one within a region, to
    the full picture.

    Args:
        photo: any; transparent pixels are composited on white.
        most: greatest width and height, pixels; a smaller photo keeps its size.
        change: a correction to apply, or None.

    Returns:
        Mode ``RGB``, sRGB.

    >>> from colorfix.photos.read import read
    >>> view(read(Image.new("RGB", (400, 200), "orange")), (100, 100)).size
    (100, 50)
    """
    turn = turn_of(photo)
    stored = _stored(photo, most, turn, change)
    return _displayed(photo, stored if change is None else _changed(stored, change), turn)


def views(photo: Photo, most: tuple[int, int], change: GainChange) -> tuple[Image.Image, Image.Image]:
    """Return :func:`view` of a photo before and after a correction, reduced once if possible.

    Args:
        photo: any.
        most: greatest width and height, pixels.
        change: the correction.
    """
    if change.within is not None:
        return view(photo, most), view(photo, most, change)
    turn = turn_of(photo)
    stored = _stored(photo, most, turn, None)
    return _displayed(photo, stored, turn), _displayed(photo, _changed(stored, change), turn)


def recolored_view(photo: Photo, most: tuple[int, int], function: Recoloring) -> Image.Image:
    """Return :func:`view` of a photo, a function applied to its colors before compositing on white.

    Args:
        photo: any.
        most: greatest width and height, pixels.
        function: from and to encoded sRGB colors, uint8, shape [N, 4], alpha last.
    """
    turn = turn_of(photo)
    return _displayed(photo, _stored(photo, most, turn, None), turn, function)


def _stored(
    photo: Photo, most: tuple[int, int], turn: Image.Transpose | None, change: GainChange | None
) -> Image.Image:
    """Return the reduced photo in its own color space, with a correction within a region applied."""
    sideways = turn in _SIDEWAYS
    first = next(picture for picture in photo.pictures if picture.in_statistics)
    return _small(first, most[::-1] if sideways else most, change)


def _changed(stored: Image.Image, change: GainChange) -> Image.Image:
    return stored if change.within is not None else to_8_bits(change(Strip(stored)))


def _displayed(
    photo: Photo, stored: Image.Image, turn: Image.Transpose | None, function: Recoloring | None = None
) -> Image.Image:
    """Return reduced pixels in sRGB, recolored, composited on white, and upright."""
    small = Photo(photo.name, b"", (Picture.of(stored),), None, photo.profile)
    seen = stored if is_srgb(photo) else in_srgb(small).image
    if function is not None:
        pixels = np.asarray(seen.convert("RGBA"))
        seen = Image.fromarray(function(pixels.reshape(-1, 4)).reshape(pixels.shape))
    flat = _on_white(seen)
    return flat if turn is None else flat.transpose(turn)


def _small(picture: Picture, most: tuple[int, int], change: GainChange | None) -> Image.Image:
    """Return the picture reduced strip by strip, in its own color space."""
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
            part = _colored(raster).resize((right - left, bottom - top), Resampling.HAMMING)
            canvas = Image.new(part.mode, (size[0], size[1])) if canvas is None else canvas
            canvas.paste(part, (left, top))
    if canvas is None:
        raise ValueError("a picture without pixels")
    return canvas


def _colored(raster: Raster) -> Image.Image:
    image = to_8_bits(raster)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, _BACKGROUND_COLOR)
    paper.alpha_composite(image)
    return paper.convert("RGB")


def jpeg_of(image: Image.Image, quality: int) -> bytes:
    r"""Return a picture as a JPEG without metadata, quality 1 to 95.

    >>> jpeg_of(Image.new("RGB", (4, 4)), 85)[:2]
    b'\xff\xd8'
    """
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def png_of(image: Image.Image) -> bytes:
    r"""Return a picture as a PNG, pixel for pixel.

    >>> png_of(Image.new("RGB", (4, 4)))[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def small_png_of(pixels: NDArray[np.uint8]) -> bytes:
    r"""Return pixels as a PNG of at most 256 colors: shape (H, W, 3), or (H, W, 4) with transparency.

    >>> import numpy as np
    >>> small_png_of(np.zeros((2, 3, 4), np.uint8))[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    Image.fromarray(pixels).quantize(256, Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()


def overlay_png_of(codes: NDArray[np.uint8], colors: Sequence[tuple[int, int, int]]) -> bytes:
    r"""Return a PNG that is transparent where a code is 0, and has the color of its code elsewhere.

    Args:
        codes: 0 to 3, shape (H, W).
        colors: of codes 1, 2 and 3: red, green, blue, 0 to 255.

    >>> import numpy as np
    >>> overlay_png_of(np.eye(2, dtype=np.uint8), [(255, 0, 0)])[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    image = Image.fromarray(codes)
    image.putpalette([0, 0, 0, *(value for color in colors for value in color)])
    image.save(file, "PNG", transparency=0, bits=2)
    return file.getvalue()


THUMBNAIL: Final = (320, 320)
"""Greatest width and height of a thumbnail, pixels."""

_QUALITY = 80


def thumbnails(photo: Photo, change: GainChange) -> tuple[bytes, bytes, tuple[int, int]]:
    """Return small JPEGs of a photo before and after a correction, and their width and height."""
    before, after = views(photo, THUMBNAIL, change)
    return jpeg_of(before, _QUALITY), jpeg_of(after, _QUALITY), before.size


_BACKGROUND, _INK = "white", "black"
_GAP, _LETTERS = 12, 16  # pixels


def contact_sheet(pictures: Mapping[str, Image.Image], columns: int = 4) -> bytes:
    """Return a PNG of pictures row by row, their names above them.

    Args:
        pictures: by name, any sizes; each cell is as large as the largest.
        columns: pictures in a row at the most.

    >>> from io import BytesIO
    >>> picture = Image.new("RGB", (90, 40))
    >>> Image.open(BytesIO(contact_sheet({"a": picture, "b": picture}))).size
    (216, 88)
    """
    from PIL import ImageDraw, ImageFont

    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    wide, high = (max(sides) for sides in zip(*(picture.size for picture in pictures.values()), strict=True))
    font = ImageFont.load_default(_LETTERS)
    head = _LETTERS + _LETTERS // 2
    size = _GAP + columns * (wide + _GAP), _GAP + rows * (high + head + _GAP)
    paper = Image.new("RGB", size, _BACKGROUND)
    pen = ImageDraw.Draw(paper)
    for place, (name, picture) in enumerate(pictures.items()):
        row, column = divmod(place, columns)
        left, top = _GAP + column * (wide + _GAP), _GAP + row * (high + head + _GAP)
        pen.text((left, top), _fitting(name, wide, font), fill=_INK, font=font)
        paper.paste(picture, (left, top + head))
    return png_of(paper)


def side_by_side(one: Image.Image, other: Image.Image, gap: int) -> Image.Image:
    """Return two pictures of one height side by side, black between them."""
    both = Image.new("RGB", (one.width + gap + other.width, max(one.height, other.height)))
    both.paste(one, (0, 0))
    both.paste(other, (one.width + gap, 0))
    return both


def quantized(picture: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a picture in at most 256 colors: indices, shape [H, W], and the palette, shape [K, 3]."""
    few = picture.quantize(256)
    return np.asarray(few), np.array(few.getpalette(), np.uint8).reshape(-1, 3)


def dither_to_palette(picture: Image.Image, colors: NDArray[np.uint8]) -> Image.Image:
    """Return a picture in given colors, shape [K, 3], K at most 256, by error diffusion.

    >>> black_and_white = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
    >>> few = dither_to_palette(Image.new("RGB", (8, 8), (128, 128, 128)), black_and_white)
    >>> 24 <= int(np.count_nonzero(np.asarray(few)[..., 0])) <= 40
    True
    """
    palette = Image.new("P", (1, 1))
    palette.putpalette(colors.tobytes())
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")


def _fitting(name: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Return a name shortened to a width."""
    while name and font.getlength(name) > width:
        name = name[:-2] + "…" if len(name) > 1 else ""
    return name
