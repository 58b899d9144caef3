"""What is fuzzed: a function of bytes for each reader, and the errors that bytes may end in.

A reader keeps its promise if it returns, or raises one of its own errors. Any other exception, a crash and
more than ten seconds for one input are findings.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix import photos
from colorfix.batch.plan.destination import Template
from colorfix.batch.plan.pairing import pairs_in
from colorfix.batch.plan.sources import Source, names_in
from colorfix.batch.plan.walk import matcher
from colorfix.batch.resume.failed_list import FailedPhotos
from colorfix.batch.resume.journal import Journal, entry_at
from colorfix.color.statistics import SRGB
from colorfix.core.errors import ColorfixError
from colorfix.correction.targets import target_of
from colorfix.looks.look import parse_look
from colorfix.photos import formats
from colorfix.photos.codecs import apng, gif, jxl
from colorfix.photos.color_spaces import profiles
from colorfix.photos.containers import bmff, directory_tree, jpeg_trailer, photoshop, png_chunks, riff
from colorfix.photos.containers.ifd import IfdFile
from colorfix.photos.containers.jpeg_markers import frame_of, segments
from colorfix.photos.metadata import by_format, exif, jpeg, jpeg_contents, png, tiff, xmp
from colorfix.photos.pixels.gains import GainChange
from colorfix.photos.pixels.selection import Region
from colorfix.regularizers.plugins.text import choose_regularizers
from colorfix.report.index import IndexNote, IndexRow, index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PIL import Image

_MOST_PIXELS = 1 << 20  # of a photo: the reader is tested, not the machine
_GAINS = (0.8, 1.0, 1.3)


def _unchanged(image: Image.Image) -> Image.Image:
    return image


def photo(data: bytes) -> None:
    """Read a photo, apply gains, write it, and read the result, which must be a photo too."""
    with suppress(ColorfixError):
        found = photos.decode(data, "fuzzed", max_pixels=_MOST_PIXELS)
        change = GainChange(_array(_GAINS), "srgb", SRGB)
        file = BytesIO()
        photos.encode(found, change, "PNG" if found.format == "RAW" else None, file)
        _check_written(file.getvalue())


def _check_written(written: bytes) -> None:
    try:
        photos.decode(written, "written", max_pixels=_MOST_PIXELS)
    except ColorfixError as error:
        raise AssertionError(f"what was written cannot be read: {error}") from error


def _array(numbers: tuple[float, ...]) -> Any:  # noqa: ANN401 - an array
    import numpy as np

    return np.array(numbers)


def _text(function: Callable[[str], object]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        with suppress(ColorfixError):
            function(os.fsdecode(data))

    return run


def _file(function: Callable[[str], object]) -> Callable[[bytes], None]:
    """Return a function of the bytes of a file, for one of its path."""

    def run(data: bytes) -> None:
        path = Path(_folder().name) / "fuzzed.json"
        path.write_bytes(data)
        with suppress(ColorfixError):
            function(str(path))

    return run


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _damaged(function: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """Return a function for which damage is a ValueError."""

    def run(data: bytes) -> None:
        with suppress(ValueError, ColorfixError):
            function(data)

    return run


def _journal(path: str) -> None:
    journal = Journal(path)
    try:
        for output in ("a.jpg", "b.jpg"):
            for entry in journal.entries(os.path.join(os.path.dirname(path), output)):
                journal.report(os.path.join(os.path.dirname(path), output), entry)
                entry_at(path, [entry])
    finally:
        journal.close()


def _failed(path: str) -> None:
    os.replace(path, os.path.join(os.path.dirname(path), "failed.txt"))
    assert FailedPhotos(os.path.dirname(path)).end in "\0\n"


def _page(text: str) -> None:
    made = index([IndexRow(text)], [IndexNote(text, text)], [], title=text, photos=2)
    made.encode(errors="surrogateescape")


def _template(text: str) -> None:
    filled = Template.of(text).filled(Source("shoot", "day/a.jpg"))
    assert "/../" not in f"/{filled}/"


def _directories(data: bytes) -> None:
    directory_tree.check_tags(data)
    ifds = IfdFile.of_classic(data)
    for entry in ifds.existing().entries:
        ifds.value(entry)


def _profile(data: bytes) -> None:
    with suppress(ValueError):
        profiles.curve_in(data)
    profiles.primaries_in(data)


def _xmp(data: bytes) -> None:
    cut = xmp.without_stale_elements(data)
    assert len(cut) <= len(data)
    xmp.contents_of(data)


PHOTOS: dict[str, Callable[[bytes], None]] = dict.fromkeys(
    ("jpeg", "png", "apng", "gif", "webp", "tiff", "bmp", "avif", "heif", "jxl", "raw"), photo
)
"""Readers of photos, by the format of their seeds."""

METADATA: dict[str, Callable[[bytes], None]] = {
    "apng-frames": _damaged(lambda data: [frame.data for frame in apng.frames(data)]),
    "boxes": _damaged(lambda data: [*bmff.boxes(data)]),
    "bmff-items": _damaged(bmff.bmff_info),
    "exif": _damaged(lambda data: exif.corrected(data, _unchanged, "colorfix")),
    "exif-orientation": _damaged(lambda data: exif.oriented(data, 6)),
    "exif-to-tiff": _damaged(lambda data: tiff.tiff_with(data, {273: (4, (0,))})),
    "gif-blocks": _damaged(lambda data: [*gif.blocks(data)]),
    "icc-profile": _damaged(_profile),
    "ifd": _damaged(_directories),
    "jpeg-contents": _damaged(jpeg_contents.contents_of),
    "jpeg-frame": _damaged(frame_of),
    "jpeg-metadata": _damaged(lambda data: by_format.of_jpeg(segments(data))),
    "jpeg-segments": _damaged(lambda data: jpeg.jpeg_segments(segments(data), _unchanged, "colorfix")),
    "jpeg-trailer": _damaged(lambda data: jpeg_trailer.moved(data, 1000, 8)),
    "jxl-header": _damaged(jxl.header_of),
    "photoshop": _damaged(lambda data: photoshop.with_iptc(photoshop.without_thumbnails(data), b"abc")),
    "png-metadata": _damaged(lambda data: by_format.of_png(png_chunks.chunks(data))),
    "png-chunks": _damaged(lambda data: png.png_chunks(png_chunks.chunks(data), _unchanged, "colorfix")),
    "raw-or-not": _damaged(formats.is_truncated),
    "recognized": _damaged(formats.recognized),
    "riff": _damaged(riff.chunks),
    "tiff-to-exif": _damaged(tiff.exif_of_tiff),
    "tiff-metadata": _damaged(by_format.of_tiff),
    "webp-metadata": _damaged(by_format.of_webp),
    "xmp": _damaged(_xmp),
}
"""Parsers of metadata and of the structures that hold it."""

TEXTS: dict[str, Callable[[bytes], None]] = {
    "failed-list": _file(_failed),
    "files-from": _file(lambda path: [*names_in(path, null=False)]),
    "glob": _text(lambda text: matcher(text)("a/b/c.jpg")),
    "journal": _file(_journal),
    "look": _damaged(lambda data: parse_look(data, "fuzzed")),
    "page": _text(_page),
    "pairs": _file(lambda path: [*pairs_in(path)]),
    "region": _text(Region.of_box),
    "regularizer": _text(lambda text: choose_regularizers(text.replace("/", "").replace(":", ""))),
    "statistics": _file(target_of),
    "template": _text(_template),
}
"""Parsers of the texts of a run; a regularizer's text must not name a file, which would be run."""

TARGETS = {**PHOTOS, **METADATA, **TEXTS}


def together(names: Iterable[str]) -> Callable[[bytes], None]:
    """Return a function that runs several targets on the same bytes, each once."""
    functions = dict.fromkeys(TARGETS[name] for name in names)

    def run(data: bytes) -> None:
        for function in functions:
            function(data)

    return run
