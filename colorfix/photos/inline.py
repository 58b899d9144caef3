"""Pictures as the bytes that a page holds inside itself."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def jpeg_of(image: Image.Image, quality: int) -> bytes:
    r"""Return a picture as a JPEG without metadata, quality 1 to 95.

    >>> jpeg_of(Image.new("RGB", (4, 4)), 85)[:2]
    b'\xff\xd8'
    """
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    r"""Return pixels as a PNG of at most 256 colours: shape (H, W, 3), or (H, W, 4) with transparency.

    >>> import numpy as np
    >>> png_of(np.zeros((2, 3, 4), np.uint8))[:4]
    b'\x89PNG'
    """
    file = BytesIO()
    Image.fromarray(pixels).quantize(256, Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return file.getvalue()
