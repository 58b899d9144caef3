"""A corrected PNG keeps every chunk that does not depend on the old pixels."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from io import BytesIO

import numpy as np
import pytest
from encoded import apply, encoded
from PIL import Image

from colorfix import photos
from colorfix.photos.codecs import png
from colorfix.photos.containers.png_chunks import chunks

EXIF = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"


def _chunks(data):
    return [(kind, bytes(whole)) for kind, whole in chunks(data)]


@pytest.fixture
def ahead(chunk, srgb):
    """Chunks that belong ahead of the palette and the pixels."""
    return [
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"cHRM", struct.pack(">8I", *range(8))),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(srgb)),
        chunk(b"cICP", bytes([1, 13, 0, 1])),
        chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
        chunk(b"eXIf", EXIF),
        chunk(b"tIME", struct.pack(">HBBBBB", 2024, 1, 2, 3, 4, 5)),
        chunk(b"tEXt", b"Title\0a photo"),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"long")),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"),
        chunk(b"prIv", b"nobody's"),
        chunk(b"teSt", b"mine"),
    ]


@pytest.fixture
def corrected(write, tables):
    def correct(data):
        photo = photos.read(write("source.png", data))
        return encoded(photo, apply(photo, tables), "PNG")

    return correct


def test_chunks_are_carried_byte_for_byte_and_in_order(ahead, chunk, png_file, corrected):
    behind = [chunk(b"tEXt", b"Author\0me"), chunk(b"eXIf", EXIF)]
    data = png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=ahead, behind=behind)
    kept = [pair for pair in _chunks(corrected(data)) if pair[0] not in {b"IHDR", b"IDAT", b"IEND"}]
    assert [whole for _, whole in kept] == [*ahead, *behind]


def test_chunks_that_depend_on_the_old_pixels_are_left_out(chunk, png_file, corrected):
    gone = [
        chunk(b"sBIT", b"\5\6\5"),
        chunk(b"sPLT", b"name\0\x08" + bytes(6)),
        chunk(b"caBX", b"a signature of the old picture"),
    ]
    data = png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=gone)
    assert [kind for kind, _ in _chunks(corrected(data))] == [b"IHDR", b"IDAT", b"IEND"]


def test_data_after_the_end_is_carried(png_file, corrected, chunk):
    trailer = chunk(b"tEXt", b"Trailing\0bytes") + b"junk"
    result = corrected(png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6") + trailer)
    assert result.endswith(chunk(b"IEND", b"") + trailer)


def test_chunks_of_unknown_kinds_are_carried(png_file, corrected, chunk):
    unknown = [chunk(b"sCAL", b"\1" + b"1.0\0" + b"1.0"), chunk(b"pCAL", b"x\0"), chunk(b"sTER", b"\0")]
    data = png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=unknown)
    assert [whole for kind, whole in _chunks(corrected(data)) if kind[1:] in {b"CAL", b"TER"}] == unknown


def test_a_png_without_its_end_gets_one(png_file, corrected, chunk):
    end = chunk(b"IEND", b"")
    data = png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6").removesuffix(end)
    assert corrected(data).endswith(end)
    assert corrected(data + b"\0\0\0\4tE") == corrected(data)


def test_chunks_that_are_left_out_are_named(png_file, chunk, write):
    gone = [chunk(b"sBIT", b"\5\6\5"), chunk(b"iDOT", bytes(28)), chunk(b"PLTE", bytes(3))]
    photo = photos.read(write("a.png", png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=gone)))
    losses = photos.encode(photo, lambda strip: strip.raster, "PNG", BytesIO())
    assert losses == ("has chunks that do not fit new pixels (sBIT, iDOT, PLTE); they are left out",)


def test_bits_that_are_all_used_are_carried(png_file, chunk, write):
    bits = chunk(b"sBIT", b"\x08\x08\x08")
    full = png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=[bits])
    photo, file = photos.read(write("b.png", full)), BytesIO()
    assert photos.encode(photo, lambda strip: strip.raster, "PNG", file) == ()
    assert bits in file.getvalue()


def test_a_palette_stays_with_its_transparency_and_background(png_file, chunk, corrected, write, tables):
    """Three colours, the second half transparent, the third the background; two bits a pixel."""
    palette = chunk(b"PLTE", bytes([200, 10, 10, 20, 100, 20, 30, 30, 250]))
    behind_it = [chunk(b"tRNS", b"\xff\x80"), chunk(b"bKGD", b"\2")]
    data = png_file((3, 1), 2, 3, b"\0\x18", ahead=[palette, *behind_it])
    result = corrected(data)
    kinds = [kind for kind, _ in _chunks(result)]
    assert kinds == [b"IHDR", b"PLTE", b"tRNS", b"bKGD", b"IDAT", b"IEND"]
    with Image.open(write("out.png", result)) as image:
        assert image.mode == "P"
        shown = np.asarray(image.convert("RGBA"))[0].tolist()
    assert shown == [[100, 10, 50, 255], [10, 100, 60, 128], [15, 30, 255, 255]]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_pixels_are_exactly_those_of_the_gain_tables(mode, noise, tables, packed, corrected, write):
    image = Image.fromarray(noise).convert(mode)
    with Image.open(write("out.png", corrected(packed(image, "PNG")))) as result:
        pixels, wanted = np.asarray(result), np.asarray(image)
    for channel in range(3):
        assert np.array_equal(pixels[..., channel], tables[channel][wanted[..., channel]])
    assert np.array_equal(pixels[..., 3:], wanted[..., 3:])


def test_a_suggested_palette_of_a_color_picture_is_removed(png_file, chunk, corrected):
    data = png_file(
        (2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=[chunk(b"PLTE", bytes(6)), chunk(b"hIST", bytes(4))]
    )
    assert [kind for kind, _ in _chunks(corrected(data))] == [b"IHDR", b"IDAT", b"IEND"]


def test_a_photo_is_packed_by_run_lengths_and_a_drawing_by_default(noise, packed, write):
    photograph = photos.read(write("photo.png", packed(Image.fromarray(noise[..., :3].copy()), "PNG")))
    drawing = photos.read(write("drawing.png", packed(Image.new("RGB", (64, 48)), "PNG")))
    assert png.is_photographic(photograph)
    assert not png.is_photographic(drawing)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_a_photographic_png_is_as_small_as_pillows_best_with_the_same_pixels(mode, astronaut, noise):
    image = Image.fromarray(np.asarray(astronaut)).convert(mode)
    encoded = png.encode(image, photographic=True)
    with Image.open(BytesIO(encoded)) as written:
        assert written.mode == mode
        assert written.tobytes() == image.tobytes()
    default = BytesIO()
    image.save(default, "PNG")
    assert len(encoded) < 1.05 * default.tell()


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_finds_every_tag_unchanged(astronaut, packed, srgb, tmp_path, tables):
    path, out = tmp_path / "a.png", tmp_path / "out.png"
    path.write_bytes(packed(astronaut, "PNG", icc_profile=srgb, dpi=(300, 300)))
    tags = [
        "-Make=Canon",
        "-ExposureTime=1/60",
        "-GPSLatitude=12.5",
        "-XMP:Title=t",
        "-PNG:Author=me",
        "-PNG:Gamma=2.2",
    ]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, str(path)], check=True)
    photo = photos.read(str(path))
    out.write_bytes(encoded(photo, apply(photo, tables), "PNG"))

    def found(file):
        output = subprocess.run(["exiftool", "-j", "-G1", "-a", file], capture_output=True, check=True).stdout
        all_tags = json.loads(output)[0]
        return {
            tag: all_tags[tag] for tag in all_tags if not tag.startswith(("SourceFile", "System", "ExifTool"))
        }

    assert found(out) == found(path)
    assert len(found(path)) > 25


def test_a_second_header_behind_a_damaged_end_is_left_out(astronaut, packed, write):
    """Found by fuzzing: the palette's pixels are copied with all chunks around them."""
    data = packed(astronaut.resize((16, 12)).quantize(9), "PNG")
    header, end = data[8:33], data.index(b"IEND")
    path = write("a.png", data[:end] + b"IE\0\0" + data[end + 4 :] + header)
    file = BytesIO()
    photos.encode(photos.read(path), lambda strip: strip.raster, None, file)
    assert [kind for kind, _ in chunks(file.getvalue())].count(b"IHDR") == 1
    assert photos.read(write("b.png", file.getvalue())).size == (16, 12)


def test_an_end_that_is_cut_short_is_replaced(astronaut, packed, write):
    """Found by fuzzing: its length says more than is there."""
    frames = [astronaut.resize((16, 12)), astronaut.resize((16, 12)).rotate(9)]
    data = packed(frames[0], "PNG", save_all=True, append_images=frames[1:])
    end = data.index(b"IEND") - 4
    path = write("a.png", data[:end] + b"\0\0\0\5" + data[end + 4 :])
    file = BytesIO()
    photos.encode(photos.read(path), lambda strip: strip.raster, None, file)
    assert len(photos.read(write("b.png", file.getvalue())).pictures) == 2
