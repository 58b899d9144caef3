"""``--space sensor`` from learning to the written file, against NumPy in float64 written here."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from colorfix import Settings, choose_regularizers, correct
from colorfix.color.scene import Scene
from colorfix.color.sensor import SENSOR, gain_matrix, matching_gains
from colorfix.color.statistics import LUMA, Statistics, encoded_of, linear_of
from colorfix.report import schema

MIXED = 0.5 * np.eye(3) + 0.5 * np.array([[0.70, 0.25, 0.05], [0.15, 0.72, 0.13], [0.05, 0.25, 0.70]])
PLAIN = choose_regularizers(preset="plain")


def dim_photo(light, seed=0):
    """Random colors of at most half of the brightness under a light, as stored codes."""
    colors = np.random.default_rng(seed).beta(2, 5, (60, 80, 3)) / 2
    return np.rint(255 * encoded_of(colors * np.array(light))).astype(np.uint8)


def means_of(image):
    return linear_of(np.asarray(image)[..., :3] / 255).reshape(-1, 3).mean(0)


def test_the_matrix_is_the_published_one():
    np.testing.assert_allclose(SENSOR, MIXED, atol=1e-15)
    np.testing.assert_allclose(SENSOR.sum(axis=1), 1.0, atol=1e-15)


@pytest.mark.parametrize("light", [(1.6, 1.0, 0.4), (0.6, 0.9, 1.5)])
def test_exact_matching_gives_the_targets_means_in_this_space(light):
    source, target = dim_photo(light), dim_photo((1.0, 1.0, 1.0), seed=1)
    settings = Settings(PLAIN, space="sensor", exposure="match", highlights="clip")
    np.testing.assert_allclose(
        means_of(correct(source, target, settings=settings).image), means_of(target), rtol=0.01
    )


def test_exact_matching_with_the_luminance_kept_gives_the_targets_color():
    source, target = dim_photo((1.6, 1.0, 0.4)), dim_photo((1.0, 1.0, 1.0), seed=1)
    result = means_of(
        correct(source, target, settings=Settings(PLAIN, space="sensor", exposure="keep")).image
    )
    wanted = means_of(target) * (LUMA @ means_of(source)) / (LUMA @ means_of(target))
    np.testing.assert_allclose(result, wanted, rtol=0.01)


def test_matching_gains_are_found_by_solving_for_the_means():
    rng = np.random.default_rng(3)
    source, target = rng.uniform(0.1, 0.6, (20, 3)), rng.uniform(0.2, 0.5, (20, 3))
    gains = matching_gains(source, target, "sensor")
    inside = (gains < 900).all(-1)
    assert inside.sum() > 10
    for mean, gain, wanted in zip(source[inside], gains[inside], target[inside], strict=True):
        np.testing.assert_allclose(gain_matrix(gain) @ mean, wanted, rtol=1e-9)


def test_the_means_of_the_corrected_photo_are_those_of_its_pixels(cat):
    photo = correct(cat.source, cat.target, settings=Settings(space="sensor", highlights="clip"))
    scene = photo.objective.scene
    gains = np.exp(np.random.default_rng(0).normal(0, 0.3, (4, 3)))
    wanted = [gain_matrix(each) @ scene.source_means[0] for each in gains]
    np.testing.assert_allclose(scene.corrected_means(gains), wanted, rtol=1e-12)


def test_a_scene_in_this_space_has_targets_that_plain_gains_reach():
    lit = (((1.6, 1.0, 0.4), 0), ((1.0, 1.0, 1.0), 1))
    pixels = [np.moveaxis(dim_photo(light, seed), -1, 0).reshape(3, -1) for light, seed in lit]
    counts = [np.stack([np.bincount(channel, minlength=256) for channel in photo]) for photo in pixels]
    plain = Scene.of(*([Statistics(each, "sensor")] for each in counts))
    scene = plain.in_sensor_space(limit=4.0**2.2)
    gains = scene.plain_target_means / scene.source_means
    np.testing.assert_allclose(
        gain_matrix(gains[0]) @ scene.source_means[0], plain.target_means[0], rtol=1e-9
    )
    np.testing.assert_allclose(scene.corrected_means(gains)[0], plain.target_means[0], rtol=1e-9)


def test_gains_are_nearly_those_of_linear_light_where_the_target_is_neutral(cat):
    linear, sensor = (
        correct(cat.source, "neutral", settings=Settings(space=space)) for space in ("linear", "sensor")
    )
    np.testing.assert_allclose(sensor.gains, linear.gains, rtol=0.02)


def test_no_strength_is_no_change_and_half_of_it_lies_between(cat):
    images = [
        np.asarray(correct(cat.source, "neutral", settings=Settings(space="sensor", strength=s)).image)
        for s in (0.0, 0.5, 1.0)
    ]
    assert (images[0] == np.asarray(Image.open(cat.source))).all()
    red = [image[..., 0].mean() for image in images]
    assert red[0] > red[1] > red[2]


def test_the_lowest_minimum_is_certified_in_this_space(cat):
    certificate = correct(cat.source, cat.target, settings=Settings(space="sensor", certify=True)).certificate
    assert certificate.certified


def test_a_saved_look_repeats_the_correction_and_report_and_look_name_the_space(invoke, cat, tmp_path):
    files = [tmp_path / name for name in ("learned.jpg", "look.json", "applied.jpg")]
    options = ("-t", cat.target, "--space", "sensor", "-q")
    done = invoke("correct", cat.source, *options, "-o", files[0], "--save-gains", files[1])
    assert done.returncode == 0, done.stderr
    assert invoke("apply", files[1], cat.source, "-o", files[2], "-q").returncode == 0
    with Image.open(files[0]) as learned, Image.open(files[2]) as applied:
        assert learned.tobytes() == applied.tobytes()
    report = json.loads((tmp_path / "learned.report.json").read_text())
    assert list(Draft202012Validator(schema()).iter_errors(report)) == []
    assert report["settings"]["space"] == json.loads(files[1].read_text())["space"] == "sensor"


def test_a_folder_gives_the_bytes_of_single_photos(invoke, pairs, tmp_path):
    """Worker processes use one thread, the single photo as many as there are cores."""
    sources = [pair.source for pair in pairs[:2]]
    names = [f"{pair.name}.jpg" for pair in pairs[:2]]
    (tmp_path / "in").mkdir()
    for source, name in zip(sources, names, strict=True):
        shutil.copy(source, tmp_path / "in" / name)
    options = ("-t", pairs[0].target, "--space", "sensor", "-q")
    assert invoke("correct", tmp_path / "in", *options, "-o", f"{tmp_path}/out/").returncode == 0
    for name in names:
        one = tmp_path / f"one-{name}"
        assert invoke("correct", tmp_path / "in" / name, *options, "-o", one).returncode == 0
        assert one.read_bytes() == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize("command", ["landscape", "compare", "preview"])
def test_other_commands_work_in_this_space(invoke, cat, tmp_path, command):
    options = {"landscape": ("-o", tmp_path / "plane.png"), "compare": (), "preview": ("--as", "blocks")}
    done = invoke(command, cat.source, "-t", cat.target, "--space", "sensor", *options[command])
    assert done.returncode == 0, done.stderr
