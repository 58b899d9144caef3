"""What goes wrong ends in one line that names the file and the remedy: no traceback, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def save(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels.astype(np.uint8)).save(path, "PNG")  # by content, whatever the suffix


def truncated(path: Path, cat) -> None:
    path.write_bytes(cat.source.read_bytes()[:20000])


PHOTOS = {
    "missing": (lambda _path, _cat: None, "does not exist"),
    "folder": (lambda path, _cat: path.mkdir(), "is a folder"),
    "text": (lambda path, _cat: path.write_text("hello"), "is not a photo"),
    "empty": (lambda path, _cat: path.write_bytes(b""), "is empty"),
    "truncated": (truncated, "copy it again"),
    "eps": (
        lambda path, _cat: path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        "is not a photo",
    ),
}
SOURCES = PHOTOS | {
    "one channel zero": (
        lambda path, _cat: save(path, np.full((8, 8, 3), (200, 90, 0))),
        "blue channel is all zero",
    ),
    "two channels zero": (
        lambda path, _cat: save(path, np.full((8, 8, 3), (200, 0, 0))),
        "green and blue channels are all zero",
    ),
    "all black": (lambda path, _cat: save(path, np.zeros((8, 8, 3))), "is all black"),
    "transparent": (
        lambda path, _cat: save(path, np.full((8, 8, 4), (90, 80, 70, 0))),
        "is fully transparent",
    ),
}


def check_one_line(done: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("error: ")
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind != "folder"])  # it is the photos in it
def test_a_bad_source_is_one_line(invoke, cat, tmp_path, kind):
    make, words = SOURCES[kind]
    make(tmp_path / "bad.jpg", cat)
    before = sorted(os.listdir(tmp_path))
    check_one_line(invoke("correct", "bad.jpg", "-t", cat.target, "-o", "out.jpg"), 1, "bad.jpg", words)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_bad_target_is_one_line(invoke, cat, tmp_path, kind):
    make, words = PHOTOS[kind]
    make(tmp_path / "bad.jpg", cat)
    before = sorted(os.listdir(tmp_path))
    check_one_line(invoke("correct", cat.source, "-t", "bad.jpg", "-o", "out.jpg"), 1, "bad.jpg", words)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_black_target_is_one_line(invoke, cat, tmp_path):
    save(tmp_path / "black.png", np.zeros((4, 4, 3)))
    check_one_line(
        invoke("correct", cat.source, "-t", "black.png", "-o", "out.jpg"), 1, "black.png", "all black"
    )


@pytest.mark.parametrize(
    "text", ["{}", "[1]", "no json", '{"format": "colorfix/statistics/1", "counts": [[1]]}']
)
def test_bad_saved_statistics_are_one_line(invoke, cat, tmp_path, text):
    (tmp_path / "guide.json").write_text(text)
    check_one_line(
        invoke("correct", cat.source, "-t", "guide.json", "-o", "out.jpg"),
        1,
        "guide.json",
        "colorfix describe",
    )


def test_a_one_pixel_photo_is_corrected(colorfix, cat, tmp_path):
    save(tmp_path / "one.png", np.full((1, 1, 3), (200, 150, 90)))
    done = colorfix("correct", "one.png", "-t", cat.target, "-o", "out.png")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out.png") as written:
        assert written.size == (1, 1)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("out.xyz", ("out.xyz", ".jpg", ".png")),
        ("missing/out.jpg", ("missing", "does not exist")),
        ("file/out.jpg", ("file",)),
    ],
)
def test_an_impossible_output_is_one_line(invoke, cat, tmp_path, output, words):
    (tmp_path / "file").write_text("")
    check_one_line(invoke("correct", cat.source, "-t", cat.target, "-o", output), 1, *words)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["a.jpg", "./a.jpg", "link.jpg", "hard.jpg"])
def test_an_output_that_is_the_source_is_refused_even_with_overwrite(invoke, cat, tmp_path, name):
    original = cat.source.read_bytes()
    (tmp_path / "a.jpg").write_bytes(original)
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "hard.jpg")
    done = invoke("correct", "a.jpg", "-t", cat.target, "-o", name, "--overwrite")
    check_one_line(done, 1, name)
    assert (tmp_path / "a.jpg").read_bytes() == original
    assert sorted(os.listdir(tmp_path)) == ["a.jpg", "hard.jpg", "link.jpg"]


def test_a_target_is_never_overwritten(invoke, cat, tmp_path):
    (tmp_path / "guide.jpg").write_bytes(cat.target.read_bytes())
    check_one_line(
        invoke("correct", cat.source, "-t", "guide.jpg", "-o", "guide.jpg", "--overwrite"), 1, "guide.jpg"
    )
    assert (tmp_path / "guide.jpg").read_bytes() == cat.target.read_bytes()


def test_two_photos_with_the_same_output_are_refused(invoke, cat, tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(cat.source.read_bytes())
    done = invoke("correct", "x/a.jpg", "y/a.jpg", "-t", cat.target, "-o", "out")
    check_one_line(done, 1, "out/a.jpg", "twice")
    assert sorted(os.listdir(tmp_path)) == ["x", "y"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-R", "blue-hing=1"], ("blue-hing", "did you mean 'blue-hinge'?")),
        (["-R", "luminance=much"], ("luminance=much", "'much' is no number")),
        (["-R", "luminance"], ("luminance=1",)),
        (["-R", "luminance=-1"], ("luminance", "-1.0")),
        (["-R", "luminance=nan"], ("luminance", "nan")),
        (["-R", "luminance=inf"], ("luminance", "inf")),
        (["-R", "blue-hinge=1,limt=0.3"], ("limt", "did you mean 'limit'?")),
        (["-R", "blue-hinge=1,limit=nan"], ("limit of blue-hinge", "finite", "nan")),
        (["-R", "blue-hinge=1,limit=-0.1"], ("limit of blue-hinge", "between 0 and 1", "-0.1")),
        (["-R", "neutral-pixels=1,sigma=0"], ("sigma of neutral-pixels", "between 0.01 and 10", "0.0")),
        (["-R", "illuminants=1,sigma=1e-9"], ("sigma of illuminants", "between 0.001 and 10", "1e-09")),
        (["-R", "temperature=1,mired=2856"], ("mired of temperature", "between 50 and 1000", "2856.0")),
        (["-R", "no-such.py:f=1"], ("no-such.py", "no such file")),
        (["--strength", "2"], ("strength", "2.0")),
        (["--steps", "0"], ("steps", "0")),
        (["--lr", "0"], ("lr", "0.0")),
        (["--delta", "-1"], ("delta", "-1.0")),
        (["--optimizer", "adm"], ("adm", "hill-adam")),
        (["--quality", "101"], ("--quality", "100")),
        (["--nonsense"], ("--nonsense",)),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(invoke, cat, tmp_path, options, words):
    done = invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg", *options)
    check_one_line(done, 2, *words)
    assert os.listdir(tmp_path) == []


def test_a_missing_device_is_one_line(invoke, cat):
    import torch

    absent = "mps" if torch.cuda.is_available() else "cuda"
    done = invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--device", absent)
    check_one_line(done, 2, absent, "--device cpu")


def test_debug_shows_the_traceback(colorfix, cat):
    done = colorfix("correct", "missing.jpg", "-t", cat.target, "-o", "out.jpg", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: missing.jpg")


def test_control_characters_in_a_name_are_escaped(colorfix, cat):
    done = colorfix("correct", "a\n\x1b[31mb[red].jpg", "-t", cat.target, "-o", "out.jpg")
    check_one_line(done, 1, "a\\n\\x1b[31mb[red].jpg")


def test_a_file_name_that_is_not_utf8_is_corrected_and_reported(colorfix, cat, tmp_path):
    name = os.fsdecode(b"caf\xe9.jpg")
    (tmp_path / name).write_bytes(cat.source.read_bytes())
    done = colorfix("correct", name, "-t", cat.target, "-o", os.fsdecode(b"out\xe9.jpg"), "--json")
    assert done.returncode == 0, done.stderr
    assert r"caf\\udce9.jpg" in done.stdout
    assert os.path.exists(os.path.join(os.fsencode(tmp_path), b"out\xe9.jpg"))


def test_a_closed_stdout_gives_no_traceback(cat, tmp_path):
    """``colorfix ... --json | true``: the reader is gone before the line comes."""
    shell = f"{sys.executable} -m colorfix correct '{cat.source}' -t neutral -o out.jpg --json -q | true"
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full, Linux only")
def test_a_full_stdout_is_one_line(cat, tmp_path):
    arguments = ["correct", str(cat.source), "-t", "neutral", "-o", "out.jpg", "--json", "-q"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "colorfix", *arguments],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: <stdout>: cannot be written (No space left on device); make room for it"
    ]


def test_a_file_that_cannot_grow_leaves_nothing_behind(cat, tmp_path):
    """A limit of 20 000 bytes a file, as a full disk would be: the write fails half-way."""
    shell = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        f"sys.argv = ['colorfix', 'correct', {str(cat.source)!r}, '-t', 'neutral', '-o', 'out.jpg'];"
        "from colorfix.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    check_one_line(done, 1, "out.jpg")
    assert os.listdir(tmp_path) == []


def test_a_full_stdout_is_one_line_for_every_command(cat, tmp_path):
    for arguments in (["describe", str(cat.source)], ["--help"], ["presets"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "colorfix", *arguments],
                cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 1, arguments
        assert done.stderr.splitlines()[-1].startswith("error: <stdout>"), done.stderr
        assert "Traceback" not in done.stderr


def test_a_failed_report_removes_the_output(cat, tmp_path):
    """A small photo fits a limit of 24 000 bytes a file, its report with every step does not."""
    with Image.open(cat.source) as image:
        image.resize((60, 40)).save(tmp_path / "small.jpg")
    shell = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (24000, 24000));"
        "sys.argv = 'colorfix correct small.jpg -t neutral -o out.jpg --trace full --patience 0'.split();"
        "from colorfix.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    check_one_line(done, 1, "out.report.json")
    assert os.listdir(tmp_path) == ["small.jpg"]


def test_saved_statistics_are_never_overwritten(invoke, cat, tmp_path):
    described = invoke("describe", cat.target).stdout
    (tmp_path / "guide.json").write_text(described)
    arguments = (
        "correct",
        cat.source,
        "-t",
        "guide.json",
        "-o",
        "x.jpg",
        "--report",
        "guide.json",
        "--overwrite",
    )
    check_one_line(invoke(*arguments), 1, "guide.json")
    assert (tmp_path / "guide.json").read_text() == described
    assert os.listdir(tmp_path) == ["guide.json"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["a.jpg", "b.jpg", "-o", "all.jpg"], 1, ("all.jpg", "name a folder")),
        (["a.jpg", "-o", ""], 1, ("say where to write",)),
        (["a.jpg", "-o", "x.jpg", "--report", "x.jpg"], 1, ("x.jpg", "written twice")),
        (["a.jpg", "b.jpg", "-o", "all", "--report", "r.json"], 2, ("--report",)),
        (["a.jpg", "-o", "x.jpg", "--report", "r.json", "--no-report"], 2, ("--no-report",)),
        ([".", "-o", "all.jpg"], 1, ("all.jpg", "name a folder")),
        (["a.jpg", "-o", "x.jpg", "--gamma", "inf"], 2, ("gamma", "inf")),
        (["a.jpg", "-o", "x.jpg", "--seed", "9" * 30], 2, ("seed",)),
        (["a.jpg", "-o", "x.jpg", "--preset", "defalt"], 2, ("defalt", "default")),
        (["a.jpg", "-o", "x.jpg", "--alternative", "0"], 2, ("alternative", "0")),
        (["a.jpg", "b.jpg", "-o", "new", "--device", "mps"], 2, ("mps",)),
        (["a.jpg", "b.jpg", "-o", "new", "-R", "shades-of-gray=1,p=1000"], 2, ("p of", "between 1 and 80")),
    ],
)
def test_nonsensical_options_write_nothing(invoke, cat, tmp_path, arguments, status, words):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(cat.source.read_bytes())
    check_one_line(invoke("correct", *arguments, "-t", "neutral"), status, *words)
    assert {name for name in os.listdir(tmp_path) if not (tmp_path / name).is_dir()} == {"a.jpg", "b.jpg"}
    assert not (tmp_path / "new").exists()


def test_a_named_pipe_as_target_does_not_block(invoke, cat, tmp_path):
    os.mkfifo(tmp_path / "guide.json")
    check_one_line(invoke("correct", cat.source, "-t", "guide.json", "-o", "x.jpg"), 1, "guide.json", "pipe")


def test_huge_numbers_print_no_warnings(colorfix, cat):
    for options in (["--lr", "1e308"], ["-R", "luminance=1e308"]):
        done = colorfix("correct", cat.source, "-t", cat.target, "-o", "x.jpg", "-q", "--overwrite", *options)
        assert "Warning" not in done.stderr
