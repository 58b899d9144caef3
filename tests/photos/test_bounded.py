"""Work is bounded: a file that is twice as long takes at most twice as many steps, whatever it claims.

Steps are lines of Python that are executed. Searches in C are no lines: they are measured in time of the
processor, over lengths of which a quadratic search would take 256 times as long.
"""

from __future__ import annotations

import sys
import time
from io import BytesIO

import hostile
import pytest

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto, UnsupportedPhoto
from colorfix.photos import formats
from colorfix.photos.codecs import apng, gif, jxl
from colorfix.photos.codecs.tiff import compression
from colorfix.photos.containers import (
    bmff,
    dead_pointers,
    directory_tree,
    jpeg_trailer,
    photoshop,
    png_chunks,
    riff,
)
from colorfix.photos.containers.ifd import BadDirectory, IfdFile
from colorfix.photos.containers.jpeg_markers import markers, segments
from colorfix.photos.metadata import (
    bmff_contents,
    by_format,
    exif,
    jpeg,
    jpeg_contents,
    png,
    tiff,
    xmp,
)


def steps(function, data):
    """Return how many lines run; those of an error count too."""
    count = 0

    def line(frame, event, argument):
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        function(data)
    except (ValueError, StopIteration):
        pass
    finally:
        sys.settrace(before)
    return count


def unchanged(image):
    return image


def in_exif(content):
    return exif.corrected(hostile.exif_block(content), unchanged, "colorfix")


def chunk_of(text):
    return [(b"tEXt", png_chunks.chunk(b"tEXt", b"Raw profile type iptc\0" + text))]


PARSERS = {
    "previews in EXIF": (in_exif, hostile.dead_previews),
    "scans of previews": (in_exif, hostile.dead_scans),
    "JPEG markers": (lambda data: [*markers(data)], hostile.dead_previews),
    "JPEG segments": (lambda data: [*segments(data)], hostile.dead_previews),
    "EXIF": (lambda data: exif.corrected(data, unchanged, "colorfix"), hostile.tiff_of_overlapping_tags),
    "RAW or not": (formats.is_raw, hostile.dng_of_sub_ifds),
    "RAW directories": (formats.is_truncated, hostile.dng_of_sub_ifds),
    "TIFF tags": (directory_tree.check_tags, hostile.tiff_of_overlapping_tags),
    "TIFF to EXIF": (tiff.exif_of_tiff, hostile.exif_of_overlapping_tags),
    "PNG chunks": (lambda data: [*png_chunks.chunks(data)], lambda length: bytes(8) + bytes(length)),
    "PNG frames": (lambda data: [*apng.frames(data)], lambda length: hostile.apng(length // 120, (8, 8), 16)),
    "pictures behind a JPEG": (
        jpeg_contents.contents_of,
        lambda length: hostile.jpeg() + b"\xff\xd8\xff\xd9" * (length // 4),
    ),
    "previews in segments": (
        lambda data: jpeg.jpeg_segments([*segments(data)], unchanged, None),
        lambda length: hostile.jpeg(*[jpeg.segment(0xE3, b"\xff\xd8\xff\xd9")] * (length // 8)),
    ),
    "names of colors in a TIFF's JPEG": (
        lambda data: [*compression._without_names_of_colors(data)],
        lambda length: hostile.jpeg(*[jpeg.segment(0xE0, b"")] * (length // 4)),
    ),
    "GIF blocks": (lambda data: [*gif.blocks(data)], lambda length: hostile.gif(length // 23, (8, 8))),
    "RIFF chunks": (riff.chunks, lambda length: hostile.webp(length // 60, (8, 8))),
    "boxes": (lambda data: [*bmff.boxes(data)], lambda length: b"\0\0\0\x08free" * (length // 8)),
    "items of boxes": (bmff.bmff_info, hostile.heif_extents),
    "JPEG XL": (jxl.header_of, lambda length: b"\xff\x0a" + bytes(length)),
    "Photoshop": (photoshop.without_thumbnails, lambda length: b"8BIM\4\4\0\0\0\0\0\0" * (length // 12)),
    "XMP": (xmp.without_stale_elements, lambda length: b"<xmp:Thumbnails/>" * (length // 17)),
    "names in XMP": (xmp.without_stale_elements, lambda length: b" xmlns:a='b'" * (length // 12)),
    "JPEGs behind a JPEG": (
        jpeg_trailer.end_of,
        lambda length: b"\xff\xd8\xff\xda\0\2\xff\xd9" * (length // 8),
    ),
    "padding behind a JPEG": (
        jpeg_trailer.end_of,
        lambda length: b"\xff\xd8\xff\xda\0\2\xff\xd9" + bytes(length),
    ),
    "dead pointers": (
        lambda data: dead_pointers.keep_dead(IfdFile.of_classic(data)),
        hostile.dng_of_sub_ifds,
    ),
    "carried boxes": (
        lambda data: bmff_contents.carried(data, b""),
        lambda length: b"\0\0\0\x08mpvd" * (length // 8),
    ),
    "extended XMP": (
        lambda data: jpeg.extension_of([hostile.extension_piece(data, at) for at in range(0, len(data), 99)]),
        bytes,
    ),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_twice_the_length_takes_at_most_twice_the_steps(parser):
    parse, make = PARSERS[parser]
    once, twice = (steps(parse, make(length)) for length in (40_000, 80_000))
    assert twice <= 2.1 * once + 200


SEARCHES = {
    "raw profiles of PNG": (png.raw, hostile.raw_profile),
    "the name of an extension": (by_format._NAMES_EXTENSION.search, hostile.long_attribute),
    "names of extensions": (
        by_format._NAMES_EXTENSION.search,
        lambda length: b" xmpNote:HasExtendedXMP='" * (length // 24) + b'"',
    ),
    "extensions of XMP": (
        lambda data: by_format._with_extension(b"a </rdf:RDF>", b"a", data),
        hostile.extension,
    ),
    "spaces in extensions": (
        lambda data: by_format._with_extension(b"a </rdf:RDF>", b"a", data),
        lambda length: b"<rdf:RDF " + b" " * length,
    ),
    "namespaces of XMP": (
        xmp.without_stale_elements,
        lambda length: b" xmlns:a='http://ns.adobe.com/xap/1.0/'" * (length // 39),
    ),
    "previews in XMP": (
        xmp.without_stale_elements,
        lambda length: b"<xmp:Thumbnails>" * (length // 16),
    ),
    "spaces in elements": (
        xmp.without_stale_elements,
        lambda length: b"<xmp:Thumbnails " + b" " * length,
    ),
    "previews in EXIF": (in_exif, hostile.dead_scans),
}


def seconds(function, data):
    """Return the processor's time, the shortest of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        function(data)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_of_sixteen_times_the_length_takes_no_256_times_as_long(search):
    find, make = SEARCHES[search]
    once, sixteen = (seconds(find, make(length)) for length in (20_000, 320_000))
    assert sixteen < 64 * once + 0.01


# pixels of all frames, pages and scans

MANY = {
    "GIF": lambda: hostile.gif(400, (6000, 6000)),
    "WebP": lambda: hostile.webp(400, (6000, 6000)),
    "APNG": lambda: hostile.apng(30, (3000, 3000)),
    "APNG of 16 bits": lambda: hostile.apng(300, (300, 300), 16),
    "pages that share a strip": lambda: hostile.tiff_of_pages(2000, (1000, 1000)),
    "scans": lambda: hostile.progressive(3000, (1500, 1500)),
}


@pytest.mark.parametrize("kind", MANY)
def test_a_small_file_of_much_work_is_refused_before_any_pixel_is_decoded(kind, write):
    path = write("a.photo", MANY[kind]())
    start = time.process_time()
    with pytest.raises(UnsupportedPhoto, match=r"pixels in all frames, pages or scans.*; raise --max-pixels"):
        photos.read(path)
    assert time.process_time() - start < 3


def test_frames_are_paid_for_by_bytes_or_by_the_users_trust(write):
    path = write("a.gif", hostile.gif(6, (3000, 3000)))
    assert len(photos.read(path).pictures) == 6
    with pytest.raises(UnsupportedPhoto, match="54,000,000 pixels in all frames"):
        photos.read(path, max_pixels=9_000_000)


def test_samples_of_64_bits_count_by_their_bytes(write):
    path = write("a.tif", hostile.tiff_of_doubles((600, 500)))
    with pytest.raises(UnsupportedPhoto, match="7,200,000 pixels in all frames, pages or scans"):
        photos.read(path, max_pixels=300_000)


def test_exif_of_overlapping_tags_is_left_out_and_named():
    block, warnings = tiff.exif_of_tiff(hostile.exif_of_overlapping_tags(500_000))
    assert not block
    assert "damaged EXIF" in warnings[0]


def test_an_item_of_parts_without_a_place_is_damaged():
    with pytest.raises(ValueError, match="many parts without a place"):
        bmff.bmff_info(hostile.heif_extents(1000))


def test_an_animated_jpeg_xl_is_refused_by_its_header(write):
    import numpy as np
    from imagecodecs import jpegxl_encode

    data = jpegxl_encode(np.zeros((4, 32, 32, 3), np.uint8), photometric="rgb", planar=False)
    with pytest.raises(UnsupportedPhoto, match="is an animation"):
        photos.read(write("a.jxl", bytes(data)))


def test_texts_of_a_png_unpack_to_64_mib_in_all():
    import zlib

    text = b"Comment\0\0" + zlib.compress(bytes(40 << 20))
    texts = png.Texts()
    assert len(texts.unpacked(b"zTXt", text)) == 40 << 20
    assert texts.unpacked(b"zTXt", text) is None
    assert texts.unpacked(b"zTXt", b"Comment\0\0" + zlib.compress(b"hi")) is None


def test_tags_that_overlap_are_read_a_few_times_and_then_damaged():
    ifds = IfdFile.of(hostile.tiff_of_overlapping_tags(200_000))
    entries = ifds.existing().entries
    with pytest.raises(BadDirectory, match="overlap"):
        list(map(ifds.content, entries))


@pytest.mark.parametrize("make", [hostile.tiff_of_overlapping_tags, hostile.dng_of_sub_ifds])
def test_a_tiff_of_overlapping_directories_is_damaged(make, write):
    with pytest.raises(UnreadablePhoto, match="its directories or tags overlap"):
        photos.read(write("a.tif", make(300_000)))


def test_a_frame_of_an_apng_holds_no_copy_of_its_pixels():
    frames = [*apng.frames(hostile.apng(3, (8, 8), 16))]
    assert all(isinstance(part, memoryview) for frame in frames for part in frame.stored)
    assert [photos.read(_saved(frame)).size for frame in frames] == [(8, 8), (1, 1), (1, 1)]


def _saved(frame):
    from PIL import Image

    return Image.open(BytesIO(frame.data)).convert("RGB")


# found by fuzzing


def test_no_bytes_are_no_animation():
    with pytest.raises(ValueError, match="the file ends early"):
        list(apng.frames(b""))


def test_positions_of_a_trailer_stay_within_four_bytes():
    entries = b"IPTC\0\0\0\1\xff\xff\xff\xff"
    trailer = b"AXS!\0\1\0\1\0\0\0\0" + entries + b"AXS!" + (1000).to_bytes(4) + bytes(4)
    assert jpeg_trailer.moved(trailer, 1000, 8)[20:24] == b"\xff\xff\xff\xff"
