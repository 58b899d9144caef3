"""Choice of the decoder of photos: the processor, or a GPU if the user names it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.looks.look import Look

if TYPE_CHECKING:
    from colorfix.batch.job import Order
    from colorfix.correction.settings import Settings
    from colorfix.photos.gpu import DeviceDecoder


def decoder_of(settings: Settings) -> DeviceDecoder | None:
    """Return the GPU decoder of a run; None if the processor decodes.

    Only ``device="cuda"`` uses one, not ``auto``: a GPU's codecs round differently, and output bytes must not
    depend on the machine unless the user wants that.

    >>> from colorfix.correction.settings import Settings
    >>> decoder_of(Settings(device="auto"))
    >>> decoder_of(Settings(device="cuda", dither=True)).disabled_reason
    '--dither'
    """
    if settings.device != "cuda":
        return None
    from colorfix.photos.gpu import DeviceDecoder, missing_library

    return DeviceDecoder("cuda", _reason_against(settings) or missing_library())


def without_gpu(order: Order, reason: str) -> Order:
    """Return an order that uses no GPU.

    Args:
        order: the settings of the run.
        reason: why, reported with photos that a GPU would have decoded.
    """
    decoder = None if order.decoder is None else replace(order.decoder, disabled_reason=reason)
    settings = order.settings
    if not isinstance(settings, Look):
        settings = replace(settings, device="cpu")
    return replace(order, settings=settings, decoder=decoder)


def _reason_against(settings: Settings) -> str | None:
    """Return the option for which no photo of a run can be decoded on a GPU; else None."""
    if settings.dither:
        return "--dither"
    if not settings.selection.is_everything or settings.only_region:
        return "a part of the photo is measured"
    return None
