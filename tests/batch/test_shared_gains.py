"""One correction for a series: the same gains in every photo, from one of them or from all as one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import colorfix as library

SAMPLES = Path(__file__).parents[2] / "sample_images"
PHOTOS = ("cat", "lake", "wren")
HALF = (slice(None), slice(None, None, 2))


@pytest.fixture
def series(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("room")
    for name in PHOTOS:
        with Image.open(SAMPLES / name / "amber.jpg") as image:
            image.resize((120, 80)).save(f"room/{name}.png")
    return tmp_path


def gains_in(stdout):
    return {json.dumps(json.loads(line)["gains"]) for line in stdout.splitlines()}


def test_pooled_gains_equal_those_of_the_photos_joined_into_one(colorfix, series):
    """Side by side in one picture they have the same histograms; only edges where they meet are new."""
    done = colorfix("correct", "room", "-t", "neutral", "-o", "out", "--gains-from", "pooled", "--json", "-q")
    (gains,) = gains_in(done.stdout)
    together = np.concatenate([np.asarray(Image.open(f"room/{name}.png")) for name in PHOTOS], axis=1)
    np.testing.assert_allclose(json.loads(gains), library.correct(together, "neutral").gains, rtol=0.02)


def test_pooled_gains_do_not_depend_on_the_order_or_the_number_of_workers(colorfix, series):
    found = [
        gains_in(
            colorfix(
                "correct", "room", "-t", "neutral", "-o", f"out{jobs}", "--gains-from", "pooled",
                "--json", "-q", "-j", jobs,
            ).stdout
        )
        for jobs in ("1", "2", "3")
    ]  # fmt: skip
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 1
    again = colorfix("correct", "room", "-t", "neutral", "-o", "out2", "--gains-from", "pooled")
    assert "skipped 3" in again.stderr


def test_gains_from_a_photo_are_applied_to_all(colorfix, series):
    done = colorfix(
        "correct", "room", "-t", "neutral", "-o", "out", "--gains-from", "room/lake.png", "--json", "-q"
    )
    (gains,) = gains_in(done.stdout)
    assert json.loads(gains) == library.correct("room/lake.png", "neutral").gains.tolist()
    shutil.rmtree("out")
    each = colorfix("correct", "room", "-t", "neutral", "-o", "out", "--json", "-q")
    assert len(gains_in(each.stdout)) == len(PHOTOS)


def test_an_unreadable_photo_does_not_count_and_is_reported_once(colorfix, series):
    Path("room/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = colorfix("correct", "room", "-t", "neutral", "-o", "out", "--gains-from", "pooled", "-q")
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 1
    assert len(os.listdir("out")) == len(PHOTOS) + 2  # the journal and failed.txt


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-t", "neutral", "--gains-from", "room/none.png"), "room/none.png: does not exist"),
        (("--target-for", "../{stem}_ref.png", "--gains-from", "pooled"), "--gains-from learns once"),
    ],
    ids=["missing", "targets"],
)
def test_an_unusable_photo_for_shared_gains_is_refused_before_the_run(colorfix, series, words, said):
    done = colorfix("correct", "room", *words, "-o", "out")
    assert done.returncode != 0
    assert said in done.stderr
    assert not [name for name in os.listdir(".") if name != "room" and os.listdir(name)]
