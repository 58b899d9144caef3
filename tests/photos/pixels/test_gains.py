"""What a correction does to pixels, each kind against float64 NumPy written here."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageChops, ImageCms
from skimage.exposure import adjust_gamma

from colorfix import photos
from colorfix.color.statistics import SRGB, Curve, Statistics, encoded_of, in_srgb_tones, linear_of
from colorfix.core.errors import SettingError, UncorrectablePhoto, UnsupportedPhoto
from colorfix.photos.photo import Strip
from colorfix.photos.pixels.dither import TILE
from colorfix.photos.pixels.highlights import protected

GAINS = np.array([0.6, 1.1, 2.3])
PLAIN = {"highlights": "clip"}
SPACES = ["srgb", "linear", "sensor"]
MIXED = 0.5 * np.eye(3) + 0.5 * np.array([[0.70, 0.25, 0.05], [0.15, 0.72, 0.13], [0.05, 0.25, 0.70]])
SHARES = np.clip((np.arange(256) / 255 - 0.96) / 0.04, 0, 1)
WEIGHTS = np.rint(255 * SHARES**2 * (3 - 2 * SHARES)).astype(int).tolist()


def product(stored, space, gains=GAINS):
    """The product in float64: stored values, 0 to 1, not clipped."""
    if space == "srgb":
        return stored * gains
    light = linear_of(stored)
    if space == "linear":
        return encoded_of(light * gains)
    seen = light @ MIXED.T / (MIXED @ (1 / gains))
    return encoded_of(np.linalg.solve(MIXED, seen[..., None])[..., 0])


def reference(stored, space):
    return np.clip(product(stored, space), 0, 1)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bits_are_the_product_to_rounding_and_alpha_stays(space, channels):
    deep = np.random.default_rng(1).integers(0, 65536, (40, 50, channels), np.uint16)
    result = photos.GainChange(GAINS, space, **PLAIN)(Strip(deep))
    assert result.dtype == np.uint16
    assert np.abs(result[..., :3] - 65535 * reference(deep[..., :3] / 65535, space)).max() <= 0.5 + 1e-6
    assert np.array_equal(result[..., 3:], deep[..., 3:])


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floating_point_is_not_clipped_and_nan_stays(space, kind):
    deep = np.random.default_rng(2).random((20, 30, 3)).astype(kind)
    deep[0, 0], deep[1, 1, 2] = np.nan, np.inf
    result = photos.GainChange(GAINS, space, **PLAIN)(Strip(deep))
    assert result.dtype == kind
    assert np.isnan(result[0, 0]).all()
    assert np.isinf(result[1, 1, 2])
    finite = np.isfinite(deep).all(-1)
    assert np.abs(result[finite] - product(deep[finite].astype(np.float64), space)).max() < 1e-6
    assert result[finite].max() > 1


@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_floating_point_beyond_0_and_1_is_multiplied_and_nan_is_copied(space):
    """Negative values lie on the straight part of the curve, so the product is the same in both spaces."""
    deep = np.array([[[-0.25, -0.5, 1.5], [-np.inf, np.inf, np.nan]]])
    result = photos.GainChange(np.array([0.5, 1.5, 2.0]), space)(Strip(deep))
    above = 3.0 if space == "srgb" else encoded_of(2 * linear_of(np.array([1.5])))[0]
    assert result[0, 0].tolist() == pytest.approx([-0.125, -0.75, above])
    assert np.array_equal(result[0, 1], deep[0, 1], equal_nan=True)


def test_floating_point_highlights_are_not_protected():
    white = np.ones((1, 1, 3), np.float32)
    assert photos.GainChange(np.array([0.5, 1.0, 2.0]))(Strip(white)).tolist() == [[[0.5, 1.0, 2.0]]]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_eight_bits_are_the_product_to_rounding(mode, astronaut):
    image = astronaut.convert(mode) if mode != "P" else astronaut.quantize(64)
    if mode == "RGBA":
        image.putalpha(
            Image.fromarray(np.arange(image.width * image.height).reshape(image.size[::-1]).astype(np.uint8))
        )
    result = photos.GainChange(GAINS, "linear", **PLAIN)(Strip(image))
    before, after = (np.asarray(each.convert("RGB")) / 255 for each in (image, result))
    assert np.abs(after - reference(before, "linear")).max() <= 0.5 / 255 + 1e-9
    assert result.mode == mode
    if mode == "RGBA":
        assert result.getchannel("A").tobytes() == image.getchannel("A").tobytes()


@pytest.mark.parametrize("raster", [np.full((2, 2, 1), 7, np.uint16), np.zeros((2, 2, 2), np.float32)])
def test_gray_pixels_are_refused(raster):
    with pytest.raises(UnsupportedPhoto, match="is a gray photo"):
        photos.GainChange(GAINS)(Strip(raster))


@pytest.mark.parametrize("space", SPACES)
def test_gains_of_one_change_no_kind_of_pixel(astronaut, noise, space):
    for raster in (astronaut, noise.astype(np.uint16) * 257, noise / np.float32(255)):
        assert photos.GainChange(np.ones(3), space, dither=True)(Strip(raster)) is raster


# highlights


def test_blown_white_stays_white_where_clipping_would_turn_it_cyan():
    white = Image.new("RGB", (2, 2), "white")
    clipped = photos.GainChange(GAINS, **PLAIN)(Strip(white))
    kept = photos.GainChange(GAINS)(Strip(white))
    assert clipped.getpixel((0, 0)) == (153, 255, 255)
    assert kept.getpixel((0, 0)) == (255, 255, 255)


def test_white_stays_neutral_where_every_gain_darkens():
    kept = photos.GainChange(np.array([0.6, 0.8, 0.9]))(Strip(Image.new("RGB", (1, 1), "white")))
    assert len(set(kept.getpixel((0, 0)))) == 1


def test_pixels_below_the_top_are_never_touched_by_protection(noise):
    dark = Image.fromarray((noise[..., :3] * (243 / 255)).astype(np.uint8))
    plain, kept = (photos.GainChange(GAINS, highlights=h)(Strip(dark)) for h in ("clip", "protect"))
    assert plain.tobytes() == kept.tobytes()


@pytest.mark.parametrize("channel", [1, 2])
def test_blown_green_or_blue_never_lags_behind_both_others(noise, channel):
    before = np.maximum(noise[..., :3], 200) / 255
    before[..., channel] = 1.0
    after = protected(before, np.clip(before / GAINS, 0, 1))
    assert (after[..., channel] >= np.delete(after, channel, -1).min(-1) - 1e-12).all()


def test_blown_red_never_lags_behind_green_so_no_face_turns_green(noise):
    before = noise[..., :3] / 255
    before[..., 0] = 1.0
    after = protected(before, np.clip(before * GAINS, 0, 1))
    assert (after[..., 0] >= after[..., 1] - 1e-12).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pillow_and_numpy_protection_are_equal(noise, mode):
    pixels = np.maximum(noise, 150)[..., : len(mode)]
    shallow = photos.GainChange(GAINS, "linear")(Strip(Image.fromarray(pixels)))
    deep = photos.GainChange(GAINS, "linear")(Strip(pixels.astype(np.uint16) * 257))
    assert np.abs(np.asarray(shallow).astype(float) - deep / 257).max() <= 2


COLOUR = st.tuples(*[st.integers(200, 255)] * 3)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(COLOUR, min_size=1, max_size=20), arrays(np.float64, 3, elements=st.floats(0.3, 3.0)))
def test_protection_is_its_formula_in_float64_to_the_rounding_of_its_steps(colours, gains):
    """Five operations of Pillow round to a code each; 16 bits round once, after a rounded product."""
    codes = np.array([colours], np.uint8)
    before, after = codes / 255, np.clip(codes / 255 * gains, 0, 1)
    share = np.clip((before - 0.96) / 0.04, 0, 1)
    weights = 3 * share**2 - 2 * share**3
    raised = after.copy()
    for own in range(3):
        others = after[..., 1] if own == 0 else np.delete(after, own, axis=-1).min(-1)
        raised[..., own] += weights[..., own] * np.maximum(0, others - after[..., own])
    exact = raised + weights.min(-1)[..., None] * (raised.max(-1)[..., None] - raised)
    change = photos.GainChange(gains)
    shallow = np.asarray(change(Strip(Image.fromarray(codes)))).astype(float)
    deep = change(Strip(codes.astype(np.uint16) * 257)).astype(float)
    assert np.abs(shallow - 255 * exact).max() <= 2.5
    assert np.abs(deep - 65535 * exact).max() <= 1.5


def _by_pillow(before, after):
    """The rule in Pillow's own loops, channel by channel over the whole picture."""
    weights = [channel.point(WEIGHTS) for channel in before.split()[:3]]
    red, green, blue, *alpha = after.split()
    darkest = green, ImageChops.darker(red, blue), ImageChops.darker(red, green)
    raised = [
        Image.composite(ImageChops.lighter(own, other), own, share)
        for own, other, share in zip((red, green, blue), darkest, weights, strict=True)
    ]
    largest = ImageChops.lighter(ImageChops.lighter(*raised[:2]), raised[2])
    white = ImageChops.darker(ImageChops.darker(*weights[:2]), weights[2])
    return Image.merge(after.mode, [*(Image.composite(largest, own, white) for own in raised), *alpha])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(1, 70), st.integers(1, 70)),
    st.integers(100, 250),
    st.sampled_from(["RGB", "RGBA"]),
    arrays(np.float64, 3, elements=st.floats(0.3, 3.0)),
    st.sampled_from(SPACES),
)
def test_protection_is_pillows_blending_to_the_bit_for_any_size_and_share(size, darkest, mode, gains, space):
    seed = np.random.default_rng(darkest)
    image = Image.fromarray(seed.integers(darkest, 256, (*size, len(mode)), np.uint8))
    plain, kept = (
        photos.GainChange(gains, space, highlights=way)(Strip(image)) for way in ("clip", "protect")
    )
    assert kept.tobytes() == _by_pillow(image, plain).tobytes()


@pytest.mark.parametrize("blocks", ["", "4096"], ids=["one block", "a block a row"])
def test_protection_does_not_depend_on_the_memory_layout_of_pillow(blocks, tmp_path, noise):
    """Pillow keeps an image in blocks of memory, of 16 MiB unless the environment says something else."""
    image = Image.fromarray(np.tile(noise[..., :3], (10, 20, 1)))
    image.save(tmp_path / "a.png")
    script = f"""
import sys, numpy as np
from PIL import Image, ImageChops
from colorfix import photos
image = Image.open({str(tmp_path / "a.png")!r})
sys.stdout.buffer.write(photos.GainChange(np.array([0.6, 1.1, 2.3]))(photos.Strip(image)).tobytes())
"""
    environment = os.environ | ({"PILLOW_BLOCK_SIZE": blocks} if blocks else {})
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)
    plain = photos.GainChange(GAINS, **PLAIN)(Strip(image))
    assert done.stdout == _by_pillow(image, plain).tobytes()


def test_protection_does_not_depend_on_the_number_of_memory_blocks(noise):
    image = Image.fromarray(np.tile(noise[..., :3], (45, 33, 1)))
    assert image.width * image.height * 4 > 1 << 24
    plain, kept = (photos.GainChange(GAINS, highlights=way)(Strip(image)) for way in ("clip", "protect"))
    assert kept.tobytes() == _by_pillow(image, plain).tobytes()


def test_a_palette_is_protected_color_by_color():
    image = Image.new("P", (1, 1))
    image.putpalette([255, 255, 255])
    assert photos.GainChange(GAINS)(Strip(image)).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


# dither


def test_dither_fills_the_gaps_that_a_gain_leaves_and_keeps_the_mean():
    ramp = np.linspace(40, 60, 512)
    codes = np.repeat(np.rint(np.tile(ramp, (256, 1))).astype(np.uint8)[..., None], 3, axis=2)
    gains = np.array([1.0, 1.0, 3.7])
    plain, noisy = (
        np.asarray(photos.GainChange(gains, dither=dither)(Strip(Image.fromarray(codes))))[..., 2]
        for dither in (False, True)
    )
    assert len(np.unique(plain)) == 21
    assert len(np.unique(noisy)) > 70
    assert abs(noisy.mean() - 3.7 * codes[..., 2].mean()) < 0.05


def test_dither_does_not_depend_on_the_strips(noise):
    image = Image.fromarray(noise[..., :3])
    change = photos.GainChange(GAINS, dither=True)
    lower = change(Strip(image.crop((10, 20, 64, 48)), left=10, top=20 + TILE))
    assert lower.tobytes() == change(Strip(image)).crop((10, 20, 64, 48)).tobytes()


# regions


def test_outside_the_region_no_pixel_changes_and_inside_all_do(astronaut):
    region = photos.Region(box=(50, 40, 100, 80))
    change = photos.GainChange(GAINS, within=region)
    result, everywhere = (np.asarray(c(Strip(astronaut))) for c in (change, photos.GainChange(GAINS)))
    inner = (slice(45, 115), slice(55, 145))
    assert np.array_equal(result[inner], everywhere[inner])
    outside = np.ones(result.shape[:2], bool)
    outside[40:120, 50:150] = False
    assert np.array_equal(result[outside], np.asarray(astronaut)[outside])


@pytest.mark.parametrize("deep", [False, True])
def test_a_gray_mask_blends_by_its_value(deep):
    pixels = np.full((1, 3, 3), 100, np.uint8)
    raster = pixels.astype(np.uint16) * 257 if deep else Image.fromarray(pixels)
    mask = photos.Region(mask=Image.fromarray(np.array([[0, 128, 255]], np.uint8)))
    result = np.asarray(photos.GainChange(np.full(3, 2.0), within=mask)(Strip(raster))) / (257 if deep else 1)
    assert result[0, :, 0].tolist() == pytest.approx([100, 100 + 100 * 128 / 255, 200], abs=0.5)


def test_only_pixels_of_the_region_count(astronaut):
    photo = photos.read(astronaut)
    region = photos.Selection(photos.Region(box=(50, 40, 100, 80)))
    cut = photos.read(astronaut.crop((50, 40, 150, 120)))
    assert np.array_equal(photos.counts(photo, region), photos.counts(cut))


def test_clipped_pixels_can_be_left_out_of_the_statistics():
    pixels = np.array([[[255, 10, 10], [20, 30, 40]]], np.uint8)
    counts = photos.counts(photos.read(pixels), photos.Selection(unclipped=True))
    assert [row.nonzero()[0].tolist() for row in counts] == [[20], [30], [40]]


@pytest.mark.parametrize("text", ["", "1,2,3", "0,0,0,5", "-1,0,5,5", "a,b,c,d", "1,2,3,4,5"])
def test_an_invalid_region_is_a_setting_error(text):
    with pytest.raises(SettingError, match="x,y,width,height"):
        photos.Region.of_box(text)


def test_a_region_outside_the_photo_and_a_mask_of_another_size_are_errors(astronaut):
    photo = photos.read(astronaut)
    with pytest.raises(UncorrectablePhoto, match="the region lies outside it; give one inside"):
        photos.Region(box=(200, 0, 5, 5)).check(photo)
    with pytest.raises(UncorrectablePhoto, match="200 x 160 pixels as stored and the mask of 3 x 2"):
        photos.Region(mask=Image.new("L", (3, 2))).check(photo)


# statistics of deep pixels


def test_the_mean_of_sixteen_bits_is_exact_in_256_bins():
    deep = np.random.default_rng(3).integers(0, 65536, (30, 40, 3), np.uint16)
    photo = photos.Photo("a", b"", (photos.Picture.of(deep),), None, None)
    assert Statistics(photos.counts(photo)).means == pytest.approx(
        deep.reshape(-1, 3).mean(0) / 65535, abs=1e-12
    )


def test_transparent_pixels_and_nan_do_not_count():
    deep = np.full((1, 4, 4), 0.5, np.float32)
    deep[0, 1, 3] = 0
    deep[0, 2, 0] = np.nan
    photo = photos.Photo("a", b"", (photos.Picture.of(deep),), None, None)
    assert photos.counts(photo).sum(axis=1).tolist() == [2, 2, 2]


def test_the_counts_of_strips_sum_to_those_of_the_whole(noise):
    image = Image.fromarray(noise)
    cut = photos.Picture(64, 48, lambda: (Strip(image.crop((0, y, 64, y + 16)), top=y) for y in (0, 16, 32)))
    whole, strips = (photos.Photo("a", b"", (p,), None, None) for p in (photos.Picture.of(image), cut))
    assert np.array_equal(photos.counts(whole), photos.counts(strips))
    assert np.array_equal(photos.grid(whole), photos.grid(strips))


# transfer curves, judged by littleCMS


def profile_with(srgb, body):
    """SRGB's profile with other curves: the tag table points to a body appended."""
    data = bytearray(srgb)
    for at in range(132, 132 + 12 * data[131], 12):
        if bytes(data[at : at + 4]) in {b"rTRC", b"gTRC", b"bTRC"}:
            data[at + 4 : at + 12] = len(data).to_bytes(4) + len(body).to_bytes(4)
    data += body
    data[:4] = len(data).to_bytes(4)
    return bytes(data)


def fixed(*numbers):
    """Numbers as an ICC profile holds them: 16 bits before the point and 16 behind."""
    return b"".join(round(number * 65536).to_bytes(4) for number in numbers)


POWER = [round(65535 * (i / 32) ** 1.8) for i in range(33)]
CURVES = {
    "gamma": struct.pack(">4sIIHH", b"curv", 0, 1, round(2.2 * 256), 0),
    "table": struct.pack(">4sII33HH", b"curv", 0, 33, *POWER, 0),
    "parametric": struct.pack(">4sIHH", b"para", 0, 0, 0) + fixed(1.8),
    "rec709": struct.pack(">4sIHH", b"para", 0, 3, 0)
    + fixed(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_curve_of_a_profile_equals_that_of_littlecms(name, srgb):
    profile = profile_with(srgb, CURVES[name])
    photo = photos.Photo("a.jpg", b"", (photos.Picture.of(Image.new("RGB", (1, 1))),), None, profile)
    curve, doubts = photos.curve_of(photo)
    assert doubts == ()
    codes = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    moved = ImageCms.profileToProfile(
        Image.fromarray(codes), ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    )
    ours = 255 * encoded_of(curve.decoded(codes[0] / 255))
    assert np.abs(ours - np.asarray(moved)[0]).max() <= 1


def test_srgbs_own_profile_is_its_formula(srgb):
    photo = photos.Photo("a.jpg", b"", (photos.Picture.of(Image.new("RGB", (1, 1))),), None, srgb)
    assert photos.curve_of(photo) == (SRGB, ())


def test_a_profile_without_a_curve_gives_a_warning(srgb):
    for damaged in (srgb[:200], b"", srgb.replace(b"rTRC", b"xTRC"), profile_with(srgb, b"curv")):
        photo = photos.Photo("a.jpg", b"", (photos.Picture.of(Image.new("RGB", (1, 1))),), None, damaged)
        curve, doubts = photos.curve_of(photo)
        assert curve is SRGB
        assert "has no transfer curve" in doubts[0]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=60), st.sampled_from([b"para", b"curv"]))
def test_a_damaged_curve_fails_only_itself(body, kind):
    profile = (
        bytes(128)
        + struct.pack(">I", 3)
        + b"".join(struct.pack(">4sII", tag, 168, 4 + len(body)) for tag in (b"rTRC", b"gTRC", b"bTRC"))
    )
    photo = photos.Photo("a.jpg", b"", (), None, profile + kind + body)
    curve, doubts = photos.curve_of(photo)
    assert (curve is SRGB) or doubts == ()
    light = curve.decoded(np.tile(np.linspace(0, 1, 50)[:, None], 3))
    assert (np.diff(light, axis=0) >= 0).all()
    assert light[[0, -1]].tolist() == [[0.0] * 3, [1.0] * 3]


def test_sixteen_bits_follow_a_profiles_gamma_to_rounding(srgb):
    profile = profile_with(srgb, CURVES["gamma"])
    curve, _ = photos.curve_of(photos.Photo("a.jpg", b"", (), None, profile))
    codes = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=2)
    result = photos.GainChange(GAINS, "linear", curve, **PLAIN)(Strip(codes))
    power = round(2.2 * 256) / 256
    exact = np.minimum(codes * GAINS ** (1 / power), 65535)
    assert np.abs(result - exact).max() <= 0.75


def test_gains_in_linear_light_follow_the_photos_own_curve():
    curve = Curve(np.tile(np.linspace(0, 1, 4097) ** 1.8, (3, 1)))
    image = Image.new("RGB", (1, 1), (100, 100, 100))
    result = photos.GainChange(np.full(3, 0.5), "linear", curve)(Strip(image)).getpixel((0, 0))
    expected = adjust_gamma(0.5 * adjust_gamma(np.array([100 / 255]), 1.8), 1 / 1.8) * 255
    assert abs(result[0] - expected[0]) <= 0.5


def test_light_counted_in_tones_of_srgb_is_the_same():
    curve = Curve(np.tile(np.linspace(0, 1, 4097) ** 2.2, (3, 1)))
    counts = np.random.default_rng(4).integers(0, 50, (3, 256))
    expected = (counts * (np.arange(256) / 255) ** 2.2).sum(1) / counts.sum(1)
    assert Statistics(in_srgb_tones(counts, curve), "linear").means == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("size", [(2500, 2000), (400, 300)], ids=["large", "small"])
@pytest.mark.parametrize("highlights", ["clip", "protect"])
def test_in_place_pixels_are_equal_and_only_large_arrays_are_overwritten(size, highlights):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
    image, spent = Image.fromarray(pixels), Image.fromarray(pixels)
    change = photos.GainChange(np.array([0.6, 1.0, 1.8]), highlights=highlights)
    wanted = np.asarray(change(photos.Strip(image)))
    result = replace(change, in_place=True)(photos.Strip(spent))
    assert (np.asarray(result) == wanted).all()
    assert (np.asarray(image) == pixels).all()
    assert (result is spent) == (size[0] * size[1] > 1 << 22)
