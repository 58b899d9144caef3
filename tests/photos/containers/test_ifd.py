"""Directories of TIFF and BigTIFF are read and edited as tifffile reads them; damage is one error."""

from __future__ import annotations

import random
from io import BytesIO

import numpy as np
import pytest
import tifffile

from colorfix.photos.containers.ifd import ASCII, BadDirectory, IfdFile

SOFTWARE = 0x000B
WHOLE = {1, 3, 4, 16}  # kinds: BYTE, SHORT, LONG, LONG8


@pytest.fixture(params=["<", ">", "<big", ">big"])
def two_pages(request):
    """A file of two pages with texts and whole numbers."""
    file = BytesIO()
    with tifffile.TiffWriter(
        file, byteorder=request.param[0], bigtiff=request.param.endswith("big")
    ) as writer:
        for height in (3, 40):
            tags = [(65000, 3, 3, (1, 2, 65535), True), (65001, 2, 0, "a longer text", True)]
            pixels = np.zeros((height, 4, 3), np.uint8)
            writer.write(pixels, photometric="rgb", rowsperstrip=2, metadata=None, extratags=tags)
    return file.getvalue()


def _by_tifffile(data):
    with tifffile.TiffFile(BytesIO(data)) as file:
        return [
            [(tag.code, int(tag.dtype), tag.count, tag.value) for tag in page.tags] for page in file.pages
        ]


def _read(data):
    ifds, pages = IfdFile.of(data), []
    pointer = ifds.first
    while (directory := ifds.directory(pointer)) is not None:
        pages.append([(entry.tag, entry.kind, entry.count, ifds.value(entry)) for entry in directory.entries])
        pointer = directory.next_pointer
    return pages


def test_every_tag_of_every_page_has_the_value_that_tifffile_reads(two_pages):
    judged, read = _by_tifffile(two_pages), _read(two_pages)
    assert [[tag[:3] for tag in page] for page in read] == [[tag[:3] for tag in page] for page in judged]
    for page, wanted in zip(read, judged, strict=True):
        for (_, kind, count, value), (*_, number) in zip(page, wanted, strict=True):
            if kind == ASCII:
                assert value == number
            elif kind in WHOLE:
                assert value == (number if count > 1 else (number,))


def test_a_tag_is_added_without_moving_a_byte(two_pages):
    file = BytesIO(two_pages)
    ifds = IfdFile(file)
    ifds.edit({SOFTWARE: (ASCII, b"colorfix 1.0\0")})
    pointer = slice(ifds.first, ifds.first + ifds.pointer)
    written = bytearray(file.getvalue()[: len(two_pages)])
    written[pointer] = two_pages[pointer]
    assert written == two_pages
    before, after = _by_tifffile(two_pages), _by_tifffile(file.getvalue())
    assert after[0] == [(SOFTWARE, ASCII, 13, "colorfix 1.0"), *before[0]]
    assert after[1:] == before[1:]


def test_a_removed_tag_is_gone_with_its_content(two_pages):
    file = BytesIO(two_pages)
    ifds = IfdFile(file)
    ifds.remove(ifds.existing().at, {65001})
    before, after = _by_tifffile(two_pages), _by_tifffile(file.getvalue())
    assert after == [[tag for tag in before[0] if tag[0] != 65001], before[1]]
    assert file.getvalue().count(b"a longer text") == 1  # of the second page


def test_damage_is_a_bad_directory(two_pages):
    chance = random.Random("ifd")  # noqa: S311 - the same mutations every time
    damaged = 0
    for _ in range(500):
        data = bytearray(two_pages)
        data[chance.randrange(4, len(data))] = chance.randrange(256)
        try:
            _read(bytes(data[: chance.randrange(16, len(data))]))
        except BadDirectory:
            damaged += 1
    assert damaged > 50
