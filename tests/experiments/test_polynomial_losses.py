"""The five losses of experiment 1 against what the paper prints, NumPy's roots, and the notes' table."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from colorfix.experiments.polynomial_losses import POLYNOMIALS, real_roots

BY_NAME = {polynomial.name: polynomial for polynomial in POLYNOMIALS}

PRINTED = {  # Table 1, from the highest power down
    "p2": "1 0 4",
    "p6": "40 40 0 120 160 40 8",
    "p8": "4 -76 605 -2614.01 6629 -9940 8404 -3552 576",
    "p10": "0.1 -3 39.5 -300 1452.3 -4671 10080.5 -14370 12907.6 -6576.3 1440",
    "p4": "1 -6 12 -10 5",
}
MINIMA = {  # x: loss, to four digits, worked out independently of this program
    "p2": [(0, 4)],
    "p6": [(-1.1848, 2.8863), (-0.1509, 5.1923)],
    "p8": [(0.5, -0.0003), (2.0117, -0.3246), (3.0844, -2.6040), (4.0289, -10.4340)],
    "p10": [(1.0026, -0.3004), (2.0475, -0.6068), (3.0985, -0.9144), (4.0382, -1.2059), (5.0026, -1.5004)],
    "p4": [(2.5, 0.3125)],
}
BARRIERS = {
    "p2": [],
    "p6": [15.22],
    "p8": [36.18, 1.36, -0.147],
    "p10": [0.914, -0.524, -0.849, -0.073],
    "p4": [],
}

every = pytest.mark.parametrize("polynomial", POLYNOMIALS, ids=lambda polynomial: polynomial.name)


@every
def test_the_stable_form_is_exactly_what_the_paper_prints(polynomial):
    printed = tuple(Fraction(c) for c in reversed(PRINTED[polynomial.name].split()))
    assert polynomial.coefficients == printed


@every
def test_the_minima_and_barriers_are_those_of_the_notes(polynomial):
    np.testing.assert_allclose(polynomial.minima, MINIMA[polynomial.name], atol=6e-5)
    np.testing.assert_allclose([m.loss for m in polynomial.maxima], BARRIERS[polynomial.name], atol=5e-3)


@every
def test_no_point_of_a_dense_grid_lies_below_the_global_minimum(polynomial):
    x = np.linspace(-3, 8, 200_001)
    losses = polynomial(x)
    assert losses.min() >= polynomial.lowest.loss - 1e-12
    assert x[losses.argmin()] == pytest.approx(polynomial.lowest.x, abs=1e-4)


@every
def test_the_extrema_are_numpys_roots_of_the_slope(polynomial):
    """Sturm's count and the halving against the eigenvalues of the companion matrix."""
    slope = np.polynomial.Polynomial([float(c) for c in polynomial.coefficients]).deriv()
    expected = slope.roots()
    expected = np.unique(expected[np.abs(expected.imag) < 1e-5].real.round(4))
    found = [e.x for e in (*polynomial.minima, *polynomial.maxima, *polynomial.inflections)]
    np.testing.assert_allclose(sorted(found), expected, atol=2e-4)


def test_the_fourth_order_has_an_inflection_that_looks_like_a_minimum():
    assert BY_NAME["p4"].inflections == ((1.0, 2.0),)


@every
def test_torch_computes_the_same_loss_and_slope(polynomial):
    x = torch.linspace(-2, 6, 50, dtype=torch.float64, requires_grad=True)
    losses = polynomial(x)
    losses.sum().backward()
    exact = np.polynomial.Polynomial([float(c) for c in polynomial.coefficients])
    scale = np.abs(exact.coef).max() * 6.0 ** exact.degree() * 1e-16  # of the expanded form's rounding
    np.testing.assert_allclose(losses.detach(), exact(x.detach().numpy()), atol=10 * scale)
    np.testing.assert_allclose(x.grad, exact.deriv()(x.detach().numpy()), atol=100 * scale)


def test_double_roots_and_roots_at_a_split_are_found_once():
    """(x - 1)^2 (x + 2) (x - 1/3): one double root, which does not change the sign."""
    x = np.polynomial.Polynomial([0, 1])
    coefficients = ((x - 1) ** 2 * (x + 2) * (3 * x - 1)).coef
    roots = real_roots(tuple(Fraction(int(c)) for c in coefficients))
    assert [float(root.x) for root in roots] == pytest.approx([-2, 1 / 3, 1], abs=1e-15)
    assert [(root.sign_before, root.sign_after) for root in roots] == [(1, -1), (-1, 1), (1, 1)]
