"""Inputs are never replaced, even with --overwrite, by no other spelling, link or column."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from disturbed import photo

from colorfix.batch import Order, Writing
from colorfix.cluster import Corrector
from colorfix.cluster.manifest import Row
from colorfix.cluster.publish import Publisher
from colorfix.core.errors import OutputError, SettingError
from colorfix.correction.settings import Settings

OVER = Order(Settings(steps=5, starts="one"), Writing(overwrite=True))


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with two photos and a guide, and links to one of them."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "b.jpg", "guide.jpg"):
        (tmp_path / name).write_bytes(photo(len(name) + ord(name[0])))
    os.link("a.jpg", "hard.jpg")
    (tmp_path / "soft.jpg").symlink_to("a.jpg")
    (tmp_path / "way").symlink_to(tmp_path)
    return tmp_path


def test_an_actor_replaces_no_input(here):
    before = {path.name: path.read_bytes() for path in here.glob("*.jpg")}
    names = ["a.jpg", f"{here}/a.jpg", "./way/a.jpg", "hard.jpg", "soft.jpg", "b.jpg", "way/guide.jpg"]
    batch = {"source": [*["a.jpg"] * len(names), "b.jpg"], "output": [*names, "c.jpg"]}
    rows = {line["output"]: line for line in Corrector("guide.jpg", OVER)(batch).to_pylist()}
    assert rows.pop("c.jpg")["status"] == "corrected"
    assert [rows[name]["error"] for name in names] == [
        f"{name}: is read itself; write somewhere else" for name in names
    ]
    assert {path.name: path.read_bytes() for path in here.glob("*.jpg") if path.name != "c.jpg"} == before


def test_no_result_is_published_over_its_photo_or_the_target(here):
    publication = Publisher(Writing(overwrite=True), str(here / "guide.jpg"))
    for output in ("way/a.jpg", "guide.jpg"):
        with pytest.raises(OutputError, match="is read itself"):
            publication.publish(Row(0, "a.jpg", output), "b.jpg", None)


MISSPELLED = {
    "S3://photos/a.jpg": "is spelled s3://",
    "s3a://photos/a.jpg": "is spelled s3://",
    "s3://photos//a.jpg": "has an empty part",
    "s3://photos/x/../a.jpg": "has an empty part, or . or ..",
    "s3:///a.jpg": "names no bucket",
    "file:///photos/a.jpg": "write its path alone",
    "no://photos/a.jpg": "no scheme that pyarrow or fsspec know",
}


def test_a_misspelled_name_fails_alone(here):
    good = ["a.jpg"] * len(MISSPELLED)
    outputs = [f"{number}.jpg" for number in range(len(good))]
    batch = {"source": [*good, *MISSPELLED, "a.jpg"], "output": [*MISSPELLED, *outputs, "d.jpg"]}
    rows = {line["output"]: line for line in Corrector("neutral", OVER)(batch).to_pylist()}
    assert rows.pop("d.jpg")["status"] == "corrected"
    for name, output in zip(MISSPELLED, outputs, strict=True):
        for line in (rows[name], rows[output]):
            assert line["error"].startswith(f"{name}: ")
            assert MISSPELLED[name] in line["error"]


def test_a_misspelled_target_is_refused():
    with pytest.raises(SettingError, match=r"S3://photos/a\.jpg: is spelled s3://"):
        Corrector("S3://photos/a.jpg")


def test_unknown_columns_are_ignored(here):
    batch = {"source": ["a.jpg", "b.jpg"], "output": ["c.jpg", "d.jpg"]}
    rows = Corrector("neutral", OVER)(batch)
    results = [(here / name).read_bytes() for name in batch["output"]]
    own = {"number": ["x", "x"], "key": ["k", "k"], "previous": [3, 4], "status": ["new", "new"]}
    again = Corrector("neutral", OVER)(batch | own)
    assert again.drop(["seconds", "recorded"]) == rows.drop(["seconds", "recorded"])
    assert [(here / name).read_bytes() for name in batch["output"]] == results


@pytest.mark.parametrize(
    ("source", "output", "status", "words"),
    [
        ("s3://", "out/", 2, "names no bucket"),
        ("a.jpg", "s3://", 2, "names no bucket"),
        ("s3://bucket/pho//tos", "out/", 2, "has an empty part"),
        ("a.jpg", "s3://bucket/./out", 2, "has an empty part"),
        ("way/a.jpg", "a.jpg", 1, "is read itself"),
        ("a.jpg", "way/guide.jpg", 1, "is read itself"),
    ],
)
def test_the_command_refuses_to_replace_inputs_in_one_line(here, invoke, source, output, status, words):
    line = (source, "-t", "guide.jpg", "-o", output, "--ray", "--overwrite")
    done = invoke("correct", *line, "--steps", "5")
    assert (done.returncode, done.stderr.count("error: "), "Traceback" in done.stderr) == (status, 1, False)
    assert words in done.stderr
    assert {path.name for path in here.iterdir()} == {
        "a.jpg",
        "b.jpg",
        "guide.jpg",
        "hard.jpg",
        "soft.jpg",
        "way",
    }


def test_photos_of_a_bucket_and_a_disk_are_recognized_by_all_their_names(here, s3, invoke):
    s3.put({"photos/x.jpg": photo(0)})
    line = ("-t", "guide.jpg", "--ray", "--overwrite", "--dry-run")
    done = invoke("correct", "hard.jpg", f"{s3.uri}/photos/x.jpg", "b.jpg", *line, "-o", "way/./{name}")
    assert (done.returncode, "is read itself" in done.stderr) == (1, True), done.stderr
    done = invoke("correct", "way/guide.jpg", f"{s3.uri}/photos/x.jpg", *line, "-o", "out/{name}")
    assert "is the target and among the photos too" in done.stderr
