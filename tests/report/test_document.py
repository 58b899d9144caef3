"""The loss report, every number recomputed from its files."""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

LUMA = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture(scope="module")
def done(tmp_path_factory, cat):
    """One correction by plain matching plus two regularizers, with the full trace."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("report")
    options = [
        "-R",
        "none",
        "-R",
        "double-wells=0.5",
        "-R",
        "gain-spread=0.1",
        "--exposure",
        "match",
        "--space",
        "srgb",
    ]
    subprocess.run(
        [sys.executable, "-m", "colorfix", "correct", cat.source, "-t", cat.target, "-o", "out.jpg", *options,
         "--trace", "full", "--verify", "-q"],
        cwd=folder, check=True,
    )  # fmt: skip
    return folder, json.loads((folder / "out.report.json").read_text())


def pixels(path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image, np.float64).reshape(-1, 3) / 255


def test_files_are_named_with_their_size_and_hash(done, cat):
    folder, report = done
    for key, path in (("source", cat.source), ("target", cat.target), ("output", folder / "out.jpg")):
        data = path.read_bytes()
        assert report[key]["bytes"] == len(data)
        assert report[key]["sha256"] == sha256(data).hexdigest()
        with Image.open(path) as image:
            assert (report[key]["width"], report[key]["height"]) == image.size


def test_after_means_the_corrected_pixels_unless_the_file_is_decoded_again(colorfix, cat, tmp_path):
    """A PNG loses nothing, so there the two are the same to the last digit."""
    for name, options in (("plain", []), ("verified", ["--verify"])):
        colorfix("correct", cat.source, "-t", cat.target, "-o", f"{name}.png", *options)
    plain, verified = (
        json.loads((tmp_path / f"{name}.report.json").read_text())["statistics"]["after"]
        for name in ("plain", "verified")
    )
    assert plain == verified
    assert plain["clipped"] != [0.0, 0.0, 0.0]


def test_statistics_are_those_of_the_pixels_and_after_means_as_written(done, cat):
    folder, report = done
    for key, path in (("before", cat.source), ("target", cat.target), ("after", folder / "out.jpg")):
        values, figures = pixels(path), report["statistics"][key]
        means = values.mean(0)
        assert figures["means"] == pytest.approx(means, abs=1e-12)
        assert figures["deviations"] == pytest.approx(values.std(0), abs=1e-12)
        assert figures["luminance"] == pytest.approx(means @ LUMA)
        assert figures["clipped"] == pytest.approx((values == 1).mean(0))
        assert figures["blue_excess"] == pytest.approx(max(0, means[2] - max(means[0], means[1])))


def test_each_loss_is_the_formula_at_its_gains_and_the_sum_of_its_terms(done, cat):
    _, report = done
    source, target = pixels(cat.source).mean(0), pixels(cat.target).mean(0)
    for point in report["loss"].values():
        red, _, blue = gains = np.array(point["gains"])
        wells = ((blue - 2.1) ** 2 - 1) ** 2 + 0.3 * blue + 2 + ((red + 0.5) ** 2 - 1) ** 2
        terms = {
            "match": ((gains * source - target) ** 2).sum(),
            "double-wells": 0.5 * wells,
            "gain-spread": 0.1 * ((np.log(gains) - np.log(gains).mean()) ** 2).sum(),
        }
        assert point["terms"] == pytest.approx(terms)
        assert point["total"] == pytest.approx(sum(terms.values()))


def test_the_best_is_the_lowest_of_the_trace_and_polishing_never_raises_it(done):
    _, report = done
    losses = report["trace"]["losses"]
    assert len(losses) == report["search"]["steps"] <= 1000
    assert report["search"]["best_step"] == int(np.argmin(losses))
    assert report["loss"]["best"]["total"] == pytest.approx(min(losses))
    assert report["loss"]["start"]["total"] == pytest.approx(losses[0])
    assert report["loss"]["polished"]["total"] <= report["loss"]["best"]["total"]


def test_turns_are_the_changes_of_direction_in_the_trace(done):
    """No dead end was met, so the direction changes at a turn and only there."""
    _, report = done
    assert report["search"]["dead_ends"] == 0
    assert report["search"]["turns"] == np.abs(np.diff([0, *report["trace"]["climbing"]])).sum() > 0


def test_stages_are_timed(done):
    _, report = done
    assert list(report["seconds"]) == ["read", "describe", "learn", "encode", "check"]
