"""``colorfix regularizers`` and ``colorfix presets``: what a new user reads first."""

from __future__ import annotations

import re

import pytest

from colorfix.regularizers import BUILT_IN, PRESETS, PURPOSES, Description


def entries_of(listed: str) -> dict[str, list[str]]:
    """Each name with the lines below it."""
    blocks = re.split(r"^(?=\S)", listed, flags=re.MULTILINE)[1:]
    return {block.splitlines()[0]: [line.strip() for line in block.splitlines()[1:]] for block in blocks}


def test_the_list_shows_formula_parameters_weight_and_origin(invoke):
    done = invoke("regularizers")
    assert (done.returncode, done.stderr) == (0, "")
    entries = entries_of(done.stdout)
    assert list(entries) == list(BUILT_IN)
    for name, lines in entries.items():
        described = Description.of(BUILT_IN[name])
        assert lines[0] == described.summary
        assert f"formula     {described.formula}" in lines
        assert "origin      colorfix itself" in lines
    assert (
        "parameters  p=6 (1 to 80), blue=0.1 (-1 to 1), reach=inf (0.05 to inf)" in entries["shades-of-gray"]
    )
    assert not any(line.startswith("parameters") for line in entries["tint"])
    assert "weight      0 by default, 1 in the preset paper" in entries["double-wells"]


def test_the_weights_are_those_of_the_presets(invoke):
    """Read back from the text, for every preset."""
    printed = {}
    for name, lines in entries_of(invoke("regularizers").stdout).items():
        (weights,) = [line.split(maxsplit=1)[1] for line in lines if line.startswith("weight")]
        for part in weights.split(", "):
            weight, *_, preset = part.split()
            printed[name, preset] = float(weight)
    expected = {(r.name, preset): r.weight for preset, members in PRESETS.items() for r in members}
    assert {key: weight for key, weight in printed.items() if weight} == expected


@pytest.mark.parametrize("name", ["neutral-pixels", "tint"])
def test_a_single_regularizer_is_described_with_its_landscape(invoke, name):
    done = invoke("regularizers", name)
    assert (done.returncode, done.stderr) == (0, "")
    for line in Description.of(BUILT_IN[name]).rest.splitlines():
        assert f"    {line}".rstrip() in done.stdout
    assert ">>>" not in done.stdout


def test_the_printed_example_runs_unchanged(invoke, cat, tmp_path):
    described = invoke("regularizers", "illuminants").stdout
    (example,) = [line.split()[1:] for line in described.splitlines() if line.startswith("    example")]
    assert example == ["-R", "illuminants=1,sigma=0.03"]
    assert invoke("correct", cat.source, "-t", "neutral", "-o", "out.jpg", *example).returncode == 0


def test_a_regularizer_in_a_file_is_described_and_checked(invoke, tmp_path):
    (tmp_path / "mine.py").write_text(
        'def f(gains, scene, *, wanted=1.0):\n    """Keep red."""\n    return (gains[:, 0] - wanted) ** 2\n'
        "def g(gains, scene):\n    return gains\n"
    )
    assert invoke("regularizers", "./mine.py:f").stdout.splitlines() == [
        "./mine.py:f",
        "    Keep red.",
        "    parameters  wanted=1",
        "    weight      0 by default",
        "    origin      a file; it keeps the contract",
        "    example     -R ./mine.py:f=1,wanted=1",
    ]
    broken = invoke("regularizers", "./mine.py:g")
    assert (broken.returncode, broken.stdout, broken.stderr.count("\n")) == (2, "", 1)
    assert "not one penalty each" in broken.stderr


@pytest.mark.parametrize(("name", "words"), [("tnt", "did you mean 'tint'?"), ("tint=1", "'tint'?")])
def test_an_unknown_name_suggests_the_nearest(invoke, name, words):
    done = invoke("regularizers", name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_presets_are_listed_with_weights_and_purpose(invoke):
    listed = invoke("presets").stdout.splitlines()
    assert "paper: double-wells=1" in listed
    assert "plain: no regularizers" in listed
    assert [line.split(":")[0] for line in listed[::2]] == list(PRESETS)
    assert listed[1::2] == [f"    {PURPOSES[name]}" for name in PRESETS]


def test_no_description_refers_to_the_code():
    """A terminal shows the text without its markup: a constant of the code would be left as a bare name."""
    for function in BUILT_IN.values():
        assert ":data:" not in (function.__doc__ or "")
