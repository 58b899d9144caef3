"""What a guide shows and what was made of it: on stderr, in the report, on the page, in a run's summary."""

from __future__ import annotations

import json
import re

import pytest


def line_of(stderr):
    return next((line for line in stderr.splitlines() if line.startswith("guide: ")), None)


@pytest.mark.parametrize(
    ("guide", "options", "expected"),
    [
        ("target", (), r"guide: another scene \(likeness 0\.\d\d\), a hint only; --follow 1 follows it"),
        ("truth", (), r"guide: the same scene \(likeness (0\.9\d|1\.00)\), followed; its brightness too"),
        (
            "truth",
            ("--exposure", "keep"),
            r"guide: the same scene .*, followed; the photo's brightness is kept",
        ),
        (
            "target",
            ("--follow", "1"),
            r"guide: another scene .*, followed \(--follow 1\); the photo's .* kept",
        ),
        ("target", ("--follow", "0.5"), r"guide: another scene .*, followed by 0\.5 \(--follow 0\.5\); .*"),
        ("target", ("--follow", "0"), r"guide: another scene .*, ignored \(--follow 0\)"),
        (
            "target",
            ("--preset", "plain"),
            r"guide: another scene .*, matched; the photo's brightness is kept",
        ),
    ],
)
def test_a_line_says_what_was_made_of_the_guide(invoke, cat, tmp_path, guide, options, expected):
    output = tmp_path / "out.jpg"
    done = invoke("correct", str(cat.source), "-t", str(getattr(cat, guide)), "-o", str(output), *options)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(expected, line_of(done.stderr))
    entry = json.loads((tmp_path / "out.report.json").read_text())["guide"]
    assert entry["scene"] == ("same" if guide == "truth" else "other")


def test_the_neutral_target_is_no_guide(invoke, cat, tmp_path):
    done = invoke("correct", str(cat.source), "-t", "neutral", "-o", str(tmp_path / "out.jpg"))
    assert line_of(done.stderr) is None
    assert json.loads((tmp_path / "out.report.json").read_text())["guide"] is None


def test_the_page_has_the_sentence(invoke, cat, tmp_path):
    page = tmp_path / "out.html"
    invoke(
        "correct", str(cat.source), "-t", str(cat.target), "-o", str(tmp_path / "o.jpg"), "--html", str(page)
    )
    assert "Guide: another scene (likeness 0." in page.read_text()


def test_a_run_counts_the_guides(invoke, cat, tmp_path):
    sources = str(cat.source), str(cat.truth)
    done = invoke("correct", *sources, "-t", str(cat.target), "-o", f"{tmp_path}/")
    assert "guides: another scene 2 (see --follow)" in done.stderr.splitlines()


@pytest.mark.parametrize("command", ["correct", "compare", "landscape", "preview"])
def test_a_command_without_a_target_names_the_neutral_one(invoke, cat, command):
    done = invoke(command, str(cat.source))
    assert done.returncode == 2
    assert "-t neutral" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("share", ["half", "1.1", "-1", "nan"])
def test_a_share_that_is_none_is_refused(invoke, cat, tmp_path, share):
    done = invoke(
        "correct", str(cat.source), "-t", "neutral", "--follow", share, "-o", str(tmp_path / "o.jpg")
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "follow must be auto or lie between 0 and 1" in done.stderr
