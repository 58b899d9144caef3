"""Section 5: the observed Adam is torch's; stops of a path; the share of right predictions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from colorfix.cli.app import run as command
from colorfix.experiments import markdown_table
from colorfix.experiments.escape import AdamRun, learn_run, path_of, starts_on
from colorfix.experiments.escape_results import tables
from colorfix.experiments.polynomial_losses import POLYNOMIALS
from colorfix.experiments.stops import (
    CHOSEN,
    DOWNHILL,
    LAG,
    Predictor,
    downhill,
    observed,
    predicted,
    scalar_losses_of,
)
from colorfix.learning import Device, Optimizer, learn
from colorfix.learning.models import FreePoints
from colorfix.optim.rule import Adam

BY_NAME = {polynomial.name: polynomial for polynomial in POLYNOMIALS}
TORCH = Device("torch")


class Sum:
    """The loss Σ x⁴ of every problem."""

    def __call__(self, points):
        """Return the losses."""
        return (points**4).sum(1)

    def mapped(self, function):
        """Return itself: there are no arrays to move."""
        return self


def path_of_torch(slope, starts, lr, steps, prepare=lambda optimizer, x: None):
    """A plain loop of torch's Adam on x, one row a step."""
    x = torch.tensor(starts, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=lr)
    prepare(optimizer, x)
    path = []
    for _ in range(steps):
        path.append(x.detach().numpy().copy())
        x.grad = torch.as_tensor(slope(path[-1]))
        optimizer.step()
    return np.array(path)


def test_free_points_are_learned_as_they_are():
    start = np.array([[1.0, -2.0], [0.5, 0.0]])
    trace = learn(Sum(), FreePoints(start), Optimizer("adam", 0.05), 40)
    expected = path_of_torch(lambda x: 4 * x**3, start, 0.05, 40)
    np.testing.assert_allclose(trace.points, expected, rtol=1e-12)
    assert start.tolist() == [[1.0, -2.0], [0.5, 0.0]]


def test_the_observed_adam_is_torchs_own():
    """All polynomials in one batch, against a loop for each."""
    paths = np.split(path_of(AdamRun(0.3, 5, 60, TORCH)), len(POLYNOMIALS), axis=1)
    for polynomial, path in zip(POLYNOMIALS, paths, strict=True):
        landscape = scalar_losses_of([polynomial] * 5)
        expected = path_of_torch(landscape.slope, starts_on(polynomial, 5), 0.3, 60)
        np.testing.assert_allclose(path, expected, rtol=1e-8, atol=1e-8)


def test_stops_of_a_path_by_hand():
    """Three ways by hand: one turns at 3 and ends at 2; one never turns; one stands still, far from all."""
    path = np.array([[0.0, 5.0, 7.0], [1.0, 4.0, 7.0], [3.0, 3.0, 7.0], [2.5, 2.5, 7.0], [2.0, 2.01, 7.0]])
    found = observed(path, np.array([[-1.0], [2.0]]))
    assert found.extremum.tolist() == [1, 1, -1]
    assert found.x.tolist() == [2.0, 2.01, 7.0]
    np.testing.assert_array_equal(found.turn, [3.0, np.nan, np.nan])


def test_downhill_is_the_minimum_of_the_valley():
    """The sixth order has its barrier at -0.70; the inflection of the fourth is no minimum."""
    sixth = downhill(BY_NAME["p6"], np.array([-3.0, -0.71, -0.69, 1.0]))
    assert sixth.extremum.tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(sixth.x, [-1.1848, -1.1848, -0.1509, -0.1509], atol=5e-5)
    assert downhill(BY_NAME["p4"], np.array([0.0, 3.0])).extremum.tolist() == [1, 1]


@pytest.mark.parametrize("name", ["p6", "p4"])
def test_with_its_own_steps_a_trace_is_torchs_adam_started_as_equation_3_does(name):
    """Averages of the first slope, and a bias correction so late that it is 1."""
    landscape = scalar_losses_of([BY_NAME[name]] * 7)
    starts = starts_on(BY_NAME[name], 7)

    def as_equation_3(optimizer, x):
        first = torch.as_tensor(landscape.slope(starts))
        optimizer.state[x] = {"step": torch.tensor(1e6), "exp_avg": first, "exp_avg_sq": first**2}

    expected = observed(path_of_torch(landscape.slope, starts, 0.1, 200, as_equation_3), landscape.extrema)
    found = predicted(Predictor("own", None), landscape, starts, Adam(0.1), 200)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-9)
    np.testing.assert_allclose(found.turn, expected.turn, atol=1e-9)


def test_equation_13_predicts_escapes_that_the_valley_of_the_start_does_not():
    """With λ = 0.3 Adam leaves most valleys; Δx = (1 - β₁)λ predicts three stops in four or more."""
    for outcome in learn_run(AdamRun(0.3, 41, 2500, TORCH)):
        if outcome.polynomial.name in {"p6", "p8", "p10"}:
            ours, plain = (
                (outcome.predictions[way].extremum == outcome.adam.extremum).mean()
                for way in (CHOSEN.label, DOWNHILL)
            )
            assert plain < 0.5
            assert ours > 0.7


def test_points_a_learning_rate_apart_are_too_far_apart():
    """Then the mean lags behind by 9λ, and with λ = 0.1 nearly every trace runs over the barriers."""
    for name in ("p6", "p8", "p10"):
        landscape, starts = scalar_losses_of([BY_NAME[name]] * 41), starts_on(BY_NAME[name], 41)
        near, far = (
            predicted(Predictor("", multiple), landscape, starts, Adam(0.1), 1).extremum
            for multiple in (LAG, 1.0)
        )
        assert (near >= 0).all()
        assert (far < 0).mean() > 0.9


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the command writes for a few starts and steps."""
    out = tmp_path_factory.mktemp("escape")
    assert command(["reproduce", "escape", "--starts", "3", "--steps", "20", "--out", str(out)]) == 0
    return out


def test_the_command_writes_its_page_its_figures_and_every_start(folder):
    names = ["escape-lr-0.01.svg", "escape-lr-0.3.svg", "escape.json", "escape.md"]
    assert sorted(path.name for path in folder.iterdir()) == names
    records = json.loads((folder / "escape.json").read_text(encoding="utf-8"))["records"]
    adam = next(r for r in records if (r["way"], r["polynomial"], r["lr"]) == ("Adam", "p2", 0.01))
    assert adam["starts"] == [-1.5, 0.0, 1.5]
    assert adam["x"] == pytest.approx([-1.5 + 0.01 * 19, 0.0, 1.5 - 0.01 * 19], abs=0.01)  # λ a step


def test_the_tables_agree_with_the_records(folder):
    records = json.loads((folder / "escape.json").read_text(encoding="utf-8"))["records"]
    rows = (folder / "escape.md").read_text(encoding="utf-8").splitlines()
    heading = next(row for row in rows if "| predicted right |" in row)
    row = next(row for row in rows if row.startswith("| 0.3, p8 "))
    cells = dict(zip(heading.split(" | "), row.split(" | "), strict=True))
    by_way = {r["way"]: r["extremum"] for r in records if (r["polynomial"], r["lr"]) == ("p8", 0.3)}
    hits = [a == b >= 0 for a, b in zip(by_way[CHOSEN.label], by_way["Adam"], strict=True)]
    assert cells["predicted right"] == f"{100 * sum(hits) / 3:.1f}%"


def test_every_table_of_the_page_is_made_from_the_results_that_are_checked_in():
    docs = Path(__file__).parent.parent.parent / "docs"
    page = (docs / "escape.md").read_text(encoding="utf-8")
    document = json.loads((docs / "results/escape.json").read_text(encoding="utf-8"))
    assert (document["settings"]["starts"], document["settings"]["steps"]) == (201, 15_000)
    for table in tables(document["records"]):
        assert f"**{table.title}**\n\n{markdown_table(table)}\n" in page
