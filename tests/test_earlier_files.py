"""Files that colorfix 0.1.0 wrote are read as that version read them; fixtures/make.py wrote them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image, ImageFilter, features

from colorfix import photos
from colorfix.correction.targets import statistics_file
from colorfix.photos.pixels.highlights import FIRST_CODE
from colorfix.report import schema

EARLIER = Path(__file__).parent / "fixtures/version-0.1.0"
VERSION = "0.1.0"
SAMPLES = [json.loads(line) for line in (EARLIER / "samples.jsonl").read_text().splitlines()]
THAT_DEFAULT = [
    *("-R", "none", "-R", "luminance=10", "-R", "shades-of-gray=10", "-R", "gray-edge=3"),
    *("-R", "neutral-pixels=5", "-R", "temperature=0.2", "-R", "tint=0.02", "-R", "same-scene=1000"),
    "--count-white",
    *("--exposure", "keep", "--space", "linear"),
]
"""The default preset of that version, which counted white pixels too and kept the luminance."""
FOLDER_RUN = (
    *("correct", "shoot", "-t", "guide.json", "-o", "corrected/", "--reports", "--html", "index.html"),
    *THAT_DEFAULT,
)
AS_THAT_VERSION = (
    f"import colorfix, runpy; colorfix.__version__ = {VERSION!r}; "
    "runpy.run_module('colorfix', run_name='__main__', alter_sys=True)"
)


@pytest.fixture(scope="module")
def as_left(tmp_path_factory) -> Path:
    """The files with the sizes and times that the journal holds, and pages.

    A checkout has other times, and the pages, which no run reads, are not among the fixtures.
    """
    folder = tmp_path_factory.mktemp("earlier")
    shutil.copytree(EARLIER, folder, dirs_exist_ok=True)
    done = {line["output"]: line for line in journal(folder) if "made" in line}
    for name, line in done.items():
        stem = Path(name).stem
        set_time(folder / "corrected" / name, line["modified"])
        set_time(folder / f"corrected/{stem}.report.json", line["report_file"][1])
        set_time(folder / f"shoot/{name}", line["source"]["modified"])
    for page in planned_pages(folder):
        size, modified = done[f"{page.name.split('.')[0]}.jpg"]["page"]
        page.parent.mkdir(exist_ok=True)
        page.write_bytes(b" " * size)
        for thumbnail in ("before", "after"):
            page.with_suffix(f".{thumbnail}.jpg").touch()
        set_time(page, modified)
    return folder


@pytest.fixture
def earlier(as_left, tmp_path) -> Path:
    """A copy of them, times included."""
    shutil.copytree(as_left, tmp_path, dirs_exist_ok=True)
    return tmp_path


def set_time(path: Path, modified: int) -> None:
    os.utime(path, ns=(modified, modified))


def journal(folder: Path) -> list[dict]:
    """Return the lines of the journal below its first, which names the format."""
    _, *lines = (folder / "corrected/.colorfix.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def planned_pages(folder: Path) -> list[Path]:
    plan = run(folder, *FOLDER_RUN, "--exclude", "torn.jpg", "--dry-run", "--json").stdout
    return [folder / json.loads(line)["page"] for line in plan.splitlines()]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command under the version that wrote the files: another version does every photo again."""
    command = [sys.executable, "-P", "-c", AS_THAT_VERSION, *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=100)


def names_what_became(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the kind of each line of ``--json`` by its photo."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = ("skipped", "error", "gains")
    return {line["source"]["path"]: next(kind for kind in kinds if kind in line) for line in lines}


def written(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return inode and bytes of every output."""
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.glob("corrected/*.jp*")}


def test_a_saved_look_gives_the_pixels_of_its_correction(earlier):
    """The output of that version itself, too, but for blocks with blown red, which has another rule now."""
    for name, arguments in (
        ("applied.jpg", ("apply", "look.json", "shoot/cat.jpg")),
        ("learned.jpg", ("correct", "shoot/cat.jpg", "-t", "guide.json", *THAT_DEFAULT)),
    ):
        done = run(earlier, *arguments, "-o", name)
        assert done.returncode == 0, done.stderr
    applied = (earlier / "applied.jpg").read_bytes()
    assert applied == (earlier / "learned.jpg").read_bytes()
    with Image.open(earlier / "applied.jpg") as now, Image.open(earlier / "corrected/cat.jpg") as then:
        same = (np.asarray(now) == np.asarray(then)).all(axis=-1)
    assert (same | near_blown_red(earlier / "shoot/cat.jpg")).all()


def near_blown_red(path: Path) -> np.ndarray:
    """Whether each pixel lies in a block of JPEG that holds blown red, or beside one, shape (64, 96)."""
    with Image.open(path) as photo:
        blown = (np.asarray(photo)[..., 0] >= FIRST_CODE).reshape(4, 16, 6, 16).any(axis=(1, 3))
    blocks = Image.fromarray(np.kron(blown, np.full((16, 16), 255, np.uint8)))
    near = np.asarray(blocks.filter(ImageFilter.MaxFilter(3))) > 0
    assert near.mean() < 0.75
    return near


def test_saved_statistics_give_the_gains_of_their_photo(earlier):
    """Those of that version lack what tells the same scene; their histograms are read."""
    now, then = run(earlier, "describe", "guide.jpg").stdout, json.loads((earlier / "guide.json").read_text())
    assert {key: json.loads(now)[key] for key in then} == then
    (earlier / "now.json").write_text(now)
    for name in ("now.json", "guide.jpg"):
        done = run(earlier, "correct", "shoot/cat.jpg", "-t", name, "-o", f"{name}.png", "--no-report")
        assert done.returncode == 0, done.stderr
    assert (earlier / "now.json.png").read_bytes() == (earlier / "guide.jpg.png").read_bytes()


@pytest.mark.parametrize("name", ["cat", "lake"])
def test_a_report_fulfils_the_schema(name):
    report = json.loads((EARLIER / f"corrected/{name}.report.json").read_text())
    assert list(Draft202012Validator(schema()).iter_errors(report)) == []


def test_a_run_skips_photos_in_the_journal(earlier):
    """The failed photo alone is tried; sources found elsewhere are read once, and their lines renewed."""
    before, lines = written(earlier), journal(earlier)
    done = run(earlier, *FOLDER_RUN, "--json")
    became = {"shoot/cat.jpg": "skipped", "shoot/lake.jpg": "skipped", "shoot/torn.jpg": "error"}
    assert names_what_became(done) == became, done.stderr
    assert written(earlier) == before
    added = journal(earlier)[len(lines) :]
    assert sorted(line["output"] for line in added) == ["cat.jpg", "lake.jpg", "torn.jpg"]
    assert [line["source"]["path"] for line in added if "made" in line] == [
        str(earlier / "shoot" / line["output"]) for line in added if "made" in line
    ]


def test_sources_corrected_in_place_are_not_read(earlier):
    """The journal as it would be if the folder had been made here: the one edit is the sources' folder."""
    path = earlier / "corrected/.colorfix.jsonl"
    path.write_text(path.read_text().replace("/earlier", str(earlier)))
    before, lines = written(earlier), journal(earlier)
    done = run(earlier, *FOLDER_RUN, "--json", "--exclude", "torn.jpg")
    assert names_what_became(done) == {"shoot/cat.jpg": "skipped", "shoot/lake.jpg": "skipped"}
    assert (done.returncode, written(earlier), journal(earlier)) == (0, before, lines)


def test_an_index_shows_the_figures_of_the_journal(earlier):
    """The cat's loss is 3.28392 and it moved by 18.212 ΔE; its pages were not made again."""
    index, then = earlier / "index.html", (earlier / "index.html").read_text()
    (earlier / "shoot/torn.jpg").unlink()
    assert run(earlier, *FOLDER_RUN).returncode == 0
    assert index.read_text() != then
    assert all(figure in index.read_text() for figure in ("3.28392", "18.212"))
    assert all(not page.read_text().strip() for page in planned_pages(earlier))


def test_gains_are_saved_from_the_journal(earlier):
    """Its photo is not learned again, so that the gains are those of then to the last digit."""
    one = [each for each in FOLDER_RUN if each not in {"shoot", "--html", "index.html"}]
    done = run(earlier, *one, "shoot/cat.jpg", "--save-gains", "again.json", "--json")
    assert names_what_became(done) == {"shoot/cat.jpg": "skipped"}, done.stderr
    look, again = (json.loads((earlier / name).read_text()) for name in ("look.json", "again.json"))
    assert again == look


def test_the_list_of_failures_is_tried_again_and_emptied(earlier):
    (earlier / "shoot/torn.jpg").write_bytes((earlier / "shoot/cat.jpg").read_bytes())
    done = run(earlier, "correct", "--files-from", "corrected/failed.txt", *FOLDER_RUN[2:], "--json")
    assert names_what_became(done) == {"shoot/torn.jpg": "gains"}, done.stderr
    assert not (earlier / "corrected/failed.txt").exists()


@pytest.fixture(scope="module")
def corrected_samples(tmp_path_factory, pairs) -> Path:
    """The folder into which one run corrected every sample pair; targets as saved then have no cells."""
    folder = tmp_path_factory.mktemp("samples")
    table = ["source,target"]
    for pair in pairs:
        shutil.copy(pair.source, folder / f"{pair.name}.jpg")
        statistics = json.loads(statistics_file(photos.read(pair.target)))
        del statistics["cells"], statistics["edges"]
        (folder / f"{pair.name}.json").write_text(json.dumps(statistics))
        table.append(f"{pair.name}.jpg,{pair.name}.json")
    (folder / "pairs.csv").write_text("\n".join(table))
    options = ("--reports", "--no-software-tag", "--highlights", "clip", "-q", *THAT_DEFAULT)
    done = run(folder, "correct", "--pairs", "pairs.csv", "-o", "out/", *options)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.mark.skipif(
    features.version("libjpeg_turbo") != SAMPLES[0]["libjpeg_turbo"],
    reason="another encoder may write other bytes",
)
@pytest.mark.parametrize("sample", SAMPLES[1:], ids=lambda sample: sample["name"])
def test_outputs_have_the_same_bytes(corrected_samples, sample):
    output = corrected_samples / f"{sample['name']}.jpg"
    assert sha256(output.read_bytes()).hexdigest() == sample["sha256"]


@pytest.mark.parametrize("sample", SAMPLES[1:], ids=lambda sample: sample["name"])
def test_reports_have_the_same_content(corrected_samples, sample):
    """Numbers to 1e-9: the last digits depend on the processor, as do trace and search, which are out."""
    report = json.loads((corrected_samples / f"{sample['name']}.report.json").read_text())
    report["loss"] = report["loss"]["polished"]
    assert_same(report, {key: value for key, value in sample["report"].items() if key != "target"})


def assert_same(now: object, then: object, at: str = "") -> None:
    """Hold a part of a report against the stored one, in which what varies is missing."""
    if isinstance(then, dict):
        for key, value in then.items():
            assert_same(now[key], value, f"{at}/{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), at
        for here, there in zip(now, then, strict=True):
            assert_same(here, there, at)
    elif isinstance(then, float):
        assert now == pytest.approx(then, rel=1e-9, abs=1e-12), at
    else:
        assert now == then, at
