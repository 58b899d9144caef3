"""A path, an image or an array becomes a photo."""

from __future__ import annotations

import os
import struct
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorfix import photos
from colorfix.core.errors import SettingError, UnreadablePhoto

COLOUR_FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP"]


@pytest.mark.parametrize("kind", COLOUR_FORMATS)
def test_every_format_decodes_as_pillow_does(kind, astronaut, packed, write):
    path = write(f"a.{kind.lower()}", packed(astronaut, kind))
    photo = photos.read(path)
    with Image.open(path) as authority:
        assert photo.image.tobytes() == authority.tobytes()
    assert (photo.name, photo.format, photo.warnings) == (path, kind, ())
    assert photo.data == Path(path).read_bytes()


def test_the_content_and_not_the_name_decides_the_format(astronaut, packed, write):
    assert photos.read(write("really.jpg", packed(astronaut, "PNG"))).format == "PNG"


def test_a_path_object_equals_a_string(astronaut, packed, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(packed(astronaut, "PNG"))
    assert photos.read(path).name == str(path)


@pytest.mark.parametrize(
    "name", ["new\nline.png", "caf\udce9.png", "a[red].png", "-x.png", " .png", "\u202e.png"]
)
def test_odd_names_are_read(name, astronaut, packed, tmp_path):
    path = os.path.join(tmp_path, name)
    with open(os.fsencode(path), "wb") as file:
        file.write(packed(astronaut, "PNG"))
    assert photos.read(path).name == path


@pytest.mark.parametrize(
    "name", ["new\nline.jpg", "caf\udce9.jpg", "esc\x1b[31m.jpg", "lone\ud800.jpg", "nul\0.jpg"]
)
def test_odd_names_are_one_printable_line_in_an_error(name):
    with pytest.raises(UnreadablePhoto) as caught:
        photos.read(name)
    assert str(caught.value).isprintable()
    assert str(caught.value).encode().isascii()


# what a photo is made of


@pytest.mark.parametrize(
    ("mode", "kept_as"),
    [
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("L", "L"),
        ("LA", "LA"),
        ("RGBa", "RGBA"),
        ("La", "LA"),
        ("RGBX", "RGB"),
    ],
)
def test_modes_are_normalized(mode, kept_as):
    assert photos.read(Image.new(mode, (3, 2))).image.mode == kept_as


def test_a_palette_stays_a_palette(astronaut, packed, write):
    photo = photos.read(write("p.png", packed(astronaut.quantize(16), "PNG")))
    assert photo.image.mode == "P"


def test_a_still_gif_is_read(astronaut, packed, write):
    photo = photos.read(write("a.gif", packed(astronaut.quantize(16), "GIF")))
    assert (photo.format, photo.image.mode) == ("GIF", "P")


def test_a_color_key_becomes_alpha(png_file, chunk, write):
    """Two pixels, the first of the transparent colour (1, 2, 3)."""
    key = chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))
    photo = photos.read(write("key.png", png_file((2, 1), 8, 2, b"\0\1\2\3\1\2\4", ahead=[key])))
    assert photo.image.mode == "RGBA"
    assert np.asarray(photo.image)[0].tolist() == [[1, 2, 3, 0], [1, 2, 4, 255]]


def test_orientation_is_carried_and_not_applied(astronaut, packed, write):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = photos.read(write("turned.jpg", packed(astronaut, "JPEG", exif=exif)))
    assert photo.image.size == astronaut.size


def test_the_profile_is_kept(srgb, astronaut, packed, write):
    assert photos.read(write("a.jpg", packed(astronaut, "JPEG", icc_profile=srgb))).profile == srgb


# from memory


def test_an_image_from_memory_is_the_same_object_and_unchanged(astronaut):
    before = astronaut.tobytes()
    photo = photos.read(astronaut)
    assert photo.image is astronaut
    assert astronaut.tobytes() == before
    assert (photo.name, photo.data, photo.format) == ("<image>", b"", None)


@pytest.mark.parametrize(("shape", "mode"), [((5, 4), "L"), ((5, 4, 3), "RGB"), ((5, 4, 4), "RGBA")])
def test_arrays_are_read(shape, mode):
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    image = photos.read(pixels).image
    assert image.mode == mode
    assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros((3, 4, 5), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=["float", "16 bits", "five channels", "empty"],
)
def test_another_array_is_a_setting_error_that_names_its_shape(array):
    with pytest.raises(SettingError, match=rf"{array.dtype} of the shape \({array.shape[0]}"):
        photos.read(array)


def test_an_unsupported_type_is_a_setting_error():
    with pytest.raises(SettingError, match="got int"):
        photos.read(7)


# many threads


def test_threads_read_the_same_pixels_and_leave_the_warning_filters_unchanged(astronaut, packed, write):
    paths = [
        write(f"{n}.tif", packed(astronaut.rotate(n), "TIFF", compression="tiff_lzw")) for n in range(12)
    ]
    alone = [photos.read(path).image.tobytes() for path in paths]
    filters, together = list(warnings.filters), {}
    threads = [
        threading.Thread(target=lambda path=path: together.update({path: photos.read(path).image.tobytes()}))
        for path in paths
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    assert [together[path] for path in paths] == alone
    assert warnings.filters == filters
