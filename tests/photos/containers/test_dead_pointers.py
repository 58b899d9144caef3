"""A pointer beyond the end of a damaged file stays dead when the file grows."""

from __future__ import annotations

import shutil
import struct
import subprocess
from io import BytesIO

import numpy as np
import pytest
import tifffile
from encoded import encoded
from PIL import Image

from colorfix import photos
from colorfix.photos.containers.dead_pointers import keep_dead
from colorfix.photos.containers.ifd import BadDirectory, IfdFile
from colorfix.photos.metadata import exif


def _same(image):
    return image


def _ifd(*rows, following=0):
    """A directory, big-endian: tag, kind, count and last four bytes of each entry."""
    entries = b"".join(struct.pack(">HHLL", *row) for row in rows)
    return struct.pack(">H", len(rows)) + entries + struct.pack(">L", following)


def _block(*rows, following=0, rest=b""):
    return b"MM\0*\0\0\0\x08" + _ifd(*rows, following=following) + rest


MAKE = (271, 2, 4, int.from_bytes(b"abc\0"))


@pytest.mark.parametrize("beyond", range(0, 200, 6))
@pytest.mark.parametrize("tag", [34665, 34853, "next"])
def test_a_directory_beyond_the_end_is_not_read_from_what_is_appended(tag, beyond):
    end = len(_block(MAKE, MAKE))
    at = end + beyond
    block = _block(MAKE, MAKE, following=at) if tag == "next" else _block(MAKE, (tag, 4, 1, at))
    after, _ = exif.corrected(block, _same, "colorfix 1.0")
    ifds = IfdFile.of(after)
    first = ifds.existing()
    assert ifds.value(first.find(0x000B)) == "colorfix 1.0"
    if tag == "next":
        assert first.next_pointer is None or ifds.directory(first.next_pointer) is None
    else:
        with pytest.raises(BadDirectory):
            ifds.directory(first.find(tag).start)


def test_content_beyond_the_end_stays_beyond_it():
    block = _block(MAKE, (272, 2, 40, 60), (37500, 7, 30, 50), rest=b"")
    after, _ = exif.corrected(block, _same, "colorfix of a long name, so that the block grows far")
    ifds = IfdFile.of(after)
    for tag in (272, 37500):
        assert not ifds.has_content(ifds.existing().find(tag))


def test_pointers_in_a_maker_note_like_canons_stay_dead():
    note = _ifd((1, 3, 40, 200), (6, 2, 3, int.from_bytes(b"ok\0\0")))
    block = _block(MAKE, (37500, 7, len(note), 38), rest=note)
    after, _ = exif.corrected(block, _same, "colorfix" * 40)
    ifds = IfdFile.of(after)
    found = ifds.directory_at(ifds.existing().find(37500).start)
    assert not ifds.has_content(found.find(1))
    assert ifds.value(found.find(6)) == "ok"


def test_a_directory_that_ends_with_the_file_has_no_next_one():
    """EXIF may end ahead of the pointer to IFD1; what is appended must not become one."""
    block = _block(MAKE)[:-4]
    after, _ = exif.corrected(block, _same, "colorfix 1.0")
    assert after[len(block) : len(block) + 4] == bytes(4)


def test_a_sound_block_does_not_change():
    block = _block(MAKE, following=26, rest=_ifd((272, 2, 3, int.from_bytes(b"ok\0\0"))))
    ifds = IfdFile.of_classic(block)
    keep_dead(ifds)
    assert ifds.data == block


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("beyond", range(0, 400, 16))
def test_a_tiff_with_a_dangling_next_page_is_read_again(beyond, big, noise, write):
    file = BytesIO()
    tifffile.imwrite(file, noise[..., :3], photometric="rgb", bigtiff=big, metadata=None, software=False)
    data = bytearray(file.getvalue())
    ifds = IfdFile.of(bytes(data))
    at = ifds.existing().next_pointer
    data[at : at + ifds.pointer] = (len(data) + beyond).to_bytes(ifds.pointer, "little")
    photo = photos.read(write("a.tif", bytes(data)))
    result = encoded(photo, photo.image.point(lambda code: code // 2), "TIFF", software="colorfix " * 20)
    again = photos.read(write("b.tif", result))
    assert len(again.pictures) == 1
    with Image.open(BytesIO(result)) as image:
        assert image.n_frames == 1
        assert np.array_equal(np.asarray(image), noise[..., :3] // 2)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_has_no_new_warning(astronaut, packed, write, tmp_path):
    interoperability = _ifd((0xA005, 4, 1, 300), (0xA001, 3, 1, 1 << 16))
    blocks = [
        _block(MAKE, following=90),
        _block(MAKE, (34665, 4, 1, 38), rest=interoperability),
        _block(MAKE, (272, 2, 40, 80)),
        _block(MAKE, (34853, 4, 1, 120)),
    ]
    for number, block in enumerate(blocks):
        data = packed(astronaut, "JPEG", exif=b"Exif\0\0" + block)
        photo = photos.read(write("source.jpg", data))
        (tmp_path / "out.jpg").write_bytes(encoded(photo, photo.image, "JPEG", software="colorfix " * 30))
        before, after = (_warnings(tmp_path / name) for name in ("source.jpg", "out.jpg"))
        assert after <= before, number


def _warnings(path):
    command = ["exiftool", "-a", "-warning", "-error", path]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {line for line in found.splitlines() if "offset" in line.lower() or "IFD" in line}


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_made_anew_has_its_required_tags(kind, astronaut, packed, write, tmp_path):
    photo = photos.read(write("source", packed(astronaut, kind, dpi=(300, 200))))
    (tmp_path / "out").write_bytes(encoded(photo, photo.image, kind, software="colorfix 1.0"))
    names = ["-IFD0:XResolution", "-IFD0:YResolution", "-IFD0:ResolutionUnit", "-IFD0:YCbCrPositioning"]
    command = ["exiftool", "-n", "-s3", *names, tmp_path / "out"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    dots = ["72", "72"] if kind == "WEBP" else ["300", "200"]
    assert [str(round(float(value))) for value in found] == [*dots, "2", "1"]
    command = ["exiftool", "-validate", "-warning", "-a", tmp_path / "out"]
    assert (
        "Missing required" not in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
