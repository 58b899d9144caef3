"""Read a photo from a path, an image or an array, or raise one clear error; any bytes are safe to read."""

from __future__ import annotations

import mmap
import os
import stat
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from colorfix.core.atomic import PIPE
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.errors import SettingError, UnreadablePhoto
from colorfix.core.text import printable
from colorfix.photos.codecs.pillow import to_supported_mode
from colorfix.photos.color_spaces.stated import with_stated_colors
from colorfix.photos.formats import codec_of, recognized
from colorfix.photos.metadata import xmp
from colorfix.photos.photo import FROM_MEMORY, Photo, Picture
from colorfix.photos.pillow_open import damaged_error, pillow_errors_as, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from colorfix.photos.photo import Data, Strip

_MAX_BYTES, _MAPPED = 1 << 30, 1 << 28
_STDIN = 0
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: opening a FIFO would block
_KINDS_OF_FILE = (
    (stat.S_ISDIR, "is a folder; name the photos in it"),
    (lambda mode: not stat.S_ISREG(mode), "is a pipe, a socket or a device; save the photo to a file first"),
)


def read(
    source: str | os.PathLike[str] | Image.Image | NDArray[np.uint8], *, max_pixels: int = MAX_PIXELS
) -> Photo:
    """Read a photo.

    A file is read once; its format is recognized by its content, not its name. A damaged or truncated file is
    an error; only wrong bytes inside a JPEG's scan cannot be detected. Of a JPEG with several pictures the
    first is read. Orientation is left to the tag, unless the decoder rotates the pixels (HEIC, JPEG XL). The
    transparent color of a PNG becomes alpha; a palette stays a palette.

    Args:
        source: a path, or ``-`` for stdin; or a ``PIL.Image.Image``, which is not modified; or an array of
            uint8 of the shape (height, width), (height, width, 3) red green blue, or (height, width, 4) with
            alpha.
        max_pixels: greatest width times height, checked in the header.

    Raises:
        UnreadablePhoto: not found, no permission, not a photo, damaged, empty, or over 1 GiB.
        UnsupportedPhoto: see ``refuse``.
        SettingError: another type of source, or an array of another shape or type.

    >>> photo = read(np.full((2, 3, 3), 200, np.uint8))
    >>> photo.name, photo.image.size, photo.format
    ('<image>', (3, 2), None)
    """
    if isinstance(source, Image.Image):
        return _from_image(source, max_pixels)
    if isinstance(source, np.ndarray):
        return _from_image(_from_array(source), max_pixels)
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        return decode(read_file(name, max_pixels), "<stdin>" if name == PIPE else name, max_pixels=max_pixels)
    raise SettingError(f"a photo is a path, a PIL image or an array, got {type(source).__name__}")


def _from_array(array: NDArray[Any]) -> Image.Image:
    colors = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in {3, 4})
    if array.dtype != np.uint8 or not colors or array.size == 0:
        got = f"{array.dtype} of the shape {array.shape}"
        raise SettingError(f"a photo is an array of uint8 of the shape (height, width, 3), got {got}")
    return Image.fromarray(array)


def _from_image(image: Image.Image, max_pixels: int) -> Photo:
    with pillow_errors_as(lambda text: damaged_error(FROM_MEMORY, text)):
        refuse(image, FROM_MEMORY, max_pixels)
        image.load()
        pictures = (Picture.of(to_supported_mode(image)),)
    return Photo(FROM_MEMORY, b"", pictures, None, image.info.get("icc_profile"), opened=image)


def decode(data: Data, name: str, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a photo from the bytes of a file.

    Args:
        data: the whole file.
        name: for errors.
        max_pixels: as for ``read``.

    Raises:
        UnreadablePhoto: the bytes are not a photo, or are damaged.
        UnsupportedPhoto: see ``refuse``.
    """
    kind = recognized(data)
    if kind is None:
        raise UnreadablePhoto(printable(name), _not_a_photo(data))
    refusal = partial(damaged_error, name)
    with pillow_errors_as(refusal):
        photo = with_stated_colors(_with_contents_of_xmp(codec_of(kind).read(data, name, max_pixels)))
    pictures = [replace(each, strips=partial(_translated, each.strips, refusal)) for each in photo.pictures]
    return replace(photo, pictures=tuple(pictures))


def _with_contents_of_xmp(photo: Photo) -> Photo:
    """Return the photo with the names of contents in its XMP; those of a JPEG are known already."""
    packet = b"" if photo.opened is None else photo.opened.info.get("xmp") or b""
    names = xmp.contents_of(packet.encode() if isinstance(packet, str) else packet)
    new = tuple(name for name in names if name not in photo.removed)
    return photo if photo.format == "JPEG" or not new else photo.with_contents(new, photo.carried)


def _translated(
    strips: Callable[[], Iterable[Strip]], refusal: Callable[[str], UnreadablePhoto]
) -> Iterator[Strip]:
    """Yield strips; those that are decoded only now may be damaged."""
    with pillow_errors_as(refusal):
        coming = iter(strips())
    while True:
        with pillow_errors_as(refusal):
            strip = next(coming, None)
        if strip is None:
            return
        yield strip


def read_file(name: str, max_pixels: int) -> Data:
    """Return the bytes of a photo's file, limited by its number of pixels; see :func:`read_bytes`."""
    return read_bytes(name, most=max(_MAX_BYTES, 6 * max_pixels))


def read_bytes(name: str, *, most: int = _MAX_BYTES) -> Data:
    """Return the bytes of a regular file, read once, or memory-mapped above 256 MiB.

    Args:
        name: a path, or ``-`` for stdin.
        most: greatest size, bytes.

    Raises:
        UnreadablePhoto: not found, no permission, not a regular file, empty, or larger than ``most``.
    """
    if name == PIPE:
        return _from_stdin()
    try:
        descriptor = os.open(name, _FLAGS)
    except (OSError, ValueError) as error:  # ValueError: a name with NUL, or one that cannot be encoded
        raise UnreadablePhoto(printable(name), _not_opened(error)) from error
    try:
        status = os.fstat(descriptor)
        reason = _not_a_file(status, most)
        if reason:
            raise UnreadablePhoto(printable(name), reason)
        if status.st_size > _MAPPED:
            return mmap.mmap(descriptor, status.st_size, access=mmap.ACCESS_READ)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(status.st_size)
    except OSError as error:
        raise UnreadablePhoto(printable(name), _not_opened(error)) from error
    finally:
        os.close(descriptor)


def _from_stdin() -> bytes:
    """Read stdin to its end, up to 1 GiB."""
    if os.isatty(_STDIN):
        raise UnreadablePhoto("<stdin>", "is a terminal; pipe a photo into it, as in < photo.jpg")
    try:
        with os.fdopen(_STDIN, "rb", closefd=False) as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadablePhoto("<stdin>", _not_opened(error)) from error
    if not data:
        raise UnreadablePhoto("<stdin>", "is empty; pipe a photo into it")
    if len(data) > _MAX_BYTES:
        raise UnreadablePhoto("<stdin>", "gives more than 1 GiB; save the photo to a file first")
    return data


def read_open_file(file: BinaryIO) -> Data:
    """Return the bytes of an open file from its start; memory-mapped above 256 MiB."""
    size = file.seek(0, os.SEEK_END)
    file.flush()
    if size > _MAPPED and not isinstance(file, BytesIO):
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    file.seek(0)
    return file.read()


def _not_a_file(status: os.stat_result, most: int) -> str | None:
    for applies, reason in _KINDS_OF_FILE:
        if applies(status.st_mode):
            return reason
    if status.st_size == 0:
        return "is empty; copy it again from where it came"
    if status.st_size > most:
        return f"has {status.st_size:,} bytes and {most:,} (1 GiB or more) are allowed; raise --max-pixels"
    return None


def _not_opened(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist; check the spelling"
    if isinstance(error, PermissionError):
        return "may not be read; ask its owner for permission (chmod u+r)"
    if isinstance(error, OSError):
        return f"cannot be read: {(error.strerror or 'unknown reason').lower()}; check the disk and the name"
    return "is not a possible file name; check the spelling"


def _not_a_photo(data: Data) -> str:
    if data[4:8] == b"ftyp":
        return "is a video, or a photo of an unknown kind; export it as JPEG or PNG first"
    return "is not a photo of a kind that can be read; export it as JPEG or PNG first"
