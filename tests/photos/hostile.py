"""Small files that claim much work; each takes a size, so that work can be compared with length."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

from colorfix.photos.containers.ifd import BYTE, LONG, SHORT
from colorfix.photos.containers.png_chunks import SIGNATURE, chunk

_END = chunk(b"IEND", b"")


def ifd(rows, following=0):
    """Return a little-endian directory of rows (tag, kind, count, last)."""
    entries = b"".join(struct.pack("<HHLL", *row) for row in rows)
    return struct.pack("<H", len(rows)) + entries + struct.pack("<L", following)


def png(*chunks, size=(8, 8), color=2, bits=8):
    """Return a PNG with chunks ahead of its pixels."""
    header = struct.pack(">LLBBBBB", *size, bits, color, 0, 0, 0)
    row = size[0] * {0: 1, 2: 3, 6: 4}[color] * bits // 8
    pixels = zlib.compress((b"\0" + bytes(n % 200 + 20 for n in range(row))) * size[1])
    return SIGNATURE + b"".join([chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), _END])


def jpeg(*segments, size=(8, 8)):
    """Return a JPEG with segments ahead of its picture."""
    file = BytesIO()
    Image.new("RGB", size, (200, 120, 60)).save(file, "JPEG")
    return file.getvalue()[:2] + b"".join(segments) + file.getvalue()[2:]


def raw_profile(length):
    """Return a text whose long run of spaces belongs to the digits of a raw profile, and ends in none."""
    return b"\niptc 1 " + b" " * length + b"!"


def png_with_raw_profile(length):
    return png(chunk(b"tEXt", b"Raw profile type iptc\0" + raw_profile(length)))


def dead_previews(length):
    """Return bytes in which every JPEG that begins has no end: each start walks the same segments."""
    return b"\xff\xd8\xff\xe1\x00\x06\0\0" * (length // 8)


def dead_scans(length):
    """Return bytes with many starts of JPEGs whose scans share one long run without a marker."""
    starts = b"".join(b"\xff\xd8\xff\xda\x10\x00" for _ in range(length // 12))
    return starts + bytes(5000) + bytes(length // 2)


def exif_block(content):
    """Return EXIF whose maker note holds bytes."""
    note = 8 + 18
    return b"II*\0\x08\0\0\0" + ifd([(0x927C, 7, len(content), note)]) + content


def extension(length):
    """Return extended XMP that begins again and again and never ends."""
    return b"<rdf:RDF xmlns:rdf='a'>" * (length // 23)


def long_attribute(length):
    """Return a packet of XMP with a long run of spaces."""
    return b"<x" + b" " * length + b"/>"


def tiff_of_one_tag(tag, length):
    """Return a TIFF whose tag has a number for each four bytes of the file."""
    return b"II*\0\x08\0\0\0" + ifd([(tag, LONG, length // 4, 26)]) + bytes(length)


def dng_of_sub_ifds(length):
    """Return a DNG whose directories each list the whole file as directories below them."""
    rows = ifd([(254, LONG, 1, 1), (330, LONG, length // 4, 0), (50706, BYTE, 4, 0x0401)])
    count = length // (len(rows) + 8)
    starts = b"".join(struct.pack("<L", 8 + n * len(rows)) for n in range(count))
    return (b"II*\0" + struct.pack("<L", 8) + rows * count + starts * 2)[:length]


def tiff_of_overlapping_tags(length):
    """Return a TIFF of one directory with 4,000 tags, each as long as the file."""
    rows = [
        (256, LONG, 1, 1), (257, LONG, 1, 1), (258, SHORT, 1, 8), (259, SHORT, 1, 1), (262, SHORT, 1, 1),
        (273, LONG, 1, 8), (277, SHORT, 1, 1), (278, LONG, 1, 1), (279, LONG, 1, 1),
        *((1000 + n, BYTE, length - 8, 8) for n in range(4000)),
    ]  # fmt: skip
    return (b"II*\0\x08\0\0\0" + ifd(rows)).ljust(length, b"\0")


def gif(frames, size):
    """Return a GIF of frames of one pixel on a large canvas."""
    screen = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80, 0, 0) + bytes([200, 120, 60, 20, 30, 40])
    frame = (
        b"\x21\xf9\x04\x04\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    )
    return screen + frame * frames + b";"


def webp(frames, size):
    """Return a WebP of frames of one pixel on a large canvas."""
    file = BytesIO()
    Image.new("RGB", (1, 1), (200, 120, 60)).save(file, "WEBP", lossless=True)
    picture = file.getvalue()[12:]
    frame = bytes(6) + bytes(6) + b"\x28\0\0" + b"\0" + picture
    anmf = b"ANMF" + struct.pack("<L", len(frame)) + frame
    vp8x = (
        b"VP8X"
        + struct.pack("<L", 10)
        + b"\x02\0\0\0"
        + b"".join((n - 1).to_bytes(3, "little") for n in size)
    )
    body = b"WEBP" + vp8x + b"ANIM" + struct.pack("<L", 6) + bytes(6) + anmf * frames
    return b"RIFF" + struct.pack("<L", len(body)) + body


def apng(frames, size, bits=8):
    """Return an APNG of frames of one pixel on a large canvas."""

    def control(number, *box):
        return chunk(b"fcTL", struct.pack(">LLLLLHHBB", number, *box, 0, 0, 1, 10, 0, 0))

    pixel = zlib.compress(b"\0" + bytes([200, 120, 60] * (bits // 8)))
    parts = [chunk(b"acTL", struct.pack(">LL", frames, 0)), control(0, *size)]
    rest = b"".join(
        control(2 * n - 1, 1, 1) + chunk(b"fdAT", struct.pack(">L", 2 * n) + pixel) for n in range(1, frames)
    )
    whole = png(*parts, size=size, bits=bits)
    return whole[: -len(_END)] + rest + _END


def tiff_of_pages(pages, size):
    """Return a TIFF of pages that share one strip."""
    width, height = size
    strip = zlib.compress(b"\x80" * (width * height * 3))
    start = 8
    first = start + len(strip) + len(strip) % 2
    page = 2 + 12 * 10 + 4
    directories = b""
    for number in range(pages):
        at = first + number * (page + 6)
        following = 0 if number == pages - 1 else at + page + 6
        rows = [
            (256, LONG, 1, width), (257, LONG, 1, height), (258, SHORT, 3, at + page), (259, SHORT, 1, 8),
            (262, SHORT, 1, 2), (273, LONG, 1, start), (277, SHORT, 1, 3), (278, LONG, 1, height),
            (279, LONG, 1, len(strip)), (284, SHORT, 1, 1),
        ]  # fmt: skip
        directories += ifd(rows, following) + struct.pack("<HHH", 8, 8, 8)
    return b"II*\0" + struct.pack("<L", first) + strip.ljust(first - 8, b"\0") + directories


def tiff_of_doubles(size):
    """Return a TIFF of one strip of 64-bit floats."""
    import tifffile

    file = BytesIO()
    tifffile.imwrite(
        file,
        np.full((size[1], size[0], 3), 0.5),
        photometric="rgb",
        compression="deflate",
        rowsperstrip=size[1],
    )
    return file.getvalue()


def progressive(scans, size):
    """Return a JPEG whose last scan is repeated."""
    file = BytesIO()
    Image.new("RGB", size, (200, 120, 60)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    from colorfix.photos.containers.jpeg_markers import markers

    found = [(marker, start, end) for marker, start, end in markers(data)]
    last = max(start for marker, start, _ in found if marker == 0xDA)
    return data[:last] + data[last:-2] * scans + data[-2:]


def heif_extents(length):
    """Return an ISO file whose item has many extents that take no bytes."""

    def box(kind, body):
        return struct.pack(">L", len(body) + 8) + kind + body

    items = length // 6
    iloc = box(
        b"iloc", bytes(4) + b"\0\0" + struct.pack(">H", items) + (struct.pack(">HHH", 1, 0, 65535)) * items
    )
    infe = box(b"infe", b"\2\0\0\0" + struct.pack(">HH", 7, 0) + b"Exif\0")
    iinf = box(b"iinf", bytes(4) + struct.pack(">H", 1) + infe)
    meta = box(b"meta", bytes(4) + iinf + iloc)
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + meta


def exif_of_overlapping_tags(length):
    """Return a TIFF whose EXIF directory has 4,000 tags, each as long as the file."""
    tags = ifd([(40000 + n, BYTE, length - 26, 26) for n in range(4000)])
    return (b"II*\0\x08\0\0\0" + ifd([(34665, LONG, 1, 26)]) + tags).ljust(length, b"\0")


def extension_piece(packet, at):
    """Return a segment of extended XMP that repeats 99 bytes of a packet."""
    from colorfix.photos.metadata.jpeg import EXTENSION, segment

    return segment(
        0xE1, EXTENSION + b"A" * 32 + len(packet).to_bytes(4) + at.to_bytes(4) + packet[at : at + 99]
    )
