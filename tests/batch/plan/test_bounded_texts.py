"""Texts of a run are read in linear time: globs, lists, journals."""

from __future__ import annotations

import random
import time
from fnmatch import fnmatchcase

from colorfix.batch.plan.sources import names_in
from colorfix.batch.plan.walk import matcher
from colorfix.batch.resume.journal import JournalFile


def seconds(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def _plain(parts, names):
    """The definition: ``**`` is any number of names."""
    if not parts:
        return not names
    if parts[0] == "**":
        return any(_plain(parts[1:], names[count:]) for count in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], parts[0]) and _plain(parts[1:], names[1:])


def test_globs_match_as_their_definition_says():
    chance = random.Random(0)  # noqa: S311 - the same globs every time
    for _ in range(3000):
        glob = [chance.choice(["**", "a", "*", "b*"]) for _ in range(chance.randint(2, 5))]
        path = [chance.choice(["a", "b", "ba", "c"]) for _ in range(chance.randint(1, 6))]
        assert bool(matcher("/".join(glob))("/".join(path))) == _plain(glob, path)


def test_a_glob_of_many_any_folders_is_no_more_work_than_its_names():
    path = "/".join(["a"] * 1000)
    assert seconds(matcher("**/" * 40 + "b"), path) < 2


def test_a_line_without_end_is_read_once(tmp_path):
    (tmp_path / "names.txt").write_bytes(b"a" * (64 << 20))
    assert seconds(lambda: list(names_in(str(tmp_path / "names.txt"), null=False))) < 3


def test_a_long_line_of_a_journal_is_read_once(tmp_path):
    path = tmp_path / ".colorfix.jsonl"
    file = JournalFile(str(path), joined=False)
    file.append([b"a" * (32 << 20), b"b"], synced=False)
    start = path.read_bytes().index(b"\n") + 1
    assert seconds(file.line, start) < 3
    assert [len(line) for line in file.lines(start)] == [32 << 20, 1]
    file.close()
