"""Decode photos on a GPU where possible, else on the processor, with the reason.

Only plain JPEGs are decoded there; the header is checked before the file is sent to the GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from colorfix import photos
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.imports import install, is_installed
from colorfix.photos.codecs import jpeg
from colorfix.photos.codecs.jpeg import quality_of, tables_of
from colorfix.photos.color_spaces.stated import with_stated_colors
from colorfix.photos.containers.jpeg_markers import END, SCAN, frame_of, markers
from colorfix.photos.formats import recognized
from colorfix.photos.gpu_pixels import Codecs, DeviceFailed
from colorfix.photos.photo import Picture
from colorfix.photos.pillow_open import damaged_error, open_image, pillow_errors_as, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PIL.ImageFile import ImageFile

    from colorfix.photos import Data, Photo, Strip
    from colorfix.photos.gpu.codec import DeviceKind

_MISSING = f"nvImageCodec is not installed; {install('cuda12', 'cuda13')}"
_BASELINE = 0xC0
_CHANNELS = (1, 2, 3)
"""Component ids of luma and chroma in JFIF; others may mean red, green and blue."""


def not_plain_reason(data: Data, image: ImageFile) -> str | None:
    """Return why a photo is not a plain JPEG; None if it is one.

    A plain JPEG is one that the device's encoder can write back in the same form: baseline, YCbCr, 4:4:4,
    4:2:2 or 4:2:0, with the standard tables of some quality. A damaged file is not plain: the processor's
    decoder reports the damage.

    Args:
        data: the whole file.
        image: the file, opened, no pixel decoded.
    """
    if not isinstance(image, JpegImageFile):
        return "not a JPEG"
    frame = frame_of(data)
    if frame is None or data[frame[2] + 1] != _BASELINE:
        return "a progressive JPEG" if "progressive" in image.info else "not a baseline JPEG"
    found = (reason for applies, reason in _NOT_PLAIN if applies(image))
    return next(found, None if _is_whole(data, frame[2]) else "a JPEG cut short, or of several scans")


_NOT_PLAIN: tuple[tuple[Callable[[JpegImageFile], bool], str], ...] = (
    (lambda image: tuple(name for name, *_ in image.layer) != _CHANNELS, "a JPEG of other channels"),
    (lambda image: image.info.get("adobe_transform", 1) != 1, "a JPEG of other channels"),
    (lambda image: get_sampling(image) < 0, "a JPEG of an unusual subsampling"),
    (lambda image: image.width * image.height > MAX_PIXELS, "a JPEG too large to be held decoded"),
    (lambda image: quality_of(tables_of(image)) is None, "a JPEG with tables of its own"),
)


def _is_whole(data: Data, frame: int) -> bool:
    """Whether the frame is followed by one scan of all channels, and that by the end marker."""
    found = markers(data, frame)
    scan = next((start for marker, start, _ in found if marker == SCAN), None)
    if scan is None or data[scan + 4 : scan + 5] != bytes([len(_CHANNELS)]):
        return False
    return next(found, (None,))[0] == END


WORKERS = 4
"""Default number of processes that share a GPU. Each has a CUDA context of some hundred MB, and their
kernels take turns; while one process uses the GPU, others read, learn and write files."""


def missing_library() -> str | None:
    """Return the message that nvImageCodec is not installed, and how to install it; None if it is."""
    return None if is_installed("nvidia.nvimgcodec") else _MISSING


@dataclass(frozen=True)
class DeviceDecoder:
    """A decoder in place of ``photos.decode``; can be pickled.

    Attributes:
        device: the device to decode on.
        disabled_reason: why this device decodes no photo, in a few words; None if it does.
    """

    device: DeviceKind
    disabled_reason: str | None = field(default_factory=missing_library)

    @property
    def workers(self) -> int:
        """How many processes should share the device, also if it is used for learning alone."""
        return WORKERS

    def __call__(self, data: Data, name: str, *, max_pixels: int) -> Photo:
        """Return the photo that a file's bytes decode to.

        Raises:
            UnreadablePhoto: the bytes are not a photo, or are damaged.
            UnsupportedPhoto: see ``photos.refuse``.
        """
        result = self._decode(data, name, max_pixels)
        if not isinstance(result, str):
            return result
        photo = photos.decode(data, name, max_pixels=max_pixels)
        return replace(photo, codecs=Codecs(None, reason=result))

    def _decode(self, data: Data, name: str, max_pixels: int) -> Photo | str:
        """Return the photo with its pixels on the device, or the reason why not."""
        if self.disabled_reason is not None:
            return self.disabled_reason
        if recognized(data) != "JPEG":
            return "not a JPEG"
        from colorfix.photos.gpu.codec import codec_on

        with pillow_errors_as(lambda text: damaged_error(name, text)):
            image = open_image(data, "JPEG")
            reason = not_plain_reason(data, image)
            if reason is not None:
                return reason
            refuse(image, name, max_pixels)
        codec = codec_on(self.device)
        if isinstance(codec, str):
            return codec
        try:
            return _photo(data, name, image, Codecs(codec.decoded(data)))
        except DeviceFailed as error:
            return str(error)


def _photo(data: Data, name: str, image: ImageFile, codecs: Codecs) -> Photo:
    """Return a photo with pixels on a device; its strips are decoded by the processor on demand."""

    def strips() -> Iterable[Strip]:
        size = image.width * image.height
        return photos.decode(data, name, max_pixels=size).pictures[0].strips()

    picture = Picture(image.width, image.height, strips)
    profile = image.info.get("icc_profile")
    photo = photos.Photo(name, data, (picture,), "JPEG", profile, opened=image, codecs=codecs)
    return with_stated_colors(jpeg.with_contents(photo))
