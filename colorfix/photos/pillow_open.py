"""Open images with Pillow, loading one plugin only, and translate its errors."""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from mmap import mmap
from typing import IO, TYPE_CHECKING, cast

from PIL import ExifTags, Image

from colorfix.core.errors import ColorfixError
from colorfix.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import ImageFile

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
def pillow_errors_as(refusal: Callable[[str], ColorfixError]) -> Iterator[None]:
    """Translate every error of Pillow inside the block.

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


def open_image(data: Data, kind: str) -> ImageFile.ImageFile:
    """Open an image: its header is read, no pixel is decoded. Errors of Pillow are not translated.

    The plugin is called directly. ``Image.open`` would load every plugin for a format that it does not know
    yet, and has a process-wide limit of pixels; ``refuse`` has its own.

    Args:
        data: the whole file.
        kind: its format, as ``formats.recognized`` names it.
    """
    import_module(f"PIL.{_PLUGINS[kind]}")  # registers the format
    factory, _ = Image.OPEN[kind]
    if isinstance(data, mmap):
        data.seek(0)
    with without_warnings():
        image = factory(cast("IO[bytes]", data) if isinstance(data, mmap) else BytesIO(data), "")
        if kind == "TIFF":
            _read_tags(image)
    return image


def _read_tags(image: ImageFile.ImageFile) -> None:
    """Read every tag now: decoding a TIFF would read them later, and warn then."""
    tags = image.getexif()
    for group in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop):
        if group in tags:
            tags.get_ifd(group)
