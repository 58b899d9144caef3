"""What decodes a run's photos: this processor, or the GPU that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from colorfix.looks.look import Look

if TYPE_CHECKING:
    from colorfix.batch.job import Order
    from colorfix.correction.settings import Settings
    from colorfix.photos.gpu import DeviceDecoder


def decoder_of(settings: Settings) -> DeviceDecoder | None:
    """Return what decodes photos instead of this processor; None for nothing.

    Only ``cuda``, asked for by its name, does: a GPU's codecs round otherwise, so the files have other bytes,
    and ``auto`` is not to make that depend on the machine.

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
    """Return an order that asks for no GPU.

    Args:
        order: any.
        reason: told with the photos, where a GPU was to decode them.
    """
    decoder = None if order.decoder is None else replace(order.decoder, disabled_reason=reason)
    settings = order.settings
    if not isinstance(settings, Look):
        settings = replace(settings, device="cpu")
    return replace(order, settings=settings, decoder=decoder)


def _reason_against(settings: Settings) -> str | None:
    """Why no photo of a run is a GPU's, whatever it is like."""
    if settings.dither:
        return "--dither"
    if not settings.selection.is_everything or settings.only_region:
        return "a part of the photo is measured"
    return None
