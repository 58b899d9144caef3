"""Histograms and tables, judged by numpy."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from encoded import apply, encoded
from PIL import Image

from colorfix import photos
from colorfix.color.statistics import Curve, Statistics
from colorfix.core.errors import SettingError, UnsupportedPhoto


def _by_numpy(pixels):
    return np.stack([np.bincount(pixels[:, channel], minlength=256) for channel in range(3)])


def test_counts_equal_numpy(noise):
    pixels = noise[..., :3]
    rows = photos.counts(photos.read(np.ascontiguousarray(pixels)))
    assert rows.dtype == np.int64
    assert np.array_equal(rows, _by_numpy(pixels.reshape(-1, 3)))


def test_wholly_transparent_pixels_do_not_count(noise):
    pixels = noise.copy()
    pixels[:20, :, 3] = 0
    visible = pixels[pixels[..., 3] > 0]
    assert np.array_equal(photos.counts(photos.read(pixels)), _by_numpy(visible))


def test_a_wholly_transparent_photo_has_no_counts():
    assert photos.counts(photos.read(np.zeros((4, 4, 4), np.uint8))).sum() == 0


def test_a_gray_photo_has_three_equal_rows(noise):
    rows = photos.counts(photos.read(np.ascontiguousarray(noise[..., 0])))
    assert np.array_equal(rows, np.tile(np.bincount(noise[..., 0].ravel(), minlength=256), (3, 1)))


def test_a_gray_photo_with_alpha_counts_visible_pixels(noise):
    image = Image.merge("LA", [Image.fromarray(noise[..., 0]), Image.fromarray(noise[..., 1] // 128 * 255)])
    visible = noise[..., 0][noise[..., 1] >= 128]
    assert np.array_equal(photos.counts(photos.read(image))[1], np.bincount(visible, minlength=256))


def _white_of(pixels):
    return _by_numpy(pixels[(pixels[:, :3] >= 230).all(axis=1)])


@pytest.fixture
def bright(noise):
    """Noise of which about one pixel in seven is white."""
    return np.where(noise < 120, noise, 200 + noise // 5).astype(np.uint8)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA"])
def test_white_pixels_are_counted_apart_in_every_mode(bright, mode):
    """White is a pixel whose smallest channel is at least 230; transparent ones do not count."""
    image = Image.fromarray(bright).convert("RGB") if mode == "P" else Image.fromarray(bright)
    image = image.quantize(64) if mode == "P" else image.convert(mode)
    seen = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    every, white = photos.counts_and_white(photos.read(image))
    visible = seen[seen[:, 3] > 0][:, :3]
    assert np.array_equal(every, _by_numpy(visible))
    assert np.array_equal(white, _white_of(visible))
    assert 0 < white[0].sum() < every[0].sum()


@pytest.mark.parametrize("depth", ["uint16", "float32"])
def test_white_pixels_of_deep_photos_are_those_of_their_8_bits(bright, depth):
    pixels = np.ascontiguousarray(bright[..., :3])
    deep = pixels.astype(np.uint16) * 257 if depth == "uint16" else (pixels / 255).astype(np.float32)
    _, white = photos.counts_and_white(photos.Photo("deep", b"", (photos.Picture.of(deep),), None, None))
    assert white == pytest.approx(_white_of(pixels.reshape(-1, 3)), abs=1e-3)


def test_white_is_a_tone_of_srgb_whatever_the_photos_curve():
    """A curve of γ 1 stores light itself: sRGB's 0.9 is a light of 0.787, code 201."""
    linear = Curve(np.tile(np.linspace(0, 1, 1025), (3, 1)))
    photo = photos.read(np.array([[[200, 255, 255], [201, 201, 255]]], np.uint8))
    _, white = photos.counts_and_white(photo, linear)
    assert white.nonzero()[1].tolist() == [201, 201, 255]


def test_white_pixels_outside_a_region_do_not_count(bright):
    pixels = np.ascontiguousarray(bright[..., :3])
    inside = photos.Selection(photos.Region(box=(3, 5, 20, 10)))
    _, white = photos.counts_and_white(photos.read(pixels), selection=inside)
    assert np.array_equal(white, _white_of(pixels[5:15, 3:23].reshape(-1, 3)))


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_a_palette_photo_counts_as_its_rgb_picture(colours, astronaut):
    image = astronaut.quantize(colours)
    shown = np.asarray(image.convert("RGB")).reshape(-1, 3)
    assert np.array_equal(photos.counts(photos.read(image)), _by_numpy(shown))


@pytest.mark.parametrize("transparency", [b"\x00\x80\x00", 2], ids=["an alpha each", "one entry"])
def test_transparent_entries_of_a_palette_do_not_count(transparency, astronaut, packed, write):
    path = write("p.png", packed(astronaut.quantize(16), "PNG", transparency=transparency))
    with Image.open(path) as image:
        shown = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    visible = shown[shown[:, 3] > 0]
    assert len(visible) < len(shown)
    assert np.array_equal(photos.counts(photos.read(path)), _by_numpy(visible))


@pytest.fixture(scope="module")
def large(astronaut):
    """12.25 million pixels: points lie 7 apart, for 9 apart would leave 150 000."""
    image = astronaut.resize((3500, 3500))
    pixels = np.asarray(image).astype(np.int16)
    grain = np.random.default_rng(0).integers(-6, 7, pixels.shape, np.int16)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def test_a_large_photo_is_counted_on_a_grid_as_numpy_slices_it(large):
    points = large[3::7, 3::7].reshape(-1, 3)
    assert len(points) == 250_000
    assert np.array_equal(photos.counts(photos.read(large)), 49 * _by_numpy(points))


def test_the_grid_is_the_coarsest_with_the_required_number_of_points():
    for width, height in [(1341, 1342), (1342, 1342), (2000, 1500), (40_000, 50), (6, 350_000), (9000, 6000)]:
        pixels = np.zeros((height, width, 3), np.uint8)
        pixels[:, ::2] = 255
        rows = photos.counts(photos.read(pixels, max_pixels=1 << 30))
        step = next(f for f in range(99, 0, -2) if f == 1 or (width // f) * (height // f) >= 200_000)
        assert rows.sum(axis=1).tolist() == [(width // step) * (height // step) * step**2] * 3


def test_means_on_a_grid_are_those_of_all_pixels_to_a_thousandth(large):
    found = Statistics(photos.counts(photos.read(large)), "linear")
    every = Statistics(_by_numpy(large.reshape(-1, 3)), "linear")
    assert np.abs(found.means / every.means - 1).max() < 2e-3
    assert np.abs(found.clipped - every.clipped).max() < 1e-3


def test_all_pixels_are_counted_if_a_channel_has_one_value_on_the_grid(large):
    pixels = np.zeros_like(large)
    pixels[..., :2] = large[..., :2]
    pixels[0, 0, 2] = 9
    assert np.array_equal(photos.counts(photos.read(pixels)), _by_numpy(pixels.reshape(-1, 3)))


# the grid


@pytest.mark.parametrize("size", [(200, 160), (131, 47), (64, 65), (1, 300), (640, 128), (999, 1001)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA"])
def test_the_grid_has_the_middles_of_equal_parts_for_any_strips(size, mode, astronaut):
    image = astronaut.resize(size)
    image = image.quantize(64) if mode == "P" else image.convert(mode)
    columns, rows = (
        [(2 * n + 1) * side // (2 * min(side, 64)) for n in range(min(side, 64))] for side in size
    )
    expected = np.asarray(image.convert("RGBA"))[np.ix_(rows, columns)]
    tiles = [
        photos.Strip(image.crop((x, y, min(x + 50, size[0]), min(y + 33, size[1]))), x, y)
        for y in range(0, size[1], 33)
        for x in range(0, size[0], 50)
    ]
    photo = photos.read(image)
    cut = replace(photo, pictures=(photos.Picture(*size, lambda: tiles),))
    assert np.array_equal(photos.grid(photo), expected)
    assert np.array_equal(photos.grid(cut), expected)


# tables


def _through(tables, pixels):
    return np.stack([tables[channel][pixels[..., channel]] for channel in range(3)], axis=-1)


def test_tables_equal_indexing_by_numpy(noise, tables):
    pixels = np.ascontiguousarray(noise[..., :3])
    corrected = apply(photos.read(pixels), tables)
    assert np.array_equal(np.asarray(corrected), _through(tables, pixels))


def test_alpha_is_untouched(noise, tables):
    corrected = np.asarray(apply(photos.read(noise), tables))
    assert np.array_equal(corrected[..., 3], noise[..., 3])
    assert np.array_equal(corrected[..., :3], _through(tables, noise))


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_a_palette_is_mapped_and_its_indexes_stay(colours, astronaut, tables):
    image = astronaut.quantize(colours)
    before = (image.tobytes(), image.getpalette())
    corrected = apply(photos.read(image), tables)
    assert corrected.mode == "P"
    assert corrected.tobytes() == image.tobytes()
    shown = np.asarray(image.convert("RGB"))
    assert np.array_equal(np.asarray(corrected.convert("RGB")), _through(tables, shown))
    assert (image.tobytes(), image.getpalette()) == before  # the source is not changed


def test_a_color_key_stays_and_matches_no_other_color(png_file, chunk, write, tables):
    """Red is halved: (2, 0, 0) becomes the key's old colour (1, 0, 0) and must stay visible."""
    key = chunk(b"tRNS", struct.pack(">HHH", 1, 0, 0))
    photo = photos.read(write("key.png", png_file((2, 1), 8, 2, b"\0\1\0\0\2\0\0", ahead=[key])))
    written = encoded(photo, apply(photo, tables), "PNG")
    again = photos.read(write("out.png", written))
    assert np.asarray(again.image)[0].tolist() == [[0, 0, 40, 0], [1, 0, 40, 255]]


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_gray_photo_cannot_be_corrected(mode, tables):
    with pytest.raises(UnsupportedPhoto, match="is a gray photo"):
        apply(photos.read(Image.new(mode, (2, 2))), tables)


@pytest.mark.parametrize("wrong", [np.zeros((3, 255), np.uint8), np.zeros((3, 256))], ids=["shape", "type"])
def test_other_tables_are_a_setting_error(wrong):
    with pytest.raises(SettingError, match="tables are uint8"):
        apply(photos.read(Image.new("RGB", (2, 2))), wrong)
