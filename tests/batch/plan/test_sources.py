"""Which photos are found, and in which order."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


def test_a_folder_yields_its_photos_only(shoot, planned):
    shoot("p/b.JPG", "p/a.png", "p/c.heic", "p/.hidden.jpg", "p/.colorfix-1-2.tmp", "p/b.report.json")
    shoot("p/notes.txt", "p/jpg", "p/b.jpg.orig", "p/sub/d.jpg")
    os.mkfifo("p/pipe.jpg")
    found = planned("p")
    assert [job.source for job in found.jobs] == ["p/a.png", "p/b.JPG", "p/c.heic"]
    assert found.left_out == {"other files": 4, "folders without -r": 1}


def test_the_tree_is_kept_below_the_output_folder(shoot, outputs):
    shoot("p/2.jpg", "p/a/1.jpg", "p/a/b/1.jpg", "p/a-b/1.jpg")
    assert outputs("p/", recursive=True) == {
        "p/2.jpg": "out/2.jpg",
        "p/a/1.jpg": "out/a/1.jpg",
        "p/a/b/1.jpg": "out/a/b/1.jpg",
        "p/a-b/1.jpg": "out/a-b/1.jpg",
    }


def test_photos_are_in_code_point_order_and_before_those_of_subfolders(shoot, planned):
    shoot("p/z.jpg", "p/B.jpg", "p/a.jpg", "p/10.jpg", "p/9.jpg", "p/b/0.jpg", "p/a/0.jpg")
    order = ["10.jpg", "9.jpg", "B.jpg", "a.jpg", "z.jpg", "a/0.jpg", "b/0.jpg"]
    assert [job.source for job in planned("p", recursive=True).jobs] == [f"p/{name}" for name in order]


def test_names_keep_their_order_and_each_photo_is_found_once(shoot, planned):
    shoot("p/a.jpg", "p/b.jpg")
    found = planned("p/b.jpg", "p", "./p//b.jpg", os.path.abspath("p/a.jpg"), "p/*.jpg")
    assert [job.source for job in found.jobs] == ["p/b.jpg", "p/a.jpg"]
    assert found.left_out == {"named twice": 5}


def test_a_cycle_of_links_ends(shoot, planned):
    shoot("p/a.jpg")
    os.symlink("..", "p/up")
    os.symlink("a.jpg", "p/link.jpg")
    os.symlink("nowhere.jpg", "p/broken.jpg")
    for name in ("p", "p/**/*.jpg"):
        found = planned(name, recursive=True)
        assert [job.source for job in found.jobs] == ["p/a.jpg", "p/link.jpg"], name


def test_an_output_folder_below_is_not_walked(shoot, outputs):
    """Twice the same command: results of results would be a third photo."""
    shoot("p/a.jpg", "p/fixed/a.jpg", "p/other/b.jpg")
    expected = {"p/a.jpg": "p/fixed/a.jpg", "p/other/b.jpg": "p/fixed/other/b.jpg"}
    assert outputs("p", output="p/fixed", recursive=True) == expected
    assert outputs("p/**/*.jpg", output="p/fixed") == expected
    os.symlink("p", "q")
    assert outputs("q", output="p/fixed", recursive=True).keys() == {"q/a.jpg", "q/other/b.jpg"}


def test_results_beside_their_photos_are_not_corrected_again(shoot, planned):
    shoot("p/a.jpg", "p/a_fixed.jpg", "p/b.jpg")
    found = planned("p", output="p/{stem}_fixed{suffix}")
    assert [job.source for job in found.jobs] == ["p/a.jpg", "p/b.jpg"]
    assert found.left_out == {"results": 1}
    shoot("q/a.jpg", "q/a.png", "q/b.png", "q/b.tif")
    found = planned("q", output="q/{stem}.png")
    assert [job.source for job in found.jobs] == ["q/a.jpg", "q/b.tif"]


def globbed(pattern: str) -> set[str]:
    """What bash finds, with globstar."""
    script = 'shopt -s globstar nullglob; for name in $1; do [ -f "$name" ] && printf "%s\\0" "$name"; done'
    done = subprocess.run(["bash", "-c", f"{script}; true", "-", pattern], capture_output=True, check=True)
    return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}


@pytest.mark.parametrize(
    "pattern",
    ["*.jpg", "p/*.jpg", "p/?.jpg", "p/[ab].jpg", "p/[!a]*.jpg", "*/*.jpg", "p/**", "p/**/*.jpg", "**/*.jpg",
     "**/s/**/*.jpg", "p/.*.jpg", "p/.h/*.jpg", "p/s/../*.jpg", "./p/*.jpg", "**/.h/*.jpg"],
)  # fmt: skip
def test_a_quoted_glob_expands_as_in_the_shell(shoot, outputs, pattern):
    shoot("0.jpg", "p/a.jpg", "p/b.jpg", "p/cc.jpg", "p/s/d.jpg", "p/s/t/s/e.jpg", "p/.h/f.jpg", "p/.g.jpg")
    assert set(outputs(pattern)) == {
        os.path.normpath(name) if name[0] == "." else name for name in globbed(pattern)
    }


def test_a_file_of_that_name_wins_over_a_glob(shoot, outputs):
    shoot("a[1].jpg", "a1.jpg", "p/x.jpg")
    assert outputs("a[1].jpg", "p") == {"a[1].jpg": "out/a[1].jpg", "p/x.jpg": "out/x.jpg"}
    assert outputs("a[12].jpg", "p") == {"a1.jpg": "out/a1.jpg", "p/x.jpg": "out/x.jpg"}


def test_a_glob_keeps_the_tree_below_its_fixed_part_and_searches_folders(shoot, outputs):
    shoot("s/1/a.jpg", "s/2/a.jpg", "s/2/x/b.jpg")
    assert len(outputs("s/**/*")) == 3  # each once, though found in its folder too
    assert set(outputs("s/*/a.jpg").values()) == {"out/1/a.jpg", "out/2/a.jpg"}
    assert set(outputs("s/*").values()) == {"out/1/a.jpg", "out/2/a.jpg"}
    assert "out/2/x/b.jpg" in outputs("s/*", recursive=True).values()


def test_a_named_file_may_have_any_suffix(shoot, planned):
    shoot("p/notes.txt", "p/a.jpg")
    assert len(planned("p/notes.txt", "p/a.jpg").jobs) == 2


def test_filters_match_names_or_paths(shoot, outputs):
    shoot("p/a.jpg", "p/a_ref.jpg", "p/b.png", "p/raw/c.jpg", "p/x/raw/d.jpg", "p/x/e.jpg")
    found = lambda **options: {path[2:] for path in outputs("p", recursive=True, **options)}  # noqa: E731
    assert found(include=["*.png"]) == {"b.png"}
    assert found(include=["x/**"]) == {"x/raw/d.jpg", "x/e.jpg"}
    assert found(exclude=["raw"]) == {"a.jpg", "a_ref.jpg", "b.png", "x/e.jpg"}
    assert found(exclude=["raw/*"]) == {"a.jpg", "a_ref.jpg", "b.png", "x/raw/d.jpg", "x/e.jpg"}
    assert found(include=["*.jpg"], exclude=["*_ref.*", "x"]) == {"a.jpg", "raw/c.jpg"}


def test_filters_apply_to_names_from_the_shell(shoot, planned):
    shoot("a.jpg", "guide.jpg")
    found = planned("a.jpg", "guide.jpg", exclude=["guide.*"])
    assert [job.source for job in found.jobs] == ["a.jpg"]
    assert found.left_out == {"excluded": 1}


ODD = ["-r.jpg", "--", "a b.jpg", "a\nb.jpg", "\x1b[31m.jpg", "é.jpg", "~.jpg", "$(x).jpg", b"caf\xe9.jpg"]


def test_a_list_with_nuls_names_anything(shoot, outputs):
    names = [os.fsdecode(name) for name in ODD]
    shoot(*names)
    Path("list").write_bytes(b"\0".join(map(os.fsencode, names)))
    assert outputs(files_from="list", null=True) == {name: f"out/{name}" for name in names}


def test_a_list_of_lines_may_come_from_windows_and_names_folders_too(shoot, outputs):
    shoot("a.jpg", "p/b.jpg", "-", "c*.jpg")
    Path("list").write_bytes(b"a.jpg\r\n\r\np/\r\n-\r\nc*.jpg")
    assert list(outputs(files_from="list")) == ["a.jpg", "p/b.jpg", "./-", "c*.jpg"]


@pytest.mark.parametrize("root", ["shoot", ".", "", "./shoot", "{here}/shoot"])
def test_a_list_of_failed_photos_keeps_the_tree(shoot, planned, outputs, tmp_path, root):
    """Feeding the list back gives the same outputs as the folder did."""
    shoot("shoot/a.jpg", "shoot/x/y/b.jpg")
    where = root.format(here=tmp_path)
    found = planned(where or "shoot/**/*.jpg", recursive=True)
    Path("failed.txt").write_text("".join(f"{job.listed}\n" for job in found.jobs))
    assert outputs(files_from="failed.txt") == {job.source: job.output for job in found.jobs}


def test_odd_names_are_found_in_folders(shoot, outputs):
    names = [f"p/{os.fsdecode(name)}" for name in ODD if name != "--"]
    shoot(*names)
    assert set(outputs("p")) == set(names)


def test_a_plan_without_photos_has_a_trouble_with_reasons(shoot, planned):
    shoot("p/a.txt", "p/sub/b.jpg")
    (trouble,) = planned("p").troubles
    assert str(trouble) == (
        "p: holds no photo to correct (left out: other files 1, folders without -r 1); check the options"
    )
    (trouble,) = planned("q*.jpg", "r*").troubles[:1]
    assert str(trouble) == "q*.jpg: matches no file; check the pattern"
