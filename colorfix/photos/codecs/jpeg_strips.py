"""JPEGs too large to decode in memory: read and written strip by strip.

libvips decodes from top to bottom in constant memory. To write, each strip becomes a JPEG of its own with a
restart marker after every row of blocks. Data between restart markers do not depend on earlier data, so the
concatenated scans of the strips, after the first one's header, are the scan of the whole picture.
Restart markers are numbered in eights, so every strip but the last has a multiple of eight rows of blocks.

Source: ITU-T T.81, B.2.1 and E.1.4.
"""

from __future__ import annotations

import mmap
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from colorfix.core.errors import UnreadablePhoto
from colorfix.core.imports import extra
from colorfix.core.text import printable
from colorfix.photos.containers.jpeg_markers import APPLICATION, FRAMES, SCAN, markers
from colorfix.photos.photo import Picture, Strip, to_8_bits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data

ROWS = 256
"""Height of a strip, pixels: sixteen rows of the tallest blocks, which are 16 pixels."""

_MODES = {1: "L", 3: "RGB"}
_LAST_RESTART, _END = b"\xff\xd7", b"\xff\xd9"
_COEFFICIENT = 2  # bytes
_PROGRESSIVE = "is progressive: decoding it takes {:.1f} GiB of memory, and it is written in baseline order"
_HEIGHT = slice(5, 7)  # in the frame header


def picture_of(data: Data, image: Image.Image, name: str) -> Picture:
    """Return the picture of a JPEG, decoded a strip at a time.

    Args:
        data: the file.
        image: opened, for its size.
        name: for errors.

    Raises:
        UnsupportedPhoto: pyvips is not installed.
    """
    pyvips = extra("pyvips", "huge", name)
    pyvips.cache_set_max(0)
    return Picture(image.width, image.height, lambda: _prefetched(_strips(pyvips, data, name)))


def _strips(pyvips: Any, data: Data, name: str) -> Iterator[Strip]:  # noqa: ANN401 - a module
    """Decode from top to bottom; damage is an error where it is found."""
    try:
        memory = pyvips.Source.new_from_memory(data)
        source = pyvips.Image.new_from_source(memory, "", access="sequential", fail_on="warning")
        region = pyvips.Region.new(source)
        for top in range(0, source.height, ROWS):
            size = (source.width, min(ROWS, source.height - top))
            yield Strip(Image.frombytes(_MODES[source.bands], size, region.fetch(0, top, *size)), top=top)
            _release(data)
    except pyvips.Error as error:
        reason = " ".join(str(error).split())
        raise UnreadablePhoto(printable(name), f"cannot be decoded ({reason}); copy it again") from error


def _prefetched(strips: Iterator[Strip]) -> Iterator[Strip]:
    """Decode the next strip while one is processed: libvips releases the interpreter's lock."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, strips, None)
        while (strip := coming.result()) is not None:
            coming = pool.submit(next, strips, None)
            yield strip


def _release(data: Data) -> None:
    """Release the pages of a mapped file that have been read."""
    if isinstance(data, mmap.mmap):
        data.madvise(mmap.MADV_DONTNEED)


def progressive_warning(image: Image.Image) -> tuple[str, ...]:
    """Return a warning if the JPEG is progressive: its decoder holds all coefficients.

    >>> progressive_warning(Image.new("RGB", (3, 2)))
    ()
    """
    if not isinstance(image, JpegImageFile) or "progressive" not in image.info:
        return ()
    blocks = [across * down for _, across, down, _ in image.layer]
    coefficients = image.width * image.height * sum(blocks) / max(blocks)
    return (_PROGRESSIVE.format(_COEFFICIENT * coefficients / (1 << 30)),)


def write_scan(picture: Picture, change: Change, file: BinaryIO, settings: dict[str, Any]) -> None:
    """Write the part of a JPEG after its metadata: tables, frame, one scan, the end.

    Args:
        picture: its strips have :data:`ROWS` rows each, except the last.
        change: of a strip.
        file: to write to.
        settings: Pillow's arguments; the scan order is always baseline.

    >>> strips = [Strip(Image.new("L", (20, 256), 9)), Strip(Image.new("L", (20, 44), 9), top=256)]
    >>> file = BytesIO()
    >>> _ = file.write(bytes([0xFF, 0xD8]))
    >>> write_scan(Picture(20, 300, lambda: strips), lambda strip: strip.raster, file, {"quality": 90})
    >>> Image.open(file).size, Image.open(file).getextrema()
    ((20, 300), (9, 9))
    """
    for number, strip in enumerate(picture.strips()):
        header, scan = _encoded(to_8_bits(change(strip)), settings)
        file.write(_with_height(header, picture.height) if number == 0 else _LAST_RESTART)
        file.write(scan)
    file.write(_END)


def _encoded(image: Image.Image, settings: dict[str, Any]) -> tuple[bytes, memoryview]:
    """Return tables and headers of a JPEG without APPn, and its scan without the end marker."""
    stream = BytesIO()
    image.save(
        stream,
        "JPEG",
        **{**settings, "progressive": False, "restart_marker_blocks": 0, "restart_marker_rows": 1},
    )
    data, headers = stream.getbuffer(), []
    for marker, start, end in markers(data):
        if marker not in APPLICATION:
            headers.append(data[start:end])
        if marker == SCAN:
            break
    return b"".join(headers), data[end:-2]


def _with_height(header: bytes, height: int) -> bytes:
    """Return a header whose frame has this height."""
    at = next(start for marker, start, _ in markers(header, 0) if marker in FRAMES)
    frame = bytearray(header)
    frame[at + _HEIGHT.start : at + _HEIGHT.stop] = height.to_bytes(2)
    return bytes(frame)
