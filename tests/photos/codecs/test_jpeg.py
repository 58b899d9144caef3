"""A corrected JPEG is stored as its source was: tables, sampling, order and every segment."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess

import imagecodecs
import numpy as np
import pytest
from encoded import apply, encoded
from PIL import Image, JpegImagePlugin, MpoImagePlugin

from colorfix import photos
from colorfix.photos.codecs import jpeg


def _segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


SEGMENTS = [
    _segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"),
    _segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/> odd"),
    _segment(0xE4, b"left by somebody"),
    _segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0"),
    _segment(0xEC, b"Ducky"),
    _segment(0xE2, b"ICC_PROFILE\0\1\2one of two, and the second is missing"),
    _segment(0xE1, b"Exif\0\0a second one"),
    _segment(0xFE, b"a comment"),
    _segment(0xFE, b"another \xff\xda one"),
]


def _with_segments(data, segments):
    """The JPEG with these segments and none of the encoder's."""
    at = 2
    while data[at + 1] in {*range(0xE0, 0xF0), 0xFE}:
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return data[:2] + b"".join(segments) + data[at:]


def _reopened(data, write, name="again.jpg"):
    with Image.open(write(name, data)) as image:
        image.load()
        return image


@pytest.fixture
def corrected(write, tables):
    """Read, correct and encode."""

    def correct(data, **settings):
        photo = photos.read(write("source.jpg", data))
        return encoded(photo, apply(photo, tables), "JPEG", **settings)

    return correct


def test_every_segment_is_carried_byte_for_byte_and_in_order(astronaut, packed, corrected):
    data = _with_segments(packed(astronaut, "JPEG"), SEGMENTS)
    assert list(jpeg.segments(data)) == SEGMENTS
    assert list(jpeg.segments(corrected(data))) == SEGMENTS


def test_fill_bytes_between_segments_do_no_harm(astronaut, packed, corrected):
    data = _with_segments(packed(astronaut, "JPEG"), [SEGMENTS[0], b"\xff\xff\xff" + SEGMENTS[-1]])
    assert list(jpeg.segments(corrected(data))) == [SEGMENTS[0], SEGMENTS[-1]]


def test_an_invalid_short_segment_is_skipped_and_not_written(astronaut, packed, corrected):
    data = _with_segments(packed(astronaut, "JPEG"), [b"\xff\xe3\0\0", SEGMENTS[-1]])
    assert list(jpeg.segments(corrected(data))) == [SEGMENTS[-1]]


def test_a_jpeg_without_segments_gets_none(astronaut, packed, corrected):
    assert list(jpeg.segments(corrected(_with_segments(packed(astronaut, "JPEG"), [])))) == []


@pytest.mark.parametrize("quality", [30, 75, 92, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2], ids=["4:4:4", "4:2:2", "4:2:0"])
def test_tables_and_sampling_of_the_source_are_kept(
    quality, subsampling, astronaut, packed, corrected, write
):
    data = packed(astronaut, "JPEG", quality=quality, subsampling=subsampling)
    before, after = _reopened(data, write), _reopened(corrected(data), write)
    assert after.quantization == before.quantization
    assert JpegImagePlugin.get_sampling(after) == subsampling


def test_tables_in_an_unusual_order_are_kept(astronaut, packed, corrected, write):
    """Three tables, one a channel, numbered by the file."""
    tables = [[n + 1] * 64 for n in range(3)]
    after = _reopened(corrected(packed(astronaut, "JPEG", qtables=tables, subsampling=0)), write)
    assert [after.quantization[entry[3]] for entry in after.layer] == tables


def test_a_single_table_for_all_channels_is_kept(astronaut, packed, corrected, write):
    after = _reopened(corrected(packed(astronaut, "JPEG", qtables=[[3] * 64])), write)
    assert {tuple(after.quantization[entry[3]]) for entry in after.layer} == {(3,) * 64}


@pytest.mark.parametrize("progressive", [False, True])
def test_progressive_stays_and_baseline_stays(progressive, astronaut, packed, corrected, write):
    after = _reopened(corrected(packed(astronaut, "JPEG", progressive=progressive)), write)
    assert ("progressive" in after.info) is progressive


def test_a_quality_makes_new_tables_and_keeps_the_sampling(astronaut, packed, corrected, write):
    after = _reopened(corrected(packed(astronaut, "JPEG", subsampling=1), quality=50), write)
    wanted = _reopened(packed(astronaut, "JPEG", quality=50), write)
    assert after.quantization == wanted.quantization
    assert JpegImagePlugin.get_sampling(after) == 1


def test_the_pixels_are_the_corrected_ones(astronaut, packed, corrected, write, tables):
    """Within what the source's own compression costs; judged by numpy on Pillow's decoding."""
    data = packed(astronaut, "JPEG", quality=95, subsampling=0)
    pixels = np.asarray(_reopened(data, write))
    wanted = np.stack([tables[channel][pixels[..., channel]] for channel in range(3)], axis=-1).astype(int)
    assert np.abs(np.asarray(_reopened(corrected(data), write)).astype(int) - wanted).mean() < 1.5


@pytest.mark.parametrize("jfif", [False, True], ids=["Adobe alone", "JFIF first"])
@pytest.mark.parametrize("transform", [0, 1])
def test_the_adobe_segment_is_kept_and_stays_valid(jfif, transform, astronaut, packed, corrected, write):
    """Transform 0 without JFIF: the channels are red, green and blue as they are, and must stay so stored."""
    adobe = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    stored_as_rgb = transform == 0 and not jfif
    data = packed(astronaut, "JPEG", quality=95, subsampling=0, keep_rgb=stored_as_rgb)
    segments = [SEGMENTS[0], adobe] if jfif else [adobe]
    data = _with_segments(data, segments)
    result = corrected(data)
    assert list(jpeg.segments(result)) == segments
    difference = (
        np.asarray(_reopened(result, write)).astype(int)[..., 1] - np.asarray(astronaut).astype(int)[..., 1]
    )
    assert np.abs(difference).mean() < 2.5  # green has the table that changes nothing


def test_a_layout_that_pillow_cannot_write_becomes_full_sampling(astronaut, packed, corrected, write):
    """Both chroma channels sampled 1x2 (4:4:0): Pillow would silently write 4:2:0."""
    data = packed(astronaut, "JPEG", subsampling=0)
    at = data.index(b"\xff\xc0") + 11
    frame = data[:at] + b"\x12" + data[at + 1 :]  # the scan no longer fits; only the header is asked
    source = Image.open(write("440.jpg", frame))
    with source:
        assert JpegImagePlugin.get_sampling(source) == -1
        assert jpeg.settings_of(source, None)["subsampling"] == 0


# what lies behind the photo

HDRGM = b'http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version="1.0"/>'
MOTION = b'http://ns.adobe.com/xap/1.0/\0<x GCamera:MotionPhoto="1"/>'
STILL = b'http://ns.adobe.com/xap/1.0/\0<x GCamera:MotionPhoto="0"/>'
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"


@pytest.mark.parametrize(
    ("marker", "body", "left"),
    [
        (0xE1, HDRGM, [_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")]),
        (0xE1, MOTION, [_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")]),
        (0xE2, ISO_GAIN_MAP, []),
    ],
    ids=["hdrgm", "motion", "ISO"],
)
def test_a_pointer_to_data_after_the_photo_is_dropped_with_a_warning(
    marker, body, left, *, astronaut, packed, corrected, write
):
    data = _with_segments(packed(astronaut, "JPEG"), [SEGMENTS[0], _segment(marker, body), SEGMENTS[-1]])
    photo = photos.read(write("phone.jpg", data + b"the video"))
    assert len(photo.warnings) == 1
    assert "only the photo itself is kept" in photo.warnings[0]
    assert list(jpeg.segments(corrected(data + b"the video"))) == [SEGMENTS[0], *left, SEGMENTS[-1]]
    assert not corrected(data + b"the video").endswith(b"the video")


def test_a_still_photo_of_the_same_phone_keeps_its_xmp(astronaut, packed, corrected):
    segments = [SEGMENTS[0], _segment(0xE1, STILL)]
    assert list(jpeg.segments(corrected(_with_segments(packed(astronaut, "JPEG"), segments)))) == segments


def test_the_first_picture_of_an_mpo_is_corrected_and_the_index_dropped(astronaut, packed, corrected, write):
    data = packed(astronaut, "MPO", save_all=True, append_images=[astronaut.rotate(180)])
    with Image.open(write("phone.jpg", data)) as authority:
        assert isinstance(authority, MpoImagePlugin.MpoImageFile)
        first = authority.tobytes()
    photo = photos.read(write("phone.jpg", data))
    assert (photo.format, photo.image.tobytes() == first, len(photo.warnings)) == ("JPEG", True, 1)
    assert b"MPF\0" not in corrected(data)


@pytest.mark.parametrize("into", ["PNG", "WEBP", "TIFF"])
def test_the_pointer_is_not_copied_to_another_format(into, astronaut, packed, write):
    photo = photos.read(write("p.jpg", _with_segments(packed(astronaut, "JPEG"), [_segment(0xE1, HDRGM)])))
    assert b"hdrgm" not in encoded(photo, photo.image, into)


# judged by exiftool

EXIFTOOL = shutil.which("exiftool")
TAGS = [
    "-Make=Canon",
    "-Model=EOS",
    "-Artist=me",
    "-Orientation#=6",
    "-ExposureTime=1/60",
    "-ISO=100",
    "-LensModel=L",
    "-UserComment=hi",
    "-GPSLatitude=12.5",
    "-GPSLatitudeRef=N",
    "-XMP:Title=t",
    "-XMP:Rating=4",
    "-IPTC:Keywords=k",
    "-IPTC:City=c",
    "-Comment=note",
    "-XResolution=300",
    "-YResolution=300",
    "-Photoshop:URL=x",
]


def _tags(path):
    out = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", path], capture_output=True, check=True).stdout
    tags = json.loads(out)[0]
    return {
        name: tag for name, tag in tags.items() if not name.startswith(("SourceFile", "System", "ExifTool"))
    }


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
def test_exiftool_finds_every_tag_unchanged(astronaut, packed, srgb, tmp_path, tables):
    path, out = tmp_path / "a.jpg", tmp_path / "out.jpg"
    path.write_bytes(packed(astronaut, "JPEG", icc_profile=srgb, subsampling=1, dpi=(300, 300)))
    subprocess.run(["exiftool", "-q", "-overwrite_original", *TAGS, str(path)], check=True)
    photo = photos.read(str(path))
    out.write_bytes(encoded(photo, apply(photo, tables), "JPEG"))
    before, after = _tags(path), _tags(out)
    assert after == before
    assert len(before) > 50


@pytest.mark.parametrize("progressive", [False, True])
def test_restart_markers_are_written_at_the_sources_interval(progressive, astronaut, packed, corrected):
    data = packed(astronaut, "JPEG", restart_marker_blocks=5, progressive=progressive)
    assert b"\xff\xdd\0\4\0\5" in corrected(data)
    assert b"\xff\xdd" not in corrected(packed(astronaut, "JPEG"))


@pytest.mark.parametrize(("sampling", "name"), [("440", "4:4:0"), ("411", "4:1:1")])
def test_a_sampling_that_is_not_written_is_named(sampling, name, astronaut, write):
    data = imagecodecs.jpeg8_encode(np.asarray(astronaut), subsampling=sampling)
    sentence = f"has a chroma sampling that is not written ({name}); its colors are stored in full (4:4:4)"
    assert photos.read(write("a.jpg", data)).warnings == (sentence,)
