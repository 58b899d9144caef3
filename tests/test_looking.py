"""preview, compare and landscape: real commands on real photos."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image
from skimage.color import lab2rgb, rgb2lab
from terminal import on_terminal

import colorfix as library
from colorfix import figures, photos
from colorfix.landscape import landscape_of, paths_of, picture
from colorfix.learning import Optimizer
from colorfix.methods import reinhard


@pytest.fixture(scope="module")
def correction(cat):
    return library.correct(cat.source, cat.target)


def test_the_plane_s_losses_are_the_objective_s_and_it_holds_the_minimum(correction):
    plane = landscape_of(correction, side=12)
    for row, column in ((0, 0), (7, 3), (11, 11)):
        gains = np.array([[plane.across[column], plane.third, plane.up[row]]])
        assert plane.losses[row, column] == pytest.approx(correction.objective(gains)[0], rel=1e-12)
    red, _, blue = correction.minimum.gains
    assert plane.across[0] < min(red, 1)
    assert plane.up[-1] > max(blue, 1)
    assert (np.diff(plane.levels()) > 0).all()
    assert np.nanmin(plane.losses) >= correction.minimum.loss


def test_adam_and_hill_adam_start_together_at_no_change(correction):
    paths = paths_of(correction, {"one": Optimizer("adam"), "other": Optimizer()})
    assert paths["one"][0] == pytest.approx([1, 1, 1])
    assert paths["one"][:20] == pytest.approx(paths["other"][:20], rel=1e-6)


def test_reinhard_is_what_scikit_image_computes():
    rng = np.random.default_rng(5)
    source, target = rng.uniform(0.2, 0.6, (500, 3)), rng.uniform(0.3, 0.7, (400, 3))
    ours, theirs = rgb2lab(source), rgb2lab(target)
    wanted = lab2rgb((ours - ours.mean(0)) * theirs.std(0) / ours.std(0) + theirs.mean(0))
    assert np.abs(reinhard(source, source, target) - wanted).max() < 1e-3


def test_a_landscape_is_drawn(colorfix, cat, tmp_path):
    done = colorfix("landscape", cat.source, "-t", cat.target, "-o", "l.png", "--steps", 20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "l.png\n")
    with Image.open(tmp_path / "l.png") as drawn:
        assert drawn.size == (960, 768)


@pytest.mark.parametrize(("suffix", "starts"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_landscape_is_drawn_by_its_suffix(correction, suffix, starts):
    plane = landscape_of(correction, side=8)
    first, again = (figures.drawn(lambda: picture(plane, "It", "linear light"), f"l.{suffix}") for _ in "ab")
    assert first.startswith(starts)
    assert first == again


def test_compare_tells_of_every_optimizer_and_draws_a_sheet(colorfix, cat, tmp_path):
    done = colorfix(
        "compare", cat.source, "-t", cat.target, "--truth", cat.truth, "--methods", "--steps", 30, "--json",
        "-o", "sheet.png", "-q",
    )  # fmt: skip
    told = json.loads(done.stdout)
    rows = {row["way"]: row for row in told["ways"]}
    assert {"colorfix", "hill-adam", "hill-adam, rays", "adam", "lion", "gray-world", "Reinhard"} <= set(rows)
    assert told["certificate"]["certified"]
    assert rows["colorfix"]["gap"] < 1e-6
    assert rows["colorfix"]["delta_e_to_truth"] < rows["plain matching"]["delta_e_to_truth"]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"


EXISTS = "there.png: exists already; choose another name or allow it with --overwrite"
NOWHERE = "nowhere to draw: name a picture with -o, or print its numbers with --json"


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["landscape", "-o", "l.gif"], 2, "l.gif: a picture ends in .pdf, .png, .svg; choose one of them"),
        (["landscape"], 2, NOWHERE),
        (["landscape", "-o", "there.png"], 1, EXISTS),
        (["compare", "-o", "sheet.jpg"], 2, "sheet.jpg: a contact sheet ends in .png; rename it"),
        (["preview"], 2, "a preview is drawn in a terminal and stdout is none; say --as blocks, "),
    ],
)
def test_what_cannot_be_done_is_one_line(colorfix, cat, tmp_path, arguments, status, line):
    (tmp_path / "there.png").write_bytes(b"")
    done = colorfix(*arguments, cat.source, "-t", cat.target)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert done.stderr.startswith(f"error: {line}")
    assert (tmp_path / "there.png").read_bytes() == b""


def test_a_missing_target_is_named(colorfix, cat):
    done = colorfix("preview", cat.source, "-t", "none.jpg", "--as", "blocks")
    assert done.returncode == 1
    assert done.stderr.startswith("error: none.jpg: ")


def test_half_blocks_have_the_colours_of_the_views(correction, cat, tmp_path):
    """On a terminal of 100 by 24: the view of the photo and of its correction, side by side."""
    status, shown, _ = on_terminal(
        tmp_path, "preview", str(cat.source), "-t", str(cat.target), stdout=True,
        COLORTERM="truecolor", LINES="24",
    )  # fmt: skip
    assert status == 0, shown
    cells = re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m(▀+)", shown)
    pixels = [cell[:6] for cell in cells for _ in cell[6]]
    views = [photos.view(correction.source, (49, 40), change) for change in (None, correction.change)]
    both = np.asarray(photos.beside(*views, 2))
    drawn = np.array(pixels, int).reshape(len(both) // 2, both.shape[1], 2, 3).swapaxes(1, 2)
    assert (drawn.reshape(both.shape) == both).all()


def test_the_picture_for_kitty_is_the_view(colorfix, correction, cat):
    done = colorfix("preview", cat.source, "-t", cat.target, "--as", "kitty")
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", done.stdout)
    assert [keys[-3:] for keys, _ in pieces] == ["m=1"] * (len(pieces) - 1) + ["m=0"]
    shown = Image.open(io.BytesIO(base64.b64decode("".join(piece for _, piece in pieces))))
    view = photos.view(correction.source, (390, 400))
    assert (np.asarray(shown.crop((0, 0, *view.size))) == np.asarray(view)).all()


def test_sixel_is_read_by_another_program(colorfix, correction, cat, tmp_path):
    """By ImageMagick; 256 colours, each rounded to hundredths."""
    program = next(filter(None, map(shutil.which, ("magick", "convert-im6.q16", "convert"))), None)
    if program is None:
        pytest.skip("ImageMagick is not installed")
    done = colorfix("preview", cat.source, "-t", cat.target, "--as", "sixel")
    (tmp_path / "a.six").write_text(done.stdout[: done.stdout.index("\x1b\\") + 2])
    read = subprocess.run([program, "sixel:a.six", "png:-"], cwd=tmp_path, capture_output=True, check=False)
    if read.returncode:
        pytest.skip("this ImageMagick reads no Sixel")
    shown = np.asarray(Image.open(io.BytesIO(read.stdout)).convert("RGB"), int)
    view = np.asarray(photos.view(correction.source, (390, 400)), int)
    assert np.abs(shown[: view.shape[0], : view.shape[1]] - view).mean() < 8


def test_no_color_is_kept_to(cat, tmp_path):
    status, shown, _ = on_terminal(
        tmp_path, "preview", str(cat.source), "-t", str(cat.target), stdout=True, NO_COLOR="1"
    )
    assert status == 2
    assert "NO_COLOR is set" in shown
