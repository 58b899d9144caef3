"""``colorfix reproduce``: what it prints and writes, with few seeds and steps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from colorfix.core import figures
from colorfix.core.errors import SettingError
from colorfix.experiments import Result, Table, prepare, write

FEW = ("--seeds", 2, "--steps", 40)


@pytest.fixture(scope="module")
def polynomials(tmp_path_factory):
    """The command once, into a folder that does not exist yet."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("reproduce")
    command = [sys.executable, "-P", "-m", "colorfix", "reproduce", "polynomials"]
    arguments = [*map(str, FEW), "--out", "deep/results"]
    done = subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=300
    )
    return done, folder / "deep/results"


def test_the_table_goes_to_stdout_and_the_files_are_named_on_stderr(polynomials):
    done, folder = polynomials
    assert "Table 1: mean of the minima" in done.stdout
    names = ["polynomials.md", "polynomials.json", "polynomials-figure-2.svg", "polynomials-figure-3.svg"]
    assert done.stderr.splitlines() == [f"deep/results/{name}" for name in names]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_the_json_holds_every_seed_with_settings_and_versions(polynomials):
    document = json.loads((polynomials[1] / "polynomials.json").read_text(encoding="utf-8"))
    assert document["settings"]["seeds"] == [0, 1]
    assert document["settings"]["steps"] == 40
    assert {"colorfix", "python", "torch", "numpy"} <= set(document["versions"])
    assert len(document["records"]) == 14 * 5 * 4 * 2  # contenders, polynomials, activations, initialisations
    for record in document["records"]:
        assert len(record["best"]) == len(record["final"]) == len(record["first_hit"]) == 2


def test_the_tables_hold_means_and_counts_of_the_records(polynomials):
    """Every cell of one table, from the JSON: printed, and on the page."""
    done, folder = polynomials
    document = json.loads((folder / "polynomials.json").read_text(encoding="utf-8"))
    page = (folder / "polynomials.md").read_text(encoding="utf-8")
    table = page.partition("## tanh, torch")[2].partition("##")[0]
    for record in document["records"]:
        if (record["activation"], record["initialisation"]) == ("tanh", "torch"):
            mean, hits = np.mean(record["best"]), [step for step in record["first_hit"] if step is not None]
            expected = f"{mean:.4f} ({len(hits)}/2" if abs(mean) < 1000 else f"{mean:.1e} ({len(hits)}/2"
            row = next(line for line in table.splitlines() if line.startswith(f"| {record['contender']} |"))
            assert expected.replace("-", "−") in row
            assert expected.replace("-", "−") in done.stdout


def test_the_figures_are_drawings_with_both_sides_and_the_words_as_text(polynomials):
    for name in ("figure-2", "figure-3"):
        root = ET.parse(polynomials[1] / f"polynomials-{name}.svg").getroot()  # noqa: S314 - our own
        words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {"step", "x", "loss", "global minimum"} <= words
        assert any(word and word.startswith("Adam (seed") for word in words)
        assert any(word and word.startswith("Hill-ADAM, γ 200 (seed") for word in words)


def test_an_earlier_result_is_kept_without_overwrite(polynomials, invoke):
    folder = polynomials[1]
    before = (folder / "polynomials.json").read_bytes()
    done = invoke("reproduce", "polynomials", *FEW, "--out", folder)
    assert done.returncode == 1
    assert re.fullmatch(r"error: .*polynomials\.md: exists already; .*--overwrite\n", done.stderr)
    assert (folder / "polynomials.json").read_bytes() == before
    prepare(str(folder), "polynomials", overwrite=True)
    prepare(str(folder), "photos", overwrite=False)


def test_without_a_folder_only_the_means_are_used_and_stdout_is_json(invoke):
    done = invoke("reproduce", "photos", "--seeds", 1, "--steps", 3, "--json")
    assert done.returncode == 0
    assert done.stderr == "no photos here, only means: name a folder with pairs.json with --pairs\n"
    document = json.loads(done.stdout)
    assert {record["pair"] for record in document["records"]} == {"means"}
    adam = next(record for record in document["records"] if record["contender"] == "Adam")
    assert adam["gap"][0] == pytest.approx(adam["best"][0] - adam["global_minimum"], abs=1e-8)
    assert adam["certified"] is True


def test_photos_of_a_folder_are_drawn(invoke, cat, tmp_path):
    (tmp_path / "pairs.json").write_text(
        json.dumps([{"name": "cat", "source": str(cat.source), "target": str(cat.target)}]), encoding="utf-8"
    )
    arguments = ("--pairs", ".", "--seeds", 1, "--steps", 3, "--out", "results", "--quiet")
    done = invoke("reproduce", "photos", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All photos: runs by the gap" in done.stdout
    picture = np.asarray(Image.open(tmp_path / "results/photos-figures-5-and-6.png").convert("RGB"))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 1000  # photos, not empty axes
    page = (tmp_path / "results/photos.md").read_text(encoding="utf-8")
    assert "| cat |" in page
    assert "![figures-5-and-6.png](photos-figures-5-and-6.png)" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("polynomials", "--seeds", 0), "--seeds"),
        (("polynomials", "--steps", 0), "--steps"),
        (("photos", "--seeds", 5), "--seeds"),
        (("photos", "--pairs", "nowhere"), "nowhere/pairs.json: is no list of pairs"),
        (("nothing",), "nothing"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(invoke, arguments, words):
    done = invoke("reproduce", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_folder_that_cannot_be_created_is_named(invoke, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    done = invoke("reproduce", "photos", "--out", "file")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "error: file: cannot be made a folder; choose another place"


def test_without_matplotlib_the_extra_is_named_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "find_spec", lambda name: None)  # an environment without it is hard to have
    with pytest.raises(SettingError, match=r"pip install 'colorfix\[figures\]'"):
        prepare(str(tmp_path / "results"), "polynomials", overwrite=False)
    assert not (tmp_path / "results").exists()


def test_a_figure_is_the_same_bytes_every_time(tmp_path):
    def draw():
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot([1, 3, 2])
        return figure

    result = Result("it", "It", {}, (), [], {"a.svg": draw, "b.png": draw})
    prepare(str(tmp_path), "it", overwrite=False)
    first, again = (
        [Path(path).read_bytes() for path in write(result, str(tmp_path)) if "it-" in path] for _ in range(2)
    )
    assert len(first) == 2
    assert first == again


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="2 cells"):
        Table("It", ("", "a"), (("x",),))
