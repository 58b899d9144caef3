"""A third party's regularizers: found, held to the contract, used."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

import colorfix
from colorfix.errors import SettingError
from colorfix.plugins import weighted_of
from colorfix.regularizers import BUILT_IN, Weighted

GOOD = """
import torch

def keep_green(gains, scene, *, wanted=1.0):
    return (gains[:, 1] - wanted) ** 2
"""

BROKEN = {
    "it raised RuntimeError: no": "def f(gains, scene): raise RuntimeError('no')",
    "not one penalty each": "def f(gains, scene): return gains",
    "NaN or infinite": "def f(gains, scene): return gains[:, 0] * float('nan')",
    "has no gradient": "def f(gains, scene): return gains.detach().sum(1)",
    "not the slope of its penalty": "def f(gains, scene): return (gains.detach() * gains).sum(1)",
    "one problem's gains change another's": "def f(gains, scene): return gains.sum().expand(len(gains))",
    "changes the gains or the scene": (
        "def f(gains, scene):\n    scene.source_means.mul_(2)\n    return gains.sum(1)"
    ),
    "must take (gains, scene)": "def f(gains): return gains.sum(1)",
    "cannot be run: ZeroDivisionError": "1 / 0",
    "cannot be run: SyntaxError": "def f(",
    "has no function 'f'": "g = 1",
}


@pytest.fixture
def write(tmp_path):
    def write(code: str, name: str = "mine.py"):
        path = tmp_path / name
        path.write_text(code)
        return path

    return write


def test_a_function_of_a_file_pulls_the_gains_where_it_wants(write, cat):
    weighted = weighted_of(f"{write(GOOD)}:keep_green=1000000,wanted=1.2")
    correction = colorfix.correct(
        cat.source, cat.target, settings=colorfix.Settings(regularizers=(weighted,))
    )
    assert correction.gains[1] == pytest.approx(1.2, abs=1e-3)


def test_its_gradient_on_numpy_is_autograds(write):
    """A copy of a built-in penalty, written in torch, gives the same gains as the built-in one."""
    code = """
    import torch
    def wells(gains, scene):
        red, blue = gains[:, 0], gains[:, 2]
        return ((blue - 2.1)**2 - 1)**2 + 0.3*blue + 2 + ((red + 0.5)**2 - 1)**2
    """
    pixels = np.random.default_rng(0).integers(20, 200, (9, 9, 3), dtype=np.uint8)
    gains = [
        colorfix.correct(pixels, "neutral", settings=colorfix.Settings(regularizers=(r,), space="srgb")).gains
        for r in (
            weighted_of(f"{write(textwrap.dedent(code))}:wells=1"),
            Weighted("double-wells", BUILT_IN["double-wells"], 1.0),
        )
    ]
    assert gains[0] == pytest.approx(gains[1], abs=1e-9)


@pytest.mark.parametrize("words", BROKEN)
def test_what_breaks_the_contract_is_told_what_it_broke(write, words):
    with pytest.raises(SettingError) as caught:
        weighted_of(f"{write(BROKEN[words])}:f=1")
    assert words in str(caught.value)
    assert "mine.py" in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SettingError, match="there is no such file"):
        weighted_of(f"{tmp_path}/nothing.py:f=1")


def test_a_name_that_is_built_in_has_two_owners(write):
    with pytest.raises(SettingError, match=r"two owners, .*mine\.py and colorfix itself"):
        weighted_of(f"{write('def gray_world(gains, scene): return gains.sum(1)')}:gray_world=1")


def test_an_unknown_parameter_suggests_the_nearest(write):
    with pytest.raises(SettingError, match="did you mean 'wanted'"):
        weighted_of(f"{write(GOOD)}:keep_green=1,wnted=2")


def test_a_command_uses_it_certifies_by_a_grid_and_reports_its_parameters(write, cat, colorfix, tmp_path):
    write(GOOD)
    done = colorfix(
        *("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--certify", "--steps", "50"),
        *("-R", "none", "-R", "./mine.py:keep_green=2,wanted=1.1"),
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out.report.json").read_text())
    asked = {"name": "./mine.py:keep_green", "weight": 2.0, "parameters": {"wanted": 1.1}}
    assert report["settings"]["regularizers"] == [asked]
    assert report["certificate"]["kind"] == "grid"
    assert report["certificate"]["certified"] is True


def offering(folder, name: str, distribution: str) -> None:
    """Lay out an installed package that offers a regularizer, as pip would."""
    (folder / f"{distribution}.py").write_text(GOOD)
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[colorfix.regularizers]\n{name} = {distribution}:keep_green\n")


def loaded(folder, name: str) -> subprocess.CompletedProcess[str]:
    code = f"""
import sys; sys.path.insert(0, {str(folder)!r})
from colorfix.plugins import weighted_of
print(weighted_of("{name}=3,wanted=1.1").weight)
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_an_installed_package_offers_one_by_entry_point(tmp_path):
    offering(tmp_path, "keep-green", "greens")
    assert loaded(tmp_path, "keep-green").stdout == "3.0\n"


def test_two_packages_that_offer_one_name_are_both_named(tmp_path):
    offering(tmp_path, "keep-green", "greens")
    offering(tmp_path, "keep-green", "leaves")
    told = loaded(tmp_path, "keep-green").stderr.splitlines()[-1]
    assert "two owners" in told
    assert "greens 1.0" in told
    assert "leaves 1.0" in told


def test_a_package_that_offers_a_built_in_name_is_a_clash(tmp_path):
    offering(tmp_path, "luminance", "greens")
    told = loaded(tmp_path, "luminance").stderr.splitlines()[-1]
    assert "greens 1.0 and colorfix itself" in told


def test_torch_tensors_go_straight_through(write):
    weighted = weighted_of(f"{write(GOOD)}:keep_green=2")
    gains = torch.tensor([[1.0, 3.0, 1.0]], requires_grad=True)
    weighted(gains, None).sum().backward()
    assert gains.grad.tolist() == [[0.0, 8.0, 0.0]]
