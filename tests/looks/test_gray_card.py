"""A gray card: one area of the first photo is made gray, and all photos get its gains."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorfix import photos
from colorfix.core.errors import UncorrectablePhoto
from colorfix.correction.settings import Settings
from colorfix.looks.gray_card import gray_card_look

LUMA = np.array([0.2126, 0.7152, 0.0722])
CARD = (slice(40, 100), slice(20, 100))
AREA = "20,40,80,60"
LAMP = np.array([1.0, 0.45, 0.125])
"""Color of the light, linear sRGB."""


def decoded(stored: np.ndarray) -> np.ndarray:
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def encoded(light: np.ndarray) -> np.ndarray:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def lamplit(*, noise: float = 0.0, falloff: float = 1.0) -> np.ndarray:
    """A room with a card in lamp light, as stored, 0 to 1; a blown patch in its corner, a black one below.

    Args:
        noise: deviation of the sensor's noise, in linear light.
        falloff: brightness of the card's right edge over its left edge.
    """
    random = np.random.default_rng(7)
    scene = np.tile(random.uniform(0.1, 0.6, (12, 16, 3)).repeat(10, 0).repeat(10, 1), (1, 1, 1))
    scene[CARD] = 0.3 * np.linspace(1.0, falloff, 80)[None, :, None]
    scene[:20, :20], scene[-20:, :20] = 2.0, 0.0
    return encoded(np.clip(scene * LAMP + random.normal(0, noise, scene.shape), 0, 1))


def stored_as(depth: str, colors: np.ndarray) -> np.ndarray:
    top = np.iinfo(depth).max
    return np.rint(top * colors).astype(depth)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("space", ["linear", "sensor"])
def test_the_gains_undo_the_light_and_keep_the_cards_luminance(tmp_path, depth, space):
    pixels = stored_as(depth, lamplit(noise=0.002, falloff=0.6))
    tifffile.imwrite(tmp_path / "card.tif", pixels, photometric="rgb")
    means = decoded(pixels[CARD] / np.iinfo(depth).max).mean(axis=(0, 1))
    gains = gray_card_look(photos.read(tmp_path / "card.tif"), AREA, Settings(space=space))[0].gains
    assert gains == pytest.approx((means @ LUMA) / means, rel=1e-4)
    assert gains == pytest.approx((LAMP @ LUMA) / LAMP, rel=0.02)


@pytest.mark.parametrize("space", ["linear", "sensor", "srgb"])
def test_the_card_comes_out_gray(invoke, tmp_path, space):
    Image.fromarray(stored_as("uint8", lamplit(noise=0.004, falloff=0.7))).save(tmp_path / "card.png")
    assert invoke("correct", "card.png", "--grey", AREA, "--space", space, "-o", "out.png").returncode == 0
    card = np.asarray(Image.open(tmp_path / "out.png"), float)[CARD].reshape(-1, 3).mean(axis=0)
    assert np.ptp(card) < 1.5  # of 255


def test_a_series_gets_the_gains_of_its_first_photo(invoke, cat, tmp_path):
    (tmp_path / "room").mkdir()
    Image.fromarray(stored_as("uint8", lamplit())).save(tmp_path / "room/1.png")
    Image.open(cat.source).save(tmp_path / "room/2.png")
    done = invoke("correct", "room", "--grey", AREA, "-o", "out", "--reports", "--save-gains", "look.json")
    assert done.returncode == 0
    looks = [json.loads((tmp_path / name).read_text()) for name in ("out/1.report.json", "out/2.report.json")]
    saved = json.loads((tmp_path / "look.json").read_text())
    assert looks[0]["gains"] == looks[1]["gains"] == saved["gains"]
    invoke("apply", "look.json", "room/2.png", "-o", "again.png")
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out/2.png").read_bytes()
    repeated = invoke("correct", "room", "--gray", AREA, "-o", "out", "--reports")
    assert "skipped 2" in repeated.stderr


def test_strength_takes_that_power_of_the_gains():
    photo = photos.read(stored_as("uint8", lamplit()))
    whole, half = (gray_card_look(photo, AREA, Settings(strength=s))[0].gains for s in (1.0, 0.5))
    assert half == pytest.approx(whole**0.5)


@pytest.mark.parametrize(
    ("area", "fault"),
    [
        ("0,0,20,20", "is blown out in red; choose a less bright gray area"),
        ("0,100,20,20", "is black in red and green and blue; choose a brighter gray area"),
        ("20,40,140,60", "is not of one color; choose a smaller one"),
        ("150,40,20,20", "is of 160 x 120 pixels as stored; the area 150,40,20,20 does not lie inside"),
        ("200,200,5,5", "does not lie inside"),
        ("40,40,7,20", "is too small to be sure of; give one of at least 8 x 8 pixels"),
    ],
)
def test_an_area_that_cannot_tell_the_light_is_refused(area, fault):
    with pytest.raises(UncorrectablePhoto) as refused:
        gray_card_look(photos.read(stored_as("uint8", lamplit(noise=0.002))), area, Settings())
    assert fault in str(refused.value)


def test_a_transparent_area_and_a_gray_photo_are_refused():
    colors = stored_as("uint8", lamplit())
    alpha = np.full(colors.shape[:2], 255, np.uint8)
    alpha[CARD] = 0
    for array, fault in (
        (np.dstack([colors, alpha]), "is transparent"),
        (colors[..., 0], "is a gray photo"),
    ):
        photo = photos.read(Image.fromarray(array))
        with pytest.raises(UncorrectablePhoto, match=fault):
            gray_card_look(photo, AREA, Settings())


def test_an_area_in_the_color_of_no_lamp_is_used_with_a_warning():
    green = photos.read(np.full((8, 8, 3), (60, 200, 70), np.uint8))
    _, warnings = gray_card_look(green, "0,0,8,8", Settings())
    assert "no color temperature" in warnings[0]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["-t", "neutral"], "--target cannot be used with --grey"),
        (["--certify"], "--certify cannot be used with --grey"),
        (["-R", "tint=1"], "--regularizer cannot be used with --grey"),
        (["--region", "0,0,9,9"], "--grey cannot be used with --region"),
        (["--check"], "--grey cannot be used with --check"),
        (["--html", "page.html"], "--grey cannot be used with --html"),
        (["--ray"], "--grey cannot be used with --ray"),
        (["nothing*.png"], "--grey measures the first photo"),
    ],
)
def test_options_that_learn_are_refused_beside_it(invoke, tmp_path, options, fault):
    Image.fromarray(stored_as("uint8", lamplit())).save(tmp_path / "card.png")
    refused = invoke("correct", "card.png", "--grey", AREA, "-o", "out/", *options)
    assert refused.returncode == 2
    assert fault in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_card_from_a_pipe_and_a_series_in_place_are_refused(invoke, tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(stored_as("uint8", lamplit())).save(tmp_path / name)
    assert "is read twice" in invoke("correct", "-", "--grey", AREA, "-o", "out.png").stderr
    assert "--in-place" in invoke("correct", "a.png", "b.png", "--grey", AREA, "--in-place").stderr
    assert invoke("correct", "a.png", "--grey", AREA, "--in-place").returncode == 0
