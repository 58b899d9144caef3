"""The samples are what their README says: free photographs, amber sources, bluish guides, neutral truths."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SAMPLES = Path(__file__).parent.parent / "sample_images"
PAIRS = json.loads((SAMPLES / "pairs.json").read_text(encoding="utf-8"))
README = (SAMPLES / "README.md").read_text(encoding="utf-8")

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=[pair["name"] for pair in PAIRS])


def picture(path):
    with Image.open(SAMPLES / path) as opened:
        return np.asarray(opened)


def means(path):
    return picture(path).mean(axis=(0, 1))


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("sample_images_make", SAMPLES / "make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_there_are_at_least_twelve_instances_of_as_many_photographs():
    assert len({pair["name"] for pair in PAIRS}) >= 12
    assert len({pair["source_photograph"]["sha256"] for pair in PAIRS}) == len(PAIRS)


def test_all_files_together_take_at_most_8_mb():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) <= 8e6


def test_every_picture_is_listed():
    listed = {SAMPLES / pair[role] for pair in PAIRS for role in ("source", "target", "truth")}
    assert set(SAMPLES.rglob("*.jpg")) == listed


@each_pair
def test_pictures_are_8_bit_rgb_of_480_to_900_pixels(pair):
    for role in ("source", "target", "truth"):
        with Image.open(SAMPLES / pair[role]) as opened:
            assert (opened.format, opened.mode) == ("JPEG", "RGB")
            assert 480 <= max(opened.size) <= 900


@each_pair
def test_the_truth_shows_the_source_pixel_by_pixel(pair):
    source, truth = picture(pair["source"]), picture(pair["truth"])
    assert source.shape == truth.shape
    # Light changes little about green, so the two greens are the same picture.
    assert np.corrcoef(source[..., 1].ravel(), truth[..., 1].ravel())[0, 1] > 0.98


@each_pair
def test_the_source_is_amber_beside_its_truth(pair):
    source, truth = means(pair["source"]), means(pair["truth"])
    assert source[0] > 2 * source[2]
    assert source[0] > truth[0] + 15
    assert source[2] < truth[2] - 15


@each_pair
def test_the_guide_is_bluish_and_shows_another_scene(pair):
    red, green, blue = means(pair["target"])
    assert blue > 1.05 * max(red, green)
    assert pair["target_photograph"]["file"] != pair["source_photograph"]["file"]


@each_pair
def test_lights_are_in_the_stated_ranges(pair):
    assert 2500 <= pair["source_light"]["kelvin"] <= 3500
    assert 10_000 <= pair["target_light"]["kelvin"] <= 15_000
    assert abs(pair["source_light"]["duv"]) <= 0.01
    assert 0.8 <= pair["source_light"]["exposure"] <= 1.1


@each_pair
def test_every_photograph_is_free_and_has_its_source(pair):
    for role in ("source_photograph", "target_photograph"):
        assert pair[role]["licence"] in {"Public domain", "CC0-1.0"}
        assert all(pair[role][key] for key in ("scene", "author", "origin", "evidence"))


@each_pair
def test_the_readme_lists_each_instance(pair):
    row = next(line for line in README.splitlines() if f"[{pair['name']}]({pair['name']})" in line)
    photograph = pair["source_photograph"]
    named = [photograph[key] for key in ("scene", "author", "licence", "origin")]
    named += [pair["target_photograph"]["scene"]]
    named += [f"{pair[light]['kelvin']} K" for light in ("source_light", "target_light")]
    assert [text for text in named if text not in row] == []


@each_pair
def test_the_listed_gains_bring_the_source_closest_to_its_truth(pair, make):
    gains = make.best_gains(picture(pair["source"]), picture(pair["truth"]))
    # Decoders of JPEG may differ by one code.
    assert gains == pytest.approx(pair["figures"]["best_gains"], rel=0.02)
    red, green, blue = gains
    assert 0.63 <= red <= 0.91
    assert 0.87 <= green <= 1.25
    assert 1.13 <= blue <= 3.26


def test_some_sources_carry_the_metadata_of_a_camera():
    carried = []
    for pair in PAIRS:
        with Image.open(SAMPLES / pair["source"]) as opened:
            exif = opened.getexif()
            if exif.get(0x0112) == 1 and exif.get_ifd(0x8769) and opened.info.get("icc_profile"):
                carried.append(pair["name"])
    assert 2 <= len(carried) < len(PAIRS)


def test_2856_kelvin_is_cie_illuminant_a(make):
    assert make.chromaticity(make.Light(2856)) == pytest.approx((0.4476, 0.4074), abs=1e-3)


def test_6504_kelvin_a_little_towards_green_is_daylight(make):
    assert make.chromaticity(make.Light(6504, duv=0.0032)) == pytest.approx((0.3127, 0.3290), abs=1e-3)


def test_duv_is_a_distance_in_cie_1960_uv(make):
    def uv(x, y):
        return np.array([4 * x, 6 * y]) / (-2 * x + 12 * y + 3)

    on, off = (uv(*make.chromaticity(make.Light(3000, duv=duv))) for duv in (0.0, 0.01))
    assert np.linalg.norm(off - on) == pytest.approx(0.01)
    assert off[1] > on[1]


def test_adapting_from_daylight_to_daylight_changes_nothing(make):
    assert make.adaptation(make.D65, make.D65) == pytest.approx(np.eye(3))


def test_adapting_moves_white_to_the_new_white(make):
    moved = make.XYZ_OF_SRGB @ make.adaptation(make.D65, (0.4476, 0.4074)) @ np.ones(3)
    # sRGB's own white is D65 to the four digits of its matrix.
    assert moved == pytest.approx(make.white_xyz(0.4476, 0.4074), abs=1e-3)


def test_every_code_survives_decoding_and_encoding(make):
    codes = np.arange(256, dtype=np.uint8)
    assert (make.encoded(make.decoded(codes)) == codes).all()


def test_half_of_the_scale_is_a_fifth_of_the_light(make):
    assert make.decoded(np.array([0, 128, 255], np.uint8)) == pytest.approx([0, 0.2159, 1], abs=1e-4)


def test_best_gains_find_the_gains_that_were_applied(make):
    ramp = np.arange(30, 111, dtype=np.uint8)
    truth = np.stack([ramp, ramp, ramp], axis=-1)
    source = np.stack([2 * ramp, ramp, ramp // 2], axis=-1)
    assert make.best_gains(source, truth) == pytest.approx([0.5, 1.0, 2.0], abs=0.02)
