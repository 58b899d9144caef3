"""What the tests of animated formats share: a small animation, what Pillow sees of one, and a reference."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from colorfix import photos

GAINS = np.array([0.5, 1.0, 1.25])
TIMES = [70, 130, 210]  # milliseconds


def frames(astronaut, mode="RGB"):
    """Three frames of 40 x 30: a photo, another part of it moved over the first, and a third."""
    return [astronaut.crop((at, at, at + 40, at + 30)).convert(mode) for at in (0, 30, 60)]


def rewritten(data, path, gains=GAINS, into=None, **writing):
    """Correct a file by gains, into its own format or another; return the photo and the new bytes."""
    photo = photos.read(path(data))
    file = BytesIO()
    photos.encode(photo, multiplied(gains), into, file, photos.Writing(**writing))
    return photo, file.getvalue()


def multiplied(gains):
    """A change by gains: the program's own for 8 bits, the reference below for more."""
    change = photos.GainChange(np.array(gains, float), highlights="clip")

    def changed(strip):
        deep = isinstance(strip.raster, np.ndarray)
        return wanted(strip.raster, np.array(gains, float)) if deep else change(strip)

    return changed


def seen(data):
    """Every frame as Pillow shows it, RGBA, and what it says of each."""
    with Image.open(BytesIO(data)) as image:
        found = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            pixels = np.asarray(image.convert("RGBA"))
            found.append((pixels, image.info.get("duration"), image.info.get("loop")))
    return found


def wanted(pixels, gains=GAINS):
    """The correction in float64: product, rounded, clipped; alpha kept. ``pixels`` may have 16 bits."""
    top = np.iinfo(pixels.dtype).max
    product = pixels[..., :3].astype(np.float64) * gains
    colours = np.clip(np.rint(product), 0, top).astype(pixels.dtype)
    return np.concatenate([colours, pixels[..., 3:]], axis=-1)
