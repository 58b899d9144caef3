"""An EXIF block is edited where it must be and nowhere else; judged by exiftool, exiv2 and Pillow."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
from io import BytesIO

import numpy as np
import pytest
from camera_exif import camera_exif, text_of
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from colorfix.photos.metadata import exif

EXIFTOOL = shutil.which("exiftool")
SIGNS = pytest.mark.parametrize("sign", ["<", ">"], ids=["little", "big"])
ALLOWED = {
    "IFD0:ProcessingSoftware",
    "IFD1:ThumbnailLength",
    "IFD1:ThumbnailImage",
    "Canon:MakerNotePreview",
}


def _inverted(image):
    return ImageOps.invert(image)


def _same(image):
    return image


@pytest.fixture(scope="session")
def thumbnail(astronaut, packed):
    return packed(astronaut.resize((160, 120)), "JPEG", quality=85, subsampling=2)


def _jpeg_with(block, packed, image):
    return packed(image, "JPEG", exif=exif.PREFIX + block)


def _seen_by_exiftool(block, packed, write):
    path = write("judged.jpg", _jpeg_with(block, packed, Image.new("RGB", (8, 8))))
    out = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", "-b", path], capture_output=True, check=True)
    tags = json.loads(out.stdout)[0]
    return {
        name: tag
        for name, tag in tags.items()
        if name.split(":")[0] in {"IFD0", "IFD1", "ExifIFD", "GPS", "Canon"}
    }


@SIGNS
@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
def test_exiftool_sees_a_new_thumbnail_and_the_software_and_nothing_else(sign, thumbnail, packed, write):
    before = camera_exif(thumbnail, sign)
    after, warnings = exif.corrected(before, _inverted, "colorfix 9.9")
    old, new = _seen_by_exiftool(before, packed, write), _seen_by_exiftool(after, packed, write)
    assert warnings == ()
    assert old["Canon:CanonFirmwareVersion"] == "Firmware 1.2.3"
    assert new["IFD0:ProcessingSoftware"] == "colorfix 9.9"
    assert {name for name in old | new if old.get(name) != new.get(name)} <= ALLOWED


@SIGNS
def test_exiv2_sees_a_new_thumbnail_and_the_software_and_nothing_else(sign, thumbnail, packed):
    pyexiv2 = pytest.importorskip("pyexiv2")
    seen = []
    before = camera_exif(thumbnail, sign)
    for block in (before, exif.corrected(before, _inverted, "colorfix 9.9")[0]):
        with pyexiv2.ImageData(_jpeg_with(block, packed, Image.new("RGB", (8, 8)))) as image:
            seen.append((image.read_exif(), image.read_thumbnail()))
    (old, stale), (new, fresh) = seen
    changed = {name for name in old | new if old.get(name) != new.get(name)}
    assert old["Exif.Canon.FirmwareVersion"] == "Firmware 1.2.3"
    assert new["Exif.Image.Software"] == "the camera's own"
    assert changed == {"Exif.Image.ProcessingSoftware", "Exif.Thumbnail.JPEGInterchangeFormatLength"}
    assert fresh != stale == thumbnail


@SIGNS
def test_every_byte_stays_in_place_but_the_thumbnail_its_length_and_the_first_pointer(sign, thumbnail):
    before = camera_exif(thumbnail, sign)
    after, _ = exif.corrected(before, _inverted, "colorfix")
    slot = before.index(thumbnail)
    different = {at for at in range(len(before)) if before[at] != after[at]}
    length_at = slot - 4 - 4
    assert different <= {*range(4, 8), *range(length_at, length_at + 4), *range(slot, slot + len(thumbnail))}


def test_the_thumbnail_is_the_change_of_the_old_one_with_the_old_tables(thumbnail, write):
    """A change that leaves the picture's detail as it is fits with the very tables that it had."""
    after, _ = exif.corrected(camera_exif(thumbnail), _inverted, None)
    with (
        Image.open(write("old.jpg", thumbnail)) as old,
        Image.open(write("n.jpg", _thumbnail_of(after))) as new,
    ):
        assert new.quantization == old.quantization
        difference = np.asarray(_inverted(old)).astype(int) - np.asarray(new).astype(int)
    assert np.abs(difference).mean() < 3


def _thumbnail_of(block):
    return block[block.index(b"\xff\xd8\xff") :].split(b"\xff\xd9")[0] + b"\xff\xd9"


def test_a_thumbnail_that_grows_gets_coarser_tables_and_fits(thumbnail, packed, write):
    """A flat thumbnail becomes noise."""
    flat = packed(Image.new("RGB", (160, 120), "gray"), "JPEG", quality=95).ljust(9000, b"\0")
    noise = Image.fromarray(np.random.default_rng(1).integers(100, 156, (120, 160, 3), np.uint8))
    after, warnings = exif.corrected(camera_exif(flat), lambda _: noise, None)
    with Image.open(write("n.jpg", _thumbnail_of(after))) as new:
        assert new.size == (160, 120)
        new.load()
    assert warnings == ()
    assert len(after) == len(camera_exif(flat))


@pytest.mark.parametrize("bad", [b"\xff\xd8\xff\xe0 not a picture", b"II, an uncompressed one", b""])
def test_a_thumbnail_that_cannot_be_corrected_is_removed_with_a_warning(bad, packed):
    after, warnings = exif.corrected(camera_exif(bad), _same, "colorfix")
    with Image.open(BytesIO(_jpeg_with(after, packed, Image.new("RGB", (8, 8))))) as image:
        tags = image.getexif()
        assert tags.get_ifd(ExifTags.IFD.IFD1) == {}
        assert tags[0x0131] == "the camera's own"
    assert len(warnings) == 1
    assert "thumbnail" in warnings[0]
    assert not bad.startswith(b"\xff\xd8") or bad not in after


def test_a_preview_in_the_maker_note_is_corrected_in_place(thumbnail, astronaut, packed, write):
    preview = packed(astronaut.resize((80, 60)), "JPEG", quality=80)
    before = camera_exif(thumbnail, preview=preview)
    after, _ = exif.corrected(before, _inverted, None)
    at = before.index(preview)
    with (
        Image.open(write("p.jpg", after[at : at + len(preview)])) as new,
        Image.open(write("o.jpg", preview)) as old,
    ):
        difference = np.asarray(_inverted(old)).astype(int) - np.asarray(new).astype(int)
    assert np.abs(difference).mean() < 4
    assert len(after) == len(before)


def test_the_same_software_twice_grows_the_block_once(thumbnail):
    once, _ = exif.corrected(camera_exif(thumbnail), _same, "colorfix 1.0")
    twice, _ = exif.corrected(once, _same, "colorfix 1.0")
    assert len(twice) == len(once)


REQUIRED = {0x011A: 72, 0x011B: 72, 0x0128: 2, 0x0213: 1}
"""Tags that Exif requires of IFD0: 72 dots an inch, chroma centered."""


@pytest.mark.parametrize("orientation", [*range(1, 9)])
def test_only_the_orientation_survives_stripping(orientation, thumbnail):
    block = exif.stripped(camera_exif(thumbnail, orientation=orientation))
    if orientation == 1:
        assert block is None
    else:
        tags = Image.Exif()
        tags.load(exif.PREFIX + block)
        assert dict(tags) == {0x0112: orientation, **REQUIRED}


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(orientation, thumbnail):
    assert exif.stripped(camera_exif(thumbnail, orientation=orientation)) is None


def test_a_directory_that_points_to_itself_is_corrected(thumbnail):
    block = bytearray(camera_exif(thumbnail))
    following = 8 + 2 + 12 * 8
    block[following : following + 4] = struct.pack("<L", 8)
    after, warnings = exif.corrected(bytes(block), _same, "colorfix")
    assert text_of(after, ExifTags.Base.ProcessingSoftware) == "colorfix"
    assert len(warnings) <= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_an_exif_block_or_do_not_change(block):
    after, warnings = exif.corrected(block, _same, "colorfix")
    assert (after == block) is (warnings != ()) or after.startswith(block[:4])
    exif.stripped(block)


def test_a_damaged_block_never_raises(thumbnail):
    """Seeded mutations of a whole block; most end up in a directory."""
    chance = random.Random("exif")  # noqa: S311 - the same mutations every time
    before = camera_exif(thumbnail[:40] + b"\xff\xd9")
    good = 0
    for _ in range(3000):
        block = bytearray(before)
        for _ in range(chance.randint(1, 4)):
            block[chance.randrange(len(block))] = chance.choice([0, 1, 127, 255, chance.randrange(256)])
        block = bytes(block[: chance.choice([len(block), len(block), chance.randrange(len(block))])])
        after, warnings = exif.corrected(block, _same, "colorfix")
        exif.stripped(block)
        if after == block:
            assert "damaged" in warnings[-1]
        else:
            assert text_of(after, ExifTags.Base.ProcessingSoftware) == "colorfix"
            good += 1
    assert 300 < good < 3000
