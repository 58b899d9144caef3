"""Page of one photo: its report as HTML, with pictures, histograms and charts.

Pictures are views with overlays of clipped pixels, and RGB parades.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from colorfix import __version__, photos
from colorfix.color.statistics import CHANNELS
from colorfix.photos import display
from colorfix.report.charts import LossCurve, LossPlane
from colorfix.report.guide import guide_sentence
from colorfix.report.landscape import landscape_of
from colorfix.report.templates import render

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.color.statistics import Floats
    from colorfix.correction.correct import Correction

ROWS: Final = 400
"""Rows of a picture that a parade samples, at even distances."""

COLUMNS: Final = 200
"""Columns of a channel in a parade."""

CODES_PER_ROW: Final = 2
"""Codes per row of a parade: a gain skips codes, which would be black lines."""

GAP: Final = 10
"""Columns between two channels of a parade."""

_INKS = np.array([(255, 110, 100), (110, 235, 130), (120, 170, 255)])  # distinct on black
_DARK = 14.0  # background of a parade
_SHADES = 24  # of a channel, so that the PNG stays small


def column_histograms(pixels: NDArray[np.uint8], channel: int, columns: int) -> NDArray[np.int64]:
    """Return the histogram of each column of a picture, shape (256, columns), value 0 in the first row.

    >>> column_histograms(np.array([[(0, 0, 0), (9, 0, 0)]], np.uint8), 0, 2)[[0, 9]].tolist()
    [[1, 0], [0, 1]]
    """
    width = pixels.shape[1]
    column = np.arange(width) * columns // width
    flat = pixels[..., channel].astype(np.int64) * columns + column
    return np.bincount(flat.ravel(), minlength=256 * columns).reshape(256, columns)


def parade(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of red, green and blue side by side, value 255 on top, shape (128, W, 3)."""
    columns = min(COLUMNS, pixels.shape[1])
    pixels = pixels[:: max(1, len(pixels) // ROWS)]
    ground = np.full((256 // CODES_PER_ROW, GAP, 3), _DARK, np.uint8)
    panels = [_panel(column_histograms(pixels, channel, columns), ink) for channel, ink in enumerate(_INKS)]
    return np.concatenate([panels[0], ground, panels[1], ground, panels[2]], axis=1)


def _panel(counts: NDArray[np.int64], ink: NDArray[np.int64]) -> NDArray[np.uint8]:
    rows = counts.reshape(-1, CODES_PER_ROW, counts.shape[1]).sum(axis=1)
    shares = rows / rows.sum(axis=0, keepdims=True)
    light = np.minimum(1.0, (shares / 0.05) ** 0.5)  # 5 % of a column at one value is the brightest
    light = np.rint(light * _SHADES)[::-1, :, None] / _SHADES
    panel: NDArray[np.uint8] = np.rint(_DARK + light * (ink - _DARK)).astype(np.uint8)
    return panel


LARGEST: Final = (1400, 1400)
"""Largest width and height of a view, pixels."""

SMALLEST: Final = (560, 560)
"""Largest width and height of the target's view, pixels."""

_QUALITY = 85
_STRIPE = 3  # pixels; stripes show clipping without color vision
_MARKS = [(214, 0, 147), (255, 255, 255)]


@dataclass(frozen=True)
class PictureView:
    """A view of a photo on a page.

    Attributes:
        picture: JPEG, as a data URI.
        clipped: stripes over clipped pixels, PNG with transparency, as a data URI.
        parade: of red, green and blue, as a data URI.
        share: of clipped pixels, 0 to 1.
        width, height: pixels.
    """

    picture: str
    clipped: str
    parade: str
    share: float
    width: int
    height: int


def picture_views(correction: Correction) -> tuple[PictureView, PictureView, PictureView | None]:
    """Return views of the photo before and after, and of the target if it is a photo."""
    before, after = photos.views(correction.source, LARGEST, correction.change)
    guide = correction.target.photo
    return _side(before), _side(after), None if guide is None else _guide(guide)


_GUIDES: WeakKeyDictionary[photos.Photo, PictureView] = WeakKeyDictionary()


def _guide(photo: photos.Photo) -> PictureView:
    """View of the target, cached, since many photos may share it."""
    if photo not in _GUIDES:
        _GUIDES[photo] = _side(photos.view(photo, SMALLEST))
    return _GUIDES[photo]


def clipped_mask(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where any channel is at 255; pixels of shape (H, W, 3), the result (H, W).

    >>> clipped_mask(np.array([[(255, 0, 0), (254, 254, 254)]], np.uint8)).tolist()
    [[True, False]]
    """
    top = pixels == np.iinfo(np.uint8).max
    found: NDArray[np.bool_] = top[..., 0] | top[..., 1] | top[..., 2]  # ten times faster than any(axis=-1)
    return found


def _side(image: Image) -> PictureView:
    pixels = np.asarray(image)
    mask = clipped_mask(pixels)
    return PictureView(
        picture=_uri("image/jpeg", display.jpeg_of(image, _QUALITY)),
        clipped=_uri("image/png", display.overlay_png_of(_striped(mask), _MARKS)),
        parade=_uri("image/png", display.small_png_of(parade(pixels))),
        share=float(mask.mean()),
        width=image.width,
        height=image.height,
    )


def _striped(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Diagonal stripes of 1 and 2 where the mask is true, 0 elsewhere."""
    down, across = (np.arange(side, dtype=np.uint16) for side in mask.shape)
    stripes = np.array([1, 2], np.uint8)[np.add.outer(down, across) // _STRIPE % 2]
    return np.where(mask, stripes, np.uint8(0))


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"


CODES_PER_BAR: Final = 4
"""Codes per bin of a histogram: a gain skips codes, which would look like a comb."""

WIDTH: Final = 256 // CODES_PER_BAR - 1
"""Width of a histogram, one unit per bin."""

HEIGHT: Final = 100
"""Height of a histogram: the fullest bin but for the two ends, which clipping fills."""


def histogram(weights: Floats) -> dict[str, str]:
    """Return the outline of each channel as an SVG path.

    A bin's height is its share of the fullest bin of all channels but for the ends; fuller ends are cut off.

    Args:
        weights: share of the pixels at each value, shape (3, 256).

    >>> weights = np.zeros((3, 256))
    >>> weights[:, 4:8], weights[:, 8] = 0.15, 0.4
    >>> histogram(weights)["red"][:34]
    'M0,100L0,100.00L1,0.00L2,33.33L3,1'
    """
    shares = weights.reshape(3, -1, CODES_PER_BAR).sum(-1)
    fullest = float(shares[:, 1:-1].max()) or float(shares.max())
    heights = HEIGHT * (1 - np.minimum(1.0, shares / fullest))
    return {name: _outline(heights[c]) for c, name in enumerate(CHANNELS)}


def _outline(heights: Floats) -> str:
    bins = "".join(f"L{place},{height:.2f}" for place, height in enumerate(heights))
    return f"M0,{HEIGHT}{bins}L{WIDTH},{HEIGHT}Z"


def page(correction: Correction, report: dict[str, Any], *, index: str | None = None) -> str:
    """Return one correction as HTML that needs neither network nor other files.

    Args:
        correction: with the photo's pixels.
        report: its document; needs no trace.
        index: link to the index, or None.

    >>> import numpy as np
    >>> from colorfix import correct
    >>> from colorfix.report import ReportedFile, document
    >>> done = correct(np.full((4, 4, 3), (200, 150, 90), np.uint8), "neutral")
    >>> file = ReportedFile("out.png", 1, None, (4, 4), "RGB", "PNG")
    >>> report = document(done, output=file, after=done.after, seconds={}, trace="none")
    >>> page(done, report)[:15]
    '<!DOCTYPE html>'
    """
    before, after, target = picture_views(correction)
    statistics = {"Before": correction.before, "Target": correction.guide, "After": correction.after}
    return render(
        "page.html",
        report=report,
        guide=guide_sentence(report),
        index=index,
        before=before,
        after=after,
        target=target,
        histograms={name: histogram(each.weights) for name, each in statistics.items()},
        curve=LossCurve.of(
            correction.solution.trace, correction.settings.optimizer, correction.minima[0].loss
        ),
        plane=LossPlane.of(landscape_of(correction)),
        version=__version__,
    )
