"""Photos are decoded on a device, as far as it can; the others by the processor, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.core.imports import MISSING, is_installed
from colorfix.photos import jpeg
from colorfix.photos.device import Codecs, DeviceFailed
from colorfix.photos.families import recognised
from colorfix.photos.jpeg_plain import unlike_plain
from colorfix.photos.opening import opened, translated
from colorfix.photos.picture import Picture
from colorfix.photos.reading import damaged
from colorfix.photos.refusing import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.ImageFile import ImageFile

    from colorfix.gpu.codec import DeviceKind
    from colorfix.photos import Data, Photo, Strip

WORKERS = 4
"""Processes that share a GPU unless somebody says otherwise. Each has a CUDA context of its own, of some
hundred MB, and their kernels take turns; while one's run, another reads, learns and writes files."""


@dataclass(frozen=True)
class OnDevice:
    """Decodes photos in place of ``photos.decoded``; fit to travel to workers.

    Attributes:
        device: where.
        against: why no photo is to be decoded there, in a few words, or that a library is missing; None where
            there is no such reason.
    """

    device: DeviceKind
    against: str | None = None

    def __post_init__(self) -> None:
        if self.against is None and not is_installed():
            object.__setattr__(self, "against", MISSING)

    @property
    def workers(self) -> int:
        """How many processes share the device well, be it only to learn."""
        return WORKERS

    def __call__(self, data: Data, name: str, *, max_pixels: int) -> Photo:
        """Return the photo that a file's bytes decode to.

        Raises:
            UnreadablePhoto: the bytes are not a photo, or are damaged.
            UnsupportedPhoto: see ``photos.refuse``.
        """
        held = self._held(data, name, max_pixels)
        if not isinstance(held, str):
            return held
        photo = photos.decoded(data, name, max_pixels=max_pixels)
        return replace(photo, codecs=Codecs(None, reason=held))

    def _held(self, data: Data, name: str, max_pixels: int) -> Photo | str:
        """The photo with its pixels on the device, or why not."""
        if self.against is not None:
            return self.against
        if recognised(data) != "JPEG":
            return "not a JPEG"
        from colorfix.gpu.codec import codec_on

        with translated(lambda text: damaged(name, text)):
            image = opened(data, "JPEG")
            reason = unlike_plain(data, image)
            if reason is not None:
                return reason
            refuse(image, data, name, max_pixels)
        codec = codec_on(self.device)
        if isinstance(codec, str):
            return codec
        try:
            return _photo(data, name, image, Codecs(codec.decoded(data)))
        except DeviceFailed as error:
            return str(error)


def _photo(data: Data, name: str, image: ImageFile, codecs: Codecs) -> Photo:
    """A photo whose pixels a device holds; whoever else wants them has the file decoded by the processor."""

    def strips() -> Iterable[Strip]:
        size = image.width * image.height
        return photos.decoded(data, name, max_pixels=size).pictures[0].strips()

    picture = Picture(image.width, image.height, strips)
    profile = image.info.get("icc_profile")
    return photos.Photo(
        name, data, (picture,), "JPEG", profile, jpeg.losses(data), opened=image, codecs=codecs
    )
