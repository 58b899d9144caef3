"""A JPEG that a device holds becomes a JPEG again, with the source's tables and subsampling."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PIL.JpegImagePlugin import get_sampling

from colorfix.photos.change import GainChange
from colorfix.photos.counting import Counting
from colorfix.photos.device import DeviceFailed, on_device
from colorfix.photos.jpeg_quality import quality_of, tables_at, tables_of
from colorfix.photos.opening import opened

if TYPE_CHECKING:
    from PIL import Image

    from colorfix.photos.device import DevicePixels
    from colorfix.photos.photo import Photo
    from colorfix.photos.picture import Change


def encoded(photo: Photo, change: Change, settings: dict[str, Any]) -> bytes | None:
    """Change and encode a photo on the device that holds it.

    Args:
        photo: any; its file as Pillow opened it says which tables are to be written.
        change: of its pixels; one that counts is told the counts.
        settings: Pillow's arguments that would write it.

    Returns:
        The file, with the encoder's own segments ahead of the picture; None where the processor has to do it.
    """
    done = on_device(photo.codecs, partial(_encoded, source=photo.opened, change=change, settings=settings))
    if done is not None and photo.codecs is not None:
        photo.codecs.encoded = True
    return done


def _encoded(
    pixels: DevicePixels, *, source: Image.Image | None, change: Change, settings: dict[str, Any]
) -> bytes:
    gains = change.change if isinstance(change, Counting) else change
    if not isinstance(gains, GainChange) or not gains.is_table:
        raise DeviceFailed("its correction is more than a table")
    quality = settings.get("quality") or quality_of(tables_of(source))
    if quality is None:
        raise DeviceFailed("its quantization tables are of no quality")
    after = pixels.changed(gains)
    file = after.encoded(quality, settings["subsampling"])
    written = opened(file, "JPEG")
    kept = tables_of(written) == tables_at(quality) and get_sampling(written) == settings["subsampling"]
    if not kept or "progressive" in written.info:
        raise DeviceFailed("the encoder wrote another kind of file than asked for")
    if isinstance(change, Counting):
        change.add(after.counts())
    return file
