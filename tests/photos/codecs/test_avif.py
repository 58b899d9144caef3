"""A corrected AVIF has the source's metadata byte for byte, is turned once, and keeps its frames."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO

import numpy as np
import pytest
from animations import TIMES, frames, rewritten, seen, wanted
from imagecodecs import avif_encode
from PIL import Image, ImageOps

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.containers import bmff


@pytest.fixture
def path(write):
    return lambda data: write("a.avif", data)


@pytest.fixture(scope="session")
def tags():
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Canon", 6
    exif.get_ifd(0x8769)[0x927C] = bytes(range(256))  # a maker note
    return exif


def _far(result, before):
    return np.abs(result.astype(int) - wanted(before).astype(int))[..., :3].mean()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_are_corrected_within_the_coding_error_and_alpha_is_kept(mode, astronaut, packed, path):
    image = astronaut.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = packed(image, "AVIF", quality=90)
    _, result = rewritten(data, path)
    (old, *_), (new, *_) = seen(data)[0], seen(result)[0]
    assert _far(new, old) < 3
    assert np.abs(new[..., 3].astype(int) - old[..., 3]).max() <= 2


def test_gains_of_one_change_no_more_than_coding_does(astronaut, packed, path):
    data = packed(astronaut, "AVIF", quality=90)
    (old, *_), (new, *_) = seen(data)[0], seen(rewritten(data, path, gains=[1, 1, 1], quality=100)[1])[0]
    assert np.abs(new.astype(int) - old).mean() < 1


def test_exif_xmp_and_profile_are_carried_byte_for_byte(astronaut, packed, tags, srgb, path):
    data = packed(astronaut, "AVIF", exif=tags, xmp=b"<x/>", icc_profile=srgb)
    _, result = rewritten(data, path)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(result)) as after:
        for kind in ("xmp", "icc_profile"):
            assert after.info[kind] == before.info[kind]
    exif = bmff.bmff_info(data).exif
    assert bytes(range(256)) in exif
    assert bmff.bmff_info(result).exif.rstrip(b"\0") == exif.rstrip(b"\0")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once(orientation, astronaut, packed, path):
    tags = Image.Exif()
    tags[0x0112] = orientation
    data = packed(astronaut, "AVIF", exif=tags, quality=90)
    _, result = rewritten(data, path)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(result)) as after:
        assert after.size == before.size == astronaut.size
        turned, wants = (
            np.asarray(ImageOps.exif_transpose(image).convert("RGBA")) for image in (after, before)
        )
    assert _far(turned, wants) < 4


@pytest.mark.parametrize("into", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_orientation_is_applied_once_between_formats(into, astronaut, packed, tags, path):
    """From AVIF to another format and, of the other one's file, into AVIF."""
    data = packed(astronaut, "AVIF", exif=tags, quality=90)
    if into == "AVIF":
        data = packed(astronaut, "PNG", exif=tags)
    _, result = rewritten(data, path, into=into)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(result)) as after:
        turned, wants = (
            np.asarray(ImageOps.exif_transpose(image).convert("RGBA")) for image in (after, before)
        )
    assert _far(turned, wants) < 5


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_subsampling_stays(subsampling, astronaut, packed, path):
    data = packed(astronaut, "AVIF", subsampling=subsampling)
    assert (
        bmff.bmff_info(rewritten(data, path)[1]).subsampling
        == bmff.bmff_info(data).subsampling
        == subsampling
    )


def test_frames_and_their_durations_stay(astronaut, packed, path):
    first, *rest = frames(astronaut)
    data = packed(first, "AVIF", save_all=True, append_images=rest, duration=TIMES, quality=90)
    photo, result = rewritten(data, path)
    assert len(photo.pictures) == 3
    with Image.open(BytesIO(result)) as image:
        times = []
        for index in range(image.n_frames):
            image.seek(index)
            image.load()
            times.append(image.info["duration"])
    assert times == TIMES
    for (old, *_), (new, *_) in zip(seen(data), seen(result), strict=True):
        assert _far(new, old) < 4


def test_the_coding_independent_code_points_are_kept(astronaut, packed, path):
    """Display P3 by number (12, 13), without a profile."""
    made = packed(astronaut, "AVIF")
    data = made.replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\x0c\0\x0d")
    assert bmff.bmff_info(rewritten(data, path)[1]).cicp == bmff.bmff_info(data).cicp == (12, 13)


@pytest.mark.parametrize("bits", [10, 12])
def test_a_deep_file_becomes_eight_bits_with_a_warning(bits, astronaut, path):
    pixels = np.asarray(astronaut).astype(np.uint16) << bits - 8
    data = avif_encode(pixels[:40, :40], bitspersample=bits, level=95, speed=10)
    photo, result = rewritten(data, path)
    assert photo.warnings == (f"has {bits} bits a channel; AVIF is written with 8",)
    assert bmff.bmff_info(result).bits == 8
    assert _far(seen(result)[0][0], seen(data)[0][0]) < 4


@pytest.mark.parametrize(("transfer", "called"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(transfer, called, astronaut, packed, path):
    data = packed(astronaut, "AVIF").replace(b"nclx\0\1\0\x0d", b"nclx\0\x09\0" + bytes([transfer]))
    with pytest.raises(UnsupportedPhoto, match=called):
        photos.read(path(data))


@pytest.mark.parametrize("share", [0.02, 0.2, 0.6, 0.99])
def test_a_truncated_avif_is_an_error(share, astronaut, packed, path):
    data = packed(astronaut, "AVIF")
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[: int(share * len(data))]))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_finds_every_tag_unchanged(astronaut, packed, tags, srgb, tmp_path, path):
    source = path(packed(astronaut, "AVIF", exif=tags, icc_profile=srgb, xmp=b""))
    more = ["-ExposureTime=1/60", "-GPSLatitude=12.5", "-XMP:Title=t"]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *more, source], check=True)
    out = tmp_path / "out.avif"
    with open(source, "rb") as file:
        out.write_bytes(rewritten(file.read(), path)[1])

    def found(file):
        output = subprocess.run(["exiftool", "-j", "-G1", "-a", file], capture_output=True, check=True).stdout
        places = (
            "SourceFile",
            "System",
            "ExifTool",
            "Meta:MediaDataOffset",
            "Meta:MediaDataSize",
            "QuickTime:Media",
        )
        every = json.loads(output)[0]
        return {tag: every[tag] for tag in every if not tag.startswith(places)}

    assert found(out) == found(source)
    assert len(found(source)) > 40
