"""``colorfix export``: formats, destinations, warnings and errors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from judging import LOOKS, corrected, hard_picture
from PIL import Image
from terminal import on_terminal

from colorfix.color.statistics import encoded_of, linear_of
from colorfix.looks.formats import FORMATS
from colorfix.looks.look import Look, look_text

LOOK = Look(
    np.array([0.7, 1.0, 1.9]), "linear", "protect", origin={"source": 'a"\nLUT_3D_SIZE 2\n', "target": "b"}
)


@pytest.fixture
def look(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("look.json").write_text(look_text(LOOK), encoding="utf-8")
    return "look.json"


@pytest.mark.parametrize("to", ["cube", "ffmpeg", "imagemagick", "json"])
def test_text_goes_to_stdout_or_into_a_file(invoke, look, to):
    output = ("-o", "written") if to == "cube" else ()
    done = invoke("export", look, "--to", to, "-q", *output)
    assert (done.returncode, done.stderr) == (0, "")
    text = Path("written").read_text(encoding="ascii") if output else done.stdout
    assert text == FORMATS[to].encode(LOOK).decode("ascii")


def test_a_haldclut_is_written_to_a_pipe(colorfix, look, tmp_path):
    piped = colorfix("export", "-", "--to", "hald", input=look_text(LOOK).encode(), text=False, errors=None)
    assert piped.returncode == 0, piped.stderr
    Path("hald.png").write_bytes(piped.stdout)
    with Image.open("hald.png") as image:
        assert image.size == (4096, 4096)
        assert image.getpixel((4095, 4095)) == (255, 255, 255)  # white stays white


def test_a_haldclut_does_not_go_to_a_terminal(look, tmp_path):
    status, shown, _ = on_terminal(tmp_path, "export", look, "--to", "hald", stdout=True)
    assert status == 1
    assert "error: <stdout>: is a terminal; redirect it, as in > look.png" in shown


def test_highlights_can_be_overridden(invoke, look):
    refused = invoke("export", look, "--to", "gimp", "-o", "look.settings")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: GIMP's curves cannot hold highlights=protect")
    assert "--highlights clip" in refused.stderr
    assert not Path("look.settings").exists()
    assert invoke("export", look, "--to", "gimp", "--highlights", "clip").stdout.startswith("# GIMP curves")
    exact = invoke("export", look, "--to", "cube", "--highlights", "clip")
    assert exact.stdout.splitlines()[1] == "LUT_1D_SIZE 1021"
    assert exact.stderr == ""


def test_an_inexact_format_gives_a_warning(invoke, look):
    printed = invoke("export", look, "--to", "cube", "-o", "look.cube").stderr
    assert printed.endswith("\nlook.cube\n")
    assert printed.startswith("warning: a .cube cannot hold highlights=protect: near white up to ")
    assert printed.splitlines()[0].endswith("; exact are --to hald, --to ffmpeg, or --highlights clip")
    Path("noisy.json").write_text(json.dumps(json.loads(look_text(LOOK)) | {"dither": True}))
    printed = invoke("export", "noisy.json", "--to", "json").stderr
    assert printed == "warning: the look dithers, which no other program can; its export does not\n"


@pytest.mark.parametrize("to", ["cube", "gimp"])
def test_photo_names_cannot_corrupt_a_file(to):
    look = Look(LOOK.gains, "srgb", "clip", origin=LOOK.origin)
    lines = FORMATS[to].encode(look).decode("ascii").splitlines()
    comments = [line for line in lines if "LUT_3D_SIZE 2" in line]
    assert len(comments) == 1
    assert comments[0].startswith("# ")


@pytest.mark.parametrize("name", ["strong-linear-protect", "mild-srgb-clip"])
def test_json_tables_reproduce_the_pixels(name):
    """By the formula of docs/export.md, in NumPy."""
    saved = json.loads(FORMATS["json"].encode(LOOKS[name]))
    x = hard_picture()
    y = np.stack(
        [np.array(saved["tables"][c])[x[..., i]] for i, c in enumerate(("red", "green", "blue"))], axis=-1
    )
    if saved["highlights"] == "protect":
        w = np.array(saved["weights"])[x]
        others = np.minimum(np.roll(y, 1, axis=-1), np.roll(y, 2, axis=-1))
        others[..., 0] = y[..., 1]
        y = y + np.rint(w * np.maximum(0, others - y) / 255).astype(int)
        y = y + np.rint(w.min(-1, keepdims=True) * (y.max(-1, keepdims=True) - y) / 255).astype(int)
    assert (y == corrected(LOOKS[name], x)).all()


@pytest.mark.parametrize("highlights", ["protect", "clip"])
def test_json_of_the_sensors_space_is_a_matrix_for_linear_light_within_one_code(highlights):
    look = LOOKS[f"strong-sensor-{highlights}"]
    saved = json.loads(FORMATS["json"].encode(look))
    x = hard_picture()
    light = np.clip(linear_of(x / 255) @ np.array(saved["matrix"]).T, 0, 1)
    y = np.rint(255 * encoded_of(light)).astype(int)
    if highlights == "protect":
        w = np.array(saved["weights"])[x]
        others = np.minimum(np.roll(y, 1, axis=-1), np.roll(y, 2, axis=-1))
        others[..., 0] = y[..., 1]
        y = y + np.rint(w * np.maximum(0, others - y) / 255).astype(int)
        y = y + np.rint(w.min(-1, keepdims=True) * (y.max(-1, keepdims=True) - y) / 255).astype(int)
    assert "tables" not in saved
    assert np.abs(y - corrected(look, x)).max() <= 1


def test_formats_that_cannot_hold_the_sensors_space_say_so_and_name_one_that_can(invoke, look):
    Path("seen.json").write_text(look_text(replace(LOOK, space="sensor")), encoding="utf-8")
    for highlights in ("clip", "protect"):
        refused = invoke("export", "seen.json", "--to", "gimp", "--highlights", highlights)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
        assert refused.stderr.startswith("error: GIMP's curves cannot hold space=sensor")
        assert "--to hald" in refused.stderr
    printed = invoke("export", "seen.json", "--to", "cube", "--highlights", "clip", "-o", "look.cube").stderr
    assert printed.startswith("warning: a .cube cannot hold space=sensor: up to ")


EXISTS = "there: exists already; choose another name or allow it with --overwrite"


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["look.json", "--to", "cub"], 2, "no format is called 'cub'; did you mean 'cube'?"),
        (["look.json", "--to", "png"], 2, "no format is called 'png'; there are: cube, ffmpeg, gimp, hald, "),
        (["look.json"], 2, "Missing option '--to'"),
        (["none.json", "--to", "cube"], 1, "none.json: "),
        (["there", "--to", "cube"], 1, "there: "),
        (["look.json", "--to", "hald", "-o", "there"], 1, EXISTS),
        (["look.json", "--to", "cube", "-o", "none/a"], 1, "none/a: its folder does not exist"),
        (["look.json", "--to", "json", "-o", "look.json", "--overwrite"], 1, "look.json: is read itself"),
        (["look.json", "--to", "json", "--highlights", "keep"], 2, "Invalid value for '--highlights'"),
    ],
)  # fmt: skip
def test_errors_are_one_line(invoke, look, arguments, status, line):
    Path("there").write_bytes(b"")
    done = invoke("export", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert done.stderr.startswith(f"error: {line}")
    assert Path("there").read_bytes() == b""
