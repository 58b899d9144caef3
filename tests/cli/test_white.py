"""``-t 5500K``, ``--warmer`` and ``--cooler``: the white of the result."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import colorfix as package
from colorfix.color.temperature import light_of
from colorfix.report import schema


@pytest.fixture
def corrected(invoke, cat, tmp_path):
    """Correct the cat by options; return the report, and red over blue of the result's mean."""

    def run(*options: object) -> tuple[dict, float]:
        done = invoke("correct", cat.source, "-o", "out.png", "--overwrite", *options)
        assert done.returncode == 0, done.stderr
        report = json.loads((tmp_path / "out.report.json").read_text())
        red, _, blue = report["statistics"]["after"]["means"]
        return report, red / blue

    return run


def test_a_lower_temperature_as_target_gives_a_warmer_photo(corrected):
    ratios = [corrected("-t", target)[1] for target in ("9000K", "neutral", "5500K", "3200k")]
    assert ratios == sorted(ratios)
    assert ratios[3] > 2 * ratios[1]


def test_a_temperature_is_the_neutral_target_with_that_white(corrected):
    """The learned gains are those of ``neutral``; those applied turn a light gray that is 28 mired cooler."""
    jsonschema = pytest.importorskip("jsonschema")
    plain = "--space", "linear"
    neutral, day = corrected("-t", "neutral", *plain)[0], corrected("-t", "5500K", *plain)[0]
    assert day["learned_gains"] == neutral["learned_gains"]
    assert day["target"] == {"kind": "temperature", "path": "5500K"}
    jsonschema.validate(day, schema())
    white = np.array(day["gains"]) / np.array(day["learned_gains"])
    assert light_of(1 / white, "linear").kelvin == pytest.approx(5500, rel=1e-3)


def test_strength_takes_its_part_of_the_white_too(corrected):
    whole, half = corrected("-t", "4000K")[0], corrected("-t", "4000K", "--strength", "0.5")[0]
    assert half["gains"] == pytest.approx(np.sqrt(whole["gains"]))
    assert corrected("-t", "4000K", "--strength", "0")[0]["gains"] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("space", ["linear", "srgb", "sensor"])
def test_warmer_and_cooler_follow_learning(corrected, cat, space):
    options = "-t", cat.target, "--space", space
    plain = corrected(*options)
    warm, cool = corrected(*options, "--warmer", "30"), corrected(*options, "--cooler", "30")
    assert warm[0]["learned_gains"] == cool[0]["learned_gains"] == plain[0]["learned_gains"]
    assert cool[1] < plain[1] < warm[1]
    assert (warm[0]["settings"]["warmth"], cool[0]["settings"]["warmth"]) == (30.0, -30.0)


def test_a_look_is_saved_with_its_white_and_can_be_warmed(invoke, cat, tmp_path):
    common = "correct", cat.source, "-t", "neutral", "-q"
    invoke(*common, "-o", "plain.png", "--save-gains", "plain.json")
    invoke(*common, "-o", "warm.png", "--warmer", "40", "--save-gains", "warm.json")
    invoke("apply", "plain.json", cat.source, "-o", "a.png", "--warmer", "40")
    invoke("apply", "warm.json", cat.source, "-o", "b.png")
    wanted = (tmp_path / "warm.png").read_bytes()
    assert np.array_equal(*(np.asarray(Image.open(tmp_path / name)) for name in ("a.png", "b.png")))
    assert (tmp_path / "b.png").read_bytes() == wanted


def test_a_series_has_one_white(invoke, cat, tmp_path):
    (tmp_path / "room").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "room" / name).write_bytes(cat.source.read_bytes())
    options = "-t", "5500K", "-o", "out", "--gains-from", "pooled", "--reports"
    assert invoke("correct", "room", *options).returncode == 0
    one, two = (json.loads((tmp_path / f"out/{name}.report.json").read_text()) for name in "ab")
    assert one["gains"] == two["gains"]
    assert one["gains"][0] > one["learned_gains"][0]
    assert "skipped 2" in invoke("correct", "room", *options).stderr
    again = invoke("correct", "room", "-t", "5000K", *options[2:])
    assert "corrected 2" in again.stderr  # another white is another result


def test_python_takes_the_same(cat):
    warm = package.correct(cat.source, "5500K", settings=package.Settings(warmth=-20.0))
    plain = package.correct(cat.source, "neutral")
    assert warm.minimum.gains == plain.minimum.gains
    assert light_of(warm.gains / plain.gains, "linear").kelvin is not None
    assert warm.target.name == "5500K"


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["-t", "800K"], "800K is no white; give one of 2500K to 25000K, or ./800K for a file"),
        (["-t", "neutral", "--warmer", "260"], "at most 246 warmer (2500 K)"),
        (["-t", "neutral", "--warmer", "9", "--cooler", "9"], "--warmer cannot be used with --cooler"),
        (["-t", "neutral", "--warmer", "-3"], "Invalid value for '--warmer'"),
    ],
)
def test_an_impossible_white_is_refused(invoke, cat, tmp_path, options, fault):
    refused = invoke("correct", cat.source, "-o", "out.jpg", *options)
    assert refused.returncode == 2
    assert fault in refused.stderr
    assert not (tmp_path / "out.jpg").exists()


def test_a_file_may_have_the_name_of_a_temperature(invoke, cat, tmp_path):
    Image.open(cat.target).save(tmp_path / "5500K", format="JPEG")
    invoke("correct", cat.source, "-t", "./5500K", "-o", "out.jpg")
    assert json.loads((tmp_path / "out.report.json").read_text())["target"]["kind"] == "photo"


def test_the_report_holds_every_setting_that_changes_the_result(corrected):
    report = corrected(
        "-t", "neutral", "--highlights", "clip", "--dither", "--count-white", "--ignore-clipped"
    )[0]
    settings = report["settings"]
    assert (settings["highlights"], settings["dither"], settings["region"]) == ("clip", True, "all")
    assert (settings["count_white"], settings["ignore_clipped"], settings["only_region"]) == (
        True,
        True,
        False,
    )


def test_a_cast_is_that_of_the_light_whatever_white_is_asked_for(invoke, cat):
    checks = [
        invoke("correct", cat.source, "-t", "neutral", "--check", "--json", *more).stdout
        for more in ((), ("--warmer", "60"), ("--strength", "0.1"))
    ]
    assert len({json.loads(each)["delta_e"] for each in checks}) == 1


def test_a_number_alone_is_told_how_a_temperature_is_written(invoke, cat):
    done = invoke("correct", cat.source, "-t", "5500", "-o", "x.jpg")
    assert done.returncode == 1
    assert "5500: does not exist; for a temperature, write 5500K" in done.stderr
