"""Open images with one Pillow plugin, translate its errors, and refuse photos before decoding.

Photos that decode but cannot be corrected faithfully are refused by the header.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from PIL import Image

from colorfix.core.errors import NO_MEMORY, ColorfixError, UnreadablePhoto, UnsupportedPhoto
from colorfix.core.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import ImageFile

    from colorfix.core.errors import OutputError, PhotoError
    from colorfix.photos.photo import Data

_PLUGINS = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
    "WEBP": "WebPImagePlugin",
    "TIFF": "TiffImagePlugin",
    "BMP": "BmpImagePlugin",
    "GIF": "GifImagePlugin",
    "AVIF": "AvifImagePlugin",
}
_ONE_AT_A_TIME = threading.Lock()  # catch_warnings replaces a list that all threads share


@contextmanager
def pillow_errors_as(refusal: Callable[[str], PhotoError | OutputError]) -> Iterator[None]:
    """Translate every error of Pillow inside the block; errors of the disk pass through.

    Args:
        refusal: returns the error to raise for one line, the message of Pillow.

    >>> from colorfix.core.errors import UnreadablePhoto
    >>> with pillow_errors_as(lambda text: UnreadablePhoto("a.jpg", f"is damaged ({text})")):
    ...     raise OSError("image file is truncated")
    Traceback (most recent call last):
    colorfix.core.errors.UnreadablePhoto: a.jpg: is damaged (image file is truncated)
    """
    try:
        yield
    except ColorfixError:
        raise
    except MemoryError as error:
        refused = refusal(one_line(error))
        raise type(refused)(refused.name, NO_MEMORY) from error
    except OSError as error:
        if error.errno is not None:  # of the disk, not the codec
            raise
        raise refusal(one_line(error)) from error
    except Exception as error:  # 3,549 broken files made Pillow raise nine types; no list is complete
        raise refusal(one_line(error)) from error


@contextmanager
def without_warnings() -> Iterator[None]:
    """Suppress Pillow's warnings about unusual metadata, which is copied unparsed."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def open_image(data: Data | BinaryIO, kind: str) -> ImageFile.ImageFile:
    """Open an image: its header is read, no pixel is decoded. Errors of Pillow are not translated.

    The plugin is called directly. ``Image.open`` would load every plugin for a format that it does not know
    yet, and has a process-wide limit of pixels; ``refuse`` has its own.

    Args:
        data: the whole file, or an open one.
        kind: its format, as ``formats.recognized`` names it.
    """
    import_module(f"PIL.{_PLUGINS[kind]}")  # registers the format
    factory, _ = Image.OPEN[kind]
    if not isinstance(data, bytes):
        data.seek(0)
    with without_warnings():
        return factory(BytesIO(data) if isinstance(data, bytes) else cast("IO[bytes]", data), "")


_TOO_DEEP = "has more than 8 bits a channel; export it with 8 bits a channel first"
_RAW = "is a camera RAW file (DNG or alike); develop it to a JPEG or an 8-bit TIFF first"
_MODES = {
    "1": "is black and white without grays; scan or export it in color",
    "CMYK": "is in CMYK, the colors of a printing press; export it as RGB first",
    "LAB": "is in Lab; export it as RGB first",
    "YCbCr": "is in YCbCr; export it as RGB first",
    "HSV": "is in HSV; convert it to RGB first",
}
DEEP = 4
"""How many times as much memory and work a byte of a deep sample takes as one of eight bits."""

_LEAST_FRAME = 1 << 13  # pixels that take the time of a frame of one pixel
_PIXELS_A_BYTE = 32  # a photo of noise has a few, a page of text in gray has about thirty
_BITS_PER_SAMPLE, _DNG_VERSION, _SUB_IFDS, _NEW_SUBFILE_TYPE = 258, 50706, 330, 254


def refuse(image: Image.Image, name: str, max_pixels: int, *, many: bool = False) -> None:
    """Raise an error if the photo cannot be corrected faithfully.

    Args:
        image: opened; it need not be decoded.
        name: for the message.
        max_pixels: width times height that is still accepted.
        many: whether the codec supports several pictures.

    Raises:
        UnsupportedPhoto: too many pixels, more than 8 bits a channel, a RAW file, a color mode that is not
            RGB, gray or palette, or more than one picture.

    >>> from PIL import Image
    >>> refuse(Image.new("HSV", (4, 4)), "a.tif", 1000)
    Traceback (most recent call last):
    colorfix.core.errors.UnsupportedPhoto: a.tif: is in HSV; convert it to RGB first
    """
    reason = too_large(*image.size, max_pixels) or _raw(image) or _too_deep(image) or _MODES.get(image.mode)
    reason = reason or (None if many else _several_pictures(image))  # last: it may walk the whole file
    refuse_if(reason, name)


def refuse_size(image: Image.Image, name: str, max_pixels: int) -> None:
    """Raise an error if the photo has too many pixels; see :func:`refuse`."""
    refuse_if(too_large(*image.size, max_pixels), name)


def too_large(width: int, height: int, max_pixels: int) -> str | None:
    """Return the message for a photo of too many pixels, or None."""
    pixels = width * height
    if pixels <= max_pixels:
        return None
    return f"has {pixels:,} pixels and {max_pixels:,} are allowed; raise --max-pixels if you trust it"


def too_much(pixels: int, size: int, max_pixels: int) -> str | None:
    """Return the message for a file whose frames, pages and scans take more work than its bytes justify.

    Args:
        pixels: of all of them together, of four bytes each once decoded.
        size: of the file, bytes; each adds 32 pixels to ``max_pixels``.
        max_pixels: of one picture.
    """
    allowed = max_pixels + _PIXELS_A_BYTE * size
    if pixels <= allowed:
        return None
    return (
        f"has {pixels:,} pixels in all frames, pages or scans, and {allowed:,} are allowed for a file of "
        f"{size:,} bytes; raise --max-pixels if you trust it"
    )


def refuse_frames(image: Image.Image, size: int, name: str, max_pixels: int) -> None:
    """Raise UnsupportedPhoto if an animation has too many pixels in all its frames; see :func:`too_much`."""
    pixels = max(image.width * image.height, _LEAST_FRAME)
    refuse_if(too_much(pixels * getattr(image, "n_frames", 1), size, max_pixels), name)


def refuse_if(reason: str | None, name: str) -> None:
    """Raise UnsupportedPhoto if there is a reason."""
    if reason:
        raise UnsupportedPhoto(printable(name), reason)


def _raw(image: Image.Image) -> str | None:
    # reached by an image from memory that Pillow opened from a TIFF; files are recognized by formats.is_raw
    tags = getattr(image, "tag_v2", {})
    preview = _SUB_IFDS in tags and tags.get(_NEW_SUBFILE_TYPE, 0) & 1  # the photo itself is in a sub-IFD
    return _RAW if preview or _DNG_VERSION in tags else None


def _too_deep(image: Image.Image) -> str | None:
    # Pillow opens a TIFF of 16-bit RGB as 8-bit RGB without a warning, so the mode alone is not enough
    bits = max(getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (8,)))
    return _TOO_DEEP if bits > 8 or image.mode.startswith(("I", "F")) else None


def _several_pictures(image: Image.Image) -> str | None:
    if image.format == "MPO":  # a phone's JPEG with a preview, a second view or a gain map behind it
        return None
    frames = getattr(image, "n_frames", 1)
    if frames == 1:
        return None
    return f"holds {frames} pictures (an animation, or pages); save the one you want by itself"


def damaged_error(name: str, text: str) -> UnreadablePhoto:
    """Return the error of a photo from the decoder's short message."""
    return UnreadablePhoto(printable(name), f"cannot be decoded ({text}); copy it again from where it came")
