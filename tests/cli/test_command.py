"""What the command does: what it writes, prints and returns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from colorfix.report import schema


def means(path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), float).reshape(-1, 3).mean(axis=0) / 255


def test_an_amber_photo_comes_out_cooler_and_as_bright(colorfix, cat, tmp_path):
    done = colorfix("correct", cat.source, "--target", cat.target, "-o", "out.jpg")
    before, after, truth = (means(path) for path in (cat.source, tmp_path / "out.jpg", cat.truth))
    luma = np.array([0.2126, 0.7152, 0.0722])
    assert done.returncode == 0, done.stderr
    assert after[0] - after[2] < 0.35 * (before[0] - before[2])
    assert abs(after @ luma - before @ luma) < 0.02
    assert np.abs(after - truth).max() < 0.5 * np.abs(before - truth).max()


def test_with_neither_regularizers_nor_exposure_the_means_match_the_targets(invoke, cat, tmp_path):
    """The paper's plain loss has one minimum, g = τ / μ; clipping moves the written means a little."""
    invoke(
        "correct",
        cat.source,
        "-t",
        cat.target,
        "-o",
        "out.png",
        "-R",
        "none",
        "--exposure",
        "match",
        "--space",
        "srgb",
    )
    report = json.loads((tmp_path / "out.report.json").read_text())
    assert report["learned_gains"] == pytest.approx(list(means(cat.target) / means(cat.source)), abs=1e-7)
    assert means(tmp_path / "out.png") == pytest.approx(means(cat.target), abs=0.02)


def test_the_table_goes_to_stderr_and_nothing_to_stdout(colorfix, cat):
    done = colorfix("correct", cat.source, "-t", cat.target, "-o", "out.jpg")
    assert done.stdout == ""
    for word in ("before", "target", "after", "gain", "polished", "cpu (numpy)"):
        assert word in done.stderr
    assert "\x1b" not in done.stderr  # not a terminal: no colours, no swatches


def test_quiet_prints_nothing(colorfix, cat):
    done = colorfix("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_json_is_one_line_a_photo_on_stdout(colorfix, cat, tmp_path):
    shutil.copy(cat.source, tmp_path / "a.jpg")
    shutil.copy(cat.source, tmp_path / "b.jpg")
    names = ("a.jpg", "missing.jpg", "b.jpg")
    done = colorfix("correct", *names, "-t", "neutral", "-o", "out", "--json", "-q", "--reports")
    lines = {line["source"]["path"]: line for line in map(json.loads, done.stdout.splitlines())}
    report = json.loads((tmp_path / "out/a.report.json").read_text())
    assert lines["a.jpg"] == report | {"trace": None}  # which only a report file holds
    assert lines["b.jpg"]["gains"] == lines["a.jpg"]["gains"]
    assert lines["missing.jpg"] == {
        "source": {"path": "missing.jpg"},
        "error": "missing.jpg: does not exist; check the spelling",
    }
    assert done.returncode == 1
    assert done.stderr == "error: missing.jpg: does not exist; check the spelling\n"


def test_the_report_is_valid_against_its_schema(invoke, cat, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    shutil.copy(cat.source, tmp_path / "a.jpg")
    for detail in ("full", "thin", "none"):
        options = ("--trace", detail, "--overwrite", "--patience", "0")
        invoke("correct", "a.jpg", "-t", cat.target, "-o", "out.jpg", *options)
        report = json.loads((tmp_path / "out.report.json").read_text())
        jsonschema.validate(report, schema())
        steps = 0 if report["trace"] is None else len(report["trace"]["steps"])
        assert steps == {"full": 1000, "none": 0}.get(detail, steps)
        assert detail != "thin" or 200 <= steps <= 260


def test_names_that_start_with_a_dash_go_behind_two_dashes(invoke, cat, tmp_path):
    shutil.copy(cat.source, tmp_path / "-a.jpg")
    done = invoke("correct", "-t", cat.target, "-o", "out.jpg", "--", "-a.jpg")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.jpg").exists()


def test_several_photos_go_into_a_folder_and_keep_their_names(colorfix, pairs, tmp_path):
    for pair in pairs[:2]:
        shutil.copy(pair.source, tmp_path / f"{pair.name}.jpg")
    names = [f"{pair.name}.jpg" for pair in pairs[:2]]
    done = colorfix("correct", *names, "-t", pairs[0].target, "-o", "fixed/")
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path / "fixed")) == sorted([".colorfix.jsonl", *names])


def test_a_described_target_corrects_as_its_photo_does(invoke, cat, tmp_path):
    described = invoke("describe", cat.target)
    (tmp_path / "guide.json").write_text(described.stdout)
    invoke("correct", cat.source, "-t", cat.target, "-o", "photo.jpg")
    invoke("correct", cat.source, "-t", "guide.json", "-o", "saved.jpg")
    photo, saved = (json.loads((tmp_path / f"{n}.report.json").read_text()) for n in ("photo", "saved"))
    assert saved["gains"] == pytest.approx(photo["gains"], abs=0.02)  # sRGB's profile moves a value by a code
    assert saved["target"] == {"kind": "statistics", "path": "guide.json"}


def test_strength_blends_in_log_gains(invoke, cat, tmp_path):
    for strength in ("0", "0.5", "1"):
        invoke("correct", cat.source, "-t", cat.target, "-o", f"{strength}.png", "--strength", strength)
    none, half, full = (
        json.loads((tmp_path / f"{strength}.report.json").read_text())["gains"]
        for strength in ("0", "0.5", "1")
    )
    assert none == [1.0, 1.0, 1.0]
    assert [gain**2 for gain in half] == pytest.approx(full)


def test_gains_of_one_copy_the_file(invoke, cat, tmp_path):
    invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--strength", "0")
    assert (tmp_path / "out.jpg").read_bytes() == cat.source.read_bytes()


def test_nothing_is_overwritten_without_the_option(invoke, cat, tmp_path):
    (tmp_path / "out.jpg").write_bytes(b"precious")
    refused = invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg")
    assert refused.returncode == 1
    assert "out.jpg" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert (tmp_path / "out.jpg").read_bytes() == b"precious"
    assert os.listdir(tmp_path) == ["out.jpg"]
    assert invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--overwrite").returncode == 0
    with Image.open(tmp_path / "out.jpg") as written, Image.open(cat.source) as source:
        assert written.size == source.size


def test_an_existing_report_is_not_overwritten(invoke, cat, tmp_path):
    (tmp_path / "out.report.json").write_text("precious")
    assert invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg").returncode == 1
    assert os.listdir(tmp_path) == ["out.report.json"]
    assert (tmp_path / "out.report.json").read_text() == "precious"


def test_another_optimizer_can_be_selected(invoke, cat, tmp_path):
    done = invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg", "--optimizer", "adam")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out.report.json").read_text())
    assert (report["settings"]["optimizer"]["name"], report["device"]) == ("adam", "cpu (torch)")
    assert "torch" in report["versions"]


def test_the_papers_network_learns_the_same_gains(invoke, cat, tmp_path):
    """Its best point lies in the basin that three free gains find, and is polished to the same bottom."""
    invoke("correct", cat.source, "-t", cat.target, "-o", "gains.jpg")
    network = ("--model", "network", "--lr", "0.01", "--seed", "2", "--steps", "300")
    done = invoke("correct", cat.source, "-t", cat.target, "-o", "network.jpg", *network)
    assert done.returncode == 0, done.stderr
    gains, learned = (json.loads((tmp_path / f"{n}.report.json").read_text()) for n in ("gains", "network"))
    assert learned["gains"] == pytest.approx(gains["gains"], abs=1e-6)
    assert learned["loss"]["best"]["total"] < 0.2 * learned["loss"]["start"]["total"]


def test_ctrl_c_ends_with_130_and_no_traceback(colorfix, cat, tmp_path):
    code = (
        "import os, signal, sys, threading\n"
        "sys.argv = ['colorfix', 'correct', *sys.argv[1:]]\n"
        "threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "from colorfix.cli import main\n"
        "main()\n"
    )
    arguments = [cat.source, "-t", cat.target, "-o", "out.jpg", "--steps", "10000000", "--patience", "0"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


def test_the_light_of_the_gains_is_printed_and_reported(invoke, cat, tmp_path):
    done = invoke("correct", cat.source, "-t", cat.target, "-o", "out.jpg")
    report = json.loads((tmp_path / "out.report.json").read_text())
    kelvin, duv = report["light"]["kelvin"], report["light"]["duv"]
    assert 2000 < kelvin < 4000  # a lamp
    assert f"light {kelvin:.0f} K, Duv {duv:+.4f}, which the gains turn gray" in done.stderr
    assert f"<b>{kelvin:.0f} K</b>" in page_of(invoke, cat, tmp_path)


def page_of(invoke, cat, tmp_path) -> str:
    """The page of the same correction."""
    invoke("correct", cat.source, "-t", cat.target, "-o", "again.jpg", "--html", "again.html")
    return (tmp_path / "again.html").read_text()
