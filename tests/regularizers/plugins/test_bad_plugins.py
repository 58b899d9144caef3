"""What a third party's regularizer may do wrong, as a user meets it: one line, and the exit status."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

AT_THE_DOOR = """
import torch
from colorfix.regularizers import needs, ranges

def raises(gains, scene):
    raise RuntimeError("no\\nway")

def nan(gains, scene):
    return gains.sum(-1) * float("nan")

def shape(gains, scene):
    return gains

def no_slope(gains, scene):
    return gains.detach().sum(-1)

def changes(gains, scene):
    scene.source_means.mul_(2)
    return gains.sum(-1)

def single(gains, scene):
    return gains.sum(-1).float()

def complex(gains, scene):
    return gains.sum(-1).to(torch.complex128)

def in_place(gains, scene):
    y = gains.exp()
    z = (y * y).sum(-1)
    y.mul_(2)
    return z

def scalar(gains, scene):
    return gains.sum()

def exits(gains, scene):
    raise SystemExit(3)

@needs(5)
def marked(gains, scene):
    return gains.sum(-1)

@ranges(wanted=[1])
def ranged(gains, scene, *, wanted=1.0):
    return gains.sum(-1)

@ranges(wanted=5)
def half_ranged(gains, scene, *, wanted=1.0):
    return gains.sum(-1)

@ranges(wanted=(0.2, 4.0))
def keep_green(gains, scene, *, wanted=1.0):
    return (gains[:, 1] - wanted) ** 2
"""

DOOR = {
    "single=1": "for gains of torch.float64 it returned torch.float32, and must keep the dtype",
    "complex=1": "for gains of torch.float64 it returned torch.complex128, and must keep the dtype",
    "in_place=1": "'./mine.py:in_place' breaks the contract: its penalty has no gradient: RuntimeError:",
    "scalar=1": "for gains of shape (4, 3) it returned shape (), not one penalty each, (4,)",
    "exits=1": "'./mine.py:exits' breaks the contract: it raised SystemExit: 3",
    "marked=1": "'marked' breaks the contract: its need must be a Need, as @needs marks it, got 5",
    "ranged=1": "its ranges must be (least, most) by parameter, got {'wanted': [1]}",
    "half_ranged=1": "its ranges must be (least, most) by parameter, got {'wanted': 5}",
    "keep_green=1,wanted=1,wanted=2": "gives 'wanted' twice; leave one out",
    "raises=1": "it raised RuntimeError: no way",
    "nan=1": "NaN or infinite",
    "shape=1": "for gains of shape (4, 3) it returned shape (4, 3), not one penalty each, (4,)",
    "no_slope=1": "has no gradient",
    "changes=1": "it changes the gains or the scene that it is given (make a copy first)",
    "keep_green=-1": "the weight of ./mine.py:keep_green must be a number of at least 0, got -1.0",
    "keep_green=nan": "the weight of ./mine.py:keep_green must be a number of at least 0, got nan",
    "keep_green=1,wanted=9": "wanted of ./mine.py:keep_green must lie between 0.2 and 4, got 9.0",
}

ON_A_PHOTO = """
import torch
from colorfix.regularizers import Need, needs

def raises(gains, scene):
    if scene.weights[0, 0, 255] > 0.9:
        raise RuntimeError("too bright")
    return gains.sum(-1)

def shape(gains, scene):
    return gains if scene.weights[0, 0, 255] > 0.9 else gains.sum(-1)

def nan(gains, scene):
    return gains.sum(-1) + torch.where(scene.weights[:, 0, 255] > 0.9, torch.nan, 0.0)

def bright(scene):
    if scene.weights[0, 0, 255] > 0.9 > scene.weights[0, 1, 255]:
        raise RuntimeError("too bright")
    return torch.isfinite(scene.source_means[:, 0])

@needs(Need(bright, "nothing"))
def need(gains, scene):
    return gains.sum(-1)

def no_slope(gains, scene):
    return gains.detach().sum(-1) if scene.weights[0, 0, 255] > 0.9 else gains.sum(-1)
"""

PHOTO = {
    "raises": "the regularizer './mine.py:raises' breaks the contract: it raised RuntimeError: too bright;",
    "shape": "the regularizer './mine.py:shape' breaks the contract: for gains of shape ",
    "nan": "no gains gave a finite loss because of './mine.py:nan'; mend it or leave it out",
    "need": "the regularizer './mine.py:need' breaks the contract: its need cannot be checked: ",
    "no_slope": "the regularizer './mine.py:no_slope' breaks the contract: its penalty has no gradient: ",
}


@pytest.mark.parametrize("asked", DOOR)
def test_a_plug_in_that_is_wrong_from_the_start_starts_nothing(invoke, cat, tmp_path, asked):
    (tmp_path / "mine.py").write_text(AT_THE_DOOR)
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(cat.source, tmp_path / name)
    done = invoke("correct", "a.jpg", "b.jpg", "-t", "neutral", "-o", "new", "-R", f"./mine.py:{asked}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith("error: ")
    assert DOOR[asked] in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", PHOTO)
def test_a_plug_in_that_is_wrong_for_one_photo_fails_that_photo_alone(colorfix, cat, tmp_path, name):
    (tmp_path / "mine.py").write_text(ON_A_PHOTO)
    shutil.copy(cat.source, tmp_path / "fine.jpg")
    bright = np.full((8, 8, 3), (255, 200, 150), np.uint8)
    Image.fromarray(bright).save(tmp_path / "bright.png")
    arguments = ("bright.png", "fine.jpg", "-t", cat.target, "-o", "new", "-R", f"./mine.py:{name}=1")
    done = colorfix("correct", *arguments, "--steps", "50", "-q", "--reports", "-j", "1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert done.stderr.startswith(f"error: bright.png: {PHOTO[name]}")
    assert {"fine.jpg", "fine.report.json"} < set(os.listdir(tmp_path / "new"))
    assert (tmp_path / "new/failed.txt").read_text() == "bright.png\n"
    gains = json.loads((tmp_path / "new/fine.report.json").read_text())["gains"]
    assert np.isfinite(gains).all()


def installed(folder, distribution: str, name: str) -> None:
    """Lay out an installed package that offers a regularizer, as pip does."""
    (folder / f"{distribution}.py").write_text("def f(gains, scene):\n    return gains.sum(-1)\n")
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[colorfix.regularizers]\n{name} = {distribution}:f\n")


@pytest.mark.parametrize(
    ("name", "distributions", "owners"),
    [
        ("keep-green", ["greens", "leaves"], ["greens 1.0", "leaves 1.0"]),
        ("luminance", ["greens"], ["greens 1.0", "colorfix itself"]),
    ],
)
def test_two_owners_of_a_name_are_both_named(colorfix, cat, tmp_path, name, distributions, owners):
    (tmp_path / "site").mkdir()
    for distribution in distributions:
        installed(tmp_path / "site", distribution, name)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    arguments = ("correct", cat.source, "-t", "neutral", "-o", "out.jpg", "-R", f"{name}=1")
    for done in (colorfix(*arguments, env=environment), colorfix("regularizers", name, env=environment)):
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert f"the regularizer '{name}' has two owners, " in done.stderr
        assert all(owner in done.stderr for owner in owners)
    assert all(owner in colorfix("regularizers", env=environment).stdout for owner in owners)
    assert (
        colorfix(*arguments[:-2], env=environment).returncode == 0
    )  # who does not ask for it is not bothered


def test_a_package_that_cannot_be_loaded_is_named(colorfix, cat, tmp_path):
    installed(tmp_path, "greens", "keep-green")
    (tmp_path / "greens.py").write_text("import nothing_of_this_name\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = colorfix(
        "correct", cat.source, "-t", "neutral", "-o", "o.jpg", "-R", "keep-green=1", env=environment
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "'keep-green' of greens 1.0 cannot be loaded: ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("command", ["correct", "regularizers"])
def test_a_file_that_exits_as_it_is_loaded_is_named(invoke, cat, tmp_path, command):
    (tmp_path / "mine.py").write_text("import sys\nsys.exit(7)\n")
    arguments = {
        "correct": (cat.source, "-t", "neutral", "-o", "o.jpg", "-R", "./mine.py:f=1"),
        "regularizers": ("./mine.py:f",),
    }[command]
    done = invoke(command, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: ./mine.py: cannot be run: SystemExit: 7\n"


def test_ctrl_c_in_a_plug_in_is_still_ctrl_c(colorfix, cat, tmp_path):
    (tmp_path / "mine.py").write_text("def f(gains, scene):\n    raise KeyboardInterrupt\n")
    done = colorfix("correct", cat.source, "-t", "neutral", "-o", "o.jpg", "-R", "./mine.py:f=1")
    assert (done.returncode, done.stdout) == (130, "")


PRINTS = """
print("as it is loaded")

def f(gains, scene):
    \"\"\"Keep still.\"\"\"
    print("as it is called")
    return gains.log().pow(2).sum(-1)
"""


def test_output_of_a_plug_in_does_not_go_to_stdout(colorfix, cat, tmp_path):
    (tmp_path / "mine.py").write_text(PRINTS)
    arguments = ("-t", "neutral", "-o", "new/", "--json", "-q", "--steps", "20", "-R", "./mine.py:f=1")
    done = colorfix("correct", cat.source, *arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["output"]["path"] == "new/amber.jpg"
    assert set(done.stderr.splitlines()) == {"as it is loaded", "as it is called"}
    listed = colorfix("regularizers", "./mine.py:f")
    assert listed.stdout.startswith("./mine.py:f\n    Keep still.\n")
    assert "as it is" not in listed.stdout


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("none=1", "'none' takes no weight; -R none drops every regularizer before it"),
        ("tint=1,x=2", "no parameter of tint is called 'x'; there are none"),
        ("temperature=1,mired=300,mired=400", "gives 'mired' twice; leave one out"),
        ("nope.py=1", "'nope.py' is no regularizer; name one of a file as PATH.py:function"),
        ("m.PY:keep=1", "'m.PY:keep' is no regularizer; name one of a file as PATH.py:function"),
    ],
)
def test_a_malformed_regularizer_text_is_refused_with_its_form(invoke, cat, asked, words):
    done = invoke("correct", cat.source, "-t", "neutral", "-o", "out.jpg", "-R", asked)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert words in done.stderr
