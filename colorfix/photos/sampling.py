"""A small grid of a photo's pixels, for what histograms cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.photos.photo import Photo

SIDE = 64
"""Points of a grid along each side, where the photo has as many."""


def grid(photo: Photo) -> NDArray[np.uint8]:
    """Pixels of the photo at regular distances: picked, not averaged, so that every colour is one of it.

    Returns:
        Shape [H, W, 4], red, green, blue and alpha, H and W at most 64.

    >>> from colorfix.photos.reading import read
    >>> grid(read(np.full((1000, 10, 3), 200, np.uint8))).shape
    (64, 10, 4)
    """
    width, height = (min(side, SIDE) for side in photo.size)
    small = photo.image.resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(small.convert("RGBA"))
