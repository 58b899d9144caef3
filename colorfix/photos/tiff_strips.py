"""Changed pixels as the strips of a new TIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import imagecodecs
import numpy as np
from PIL import Image

from colorfix.photos.picture import is_grey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from colorfix.photos.picture import Change, Raster, Strip
    from colorfix.photos.tiff_directories import Form

Rows: TypeAlias = "NDArray[Any]"

_LEVEL = 1  # of deflate: quick
_HORIZONTAL, _FLOATING = 2, 3  # predictors


def predictor_for(kind: np.dtype[Any]) -> int:
    """Return the predictor that suits samples; 0 for those that are not compressed."""
    if kind == np.uint8:
        return 0
    return _FLOATING if kind.kind == "f" else _HORIZONTAL


def changed_rows(strip: Strip, change: Change, width: int) -> Rows:
    """Return a strip's changed pixels, shape [H, W, samples]; grey ones stay.

    Raises:
        ValueError: it is narrower than its picture.
    """
    rows = _array(strip.raster if is_grey(strip.raster) else change(strip))
    if rows.shape[1] != width:
        raise ValueError("a strip that is narrower than its picture")
    return rows


def _array(raster: Raster) -> Rows:
    if isinstance(raster, Image.Image) and raster.mode == "P":
        raster = raster.convert("RGBA" if raster.has_transparency_data else "RGB")
    rows: Rows = np.asarray(raster)
    return rows.reshape(*rows.shape[:2], -1)


def regrouped(strips: Iterable[Rows], rows: int) -> Iterator[Rows]:
    """Yield the same rows in strips of one height.

    >>> heights = [np.zeros((height, 1, 3)) for height in (3, 1, 4)]
    >>> [len(strip) for strip in regrouped(heights, 3)]
    [3, 3, 2]
    """
    rest: list[Rows] = []
    for strip in strips:
        stack = np.concatenate([*rest, strip]) if rest else strip
        whole = len(stack) - len(stack) % rows
        yield from (stack[at : at + rows] for at in range(0, whole, rows))
        rest = [stack[whole:]] if whole < len(stack) else []
    yield from rest


def packed_strip(strip: Rows, form: Form) -> bytes:
    """Return the bytes of a strip: deep samples deflated, 8-bit ones as they are."""
    strip = np.ascontiguousarray(strip)
    if not predictor_for(strip.dtype):
        return strip.tobytes()
    if predictor_for(strip.dtype) == _FLOATING:
        told = np.asarray(imagecodecs.floatpred_encode(strip, axis=-2)).tobytes()
    else:
        told = _in_order(np.asarray(imagecodecs.delta_encode(strip, axis=-2)), form).tobytes()
    return bytes(imagecodecs.deflate_encode(told, _LEVEL))


def _in_order(samples: Rows, form: Form) -> Rows:
    return samples.astype(samples.dtype.newbyteorder("<" if form.order == "little" else ">"), copy=False)
