"""Pictures as the bytes that a page holds inside itself."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


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
    r"""Return pixels as a PNG of at most 256 colours: shape (H, W, 3), or (H, W, 4) with transparency.

    >>> import numpy as np
    >>> small_png_of(np.zeros((2, 3, 4), np.uint8))[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    Image.fromarray(pixels).quantize(256, Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()


def stencil_of(codes: NDArray[np.uint8], colours: Sequence[tuple[int, int, int]]) -> bytes:
    r"""Return a PNG that is transparent where a code is 0, and elsewhere has the colour of its number.

    Args:
        codes: 0 to 3, shape (H, W).
        colours: of codes 1, 2 and 3, as far as they are there: red, green, blue, 0 to 255.

    >>> import numpy as np
    >>> stencil_of(np.eye(2, dtype=np.uint8), [(255, 0, 0)])[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    image = Image.fromarray(codes)
    image.putpalette([0, 0, 0, *(value for colour in colours for value in colour)])
    image.save(file, "PNG", transparency=0, bits=2)
    return file.getvalue()
