"""Blown highlights: a channel at its top has lost how bright it was, so what a gain makes of it is a guess.

White, (1, 1, 1), under gains of 0.6, 1 and 1.8 would become cyan. The corrected value y_c of a channel whose
stored value x_c was near the top is only a lower bound. With w(x) rising smoothly from 0 at
:data:`BEGIN` to 1 at the top,

    y_c  <-  y_c + w(x_c) · max(0, min of the other two - y_c)      no channel is left behind the others
    y_c  <-  y_c + v · (max of the three - y_c),  v = min of w      what was white in the photo stays white

Everything else is as it was. The same formula, once in Pillow's C loops for 8 bits, once in NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops

if TYPE_CHECKING:
    from colorfix.colour import Floats

BEGIN = 0.96
"""Stored value, 0 to 1, from which a channel counts as nearly blown."""


def weight(stored: Floats) -> Floats:
    """How far stored values, 0 to 1, are blown: 0 up to :data:`BEGIN`, 1 at the top.

    >>> weight(np.array([0.5, 0.96, 0.98, 1.0])).round(3).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    share = np.clip((stored - BEGIN) / (1 - BEGIN), 0.0, 1.0)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


_WEIGHTS = np.rint(255 * weight(np.arange(256) / 255)).astype(np.uint8).tolist()


def protected(before: Floats, after: Floats) -> Floats:
    """Return corrected values whose blown channels follow the others.

    Args:
        before: stored values, shape [..., 3], 0 to 1.
        after: corrected ones.

    >>> white, gains = np.ones((1, 3)), np.array([0.6, 1.0, 1.8])
    >>> protected(white, np.clip(white * gains, 0, 1)).tolist()
    [[1.0, 1.0, 1.0]]
    """
    weights = weight(before)
    red, green, blue = np.moveaxis(after, -1, 0)
    others = np.stack([np.minimum(green, blue), np.minimum(red, blue), np.minimum(red, green)], axis=-1)
    raised = after + weights * np.maximum(0.0, others - after)
    white = weights.min(axis=-1, keepdims=True)
    result: Floats = raised + white * (raised.max(axis=-1, keepdims=True) - raised)
    return result


def protected_image(before: Image.Image, after: Image.Image) -> Image.Image:
    """As :func:`protected`, for images of 8 bits a channel, ``RGB`` or ``RGBA``; alpha stays."""
    weights = [channel.point(_WEIGHTS) for channel in before.split()[:3]]
    if not any(channel.getextrema()[1] for channel in weights):
        return after
    channels = after.split()
    red, green, blue = channels[:3]
    others = (ImageChops.darker(green, blue), ImageChops.darker(red, blue), ImageChops.darker(red, green))
    raised = [
        Image.composite(ImageChops.lighter(own, other), own, share)
        for own, other, share in zip((red, green, blue), others, weights, strict=True)
    ]
    largest = ImageChops.lighter(ImageChops.lighter(*raised[:2]), raised[2])
    white = ImageChops.darker(ImageChops.darker(*weights[:2]), weights[2])
    whitened = [Image.composite(largest, channel, white) for channel in raised]
    return Image.merge(after.mode, (*whitened, *channels[3:]))
