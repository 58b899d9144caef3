"""Pages and their index as the command writes them: where they go, what is refused, what a kill leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from disturbed import QUICK, Shoot, kill, photo


@pytest.fixture
def shoot(tmp_path):
    return Shoot(tmp_path).fill(3)


def linked(index):
    """The pages that an index links to, as its rows have them."""
    return re.findall(r'class="name"><a href="([^"]+)"', index.read_text(encoding="utf-8"))


def alone(shoot, *options):
    command = [sys.executable, "-P", "-m", "colorfix", "correct", "photos/000.jpg", "-t", "neutral", *QUICK]
    return subprocess.run([*command, *options], cwd=shoot.folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("--html", "a.html"), {"a.jpg", "a.html", "a.report.json"}),
        (("--report", "a.html"), {"a.jpg", "a.html"}),
        (("--html", "a.html", "--no-report"), {"a.jpg", "a.html"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_page_of_one_photo_is_written_beside_or_in_place_of_its_report(shoot, options, left):
    done = alone(shoot, "-o", "a.jpg", *options)
    assert done.returncode == 0, done.stderr
    assert {*os.listdir(shoot.folder)} - {"photos"} == left
    assert (shoot.folder / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_report_with_the_name_of_a_page_is_the_index_of_several_photos(shoot):
    done = shoot.run("out", "--report", "pages.html")
    assert done.returncode == 0, done.stderr
    assert len(linked(shoot.folder / "pages.html")) == 3


@pytest.mark.parametrize("place", ["pages.html", "pages/", "out/index.html"])
def test_an_index_has_a_page_and_two_thumbnails_for_each_photo(shoot, place):
    done = shoot.run("out", "--html", place)
    assert done.returncode == 0, done.stderr
    index = shoot.folder / (f"{place}index.html" if place.endswith("/") else place)
    pages = linked(index)
    assert len(pages) == 3
    inside = {path.name for path in (index.parent / f"{index.stem}_files").iterdir()}
    assert len(inside) == 9
    assert {page.partition("/")[2] for page in pages} == {name for name in inside if name.endswith(".html")}


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--html", "-"), 2, "--html needs a file"),
        (("--html", "pages.pdf"), 2, "--html names a page or a folder, as result.html or pages/"),
        (("--report", "a.html", "--html", "b.html"), 2, "drop one of them"),
        (("--report", "a.html", "--no-report"), 2, "--no-report cannot be used with --report PAGE.html"),
        (("--report", "a.json"), 2, "--report names one file, but several photos have one each"),
        (
            ("--html", "theirs.html"),
            1,
            "theirs.html: exists already; choose another name or allow it with --overwrite",
        ),
        (("--html", "full.html"), 1, "full_files: holds files"),
        (("--html", "photos/000.jpg/"), 1, "photos/000.jpg: is a file, but a folder is needed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_page_names_are_refused_in_one_line_before_anything_is_written(
    invoke, shoot, options, status, said
):
    (shoot.folder / "theirs.html").write_text("mine")
    (shoot.folder / "full_files").mkdir()
    (shoot.folder / "full_files/letter.txt").write_text("mine")
    done = invoke(*shoot.arguments("out", *options))
    assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr
    assert said in done.stderr
    assert not (shoot.folder / "out").exists()
    assert (shoot.folder / "theirs.html").read_text() == "mine"


def test_a_check_writes_no_pages(shoot):
    done = alone(shoot, "--check", "--html", "a.html")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--check writes nothing" in done.stderr


def test_a_dry_run_prints_the_path_of_the_page_and_writes_none(invoke, shoot):
    done = invoke(*shoot.arguments("out", "--html", "pages/", "--dry-run", "--json"))
    pages = [json.loads(line)["page"] for line in done.stdout.splitlines()]
    assert len({*pages}) == 3
    assert all(page.startswith("pages/index_files/") for page in pages)
    assert os.listdir(shoot.folder) == ["photos"]


@pytest.mark.parametrize("whom", ["group", "worker"])
def test_after_a_kill_the_index_is_completed(tmp_path, whom):
    """Judged by what an undisturbed run leaves: the same rows, and under every name whole files."""
    shoot = Shoot(tmp_path).fill(10)
    process = shoot.start_work("out", "--html", "pages.html")
    while process.poll() is None and not any((tmp_path / "pages_files").glob("*")):
        time.sleep(0.002)
    kill(process, whom)
    assert shoot.run("out", "--html", "pages.html").returncode == 0
    assert shoot.run("other", "--html", "other.html").returncode == 0
    found, wanted = ((tmp_path / name).read_text(encoding="utf-8") for name in ("pages.html", "other.html"))
    values = re.compile(r'data-value="([^"]*)"')
    assert values.findall(found) == values.findall(wanted)
    files = [*(tmp_path / "pages_files").iterdir()]
    assert (len(files), len(linked(tmp_path / "pages.html"))) == (30, 10)
    ends = {".html": b"</html>", ".jpg": b"\xff\xd9"}
    assert all(file.read_bytes().rstrip().endswith(ends[file.suffix]) for file in files)


@pytest.mark.parametrize("gone", ["*.html", "*.before.jpg", "*.after.jpg"])
def test_only_a_photo_with_a_missing_page_or_thumbnail_is_processed_again(shoot, gone):
    shoot.run("out", "--html", "pages.html")
    before = (shoot.folder / "pages.html").read_text(encoding="utf-8")
    files = sorted((shoot.folder / "pages_files").glob(gone))
    kept = {path: path.stat().st_ino for path in files[1:]}
    files[0].unlink()
    done = shoot.run("out", "--html", "pages.html")
    assert "corrected 1, skipped 2" in done.stderr
    assert files[0].exists()
    assert {path: path.stat().st_ino for path in files[1:]} == kept
    assert (shoot.folder / "pages.html").read_text(encoding="utf-8") == before


def test_an_interrupted_run_leaves_an_index_of_the_finished_photos(tmp_path):
    shoot = Shoot(tmp_path).fill(60)
    process = shoot.start_work("out", "--html", "pages.html", "-j", "1", "--memory", "50K")  # a few at once
    while process.poll() is None and not any((tmp_path / "out").glob("*.jpg")):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    pages = linked(tmp_path / "pages.html")
    assert process.returncode == 130
    assert all((tmp_path / page).exists() for page in pages)
    text = (tmp_path / "pages.html").read_text(encoding="utf-8")
    assert f"<b>{60 - len(pages)}</b> not done yet" in text


def test_failures_are_listed_first_with_their_reasons(shoot):
    shoot.put("broken.jpg", photo(9)[:900])
    assert shoot.run("out", "--html", "pages.html").returncode == 1
    text = (shoot.folder / "pages.html").read_text(encoding="utf-8")
    failed = text.index("<strong>photos/broken.jpg</strong> <span>cannot be decoded")
    assert failed < text.index("photos/000.jpg")
    assert '<b>1</b> <a href="#failed">failed</a>' in text


def test_a_page_that_cannot_be_written_fails_like_a_report(shoot):
    """Its photo is taken back, so that a second try finds nothing in its way."""
    pages = shoot.folder / "pages_files"
    shoot.run("out", "--html", "pages.html")
    page = next(pages.glob("000*.html"))
    page.unlink()
    page.mkdir()
    (shoot.folder / "out/000.jpg").unlink()
    done = shoot.run("out", "--html", "pages.html")
    assert done.returncode == 1
    assert f"pages_files/{page.name}: is a folder; name a file in it" in done.stderr
    assert not (shoot.folder / "out/000.jpg").exists()


def test_photos_in_place_have_pages_and_keep_them(shoot):
    command = [word for word in shoot.command() if word not in {"-o", "out/"}]
    for said in ("corrected 3", "skipped 3"):
        done = subprocess.run(
            [*command, "--in-place", "--html", "pages/"], cwd=shoot.folder, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (done.returncode, said in done.stderr) == (0, True), done.stderr
        assert len(linked(shoot.folder / "pages/index.html")) == 3


def test_thumbnails_are_not_taken_for_photos(shoot):
    shoot.run("out", "--html", "photos/pages.html")
    command = [
        sys.executable,
        "-P",
        "-m",
        "colorfix",
        "correct",
        "photos",
        "-r",
        "-t",
        "neutral",
        "-o",
        "o",
        "-n",
    ]
    done = subprocess.run(command, cwd=shoot.folder, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 3


def test_without_a_page_no_template_is_loaded(shoot):
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "colorfix",
        "correct",
        "photos",
        "-t",
        "neutral",
        "-o",
        "o",
    ]
    done = subprocess.run([*command, *QUICK], cwd=shoot.folder, capture_output=True, text=True, check=True)
    assert "colorfix.batch" in done.stderr
    assert "jinja2" not in done.stderr
