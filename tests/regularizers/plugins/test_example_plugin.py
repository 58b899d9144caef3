"""The example package, installed by pip and used as a user would: by name, in folders, and from Python."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

NAMES = ("gray-point", "keep-warmth")


@pytest.fixture
def run(colorfix, example_plugin):
    """The command with the example package installed."""

    def run(*arguments):
        return colorfix(*arguments, env=os.environ | {"PYTHONPATH": str(example_plugin)})

    return run


@pytest.fixture
def invoke_installed(invoke, example_plugin, monkeypatch):
    """The same within this process, which has imported torch already."""
    monkeypatch.syspath_prepend(example_plugin)
    return invoke


def report_of(path):
    return json.loads(path.read_text())


def test_pip_installed_one_module_and_its_entry_points(example_plugin):
    assert (example_plugin / "colorfix_eyedropper.py").is_file()
    text = (example_plugin / "colorfix_eyedropper-1.0.dist-info/entry_points.txt").read_text()
    assert text.splitlines()[0] == "[colorfix.regularizers]"
    assert all(f"{name} = colorfix_eyedropper:{name.replace('-', '_')}" in text for name in NAMES)


def test_the_list_names_it_with_its_package_without_loading_it(run, example_plugin):
    listed = run("regularizers").stdout
    for name in NAMES:
        assert f"{name}\n    of colorfix-eyedropper 1.0; see 'colorfix regularizers {name}'\n" in listed
    assert not (example_plugin / "__pycache__").exists() or "Penalize gains that leave" not in listed


def test_it_is_described_as_a_built_in_regularizer(invoke_installed):
    described = invoke_installed("regularizers", "gray-point").stdout
    for words in (
        "Penalize gains that leave a color",
        "formula     Σ_c (z_c - z̄)², z_c = ln(g_c x_c)\n",
        "parameters  red=128 (1 to 255), green=128 (1 to 255), blue=128 (1 to 255)\n",
        "weight      0 by default\n",
        "origin      colorfix-eyedropper 1.0; it keeps the contract\n",
        "example     -R gray-point=1,red=128,green=128,blue=128\n",
        "\\_     _/",
        "Source: ",
    ):
        assert words in described


@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_a_picked_color_becomes_gray(invoke_installed, cat, tmp_path, space):
    """A heavy weight wins over all other terms: the picked color's three corrected values agree."""
    asked = "gray-point=100000,red=210,green=147,blue=81"
    line = ("correct", cat.source, "-t", cat.target, "-o", "out.png", "--space", space)
    done = invoke_installed(*line, "-R", asked)
    assert done.returncode == 0, done.stderr
    values = np.array([210, 147, 81]) / 255
    light = values if space == "srgb" else ((values + 0.055) / 1.055) ** 2.4
    corrected = light * report_of(tmp_path / "out.report.json")["gains"]
    assert np.ptp(np.log(corrected)) < 2e-3


def test_in_a_folder_each_photo_keeps_its_share_of_its_own_warmth(run, pairs, tmp_path):
    """At least that share; and exactly that, where the other terms alone would have taken more."""
    names, shares = [], []
    for pair in pairs[:3]:
        shutil.copy(pair.source, tmp_path / f"{pair.name}.jpg")
        names.append(f"{pair.name}.jpg")
    done = run(
        "correct", *names, "-t", "neutral", "-o", "out/", "--reports", "-R", "keep-warmth=10000,share=0.4"
    )
    assert done.returncode == 0, done.stderr
    for name in names:
        report = report_of(tmp_path / "out" / name.replace(".jpg", ".report.json"))
        red, _, blue = report["statistics"]["before"]["means"]
        gains = report["gains"]
        before, after = math.log(red / blue), math.log(gains[0] * red / (gains[2] * blue))
        shares.append(after / before)
    assert min(shares) == pytest.approx(0.4, abs=1e-3)


def test_its_need_is_checked_for_each_photo(run, cat, tmp_path):
    """The truth turned blue is not warm: the term is left out for it and not for the amber one."""
    with Image.open(cat.truth) as truth:
        Image.merge("RGB", truth.convert("RGB").split()[::-1]).point(
            [*(v // 2 for v in range(256)), *range(256), *range(256)]
        ).save(tmp_path / "blue.png")
    shutil.copy(cat.source, tmp_path / "amber.jpg")
    done = run(
        "correct", "amber.jpg", "blue.png", "-t", "neutral", "-o", "out/", "--reports", "-R", "keep-warmth=1"
    )
    assert done.returncode == 0, done.stderr
    sentence = "keep-warmth is left out: the photo is not warm: its mean red is no greater than its mean blue"
    assert [line for line in done.stderr.splitlines() if "warning" in line] == [
        f"warning: blue.png: {sentence}"
    ]
    assert report_of(tmp_path / "out/blue.report.json")["warnings"] == [sentence]
    assert report_of(tmp_path / "out/amber.report.json")["warnings"] == []


def test_its_ranges_are_checked_by_the_command(invoke_installed, cat, tmp_path):
    done = invoke_installed("correct", cat.source, "-t", "neutral", "-o", "new/", "-R", "gray-point=1,red=0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: red of gray-point must lie between 1 and 255, got 0.0\n"
    assert os.listdir(tmp_path) == []


def test_python_reads_the_same_text(cat, example_plugin, tmp_path, invoke_installed):
    """The same gains, to the bit, as the command."""
    code = """
import sys, colorfix
asked = colorfix.choose_regularizers("keep-warmth=3,share=0.4", "tint=0")
correction = colorfix.correct(sys.argv[1], "neutral", settings=colorfix.Settings(regularizers=asked))
print(correction.gains.tolist())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(cat.source)],
        env=os.environ | {"PYTHONPATH": str(example_plugin)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    invoke_installed(
        "correct",
        cat.source,
        "-t",
        "neutral",
        "-o",
        "out.png",
        "-R",
        "keep-warmth=3,share=0.4",
        "-R",
        "tint=0",
    )
    assert json.loads(done.stdout) == report_of(tmp_path / "out.report.json")["gains"]


def test_it_works_with_another_optimizer_and_a_certificate(invoke_installed, cat, tmp_path):
    """On torch tensors throughout, and the certificate says that it rests on a grid."""
    options = ("--optimizer", "adam", "--starts", "one", "--certify", "-R", "keep-warmth=3")
    done = invoke_installed("correct", cat.source, "-t", "neutral", "-o", "out.png", *options)
    assert done.returncode == 0, done.stderr
    certificate = report_of(tmp_path / "out.report.json")["certificate"]
    assert (certificate["kind"], certificate["certified"]) == ("grid", True)
