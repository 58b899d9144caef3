"""The description of each built-in penalty that ``colorfix regularizers NAME`` prints."""

from __future__ import annotations

import math
import re

import pytest

from colorfix.regularizers import BUILT_IN, Description, parameters_of, ranges_of

EVERY = pytest.mark.parametrize("name", BUILT_IN)
STROKES = r"[/\\_|*.`'-]"


def pictures_of(rest: str) -> list[list[str]]:
    """The paragraphs whose lines are all indented and hold strokes."""
    paragraphs = [paragraph.splitlines() for paragraph in rest.split("\n\n")]
    return [lines for lines in paragraphs if all(line.startswith("    ") for line in lines)]


@EVERY
def test_a_docstring_has_a_summary_a_formula_a_picture_units_and_a_source(name):
    described = Description.of(BUILT_IN[name])
    assert re.fullmatch(r"Penalize .*\.", described.summary)
    assert "²" in described.formula
    assert not described.formula.endswith(".")
    (picture,) = pictures_of(described.rest)
    assert 3 <= len(picture) <= 7
    assert len(re.findall(STROKES, "".join(picture))) >= 8
    assert re.search(r"^Units: \S", described.rest, flags=re.MULTILINE)
    assert re.search(r"^Source: \S", described.rest, flags=re.MULTILINE)


@EVERY
def test_the_strokes_of_a_picture_are_ascii(name):
    """Its strokes, the first 20 columns, are plain characters; a legend beside them may speak of λ or ⅔."""
    for line in pictures_of(Description.of(BUILT_IN[name]).rest)[0]:
        assert line[:20].replace("λ", "").isascii()
        assert "\t" not in line


@EVERY
def test_the_description_has_no_markup(name):
    described = Description.of(BUILT_IN[name])
    for text in (described.summary, described.formula, described.rest):
        assert "``" not in text
        assert ":func:" not in text
        assert ">>>" not in text


@EVERY
def test_every_parameter_is_in_range_and_documented(name):
    parameters, limits = parameters_of(BUILT_IN[name]), ranges_of(BUILT_IN[name])
    assert parameters.keys() == limits.keys()
    for parameter, value in parameters.items():
        least, most = limits[parameter]
        assert least < value < most or value == most == math.inf  # unbounded by default
        assert f"``{parameter}``" in BUILT_IN[name].__doc__


def test_a_function_without_a_docstring_has_an_empty_description():
    assert Description.of(lambda gains, scene: gains) == Description("", "", "")
