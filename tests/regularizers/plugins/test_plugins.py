"""Third-party regularizers are found, checked against the contract, and used."""

from __future__ import annotations

import json
import re
import textwrap

import numpy as np
import pytest
import torch

import colorfix
from colorfix.color.scene import Scene
from colorfix.core.errors import BrokenRegularizer, SettingError
from colorfix.learning.gradient import value_and_gradient
from colorfix.regularizers import BUILT_IN, Weighted
from colorfix.regularizers.plugins import adopt, weighted_of
from colorfix.regularizers.plugins.torch_contract import TorchAdapter

GOOD = """
import torch

def keep_green(gains, scene, *, wanted=1.0):
    return (gains[:, 1] - wanted) ** 2
"""

MARKED = "from colorfix.regularizers import Need, needs, ranges\n"

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
    "the gains or the scene that it is given": "def f(gains, scene): return gains.mul_(2).sum(1)",
    "another's penalty (reduce over": "def f(gains, scene): return ((gains - gains.mean(0)) ** 2).sum(1)",
    "it raised RuntimeError: The size": (
        "def f(gains, scene): return (gains * scene.source_means).sum(1) * scene.luma"
    ),
    "it raised IndexError": (
        "def f(gains, scene):\n    rows = list(range(len(gains)))\n"
        "    return gains[:, 0] * scene.source_means[rows, 0]"
    ),
    "it must be 0 where its need is not met": (
        f"{MARKED}@needs(Need(lambda scene: scene.edges.all(-1), 'no edges'))\n"
        "def f(gains, scene): return gains.sum(1)"
    ),
    "its need cannot be checked: AttributeError": (
        f"{MARKED}@needs(Need(lambda scene: scene.edgs, 'no edges'))\n"
        "def f(gains, scene): return gains.sum(1)"
    ),
    "a truth value a problem, shape (1,) for one": (
        f"{MARKED}@needs(Need(lambda scene: scene.luma > 0, 'no edges'))\n"
        "def f(gains, scene): return gains.sum(1)"
    ),
    "'wanted' has a range": f"{MARKED}@ranges(wanted=(0, 1))\ndef f(gains, scene): return gains.sum(1)",
    "must take (gains, scene)": "def f(gains): return gains.sum(1)",
    "each with a default": "def f(gains, scene, *, kind='soft'): return gains.sum(1)",
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


def test_a_function_of_a_file_changes_the_gains(write, cat):
    weighted = weighted_of(f"{write(GOOD)}:keep_green=1000000,wanted=1.2")
    correction = colorfix.correct(
        cat.source, cat.target, settings=colorfix.Settings(regularizers=(weighted,))
    )
    assert correction.gains[1] == pytest.approx(1.2, abs=1e-3)


def test_its_gradient_on_numpy_equals_autograd(write):
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
def test_a_function_that_breaks_the_contract_is_refused_with_the_reason(write, words):
    with pytest.raises(SettingError) as caught:
        weighted_of(f"{write(BROKEN[words])}:f=1")
    assert words in str(caught.value)
    assert "mine.py" in str(caught.value)


def test_a_function_written_in_c_is_refused_with_advice_to_wrap_it(write):
    with pytest.raises(SettingError, match="has no signature; wrap it in a Python function"):
        weighted_of(f"{write('from torch import exp as f')}:f=1")


def test_a_function_is_adopted_from_python():
    def keep_green(gains, scene, *, wanted=1.0):
        return (gains[:, 1] - wanted) ** 2

    pixels = np.random.default_rng(0).integers(20, 200, (9, 9, 3), dtype=np.uint8)
    mine = adopt(Weighted("keep-green", keep_green, 1e6, {"wanted": 1.2}))
    settings = colorfix.Settings(regularizers=(*colorfix.choose_regularizers("tint=0"), mine))
    assert colorfix.correct(pixels, "neutral", settings=settings).gains[1] == pytest.approx(1.2, abs=1e-3)
    with pytest.raises(BrokenRegularizer, match="'flat' breaks the contract: its penalty does not follow"):
        adopt(Weighted("flat", lambda gains, scene: torch.zeros_like(gains).sum(-1), 1.0))


def test_all_starts_of_one_photo_are_evaluated_in_one_call(write):
    """The grid of starts holds thousands of gains; a call to torch costs as much as hundreds of them."""
    sizes = []

    def counting(gains, scene):
        sizes.append(gains.shape)
        return gains.sum(-1)

    bridge = TorchAdapter("counting", counting)
    one = Scene(*[np.ones((1, 3))] * 8)
    gains = np.random.default_rng(0).uniform(0.5, 2.0, (5, 1, 3))
    np.testing.assert_allclose(bridge(gains, one), gains.sum(-1))
    values, slopes = value_and_gradient(lambda g: bridge(g, one), gains[:, 0])
    np.testing.assert_allclose(values, gains[:, 0].sum(-1))
    np.testing.assert_allclose(slopes, np.ones((5, 3)))
    assert sizes == [(5, 3), (15, 3)]


def test_several_photos_keep_their_own_rows():
    """A scene of two photos, gains with an axis in front: each row of gains meets its own photo."""
    two = Scene(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), *[np.ones((2, 3))] * 7)
    bridge = TorchAdapter("brightness", lambda gains, scene: (gains * scene.source_means).sum(-1))
    gains = np.random.default_rng(0).uniform(0.5, 2.0, (4, 2, 3))
    np.testing.assert_allclose(bridge(gains, two), (gains * two.source_means).sum(-1))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (("luminance",), "must be Weighted; see colorfix.choose_regularizers, got 'luminance'"),
        (colorfix.choose_regularizers() * 2, "the regularizer 'luminance' is there 2 times"),
    ],
)
def test_settings_refuse_non_regularizers_and_duplicates(members, words):
    with pytest.raises(SettingError, match=re.escape(words)):
        colorfix.Settings(regularizers=members)


@pytest.mark.parametrize("path", ["a b,c=1.py", "x=2,y.py"])
def test_a_path_may_hold_commas_and_equals_signs(write, path):
    weighted = weighted_of(f"{write(GOOD, path)}:keep_green=50,wanted=1.2")
    assert weighted.name.endswith(f"{path}:keep_green")
    assert (weighted.weight, dict(weighted.parameters)) == (50.0, {"wanted": 1.2})


def square(gains, scene, *, wanted=1.0):
    return ((gains - wanted) ** 2).sum(-1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("t", square, "1"), "the weight of t must be a number of at least 0, got '1'"),
        (("t", square, None), "the weight of t must be a number of at least 0, got None"),
        (("t", square, 1.0, {"wanted": "x"}), "wanted of t must be a finite number, got 'x'"),
        (("t", square, 1.0, None), "the parameters of t must be numbers by name, got None"),
        (("t", None, 1.0), "t must be a function of (gains, scene), got None"),
        ((5, square, 1.0), "the name of a regularizer must be a text, got 5"),
    ],
)
def test_a_weighted_of_wrong_types_is_refused_with_its_value(arguments, words):
    with pytest.raises(SettingError, match=f"^{re.escape(words)}$"):
        Weighted(*arguments)


@pytest.mark.parametrize("asked", [5, None, b"tint=1"])
def test_a_request_that_is_not_text_is_refused_with_its_value(asked):
    with pytest.raises(
        SettingError, match=re.escape(f"must be a text, NAME=WEIGHT[,param=value...], got {asked!r}")
    ):
        colorfix.choose_regularizers(asked)


@pytest.mark.parametrize("preset", [None, 5, []])
def test_a_preset_that_is_not_a_name_is_refused_with_its_value(preset):
    with pytest.raises(
        SettingError, match=re.escape(f"no preset is called {preset!r}; there are: default, ")
    ):
        colorfix.choose_regularizers(preset=preset)


def test_an_adopted_regularizer_cannot_take_a_built_in_name():
    with pytest.raises(
        SettingError, match=r"'tint' has two owners, <function square at .*> and colorfix itself"
    ):
        adopt(Weighted("tint", square, 1.0))


@pytest.mark.parametrize(
    "function",
    [
        lambda gains, scene: (gains[:, 1] - 1) ** 2,
        lambda gains, scene: torch.exp(gains).sum(-1),
        lambda gains, scene: gains.sum(),
    ],
)
def test_settings_refuse_a_torch_function_that_was_not_adopted(function):
    with pytest.raises(
        SettingError, match=r"'mine' cannot be called with arrays .* colorfix\.regularizers\.plugins\.adopt"
    ):
        colorfix.Settings(regularizers=(Weighted("mine", function, 1.0),))


def test_a_function_for_arrays_of_either_kind_needs_no_adoption():
    """NumPy judges: the minimum of (g - 1.2)², weighted to outdo the match, is 1.2."""
    pixels = np.random.default_rng(0).integers(20, 200, (9, 9, 3), dtype=np.uint8)
    settings = colorfix.Settings(regularizers=(Weighted("mine", square, 1e6, {"wanted": 1.2}),))
    assert colorfix.correct(pixels, "neutral", settings=settings).gains == pytest.approx([1.2] * 3, abs=1e-3)


def test_a_missing_file_is_reported(tmp_path):
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


def test_torch_tensors_are_passed_unconverted(write):
    weighted = weighted_of(f"{write(GOOD)}:keep_green=2")
    gains = torch.tensor([[1.0, 3.0, 1.0]], requires_grad=True)
    weighted(gains, None).sum().backward()
    assert gains.grad.tolist() == [[0.0, 8.0, 0.0]]
