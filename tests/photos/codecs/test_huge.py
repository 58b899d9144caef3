"""JPEGs walked through in strips, judged by Pillow's own whole decoding and encoding."""

from __future__ import annotations

import threading
from io import BytesIO
from mmap import ACCESS_READ, mmap

import numpy as np
import pytest
from PIL import Image

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.codecs import jpeg, jpeg_strips
from colorfix.photos.photo import Picture, Strip
from colorfix.photos.pillow_open import open_image


@pytest.fixture(scope="module")
def tall(astronaut):
    """A real photo, 150 x 700."""
    return astronaut.resize((150, 700))


def strips_of(image):
    tops = range(0, image.height, jpeg_strips.ROWS)
    boxes = [(0, top, image.width, min(top + jpeg_strips.ROWS, image.height)) for top in tops]
    return Picture(*image.size, lambda: (Strip(image.crop(box), top=box[1]) for box in boxes))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("sampling", [0, 1, 2])
@pytest.mark.parametrize("height", [700, 512, 257, 3])
def test_a_scan_encoded_in_strips_equals_the_scan_of_the_whole(tall, mode, sampling, height):
    image = tall.convert(mode).crop((0, 0, 150, height))
    settings = {"quality": 85, "subsampling": sampling}
    file, whole = BytesIO(), BytesIO()
    file.write(b"\xff\xd8")
    jpeg_strips.write_scan(strips_of(image), lambda strip: strip.raster, file, settings)
    image.save(whole, "JPEG", **settings)
    assert Image.open(file).tobytes() == Image.open(whole).tobytes()
    assert Image.open(file).quantization == Image.open(whole).quantization


@pytest.fixture
def small_limit(monkeypatch):
    """Pillow's limit stands far below any photo of a test, so that what is huge can be small."""
    pytest.importorskip("pyvips")
    monkeypatch.setattr(jpeg, "MAX_PIXELS", 1000)


def test_quantization_steps_above_baseline_are_written(tall):
    """Steps over 255 take tables of 16 bits and another marker of the frame."""
    settings = {"qtables": [[300] * 64, [400] * 64], "subsampling": 2}
    file, whole = BytesIO(), BytesIO()
    file.write(b"\xff\xd8")
    jpeg_strips.write_scan(strips_of(tall), lambda strip: strip.raster, file, settings)
    tall.save(whole, "JPEG", **settings)
    assert Image.open(file).tobytes() == Image.open(whole).tobytes()


def test_the_densest_scan_of_a_wide_picture_is_complete():
    """Noise at quality 100 fills the encoder's buffer many times in a row of blocks."""
    noise = np.random.default_rng(3).integers(0, 256, (300, 5000, 3), np.uint8)
    image = Image.fromarray(noise)
    settings = {"quality": 100, "subsampling": 0}
    file, whole = BytesIO(), BytesIO()
    file.write(b"\xff\xd8")
    jpeg_strips.write_scan(strips_of(image), lambda strip: strip.raster, file, settings)
    image.save(whole, "JPEG", **settings)
    assert Image.open(file).tobytes() == Image.open(whole).tobytes()


@pytest.mark.parametrize("sampling", [0, 2])
def test_beyond_the_limit_strips_are_decoded_to_the_same_pixels(tall, packed, sampling, small_limit):
    data = packed(tall, "JPEG", quality=90, subsampling=sampling)
    photo = photos.decode(data, "a.jpg")
    assert [strip.top for strip in photo.pictures[0].strips()] == [0, 256, 512]
    assert photo.image.tobytes() == open_image(data, "JPEG").tobytes()
    assert photo.image.tobytes() == Image.open(BytesIO(data)).tobytes()


@pytest.mark.parametrize(
    "settings",
    [
        {"keep_rgb": True},
        {"subsampling": "4:1:1"},
        {"progressive": True},
        {"restart_marker_blocks": 3},
        {"exif": b"Exif\0\0II*\0\xff\xff\xff\x7f"},
        {"icc_profile": b"no profile" * 20},
        {"comment": b"\xff\xfe\xe9"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_an_unusual_but_complete_jpeg_is_decoded_to_the_same_pixels_without_a_warning(
    tall, packed, settings, small_limit, capfd
):
    data = packed(tall, "JPEG", **settings)
    photo = photos.decode(data + b"behind the end", "a.jpg")
    assert photo.image.tobytes() == open_image(data, "JPEG").tobytes()
    assert capfd.readouterr() == ("", "")


def test_a_mapped_file_is_decoded_as_one_in_memory(tall, packed, write, small_limit):
    data = packed(tall, "JPEG", comment=b"kept")
    change = photos.GainChange(np.array([0.7, 1.0, 1.3]))
    results = [BytesIO(), BytesIO()]
    with open(write("a.jpg", data), "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        for source, result in zip((data, mapped), results, strict=True):
            photo = photos.decode(source, "a.jpg")
            photos.encode(photo, change, None, result)
        assert photos.counts(photo).tolist() == photos.counts(photos.decode(data, "a.jpg")).tolist()
        del photo  # a mapping cannot be closed while it is looked into
    assert results[0].getvalue() == results[1].getvalue()


def test_decoding_may_stop_early(tall, packed, small_limit):
    """The thread that decodes ahead ends with the walk."""
    before = threading.active_count()
    photo = photos.decode(packed(tall, "JPEG"), "a.jpg")
    assert photo.mode == "RGB"
    assert threading.active_count() == before


def test_a_huge_jpeg_is_corrected_as_a_small_one(tall, packed, tmp_path, monkeypatch, small_limit):
    data = packed(tall, "JPEG", quality=90, comment=b"kept")
    change = photos.GainChange(np.array([0.7, 1.0, 1.3]))
    in_strips, whole = BytesIO(), BytesIO()
    photos.encode(photos.decode(data, "a.jpg"), change, None, in_strips)
    monkeypatch.setattr(jpeg, "MAX_PIXELS", 10**9)
    photos.encode(photos.decode(data, "a.jpg"), change, None, whole)
    assert Image.open(in_strips).tobytes() == Image.open(whole).tobytes()
    assert list(jpeg.segments(in_strips.getvalue())) == list(jpeg.segments(data))


def test_a_truncated_huge_jpeg_is_an_error(tall, packed, small_limit):
    photo = photos.decode(packed(tall, "JPEG")[:-4000], "a.jpg")
    with pytest.raises(UnreadablePhoto, match="cannot be decoded"):
        photos.counts(photo)


def test_a_progressive_jpeg_is_written_as_baseline_with_a_warning(tall, packed, small_limit):
    photo = photos.decode(packed(tall, "JPEG", progressive=True), "a.jpg")
    assert any("0.0 GiB of memory, and it is written in baseline" in warning for warning in photo.warnings)
    file = BytesIO()
    photos.encode(photo, lambda strip: strip.raster, None, file)
    assert "progressive" not in Image.open(file).info


@pytest.mark.parametrize(("sampling", "size"), [(0, "2.2 GiB"), (1, "1.5 GiB"), (2, "1.1 GiB")])
def test_a_progressive_jpeg_takes_two_bytes_a_coefficient(tall, packed, sampling, size):
    """400 million pixels of 3, 2 or 1.5 coefficients each."""
    data = packed(tall, "JPEG", progressive=True, subsampling=sampling)
    at = data.index(b"\xff\xc2") + 5
    announced = data[:at] + (20_000).to_bytes(2) * 2 + data[at + 4 :]
    (sentence,) = jpeg_strips.progressive_warning(open_image(announced, "JPEG"))
    assert size in sentence


def test_without_pyvips_the_extra_is_named(tall, packed, small_limit, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyvips", None)
    with pytest.raises(UnsupportedPhoto, match=r"pip install 'colorfix\[huge\]'"):
        photos.decode(packed(tall, "JPEG"), "a.jpg")
