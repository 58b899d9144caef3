"""Rewritten TIFFs keep everything besides their pixels; new TIFFs for photos of other formats."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from colorfix import photos
from colorfix.core.errors import ColorfixError
from colorfix.photos.codecs import tiff
from colorfix.photos.photo import Photo, Picture, Strip, Writing

MOVED = {"StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts"}
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
)
IPTC = b"\x1c\x02\x78\x00\x05hello"
SECRETS = [b"A. Secret", b"SECRETNOTE", b"hello", b"xmpmeta", b"2001:02:03"]
needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")


@pytest.fixture(params=["<", ">", "BigTIFF"])
def rich(request, srgb):
    """A TIFF of two pages with EXIF, GPS, a maker note, XMP, IPTC, a profile and a private tag."""
    big = request.param == "BigTIFF"
    sign = "<" if big else request.param
    pixels = np.random.default_rng(3).integers(0, 200, (40, 30, 3), np.uint8)
    tags = [
        (271, 2, None, "A. Secret", True),
        (274, 3, 1, 6, True),
        (306, 2, None, "2001:02:03 04:05:06", True),
        (700, 1, len(XMP), XMP, True),
        (33723, 7, len(IPTC), IPTC, True),
        (65000, 7, 9, b"my own \xff\x00", True),
        (34664, 4, 1, 0xDEAD, True),  # tifffile does not write 34665, nor 34853
        (34852, 4, 1, 0xBEEF, True),
    ]
    file = BytesIO()
    with tifffile.TiffWriter(file, byteorder=sign, bigtiff=big) as writer:
        for number in range(2):
            writer.write(
                pixels,
                photometric="rgb",
                compression="deflate",
                predictor=2,
                rowsperstrip=16,
                metadata=None,
                iccprofile=srgb,
                resolution=(300, 300),
                resolutionunit="inch",
                extratags=tags if number == 0 else [],
            )
    return with_directories_below(file.getvalue(), sign, big=big)


def with_directories_below(data, sign, *, big):
    """Let the EXIF and GPS tags point to directories at the end: a date, a maker note; a hemisphere."""
    note = b"SECRETNOTE" * 3
    written = bytearray(data + b"\0" * (len(data) % 2))
    note_at = len(written)
    written += note
    positions = {}
    for code, tag, kind, content in (
        (0xDEAD, 0x927C, 7, (len(note), struct.pack(sign + ("Q" if big else "I"), note_at))),
        (0xBEEF, 1, 2, (2, b"N\0".ljust(8 if big else 4, b"\0"))),
    ):
        positions[code] = len(written)
        count, last = content
        written += struct.pack(sign + ("QHHQ" if big else "HHHI"), 1, tag, kind, count) + last
        written += bytes(8 if big else 4)
    for code, at in positions.items():
        place = written.index(struct.pack(sign + "I", code))
        struct.pack_into(sign + "I", written, place, at)
    for tag in (34664, 34852):
        struct.pack_into(sign + "H", written, written.index(struct.pack(sign + "HH", tag, 4)), tag + 1)
    return bytes(written)


def inverted(strip):
    return strip.raster.point(lambda value: 255 - value)


def rewritten(data, change=inverted, **writing):
    file = BytesIO()
    tiff.rewrite(photos.decode(data, "a.tif"), change, file, Writing(**writing))
    return file.getvalue()


def told_by_exiftool(data, tmp_path):
    path = tmp_path / "judged.tif"
    path.write_bytes(data)
    command = ["exiftool", "-j", "-G1", "-a", "-u", "-U", "-b", str(path)]
    tags = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    return {
        name: value
        for name, value in tags.items()
        if not name.startswith(("System:", "ExifTool:", "SourceFile")) and name.split(":")[-1] not in MOVED
    }


@needs_exiftool
def test_exiftool_sees_no_difference_except_positions_of_pixels(rich, tmp_path):
    before = told_by_exiftool(rich, tmp_path)
    assert {"IFD0:Make", "IPTC:Caption-Abstract"} <= set(before)
    assert told_by_exiftool(rewritten(rich), tmp_path) == before


@needs_exiftool
def test_the_software_tag_is_the_only_one_added(rich, tmp_path):
    before = told_by_exiftool(rich, tmp_path)
    after = told_by_exiftool(rewritten(rich, software="colorfix 1.0"), tmp_path)
    assert after.pop("IFD0:ProcessingSoftware") == "colorfix 1.0"
    assert after == before
    twice = rewritten(rewritten(rich, software="first"), software="second")
    assert told_by_exiftool(twice, tmp_path)["IFD0:ProcessingSoftware"] == "second"


def test_stripping_removes_personal_data_and_keeps_profile_and_orientation(rich, srgb):
    assert all(secret in rich for secret in SECRETS)
    written = rewritten(rich, strip=True, software="colorfix")
    assert not [secret for secret in SECRETS if secret in written]
    with tifffile.TiffFile(BytesIO(written)) as file:
        tags = file.pages[0].tags
        assert tags[274].value == 6
        assert tags[34675].value == srgb
        assert not {271, 306, 700, 33723, 34665, 34853} & {tag.code for tag in tags}
        assert len(file.pages) == 2
        assert (file.pages[1].asarray() == 255 - tifffile.imread(BytesIO(rich), key=1)).all()


@pytest.mark.parametrize(
    "settings", [{"tile": (16, 16)}, {"compression": "lzw"}, {"planarconfig": "separate"}]
)
def test_libtiff_reads_the_corrected_pixels(settings):
    pixels = np.random.default_rng(3).integers(0, 256, (40, 30, 3), np.uint8)
    array = np.moveaxis(pixels, -1, 0) if "planarconfig" in settings else pixels
    file = BytesIO()
    tifffile.imwrite(file, array, photometric="rgb", metadata=None, **settings)
    by_pillow = Image.open(BytesIO(rewritten(file.getvalue(), software="colorfix")))
    assert (np.asarray(by_pillow) == 255 - pixels).all()


def test_previews_and_layers_in_the_tags_are_removed():
    """Photoshop's thumbnail is resource 1036, beside one that stays; its layers are a tag of their own."""
    resource = b"8BIM%s\0\0\0\0\0\x04%s"
    remaining, thumbnail = resource % (b"\x04\x05", b"kept"), resource % (b"\x04\x0c", b"tiny")
    preview = b"<a><xmpGImg:image>tiny</xmpGImg:image></a>"
    tags = [
        (700, 1, len(preview), preview, True),
        (34377, 1, len(remaining + thumbnail), remaining + thumbnail, True),
        (37724, 7, 16, b"Adobe Photoshop.", True),
    ]
    file = BytesIO()
    pixels = np.full((4, 4, 3), 9, np.uint8)
    tifffile.imwrite(file, pixels, photometric="rgb", metadata=None, extratags=tags)
    data = file.getvalue()
    assert any("layers" in sentence for sentence in photos.decode(data, "a.tif").warnings)
    assert rewritten(data, lambda strip: strip.raster) == data
    changed = rewritten(data)
    assert b"tiny" not in changed
    with tifffile.TiffFile(BytesIO(changed)) as found:
        assert found.pages[0].tags[34377].value == remaining
        assert found.pages[0].tags[700].value == b"<a></a>"
        assert 37724 not in found.pages[0].tags


# new files


def written(photo, change=lambda strip: strip.raster, **writing):
    file = BytesIO()
    tiff.write(photo, change, file, Writing(**writing))
    return file.getvalue()


def photo_of(*rasters, profile=None):
    return Photo("<image>", b"", tuple(map(Picture.of, rasters)), None, profile)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
def test_pixels_of_every_kind_are_written_exactly(kind, channels, srgb):
    rng = np.random.default_rng(2)
    array = (
        rng.random((300, 401, channels)) * (1 if np.dtype(kind).kind == "f" else np.iinfo(kind).max)
    ).astype(kind)
    raster = Image.fromarray(array[..., 0] if channels == 1 else array) if kind is np.uint8 else array
    data = written(photo_of(raster, profile=srgb))
    assert (tifffile.imread(BytesIO(data)).reshape(array.shape) == array).all()
    again = photos.decode(data, "a.tif")
    assert (np.asarray(again.first_raster).reshape(array.shape) == array).all()
    assert again.profile == srgb


def test_pages_of_different_depth_and_size_follow_each_other():
    first = Image.new("RGB", (5, 4), "red")
    second = np.full((9, 3, 4), 1 / 3, np.float32)
    third = Image.new("P", (3, 3), 1)
    third.putpalette([1, 2, 3, 4, 5, 6])
    data = written(photo_of(first, second, third))
    with tifffile.TiffFile(BytesIO(data)) as file:
        pages = [page.asarray() for page in file.pages]
    assert (pages[0] == np.asarray(first)).all()
    assert (pages[1] == second).all()
    assert (pages[2] == [4, 5, 6]).all()


def test_strips_of_any_height_become_one_page():
    array = np.random.default_rng(1).integers(0, 65536, (1000, 300, 3), np.uint16)
    tops = [0, 1, 400, 407, 1000]
    strips = [Strip(array[top:end], top=top) for top, end in pairwise(tops)]
    photo = Photo("<image>", b"", (Picture(300, 1000, lambda: strips),), None, None)
    assert (tifffile.imread(BytesIO(written(photo))) == array).all()


@pytest.mark.parametrize("software", [None, "colorfix 1.0"])
def test_exif_and_resolution_of_a_jpeg_are_copied(astronaut, packed, software):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 8
    exif.get_ifd(0x8769)[0x9003] = "2001:02:03 04:05:06"
    exif.get_ifd(0x8825)[1] = "N"
    data = packed(astronaut, "JPEG", exif=exif, dpi=(240, 240), xmp=XMP)
    made = Image.open(BytesIO(written(photos.decode(data, "a.jpg"), software=software)))
    tags = made.getexif()
    assert (tags[0x010F], tags[0x0112], tags.get(0x000B)) == ("Maker", 8, software)
    assert tags.get_ifd(0x8769)[0x9003] == "2001:02:03 04:05:06"
    assert tags.get_ifd(0x8825)[1] == "N"
    assert made.info["dpi"] == (240, 240)
    assert made.tag_v2[700] == XMP


# any bytes


@given(st.data())
def test_damaged_bytes_give_a_photo_or_an_error_of_colorfix(data):
    """Directories and segments with some bytes changed; neither a traceback nor a warning."""
    pixels = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    file = BytesIO()
    compression = data.draw(st.sampled_from(["lzw", "deflate", "jpeg", "packbits", "zstd", None]))
    tifffile.imwrite(file, pixels, photometric="rgb", metadata=None, compression=compression, tile=(16, 16))
    odd = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        odd[data.draw(st.integers(4, len(odd) - 1))] = data.draw(st.integers(0, 255))
    try:
        photo = photos.decode(bytes(odd), "odd.tif")
        photos.counts(photo)
        photos.encode(photo, lambda strip: strip.raster, None, BytesIO(), Writing(software="s", strip=False))
        photos.encode(photo, lambda strip: strip.raster, None, BytesIO(), Writing(strip=True))
    except ColorfixError:
        pass
