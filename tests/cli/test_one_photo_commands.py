"""preview, compare and landscape on real photos."""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import warnings
from time import sleep

import numpy as np
import pytest
from PIL import Image
from rich.text import Text
from skimage.color import deltaE_ciede2000, lab2rgb, rgb2lab
from terminal import on_terminal

import colorfix as library
from colorfix import photos
from colorfix.cli.commands.result_tables import print_rows
from colorfix.cli.commands.terminal_images import cell_of, xterm_colors
from colorfix.color.statistics import LUMA
from colorfix.core import figures
from colorfix.correction import comparison
from colorfix.correction.comparison import classical_entries, reinhard
from colorfix.photos import display
from colorfix.report.landscape import landscape_of
from colorfix.report.landscape_picture import picture

BOTH = """
import json, sys
from colorfix.cli.app import run
sys.exit(max(run(line) for line in json.loads(sys.argv[1])))
"""
"""Several command lines in one process: torch is imported once."""


@pytest.fixture(scope="module")
def correction(cat):
    return library.correct(cat.source, cat.target)


@pytest.fixture(scope="module")
def looked(cat, tmp_path_factory):
    """A folder with ``l.png`` and ``sheet.png``; what landscape and compare printed; what they said."""
    folder = tmp_path_factory.mktemp("looked")
    photo = [str(cat.source), "-t", str(cat.target), "--json", "--steps", "40", "-o"]
    lines = [
        ["landscape", *photo, "l.png"],
        ["compare", *photo, "sheet.png", "-q", "--methods", "--truth", str(cat.truth)],
    ]
    done = subprocess.run(
        [sys.executable, "-P", "-c", BOTH, json.dumps(lines)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, *map(json.loads, done.stdout.splitlines()), done.stderr


@pytest.fixture(scope="module")
def rows(looked):
    return {row["way"]: row for row in looked[2]["ways"]}


def test_the_landscape_holds_the_losses_of_the_objective_and_its_minimum(correction):
    plane = landscape_of(correction, side=12)
    for row, column in ((0, 0), (7, 3), (11, 11)):
        gains = np.array([[plane.across[column], plane.fixed_gain, plane.up[row]]])
        assert plane.losses[row, column] == pytest.approx(correction.objective(gains)[0], rel=1e-12)
    red, _, blue = correction.minimum.gains
    assert plane.across[0] < min(red, 1)
    assert plane.up[-1] > max(blue, 1)
    assert (np.diff(plane.levels()) > 0).all()
    assert np.nanmin(plane.losses) >= correction.minimum.loss


def test_a_landscape_is_drawn_and_its_figures_are_printed(looked, correction):
    folder, output, _, said = looked
    assert said == "guide: another scene (likeness 0.23), a hint only; --follow 1 follows it\nl.png\n"
    with Image.open(folder / "l.png") as drawn:
        assert drawn.size == (960, 768)
    assert output["minima"][0]["gains"] == pytest.approx(correction.minimum.gains)


def test_adam_and_hill_adam_start_together_at_no_change(looked):
    adam, hill_adam = looked[1]["paths"].values()
    assert adam[0] == pytest.approx([1, 1, 1])
    assert np.array(adam[:20]) == pytest.approx(np.array(hill_adam[:20]), rel=1e-6)


@pytest.mark.parametrize(("suffix", "starts"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_suffix_selects_the_format_of_a_landscape(correction, suffix, starts):
    plane = landscape_of(correction, side=8)
    first, again = (
        figures.render_figure(lambda: picture(plane, "It", "linear light"), f"l.{suffix}") for _ in "ab"
    )
    assert first.startswith(starts)
    assert first == again


def test_compare_lists_every_optimizer_and_draws_a_sheet(looked, rows):
    assert {"colorfix", "hill-adam", "hill-adam, rays", "adam", "lion", "gray-world", "Reinhard"} <= set(rows)
    assert looked[2]["certificate"]["certified"]
    assert rows["colorfix"]["gap"] < 1e-6
    assert rows["colorfix"]["delta_e_to_truth"] < rows["plain matching"]["delta_e_to_truth"]
    with Image.open(looked[0] / "sheet.png") as sheet:
        assert sheet.format == "PNG"


def test_plain_matching_and_gray_world_equal_their_formulas_on_the_pixels(cat):
    """In linear light (IEC 61966-2-1): the target's means over the photo's; its luminance over its means."""

    def means(path):
        stored = np.asarray(Image.open(path).convert("RGB")) / 255
        return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4).mean((0, 1))

    ours, theirs = means(cat.source), means(cat.target)
    linear = library.correct(cat.source, cat.target, settings=library.Settings(space="linear"))
    found = {entry.label: entry.gains for entry in classical_entries(linear, np.zeros((0, 3), np.uint8))}
    assert found["plain matching"] == pytest.approx(theirs / ours, rel=1e-4)
    assert found["gray-world"] == pytest.approx(LUMA @ ours / ours, rel=1e-4)


def test_reinhard_equals_scikit_image():
    rng = np.random.default_rng(5)
    source, target = rng.uniform(0.2, 0.6, (500, 3)), rng.uniform(0.3, 0.7, (400, 3))
    ours, theirs = rgb2lab(source), rgb2lab(target)
    wanted = lab2rgb((ours - ours.mean(0)) * theirs.std(0) / ours.std(0) + theirs.mean(0))
    assert np.abs(reinhard(source, source, target) - wanted).max() < 1e-3


def test_reinhard_on_a_sample_equals_reinhard_on_all_pixels(rows, cat, correction):
    """Though its statistics are taken from grids: ΔE is what all pixels give by scikit-image."""
    ours, theirs = (rgb2lab(np.asarray(Image.open(path).convert("RGB"))) for path in (cat.source, cat.target))
    points = rgb2lab(correction.visible_points[:, :3] / 255)
    moved = (points - ours.mean((0, 1))) * theirs.std((0, 1)) / ours.std((0, 1)) + theirs.mean((0, 1))
    with warnings.catch_warnings(action="ignore"):  # colours that sRGB has not are clipped, as they are to be
        wanted = deltaE_ciede2000(points, rgb2lab(np.rint(255 * lab2rgb(moved)) / 255)).mean()
    assert rows["Reinhard"]["delta_e"] == pytest.approx(wanted, abs=0.3)


class Screen(io.StringIO):
    """What a terminal was given."""

    def isatty(self):
        """It is one."""
        return True


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [(200, None), (80, "at the end, steps, turns, given"), (20, "gap, at the end, steps")],
)
def test_a_table_fits_the_terminal_without_a_folded_word(
    looked, rows, correction, monkeypatch, columns, left_out
):
    monkeypatch.setenv("COLUMNS", str(columns))
    proof = comparison.certify_lowest(correction, [next(comparison.optimizer_entries(correction))])
    print_rows(looked[2]["ways"], proof, screen := Screen(), quiet=False)
    table, meaning = Text.from_ansi(screen.getvalue()).plain.split("* lowest")
    heading, rule, *lines = table.splitlines()
    assert [line[: len(way) + 2].strip(" *") for way, line in zip(rows, lines, strict=True)] == list(rows)
    assert {len(line) for line in (heading, rule, *lines)} == {len(rule)}
    assert len(rule) <= max(columns, 28)  # the way and its loss stay
    assert "…" not in table
    output = " ".join(meaning.split())
    assert f"not in {columns} columns: {left_out}" in output if left_out else "columns" not in output


def test_a_pipe_gets_complete_tab_separated_values(looked, rows, correction, capsys):
    proof = comparison.certify_lowest(correction, [next(comparison.optimizer_entries(correction))])
    print_rows(looked[2]["ways"], proof, plain := io.StringIO(), quiet=False)
    names, *lines = (line.split("\t") for line in plain.getvalue().splitlines())
    read = [dict(zip(names, line, strict=True)) for line in lines]
    assert [row["way"] for row in read] == list(rows)
    assert [float(row["delta_e"]) for row in read] == [row["delta_e"] for row in rows.values()]
    assert read[-1]["best_loss"] == ""
    assert capsys.readouterr().err.startswith(f"gap: to {proof.loss:.6g}, ")


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
def test_an_impossible_request_is_one_line(invoke, cat, tmp_path, arguments, status, line):
    (tmp_path / "there.png").write_bytes(b"")
    done = invoke(*arguments, cat.source, "-t", cat.target)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert done.stderr.startswith(f"error: {line}")
    assert (tmp_path / "there.png").read_bytes() == b""


def test_a_missing_target_is_named(invoke, cat):
    done = invoke("preview", cat.source, "-t", "none.jpg", "--as", "blocks")
    assert done.returncode == 1
    assert done.stderr.startswith("error: none.jpg: ")


def test_stdin_can_be_read_only_once_including_the_truth(invoke, cat):
    done = invoke("compare", "-", "-t", cat.target, "--truth", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: - can stand for one photo only; save the other one to a file\n"


@pytest.mark.parametrize("command", ["preview", "compare", "landscape"])
def test_a_gray_photo_is_refused_in_one_line(invoke, cat, tmp_path, command):
    Image.open(cat.source).convert("L").save(tmp_path / "grey.jpg")
    where = ["--as", "blocks"] if command == "preview" else ["-o", "l.png"]
    done = invoke(command, "grey.jpg", "-t", cat.target, *where)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: grey.jpg: is a gray photo and has no color to correct; leave it as it is\n"
    assert not (tmp_path / "l.png").exists()


def both_views(correction, most, gap):
    """Before and after, as they are to be seen."""
    views = [photos.view(correction.source, most, change) for change in (None, correction.change)]
    return display.side_by_side(*views, gap)


def shown_on_terminal(cat, folder, *options, **variables):
    """What a terminal of 100 by 24 gets."""
    pair = str(cat.source), "-t", str(cat.target)
    return on_terminal(folder, "preview", *pair, *options, stdout=True, LINES="24", **variables)[:2]


def test_half_blocks_have_the_colors_of_the_pictures(correction, cat, tmp_path):
    status, shown = shown_on_terminal(cat, tmp_path, COLORTERM="truecolor")
    assert status == 0, shown
    cells = re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m(▀+)", shown)
    pixels = [cell[:6] for cell in cells for _ in cell[6]]
    both = np.asarray(both_views(correction, (49, 40), 2))
    drawn = np.array(pixels, int).reshape(len(both) // 2, both.shape[1], 2, 3).swapaxes(1, 2)
    assert (drawn.reshape(both.shape) == both).all()


def test_a_terminal_of_256_colors_gets_error_diffusion(correction, cat, tmp_path):
    """The colours' mean is that of the view: none is lost in rounding."""
    status, shown = shown_on_terminal(cat, tmp_path, TERM="xterm-256color", COLORTERM="")
    assert status == 0, shown
    cells = re.findall(r"\x1b\[38;5;(\d+);48;5;(\d+)m(▀+)", shown)
    numbers = [int(number) for *pair, blocks in cells for _ in blocks for number in pair]
    wanted = np.asarray(both_views(correction, (49, 40), 2))
    assert len(numbers) == wanted.size // 3
    assert np.abs(xterm_colors()[np.array(numbers) - 16].mean(0) - wanted.mean((0, 1))).max() < 4


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"NO_COLOR": "1"}, "NO_COLOR is set"), ({"TERM": "dumb"}, "TERM=dumb has no colors")],
)
def test_a_terminal_without_color_is_refused_with_a_message(cat, tmp_path, variables, said):
    status, shown = shown_on_terminal(cat, tmp_path, **variables)
    assert status == 2
    assert said in shown


def test_a_preview_takes_the_options_of_correct(invoke, cat):
    loss = ["-R", "none", "--preset", "paper", "--space", "srgb", "--exposure", "match"]
    shown = ["--strength", "0.5", "--highlights", "clip", "--as", "blocks"]
    done = invoke("preview", cat.source, "-t", cat.target, *loss, *shown)
    settings = library.Settings(regularizers=(), space="srgb", exposure="match", strength=0.5)
    gains = library.correct(cat.source, cat.target, settings=settings).gains
    output = " ".join(f"{gain:.3f}" for gain in gains)
    assert f"before | after: gains {output} (strength 0.5), loss " in done.stdout


def test_ctrl_c_ends_a_preview_without_a_traceback(cat):
    command = [sys.executable, "-P", "-m", "colorfix", "preview", "-", "-t", cat.target, "--as", "blocks"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # waits for its photo
        process.stdin.write(b"\xff" * 100_000)  # more than a pipe holds: it is reading,
        sleep(0.3)  # and has now read all that there is
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stdout.read() + process.stderr.read() == b""


def test_the_cell_size_is_read_from_the_system(tmp_path):
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 80 * 9, 24 * 18))
    with os.fdopen(its, "w") as terminal, (tmp_path / "file").open("w") as file:
        assert (cell_of(terminal), cell_of(file), cell_of(io.StringIO())) == ((9, 18), (10, 20), (10, 20))
    os.close(ours)


def test_the_kitty_picture_has_the_pixels_of_the_preview(invoke, correction, cat):
    done = invoke("preview", cat.source, "-t", cat.target, "--as", "kitty")
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", done.stdout)
    assert [keys[-3:] for keys, _ in pieces] == ["m=1"] * (len(pieces) - 1) + ["m=0"]
    shown = Image.open(io.BytesIO(base64.b64decode("".join(piece for _, piece in pieces))))
    assert (np.asarray(shown) == np.asarray(both_views(correction, (390, 400), 20))).all()


def test_the_iterm_picture_has_the_pixels_of_the_preview(invoke, correction, cat):
    done = invoke("preview", cat.source, "-t", cat.target, "--as", "iterm")
    size, text = re.match(r"\x1b]1337;File=inline=1;size=(\d+):([^\a]*)\a\n", done.stdout).groups()
    png = base64.b64decode(text, validate=True)
    assert len(png) == int(size)
    shown = np.asarray(Image.open(io.BytesIO(png)))
    assert (shown == np.asarray(both_views(correction, (390, 400), 20))).all()


def test_another_program_decodes_the_sixel(colorfix, correction, cat, tmp_path):
    """By ImageMagick: the best 256 colours, each rounded to hundredths, and nothing else."""
    program = next(filter(None, map(shutil.which, ("magick", "convert-im6.q16", "convert"))), None)
    if program is None:
        pytest.skip("ImageMagick is not installed")
    done = colorfix("preview", cat.source, "-t", cat.target, "--as", "sixel")
    (tmp_path / "a.six").write_text(done.stdout[: done.stdout.index("\x1b\\") + 2])
    read = subprocess.run([program, "sixel:a.six", "png:-"], cwd=tmp_path, capture_output=True, check=False)
    if read.returncode:
        pytest.skip("this ImageMagick reads no Sixel")
    shown = np.asarray(Image.open(io.BytesIO(read.stdout)).convert("RGB"), int)
    both = both_views(correction, (390, 400), 20)
    best = np.asarray(both.quantize(256).convert("RGB"), int)
    assert np.abs(shown - best).max() <= 2  # half a hundredth of 255, and ImageMagick's own rounding
    assert np.abs(shown - np.asarray(both, int)).mean() < 3
