"""Filters against Python's own matchers, which know no ``**`` of several folders but all else."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfix.batch.plan.walk import matcher

LETTERS = "ab.\n["
names = st.text(LETTERS, min_size=1, max_size=3).filter(lambda name: name not in {".", ".."})
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
globs = st.text("ab.*?[]!\n", min_size=1, max_size=4).filter(
    lambda glob: "**" not in glob and glob not in {".", ".."}
)


@given(globs, paths)
def test_a_glob_without_a_slash_is_fnmatch_on_the_name(glob, path):
    assert bool(matcher(glob)(path)) == fnmatchcase(path.split("/")[-1], glob)


@given(st.lists(globs, min_size=2, max_size=3), paths)
def test_a_glob_with_slashes_is_pathlib_from_the_root(parts, path):
    anchored = PurePosixPath("/" + path).match("/" + "/".join(parts))
    assert bool(matcher("/".join(parts))(path)) == anchored


@given(globs, paths)
def test_two_stars_match_any_number_of_folders(glob, path):
    """``**/glob`` is the glob at any depth: what one without a slash means."""
    assert bool(matcher(f"**/{glob}")(path)) == bool(matcher(glob)(path))
    assert matcher("**")(path)
    assert bool(matcher(f"{glob}/**")(path)) == fnmatchcase(path.split("/")[0], glob)


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("/*.jpg", "a.jpg", True),
        ("/*.jpg", "x/a.jpg", False),
        ("proofs/", "x/proofs", True),
        ("*.jpg", "A.JPG", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/x/y/c", False),
        ("**/a/**/b", "a/a/b", True),
    ],
)
def test_globs_match_as_worked_by_hand(glob, path, matches):
    assert bool(matcher(glob)(path)) is matches
