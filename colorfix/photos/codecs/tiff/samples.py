"""Conversion of a TIFF's samples to a raster and of a changed raster to samples.

Samples whose raster value does not change keep their bits, whatever the rounding in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from colorfix.core.errors import OutputError
from colorfix.photos.codecs.tiff.compression import stored_type
from colorfix.photos.codecs.tiff.page import ASSOCIATED, FLOAT, PALETTE, UNSIGNED, WHITE_IS_ZERO
from colorfix.photos.color_spaces.cmyk import from_rgb, to_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.photos.codecs.tiff.compression import Samples
    from colorfix.photos.codecs.tiff.page import Page
    from colorfix.photos.photo import Raster

_EIGHT, _SIXTEEN = 255, 65535
_BYTE = 8  # bits
_ENTRY = 257  # a palette's 16 bits of each of 8


def raster_of(page: Page, samples: Samples) -> Raster:
    """Return the pixels as a raster.

    Args:
        page: their layout.
        samples: shape [H, W, samples], as stored.

    Returns:
        An image of mode P for a palette, L, LA, RGB or RGBA for up to 8 bits; else an array: uint16 for up
        to 16 bits, float64 for 32-bit integers (over 2^32 - 1) and 64-bit floats, float32 for other floats.
        Colors are divided by an associated alpha. CMYK and Lab are converted to sRGB.
    """
    if page.photometric == PALETTE:
        image = Image.fromarray(np.ascontiguousarray(samples[..., 0]), "L")
        image.putpalette(eight_bit_palette(page).T.tobytes(), "RGB")
        return image
    if page.model:
        return to_rgb(_in_own_mode(page, samples), page.profile)
    raster = _scaled_up(page, _visible(page, samples))
    if page.photometric == WHITE_IS_ZERO:
        raster[..., 0] = _limit(raster) - raster[..., 0]
    if _is_associated(page):
        raster = _divided(raster)
    if raster.dtype != np.uint8:
        return raster
    return Image.fromarray(np.ascontiguousarray(raster[..., 0] if raster.shape[2] == 1 else raster))


def samples_of(page: Page, samples: Samples, before: Raster, after: Raster) -> Samples:
    """Return the samples of changed pixels; extra samples and alpha do not change.

    Args:
        page: their layout.
        samples: of the pixels before.
        before: their raster by ``raster_of``.
        after: of the same size and kind.

    Raises:
        OutputError: it is of another kind.
    """
    if page.model and isinstance(before, Image.Image) and isinstance(after, Image.Image):
        return _separated(page, samples, before, after)
    old, new = (np.asarray(raster) for raster in (before, after))
    if old.shape != new.shape or old.dtype != new.dtype:
        raise OutputError("<image>", f"{new.dtype} of {new.shape} cannot replace {old.dtype} of {old.shape}")
    colors = slice(0, page.colors)
    changed = new[..., colors]
    if _is_plain(page) and changed.shape == samples.shape:
        return changed
    if _is_associated(page):
        changed = _multiplied(changed, old[..., -1:])
    same = new[..., colors] == old[..., colors]
    written = samples.copy()
    written[..., colors] = np.where(same, samples[..., colors], _scaled_down(page, changed))
    return written


def _in_own_mode(page: Page, samples: Samples) -> Image.Image:
    """Return inks or Lab as an image of Pillow."""
    height, width = samples.shape[:2]
    mode, stored = page.model or "RGB", np.ascontiguousarray(samples[..., : page.colors])
    return Image.frombytes(mode, (width, height), stored.tobytes(), "raw", mode)


def _separated(page: Page, samples: Samples, before: Image.Image, after: Image.Image) -> Samples:
    separated = from_rgb(before, after, _in_own_mode(page, samples), page.profile)
    written = samples.copy()
    stored = np.frombuffer(separated.tobytes("raw", separated.mode), np.uint8)
    written[..., : page.colors] = stored.reshape(*samples.shape[:2], page.colors)
    return written


def eight_bit_palette(page: Page) -> NDArray[np.uint8]:
    """Return a palette's red, green and blue, shape (3, entries); some writers fill only the low 8 bits."""
    entries = np.array(page.palette, np.uint16).reshape(3, -1)
    return (entries if entries.max() <= _EIGHT else entries >> _BYTE).astype(np.uint8)


def stored_palette(page: Page, palette: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return a changed palette as the file's 16-bit numbers; unchanged entries keep theirs.

    Args:
        page: has the palette before.
        palette: shape (3, entries).
    """
    before = np.array(page.palette, np.uint16).reshape(3, -1)
    scale = 1 if before.max() <= _EIGHT else _ENTRY
    return np.where(palette == eight_bit_palette(page), before, palette.astype(np.uint16) * scale)


def _visible(page: Page, samples: Samples) -> Samples:
    """Return the colors and the alpha."""
    if page.alpha is None:
        return samples[..., : page.colors]
    return samples[..., [*range(page.colors), page.alpha]]


def _is_associated(page: Page) -> bool:
    return page.alpha is not None and page.extra[page.alpha - page.colors] == ASSOCIATED


def _is_plain(page: Page) -> bool:
    """Whether the raster has the stored samples."""
    return page.sample_format == UNSIGNED and page.bits in {8, 16}


def _most(page: Page) -> int:
    return int((1 << page.bits) - 1)


def _limit(raster: NDArray[Any]) -> Any:  # noqa: ANN401 - a number of the raster's own type
    whole = raster.dtype.kind == "u"
    return np.iinfo(raster.dtype).max if whole else raster.dtype.type(1)


def _scaled_up(page: Page, samples: Samples) -> NDArray[Any]:
    if page.sample_format == FLOAT:
        return samples.astype(np.float64 if page.bits == 64 else np.float32)
    if page.bits in {8, 16}:
        return samples.copy()
    if page.bits == 32:
        scaled: NDArray[np.float64] = samples / np.float64(_most(page))
        return scaled
    limit, kind = (_EIGHT, np.uint8) if page.bits < _BYTE else (_SIXTEEN, np.uint16)
    table = np.rint(np.arange(_most(page) + 1) * (limit / _most(page))).astype(kind)
    looked_up: NDArray[Any] = table[samples]
    return looked_up


def _scaled_down(page: Page, raster: NDArray[Any]) -> Samples:
    kind = stored_type(page)
    if page.sample_format == FLOAT:
        most = np.finfo(kind).max
        return np.clip(raster, -most, most).astype(kind) if page.bits == 16 else raster.astype(kind)
    if page.bits in {8, 16}:
        return raster
    limit = {np.dtype(np.uint8): _EIGHT, np.dtype(np.uint16): _SIXTEEN}.get(raster.dtype, 1)
    return np.rint(np.clip(raster / limit, 0, 1) * _most(page)).astype(kind)


def _divided(raster: NDArray[Any]) -> NDArray[Any]:
    """Divide colors by their alpha; black where nothing is visible."""
    colors, alpha = raster[..., :-1], raster[..., -1:].astype(np.float64)
    limit = _limit(raster)
    single = np.divide(colors * np.float64(limit), alpha, out=np.zeros(colors.shape), where=alpha > 0)
    if raster.dtype.kind == "u":
        single = np.minimum(np.rint(single), limit)
    return np.concatenate([single.astype(raster.dtype), raster[..., -1:]], axis=2)


def _multiplied(colors: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    product = colors * (alpha / np.float64(_limit(colors)))
    return (np.rint(product) if colors.dtype.kind == "u" else product).astype(colors.dtype)
