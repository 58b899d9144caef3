"""docs/reproduction.md agrees with the checked-in results."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from colorfix.experiments import markdown_table, photo_results, polynomial_results

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "reproduction.md").read_text(encoding="utf-8")


def tables_of(name):
    document = json.loads((DOCS / f"results/{name}.json").read_text(encoding="utf-8"))
    if name == "polynomials":
        return polynomial_results.tables(document["records"])
    return photo_results.tables(document["records"], document["settings"]["seeds"])


@pytest.mark.parametrize("name", ["polynomials", "photos"])
def test_every_table_of_the_page_is_made_from_the_results(name):
    for table in tables_of(name):
        assert f"**{table.title}**\n\n{markdown_table(table)}\n" in PAGE


@pytest.mark.parametrize(("name", "seeds", "steps"), [("polynomials", 15, 15_000), ("photos", 4, 1000)])
def test_the_results_are_of_the_papers_size(name, seeds, steps):
    settings = json.loads((DOCS / f"results/{name}.json").read_text(encoding="utf-8"))["settings"]
    assert (len(settings["seeds"]), settings["steps"], settings["lr"], settings["delta"]) == (
        seeds,
        steps,
        0.01,
        1e-4,
    )


def test_no_reported_loss_lies_below_its_certified_minimum():
    from colorfix.experiments.polynomial_losses import POLYNOMIALS

    lowest = {polynomial.name: polynomial.lowest.loss for polynomial in POLYNOMIALS}
    for record in json.loads((DOCS / "results/polynomials.json").read_text(encoding="utf-8"))["records"]:
        assert min(record["best"]) >= lowest[record["polynomial"]] - 1e-8  # ten digits are kept
    for record in json.loads((DOCS / "results/photos.json").read_text(encoding="utf-8"))["records"]:
        assert record["certified"]
        assert min(record["gap"]) >= -1e-6  # the certificate's tolerance


def test_every_figure_of_the_page_is_there():
    figures = re.findall(r"!\[.*?\]\((.*?)\)", PAGE)
    assert len(figures) == 4
    for figure in figures:
        assert (DOCS / figure).stat().st_size > 5000
