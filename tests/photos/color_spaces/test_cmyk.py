"""Inks and Lab, judged by a press worked by hand, by published values, and by libvips."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops
from skimage.color import deltaE_ciede2000, rgb2lab

from colorfix.core.errors import UnsupportedPhoto
from colorfix.photos.color_spaces.cmyk import check, from_rgb, is_inverted, to_rgb


def lut8(inputs, outputs, corners):
    """ICC.1:2022 10.11: straight curves, and a table of the values at the corners of the cube alone."""
    straight = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 * one for one in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    head = b"mft1" + bytes(4) + bytes([inputs, outputs, 2, 0]) + matrix
    return head + straight * inputs + corners + straight * outputs


def black_press():
    """A press whose colours are all black ink's: L* = 100 - K in per cent, and no ink but K is ever asked."""
    cmyk = np.indices((2, 2, 2, 2)).reshape(4, -1).T
    lab = np.indices((2, 2, 2)).reshape(3, -1).T
    tags = {
        b"A2B0": lut8(4, 3, bytes(v for ink in cmyk for v in (255 * (1 - ink[3]), 128, 128))),
        b"B2A0": lut8(3, 4, bytes(v for place in lab for v in (0, 0, 0, 255 * (1 - place[0])))),
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061),
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, values in tags.items():
        tag = values + bytes(-len(values) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(tag))
        body += tag
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    white = struct.pack(">3i", 63190, 65536, 54061)
    head = struct.pack(">I4sI", at + len(body), bytes(4), 0x02400000) + b"prtrCMYKLab " + date + b"acsp"
    return head + bytes(68 - len(head)) + white + bytes(48) + table + body


@pytest.fixture(scope="module")
def press():
    return black_press()


@pytest.fixture(scope="module")
def printers():
    """A real press: the profile that libvips brings along."""
    vips = pytest.importorskip("pyvips")
    return bytes(vips.Operation.call("profile_load", "cmyk"))


def inks(*pixels):
    return Image.fromarray(np.array([pixels], np.uint8), "CMYK")


def test_inks_become_the_gray_of_the_profile(press):
    """K of 0, 127.5 / 255 and 1 is L* of 100, 50 and 0, which sRGB stores as 255, 119 and 0."""
    rgb = to_rgb(inks((0, 0, 0, 0), (0, 0, 0, 127), (0, 0, 0, 128), (0, 0, 0, 255)), press)
    assert np.asarray(rgb)[0].tolist() == [[255] * 3, [119] * 3, [118] * 3, [0] * 3]


def test_unchanged_pixels_keep_their_inks(press):
    photo = inks((90, 80, 70, 128), (90, 80, 70, 128))
    before = to_rgb(photo, press)
    after = before.copy()
    after.putpixel((1, 0), (255, 255, 255))
    assert np.asarray(from_rgb(before, after, photo, press))[0].tolist() == [[90, 80, 70, 128], [0, 0, 0, 0]]


def test_cmyk_to_srgb_equals_libvips(printers, astronaut):
    """Both ask littleCMS, but libvips decides by itself about polarity, intent and black."""
    import pyvips

    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, (40, 50, 4), np.uint8)
    vips = pyvips.Image.new_from_array(pixels, interpretation="cmyk")
    vips.set_type(pyvips.GValue.blob_type, "icc-profile-data", printers)
    theirs = vips.icc_transform("srgb", intent="relative", black_point_compensation=True, embedded=True)
    ours = np.asarray(to_rgb(Image.fromarray(pixels, "CMYK"), printers)).astype(int)
    assert np.abs(ours - theirs.numpy()).max() <= 3


def test_the_round_trip_is_below_a_visible_difference(printers, astronaut):
    """A code is taken from each channel, so that no pixel keeps its inks by the way."""
    white = Image.new("CMYK", astronaut.size)
    photo = from_rgb(Image.new("RGB", astronaut.size, "white"), astronaut, white, printers)
    before = to_rgb(photo, printers)
    after = ImageChops.subtract(before, Image.new("RGB", before.size, (1, 1, 1)))
    again = to_rgb(from_rgb(before, after, photo, printers), printers)
    missed = deltaE_ciede2000(rgb2lab(np.asarray(after)), rgb2lab(np.asarray(again)))
    assert missed.mean() < 0.6


@pytest.mark.parametrize("adobe", [True, False])
def test_full_ink_is_255_whether_adobe_inverted_the_jpeg_or_not(adobe, press):
    """Adobe's JPEGs store 255 - ink and say so in a segment; without it samples are inks as they stand."""
    samples = inks(*[(255, 255, 255, 0)] * 8)
    stream = BytesIO()
    ImageChops.invert(samples).save(
        stream, "JPEG", quality=100
    )  # Pillow inverts once more, and adds the segment
    data = stream.getvalue()
    if not adobe:
        at = data.index(b"\xff\xee")
        data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]
    opened = Image.open(BytesIO(data))
    assert is_inverted(opened) is not adobe
    photo = ImageChops.invert(opened) if is_inverted(opened) else opened
    assert to_rgb(photo, press).getpixel((0, 0)) == ((0, 0, 0) if adobe else (255, 255, 255))


def test_lab_equals_published_values():
    """CIE L*a*b* of sRGB's primaries under D50, by Lindbloom's calculator; bytes hold a* and b* signed."""
    values = [(54.29, 80.81, 69.89), (87.82, -79.29, 80.99), (29.57, 68.30, -112.03), (100, 0, 0)]
    stored = [(round(2.55 * lightness), round(a) % 256, round(b) % 256) for lightness, a, b in values]
    image = Image.frombytes("LAB", (4, 1), np.array(stored, np.uint8).tobytes())
    expected = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert deltaE_ciede2000(rgb2lab(np.asarray(to_rgb(image, None))), rgb2lab(expected)).max() < 1


def test_unchanged_lab_is_kept_and_corrected_lab_is_converted_back():
    rng = np.random.default_rng(6)
    image = Image.frombytes("LAB", (30, 20), rng.integers(100, 140, (20, 30, 3), np.uint8).tobytes())
    before = to_rgb(image, None)
    assert from_rgb(before, before, image, None).tobytes() == image.tobytes()
    after = Image.new("RGB", image.size, (140, 120, 100))
    again = to_rgb(from_rgb(before, after, image, None), None)
    assert np.abs(np.asarray(again).astype(int) - np.asarray(after)).max() <= 2


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (None, "the colors of its inks are unknown"),
        (b"", "the colors of its inks are unknown"),
        (b"no profile", "cannot be used"),
        (bytes(16) + b"RGB " + bytes(200), "cannot be used"),
        (bytes(16) + b"CMYK" + bytes(200), "cannot be used"),
        (black_press().replace(b"B2A0", b"xxxx"), "cannot be used"),
    ],
    ids=["none", "empty", "broken", "of another model", "hollow", "no way back"],
)
def test_cmyk_without_a_usable_profile_is_refused(profile, reason):
    with pytest.raises(UnsupportedPhoto, match=f"^a.jpg: is in CMYK .*{reason}.*export it as RGB first"):
        check("CMYK", profile, "a.jpg")
