"""Any bytes are safe to read: a photo or one clear error."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from colorfix import photos
from colorfix.errors import PhotoError, SettingError, UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.refusing import MAX_PIXELS
from PIL import Image, PngImagePlugin

COLOUR_FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP"]


@pytest.mark.parametrize("kind", COLOUR_FORMATS)
def test_every_format_decodes_as_pillow_does(kind, astronaut, packed, write):
    path = write(f"a.{kind.lower()}", packed(astronaut, kind))
    photo = photos.read(path)
    with Image.open(path) as authority:
        assert photo.image.tobytes() == authority.tobytes()
    assert (photo.name, photo.format, photo.warnings) == (path, kind, ())
    assert photo.data == Path(path).read_bytes()


def test_the_content_decides_and_not_the_name(astronaut, packed, write):
    assert photos.read(write("really.jpg", packed(astronaut, "PNG"))).format == "PNG"


def test_a_path_object_is_as_good_as_a_string(astronaut, packed, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(packed(astronaut, "PNG"))
    assert photos.read(path).name == str(path)


@pytest.mark.parametrize("name", ["new\nline.png", "caf\udce9.png", "a[red].png", "-x.png", " .png", "\u202e.png"])
def test_odd_names_are_read(name, astronaut, packed, tmp_path):
    path = os.path.join(tmp_path, name)
    with open(os.fsencode(path), "wb") as file:
        file.write(packed(astronaut, "PNG"))
    assert photos.read(path).name == path


@pytest.mark.parametrize("name", ["new\nline.jpg", "caf\udce9.jpg", "esc\x1b[31m.jpg", "lone\ud800.jpg", "nul\0.jpg"])
def test_odd_names_are_one_printable_line_in_an_error(name):
    with pytest.raises(UnreadablePhoto) as caught:
        photos.read(name)
    assert str(caught.value).isprintable()
    assert str(caught.value).encode().isascii()


# what a photo is made of


@pytest.mark.parametrize(
    ("mode", "kept_as"),
    [("RGB", "RGB"), ("RGBA", "RGBA"), ("L", "L"), ("LA", "LA"), ("RGBa", "RGBA"), ("La", "LA"), ("RGBX", "RGB")],
)
def test_modes_are_settled(mode, kept_as):
    assert photos.read(Image.new(mode, (3, 2))).image.mode == kept_as


def test_a_palette_stays_a_palette(astronaut, packed, write):
    photo = photos.read(write("p.png", packed(astronaut.quantize(16), "PNG")))
    assert photo.image.mode == "P"


def test_a_still_gif_is_read(astronaut, packed, write):
    photo = photos.read(write("a.gif", packed(astronaut.quantize(16), "GIF")))
    assert (photo.format, photo.image.mode) == ("GIF", "P")


def test_a_colour_key_becomes_alpha(png_file, chunk, write):
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
    [np.zeros((4, 4, 3)), np.zeros((4, 4, 3), np.uint16), np.zeros((3, 4, 5), np.uint8), np.zeros((0, 4, 3), np.uint8)],
    ids=["float", "16 bits", "five channels", "empty"],
)
def test_another_array_is_a_setting_error_that_names_its_shape(array):
    with pytest.raises(SettingError, match=rf"{array.dtype} of the shape \({array.shape[0]}"):
        photos.read(array)


def test_something_else_is_a_setting_error():
    with pytest.raises(SettingError, match="got int"):
        photos.read(7)


@pytest.mark.parametrize("mode", ["1", "CMYK", "LAB", "YCbCr", "HSV", "I", "F", "I;16"])
def test_modes_without_rgb_in_8_bits_are_refused(mode):
    with pytest.raises(UnsupportedPhoto, match="^<image>: (is|has) .*; "):
        photos.read(Image.new(mode, (3, 2)))


# refused by the header


def _two_frames(packed, kind):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    return packed(frames[0], kind, save_all=True, append_images=frames[1:])


def _tiff_with(packed, tags):
    info = Image.Exif()
    info.update(tags)
    return packed(Image.new("RGB", (64, 48)), "TIFF", exif=info)


REFUSED = {
    "16-bit PNG": lambda packed, png: (png((1, 1), 16, 2, bytes(7)), "more than 8 bits"),
    "16-bit grey PNG": lambda packed, png: (png((1, 1), 16, 0, bytes(3)), "more than 8 bits"),
    "16-bit TIFF": lambda packed, png: (
        packed(Image.new("RGB", (4, 4)), "TIFF").replace(b"\x08\0" * 3, b"\x10\0" * 3),
        "more than 8 bits",
    ),
    "16-bit grey TIFF": lambda packed, png: (packed(Image.new("I;16", (4, 4)), "TIFF"), "more than 8 bits"),
    "float TIFF": lambda packed, png: (packed(Image.new("F", (4, 4)), "TIFF"), "more than 8 bits"),
    "CMYK JPEG": lambda packed, png: (packed(Image.new("CMYK", (4, 4)), "JPEG"), "CMYK"),
    "CMYK TIFF": lambda packed, png: (packed(Image.new("CMYK", (4, 4)), "TIFF"), "CMYK"),
    "Lab TIFF": lambda packed, png: (packed(Image.new("LAB", (4, 4)), "TIFF"), "Lab"),
    "bilevel TIFF": lambda packed, png: (packed(Image.new("1", (4, 4)), "TIFF", compression="group4"), "black and"),
    "bilevel PNG": lambda packed, png: (packed(Image.new("1", (4, 4)), "PNG"), "black and white"),
    "animated GIF": lambda packed, png: (_two_frames(packed, "GIF"), "2 pictures"),
    "animated WebP": lambda packed, png: (_two_frames(packed, "WEBP"), "2 pictures"),
    "APNG": lambda packed, png: (_two_frames(packed, "PNG"), "2 pictures"),
    "multi-page TIFF": lambda packed, png: (_two_frames(packed, "TIFF"), "2 pictures"),
    "DNG": lambda packed, png: (_tiff_with(packed, {50706: b"\1\4\0\0"}), "RAW"),
    "RAW with a preview": lambda packed, png: (_tiff_with(packed, {254: 1, 330: 8}), "RAW"),
    "PNG bomb": lambda packed, png: (png((60_000, 60_000), 8, 2, b""), "3,600,000,000 pixels"),
    "JPEG bomb": lambda packed, png: (_swollen(packed(Image.new("RGB", (8, 8)), "JPEG")), "pixels"),
}


def _swollen(jpeg):
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + b"\xff\xff\xff\xff" + jpeg[at + 4 :]


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_corrected_wrongly_is_refused_with_reason_and_remedy(case, packed, png_file, write):
    data, reason = REFUSED[case](packed, png_file)
    path = write("photo", data)
    with pytest.raises(UnsupportedPhoto, match=reason) as caught:
        photos.read(path)
    assert caught.value.name == path
    assert "; " in caught.value.reason


def test_the_limit_of_pixels_is_the_callers(astronaut, packed, write):
    path = write("a.png", packed(astronaut, "PNG"))
    width, height = astronaut.size
    assert photos.read(path, max_pixels=width * height).image.size == (width, height)
    with pytest.raises(UnsupportedPhoto, match="32,000 pixels and 31,999 are allowed"):
        photos.read(path, max_pixels=width * height - 1)


def test_a_photo_between_pillows_two_limits_is_read_without_a_warning(png_file, write, monkeypatch):
    """100 million pixels; a smaller limit of Pillow's stands for its own, so that the test stays small."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    photo = photos.read(write("big.png", png_file((5, 3), 8, 0, b"\0\1\1\1\1\1" * 3)))
    assert photo.image.size == (5, 3)
    assert MAX_PIXELS == 178_956_970


# unreadable


UNREADABLE = {
    "text named .jpg": (b"not a photo at all\n", "not a photo"),
    "EPS named .jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a photo"),
    "PDF": (b"%PDF-1.7\n", "not a photo"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photo"),
    "a sound in RIFF": (b"RIFF\x24\0\0\0WAVEfmt ", "not a photo"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
    "nothing": (b"", "is empty"),
    "zeros": (bytes(4096), "not a photo"),
    "JPEG of two bytes more": (b"\xff\xd8\xff\xe0", "cannot be decoded"),
    "PNG of a signature": (b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
    "TIFF of a header": (b"II*\0\x08\0\0\0", "cannot be decoded"),
    "WebP of a header": (b"RIFF\x10\0\0\0WEBPVP8 ", "cannot be decoded"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_no_photo_is_one_line_with_name_and_remedy(case, write):
    data, reason = UNREADABLE[case]
    path = write("photo.jpg", data)
    with pytest.raises(UnreadablePhoto, match=reason) as caught:
        photos.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()


def test_postscript_never_reaches_ghostscript(write, tmp_path, monkeypatch):
    program = tmp_path / "gs"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(UnreadablePhoto):
        photos.read(write("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n" + b" \n" * 99))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", COLOUR_FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_an_error_and_never_half_a_photo(kind, share, astronaut, packed, write):
    data = packed(astronaut, kind)
    with pytest.raises(UnreadablePhoto, match=r"cannot be decoded|cut short"):
        photos.read(write("cut", data[: int(len(data) * share)]))


@pytest.mark.parametrize(
    ("rows", "interlace"),
    [((b"\0" + b"\xff" * 30) * 40, 0), ((b"\0" + b"\xff" * 30) * 99, 0), (bytes(500), 1)],
    ids=["40 of 100", "99 of 100", "interlaced"],
)
def test_a_png_whose_pixels_end_early_is_an_error(rows, interlace, png_file, write):
    """A whole zlib stream that holds too few rows: Pillow alone fills the rest with black and says nothing."""
    data = png_file((10, 100), 8, 2, rows, interlace=interlace)
    with pytest.raises(UnreadablePhoto, match="cut short"):
        photos.read(write("cut.png", data))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
def test_a_png_that_is_black_to_its_last_row_is_whole(mode, packed, write):
    assert photos.read(write("black.png", packed(Image.new(mode, (9, 5)), "PNG"))).image.size == (9, 5)


def test_a_whole_interlaced_png_is_read(png_file, write):
    """Two pixels in one column, interlaced: the first in the first pass, the second in the last."""
    photo = photos.read(write("i.png", png_file((1, 2), 8, 0, b"\0\7\0\x09", interlace=1)))
    assert photo.image.tobytes() == b"\7\x09"


def test_libtiff_keeps_its_complaints_to_itself(astronaut, packed, write, capfd):
    data = bytearray(packed(astronaut, "TIFF", compression="tiff_adobe_deflate"))
    data[1000:1100] = bytes(100)
    with pytest.raises(UnreadablePhoto):
        photos.read(write("broken.tif", bytes(data)))
    assert capfd.readouterr().err == ""


def test_odd_metadata_does_not_warn(astronaut, packed, write):
    """A TIFF whose first tag claims far more values than the file holds: Pillow warns; warnings are errors here."""
    data = bytearray(packed(astronaut, "TIFF", software="x" * 20))
    at = data.index(struct.pack("<HH", 305, 2)) + 4
    data[at : at + 4] = struct.pack("<I", 1 << 20)
    assert photos.read(write("odd.tif", bytes(data))).image.size == astronaut.size


# what is no file


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UnreadablePhoto, match="does not exist; check the spelling"):
        photos.read(str(tmp_path / "no.jpg"))


def test_a_folder_is_told(tmp_path):
    with pytest.raises(UnreadablePhoto, match="is a folder; name the photos in it"):
        photos.read(str(tmp_path))


def test_a_pipe_does_not_wait_for_ever(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadablePhoto, match="is a pipe"):
        photos.read(str(tmp_path / "pipe.jpg"))


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_refused(device):
    with pytest.raises(UnreadablePhoto, match="a device"):
        photos.read(device)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s.jpg")
        with pytest.raises(UnreadablePhoto):
            photos.read("s.jpg")


def test_a_forbidden_file_is_told(write, monkeypatch):
    """The tests may run as root, whom nothing is forbidden; so the system's answer is made up."""
    path = write("secret.jpg", b"x")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadablePhoto, match="may not be read"):
        photos.read(path)


def test_a_file_over_one_gibibyte_is_refused_unread(tmp_path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)  # a hole: it takes no space
    with pytest.raises(UnreadablePhoto, match="1 GiB"):
        photos.read(str(path))


def test_no_descriptor_stays_open(write):
    before = len(os.listdir("/proc/self/fd"))
    for data in (b"", b"text"):
        with pytest.raises(PhotoError):
            photos.read(write("a.jpg", data))
    assert len(os.listdir("/proc/self/fd")) == before


def test_anything_that_pillow_raises_is_translated(astronaut, packed, write, monkeypatch):
    """No list of types is enough: an exception of a plugin's own."""

    class Odd(Exception):  # noqa: N818 - it is meant to be odd
        pass

    def fail(*_):
        raise Odd("line one\nline two")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
    with pytest.raises(UnreadablePhoto, match=r"cannot be decoded \(line one line two\)"):
        photos.read(write("a.png", packed(astronaut, "PNG")))


# many threads


def test_threads_read_alike_and_leave_the_warnings_alone(astronaut, packed, write):
    paths = [write(f"{n}.tif", packed(astronaut.rotate(n), "TIFF", compression="tiff_lzw")) for n in range(12)]
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
