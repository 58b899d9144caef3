"""What is no photo, or none that can be corrected, is one clear error with its remedy."""

from __future__ import annotations

import os
import socket
import struct

import pytest
from PIL import Image, PngImagePlugin

from colorfix import photos
from colorfix.core.defaults import MAX_PIXELS
from colorfix.core.errors import PhotoError, UnreadablePhoto, UnsupportedPhoto

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP"]


@pytest.mark.parametrize("mode", ["1", "CMYK", "LAB", "YCbCr", "HSV", "I", "F", "I;16"])
def test_modes_without_rgb_in_8_bits_are_refused(mode):
    with pytest.raises(UnsupportedPhoto, match=r"^<image>: (is|has) .*; "):
        photos.read(Image.new(mode, (3, 2)))


# refused by the header


REFUSED = {
    "CMYK JPEG": lambda packed, png: (packed(Image.new("CMYK", (4, 4)), "JPEG"), "CMYK"),
    "CMYK TIFF": lambda packed, png: (packed(Image.new("CMYK", (4, 4)), "TIFF"), "CMYK"),
    "bilevel TIFF": lambda packed, png: (
        packed(Image.new("1", (4, 4)), "TIFF", compression="group4"),
        "black and",
    ),
    "bilevel PNG": lambda packed, png: (packed(Image.new("1", (4, 4)), "PNG"), "black and white"),
    "PNG bomb": lambda packed, png: (png((60_000, 60_000), 8, 2, b""), "3,600,000,000 pixels"),
    "JPEG bomb": lambda packed, png: (_swollen(packed(Image.new("RGB", (8, 8)), "JPEG")), "pixels"),
}


def _swollen(jpeg):
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + b"\xff\xff\xff\xff" + jpeg[at + 4 :]


@pytest.mark.parametrize("case", REFUSED)
def test_an_unsupported_photo_is_refused_with_reason_and_remedy(case, packed, png_file, write):
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
    "HEIC of a header": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "cannot be decoded"),
    "AVIF of a header": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "cannot be decoded"),
    "JPEG XL of a header": (b"\xff\x0a\0\0", "cannot be decoded"),
    "a video": (b"\0\0\0\x18ftypisom\0\0\0\0mp41isom", "is a video"),
    "nothing": (b"", "is empty"),
    "zeros": (bytes(4096), "not a photo"),
    "JPEG of two bytes more": (b"\xff\xd8\xff\xe0", "cannot be decoded"),
    "PNG of a signature": (b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
    "TIFF of a header": (b"II*\0\x08\0\0\0", "cannot be decoded"),
    "WebP of a header": (b"RIFF\x10\0\0\0WEBPVP8 ", "cannot be decoded"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_not_a_photo_is_one_line_with_name_and_remedy(case, write):
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
        photos.read(
            write("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n" + b" \n" * 99)
        )
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_an_error_and_never_half_a_photo(kind, share, astronaut, packed, write):
    data = packed(astronaut, kind)
    with pytest.raises(UnreadablePhoto, match=r"cannot be decoded|cut short"):
        photos.read(write("cut", data[: int(len(data) * share)]))


@pytest.mark.parametrize(
    ("rows", "interlace"),
    [((b"\0" + b"\xff" * 30) * 40, 0), ((b"\0" + b"\xff" * 30) * 99, 0), (bytes(14), 1)],
    ids=["40 of 100", "99 of 100", "interlaced"],
)
def test_a_png_whose_pixels_end_early_is_an_error(rows, interlace, png_file, write):
    """A whole zlib stream that holds too few rows: Pillow alone leaves the rest black and says nothing."""
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


def test_a_damaged_tiff_is_one_error_and_nothing_on_stderr(astronaut, packed, write, capfd):
    data = bytearray(packed(astronaut, "TIFF", compression="tiff_adobe_deflate"))
    data[1000:1100] = bytes(100)
    with pytest.raises(UnreadablePhoto):
        photos.read(write("broken.tif", bytes(data)))
    assert capfd.readouterr().err == ""


def test_odd_metadata_does_not_warn(astronaut, packed, write):
    """A TIFF whose tag claims far more values than the file holds: Pillow warns; warnings are errors here."""
    data = bytearray(packed(astronaut, "TIFF", software="x" * 20))
    at = data.index(struct.pack("<HH", 305, 2)) + 4
    data[at : at + 4] = struct.pack("<I", 1 << 20)
    assert photos.read(write("odd.tif", bytes(data))).image.size == astronaut.size


# what is no file


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(UnreadablePhoto, match="does not exist; check the spelling"):
        photos.read(str(tmp_path / "no.jpg"))


def test_a_folder_is_reported(tmp_path):
    with pytest.raises(UnreadablePhoto, match="is a folder; name the photos in it"):
        photos.read(str(tmp_path))


def test_a_named_pipe_does_not_block(tmp_path):
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


def test_an_unreadable_file_is_reported(write, monkeypatch):
    """The tests may run as root, whom nothing is forbidden; so the system's answer is made up."""
    path = write("secret.jpg", b"x")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadablePhoto, match="may not be read"):
        photos.read(path)


def test_a_file_over_one_gibibyte_is_refused_without_reading_it(tmp_path):
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

    class OddError(Exception):
        pass

    def fail(*_):
        raise OddError("line one\nline two")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
    with pytest.raises(UnreadablePhoto, match=r"cannot be decoded \(line one line two\)"):
        photos.read(write("a.png", packed(astronaut, "PNG")))
