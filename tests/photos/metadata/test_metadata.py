"""Metadata from one format to another: exiftool and exiv2 find in the new file what was in the old one."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
from io import BytesIO

import pytest
from camera_exif import camera_exif, text_of
from PIL import ExifTags, Image, ImageOps

from colorfix.photos.codecs import jpeg, png
from colorfix.photos.containers import photoshop
from colorfix.photos.containers.ifd import LONG, SHORT
from colorfix.photos.metadata import by_format, exif
from colorfix.photos.metadata import jpeg as jpeg_metadata
from colorfix.photos.metadata import png as png_metadata
from colorfix.photos.metadata.jpeg import LIMIT
from colorfix.photos.metadata.metadata import Metadata
from colorfix.photos.metadata.tiff import tiff_with

EXIFTOOL = shutil.which("exiftool")
with_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
SIGNS = pytest.mark.parametrize("sign", ["<", ">"], ids=["little", "big"])
IPTC = b"\x1c\x02\x5a\0\6London\x1c\x02\x19\0\1k"
URL = b"8BIM\x04\x0b\0\0\0\0\0\x10http://colorfix/"
CAPTIONS = b"8BIM\x04\x04\0\0" + struct.pack(">L", len(IPTC)) + IPTC + b"\0" + URL
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreatorTool='a tool'/></rdf:RDF></x:xmpmeta>"  # noqa: E501
CAMERA = {"IFD0", "ExifIFD", "GPS", "Canon"}
# what a format says about itself
OWN = {
    f"IFD0:{name}"
    for name in (
        *("YCbCrPositioning", "ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "StripOffsets"),
        *("PhotometricInterpretation", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts"),
    )
}


@pytest.fixture
def thumbnail(astronaut, packed):
    return packed(astronaut.resize((160, 120)), "JPEG", quality=85)


@pytest.fixture
def metadata(thumbnail):
    return Metadata(camera_exif(thumbnail), XMP, CAPTIONS, (b"a comment", "\u00e9t\u00e9 \u4eac".encode()))


def _jpeg(metadata, packed):
    data = packed(Image.new("RGB", (8, 8)), "JPEG")
    segments, warnings = by_format.as_jpeg(metadata)
    assert warnings == ()
    return data[:20] + b"".join(segments) + data[20:]


def _png(metadata, packed):
    data = packed(Image.new("RGB", (8, 8)), "PNG")
    return data[:33] + b"".join(whole for _, whole in by_format.as_png(metadata)) + data[33:]


def _tiff(metadata):
    tags = {
        256: (SHORT, (2,)),
        257: (SHORT, (2,)),
        258: (SHORT, (8, 8, 8)),
        259: (SHORT, (1,)),
        262: (SHORT, (2,)),
        273: (LONG, (0, 6)),
        277: (SHORT, (3,)),
        278: (SHORT, (1,)),
        279: (LONG, (6, 6)),
    }
    return tiff_with(metadata.exif, tags | by_format.as_tiff(metadata)) + bytes(range(12))


def _judged(data, write, suffix):
    command = ["exiftool", "-j", "-G1", "-a", "-u", write("judged" + suffix, data)]
    tags = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    return {name: tag for name, tag in tags.items() if name not in OWN}


def _of(tags, groups):
    return {name: tag for name, tag in tags.items() if name.split(":")[0] in groups}


@SIGNS
@pytest.mark.parametrize("into", [".jpg", ".png", ".tif"])
@with_exiftool
def test_exiftool_finds_everything_in_every_format(into, sign, thumbnail, metadata, packed, write):
    metadata = Metadata(camera_exif(thumbnail, sign), metadata.xmp, metadata.captions, metadata.comments[:1])
    data = {".jpg": _jpeg, ".png": _png, ".tif": lambda data, _: _tiff(data)}[into](metadata, packed)
    tags = _judged(data, write, into)
    wanted = _judged(
        packed(Image.new("RGB", (8, 8)), "JPEG", exif=exif.PREFIX + metadata.exif), write, ".jpg"
    )
    assert _of(tags, CAMERA) == _of(wanted, CAMERA)
    assert tags["Canon:CanonFirmwareVersion"] == "Firmware 1.2.3"
    assert tags["XMP-xmp:CreatorTool"] == "a tool"
    assert (tags["IPTC:City"], tags["IPTC:Keywords"], tags["Photoshop:URL"]) == (
        "London",
        "k",
        "http://colorfix/",
    )
    assert "ExifTool:Warning" not in tags
    if into != ".tif":
        assert tags["File:Comment" if into == ".jpg" else "PNG:Comment"] == "a comment"


@pytest.mark.parametrize("into", [".jpg", ".png", ".tif"])
def test_exiv2_finds_everything_in_every_format(into, metadata, packed):
    pyexiv2 = pytest.importorskip("pyexiv2")
    data = {".jpg": _jpeg, ".png": _png, ".tif": lambda data, _: _tiff(data)}[into](metadata, packed)
    with pyexiv2.ImageData(data) as image:
        assert image.read_exif()["Exif.Canon.FirmwareVersion"] == "Firmware 1.2.3"
        assert image.read_exif()["Exif.GPSInfo.GPSLatitudeRef"] == "N"
        assert image.read_iptc()["Iptc.Application2.City"] == "London"
        assert image.read_xmp()["Xmp.xmp.CreatorTool"] == "a tool"


def test_metadata_survives_conversion_to_another_format_and_back(metadata, packed):
    """Through a JPEG and a PNG everything returns; comments as text."""
    assert by_format.of_jpeg(jpeg.segments(_jpeg(metadata, packed))) == (metadata, ())
    assert by_format.of_png(png.chunks(_png(metadata, packed))) == (metadata, ())


@SIGNS
@with_exiftool
def test_a_maker_note_survives_conversion_to_tiff_and_back(sign, thumbnail, packed, write):
    """Its positions count from the start of the file, in the JPEG, the TIFF and the JPEG again."""
    before = camera_exif(thumbnail, sign)
    tiff = _tiff(Metadata(before))
    after, warnings = by_format.of_tiff(tiff)
    seen = [
        _of(
            _judged(packed(Image.new("RGB", (8, 8)), "JPEG", exif=exif.PREFIX + block), write, ".jpg"), CAMERA
        )
        for block in (before, after.exif)
    ]
    assert seen[0] == seen[1]
    assert warnings == ()


def test_the_tiff_is_read_by_pillow_with_its_pixels_and_one_page(metadata):
    with Image.open(BytesIO(_tiff(metadata))) as image:
        assert (image.n_frames, image.size) == (1, (2, 2))
        assert ImageOps.exif_transpose(image).size == (2, 2)
        assert sorted(image.tobytes()) == [*range(12)]


def test_the_tiff_holds_no_stale_thumbnail(metadata, thumbnail):
    assert thumbnail not in _tiff(metadata)


@pytest.mark.parametrize("block", [b"", b"garbage", b"II*\0\xff\xff\xff\xff"])
def test_a_tiff_without_exif_is_little_endian(block):
    assert tiff_with(block, {256: (SHORT, (1,))})[:4] == b"II*\0"


def test_a_maker_note_far_from_the_start_is_moved_with_a_warning(thumbnail):
    found, warnings = by_format.of_tiff(camera_exif(thumbnail, start=9000))
    again = Image.Exif()
    again.load(found.exif)
    assert b"Firmware 1.2.3" in again.get_ifd(0x8769)[0x927C]
    assert again[0x010F] == "Canon"
    assert len(warnings) == 1
    assert "maker note" in warnings[0]


def test_xmp_that_is_too_large_for_a_segment_is_extended(packed):
    """Exiv2 and exiftool know how to join it; here its parts are."""
    big = XMP + b" " * 100_000
    segments, warnings = by_format.as_jpeg(Metadata(xmp=big))
    assert b"".join(whole[4 + 35 + 40 :] for whole in segments[1:]) == big
    assert max(map(len, segments)) <= LIMIT + 4
    assert warnings == ()


@with_exiftool
def test_extended_xmp_is_one_packet_in_other_formats(packed, write):
    """Judged by exiftool on a JPEG whose packet and extension say one thing each."""
    big = XMP.replace(b"xmp:CreatorTool='a tool'", b"xmp:Label='%s'" % (b"t" * 80_000))
    name = jpeg_metadata.digest_of(big)
    note = (
        b"/ns.adobe.com/xap/1.0/' xmlns:xmpNote='http://ns.adobe.com/xmp/note/' xmpNote:HasExtendedXMP='%s'"
        % name
    )
    first = XMP.replace(b"/ns.adobe.com/xap/1.0/'", note)
    segments = [
        jpeg_metadata.segment(0xE1, jpeg_metadata.XMP + first),
        *reversed(jpeg_metadata.extension_segments(big)),
    ]
    found, warnings = by_format.of_jpeg(segments)
    tags = _judged(_png(found, packed), write, ".png")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-xmp:Label"]) == ("a tool", "t" * 80_000)
    assert "XMP-xmpNote:HasExtendedXMP" not in tags
    assert warnings == ()


def test_an_extension_that_is_not_xmp_is_left_out_with_a_warning():
    name = jpeg_metadata.digest_of(b"something else")
    first = jpeg_metadata.segment(0xE1, jpeg_metadata.XMP + b"<a xmpNote:HasExtendedXMP='%s'/>" % name)
    found, warnings = by_format.of_jpeg([first, *jpeg_metadata.extension_segments(b"something else")])
    assert found.xmp == b"<a/>"
    assert "XMP" in warnings[0]


@with_exiftool
def test_exiftool_reads_the_extended_xmp(packed, write):
    big = XMP.replace(b"a tool", b"t" * 80_000)
    assert _judged(_jpeg(Metadata(xmp=big), packed), write, ".jpg")["XMP-xmp:CreatorTool"] == "t" * 80_000


def test_exif_that_is_too_large_for_a_jpeg_is_a_warning():
    assert "EXIF" in by_format.as_jpeg(Metadata(exif=bytes(LIMIT)))[1][0]


def test_a_webp_has_exif_and_xmp(metadata, astronaut, packed):
    data = packed(astronaut, "WEBP", exif=exif.PREFIX + metadata.exif, xmp=metadata.xmp)
    assert by_format.of_webp(data) == Metadata(metadata.exif, metadata.xmp)


@pytest.mark.parametrize(
    ("into", "kinds"),
    [
        ("JPEG", []),
        ("PNG", []),
        ("TIFF", ["comments"]),
        ("WEBP", ["IPTC", "comments"]),
        ("BMP", ["EXIF", "XMP", "IPTC", "comments"]),
    ],
)
def test_metadata_that_the_format_cannot_hold_gives_a_warning(into, kinds, metadata):
    sentences = by_format.lost(metadata, into)
    assert len(sentences) == len(kinds)
    assert all(kind in sentence for kind, sentence in zip(kinds, sentences, strict=True))


def test_metadata_of_a_corrected_photo_has_no_old_preview(metadata, thumbnail):
    preview = b"<xmp:Thumbnails>abc</xmp:Thumbnails>"
    stale = Metadata(
        metadata.exif,
        XMP.replace(b"/></rdf:RDF", b">" + preview + b"</rdf:Description></rdf:RDF"),
        CAPTIONS + b"8BIM\x04\x0c\0\0\0\0\0\4abcd",
    )
    fresh, warnings = stale.corrected(ImageOps.invert, "colorfix 1")
    assert preview not in fresh.xmp
    assert fresh.captions == CAPTIONS
    assert thumbnail not in fresh.exif
    assert text_of(fresh.exif, ExifTags.Base.ProcessingSoftware) == "colorfix 1"
    assert warnings == ()


def test_stripped_metadata_is_the_orientation(metadata):
    assert metadata.corrected(ImageOps.invert, "colorfix 1", strip=True) == (
        Metadata(exif.new_block(None, 6)),
        (),
    )


def test_captions_in_two_raw_profiles_are_one_list(chunk):
    """As ImageMagick has them: all resources in one, and IPTC in another, which goes ahead."""
    older = URL + b"8BIM\x04\x04\0\0\0\0\0\2ab"
    texts = [png_metadata.raw_profile(b"Raw profile type 8bim", older)]
    texts.append(png_metadata.raw_profile(b"Raw profile type iptc", CAPTIONS))
    found, _ = by_format.of_png((b"zTXt", chunk(b"zTXt", stored)) for stored in texts)
    assert photoshop.iptc_in(found.captions) == IPTC
    assert found.captions.startswith(URL)


def test_damaged_tiffs_never_raise(metadata):
    chance = random.Random("tiff")  # noqa: S311 - the same mutations every time
    before = _tiff(metadata)
    notes = 0
    for _ in range(1500):
        data = bytearray(before)
        for _ in range(chance.randint(1, 4)):
            reach = chance.choice([500, len(data)])  # from the end, where IFD0 is
            data[len(data) - 1 - chance.randrange(reach)] = chance.choice([0, 1, 127, 255])
        found, _ = by_format.of_tiff(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
        again, _ = found.corrected(ImageOps.invert, "colorfix")
        tiff_with(again.exif, by_format.as_tiff(again))
        notes += b"Firmware" in found.exif
    assert 300 < notes < 1500
