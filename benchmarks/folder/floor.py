"""The best plain loop that only decodes and encodes a folder of photos: what correcting them is held against.

    python -m benchmarks.folder.floor FOLDER OUT [--workers 2] [--reuse] [--durable]

Same settings as the source's (a JPEG's tables and sampling; run lengths in a PNG), EXIF and profile carried,
each written to a temporary name and renamed. Standard library and Pillow alone; a process a worker, each with
an equal share of the photos from the start.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALLOCATOR = ((-8, 1), (-3, 32 << 20), (-1, 1 << 30), (-2, 16 << 20))
"""glibc's mallopt: one arena, a high threshold of mmap, no trimming, generous growth."""


def reuse() -> None:
    """Let glibc keep freed pixels instead of giving the pages back: a photo then faults none in."""
    library = ctypes.CDLL(None)
    for name, value in _ALLOCATOR:
        library.mallopt(name, value)


def settings_of(image: Image.Image) -> dict[str, Any]:
    """Return what Pillow needs to write a photo like the one that was read."""
    carried = {"exif": image.info.get("exif", b""), "icc_profile": image.info.get("icc_profile")}
    if isinstance(image, JpegImageFile):
        return carried | {"qtables": image.quantization, "subsampling": get_sampling(image)}
    return carried | {"compress_level": 1, "compress_type": zlib.Z_RLE}


def passed(source: Path, out: Path, *, durable: bool) -> None:
    """Decode and encode one photo."""
    temporary = out / f"{source.name}.tmp"
    with Image.open(source) as image, temporary.open("wb") as file:
        image.save(file, image.format, **settings_of(image))
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(out / source.name)
    if durable:
        _sync(out)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def worked(photos: Sequence[Path], out: Path, *, durable: bool) -> None:
    """Decode and encode a worker's photos."""
    for photo in photos:
        passed(photo, out, durable=durable)


def shared(photos: Sequence[Path], out: Path, workers: int, *, durable: bool) -> None:
    """Share the photos among processes; wait for all."""
    children = []
    for number in range(1, workers):
        child = os.fork()
        if child == 0:
            worked(photos[number::workers], out, durable=durable)
            os._exit(0)
        children.append(child)
    worked(photos[::workers], out, durable=durable)
    for child in children:
        if os.waitpid(child, 0)[1]:
            raise SystemExit("a worker failed")


def main() -> None:
    """Pass a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--reuse", action="store_true", help="keep freed memory (glibc)")
    parser.add_argument("--durable", action="store_true", help="fsync each photo and its folder")
    options = parser.parse_args()
    if options.reuse:
        reuse()
    options.out.mkdir()
    shared(sorted(options.folder.iterdir()), options.out, options.workers, durable=options.durable)


if __name__ == "__main__":
    main()
