"""The frames of an animation as they are shown, one at a time: no more than two are ever in memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from colorfix.photos.picture import Picture, Strip
from colorfix.photos.pillow import settled

if TYPE_CHECKING:
    from PIL import ImageFile


def frame_copies(image: ImageFile.ImageFile) -> tuple[Picture, ...]:
    """Return a picture a frame, each laid over those before it as a viewer does, or the only one as stored.

    Every frame is decoded once, so that damage is found now. Walking through the pictures in their order
    decodes each of them once more; going back begins at the first.

    Args:
        image: opened by Pillow. It is moved from frame to frame, so pictures of one file are not for
            several threads.

    Raises:
        Whatever Pillow raises over a frame.

    >>> from io import BytesIO
    >>> from PIL import GifImagePlugin, Image
    >>> file, frames = BytesIO(), [Image.new("RGB", (3, 2), colour) for colour in ("red", "blue")]
    >>> frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    >>> [picture.size for picture in frame_copies(GifImagePlugin.GifImageFile(BytesIO(file.getvalue())))]
    [(3, 2), (3, 2)]
    """
    frames = getattr(image, "n_frames", 1)
    if frames == 1:
        image.load()
        return (Picture.of(settled(image)),)
    hidden = bool(image.info.get("default_image"))  # a PNG's picture for viewers that know no animations
    pictures = []
    for index in range(frames):
        image.seek(index)
        image.load()
        counted = index > 0 or not hidden
        pictures.append(Picture(*image.size, partial(_strips, image, index), counted))
    return tuple(pictures)


def _strips(image: ImageFile.ImageFile, index: int) -> tuple[Strip]:
    image.seek(index)
    has_alpha = image.has_transparency_data
    return (Strip(image.convert("RGBA" if has_alpha else "RGB")),)
