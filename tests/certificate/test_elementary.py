"""Functions of one number: derivatives and bounds, judged by the function's own values."""

from __future__ import annotations

import numpy as np
import pytest

from colorfix.certificate import polynomial
from colorfix.certificate.interval import Interval

CASES = {
    "exp": (polynomial.exp, np.exp),
    "log": (polynomial.log, np.log),
    "reciprocal": (polynomial.reciprocal, lambda x: 1 / x),
    "square root": (polynomial.power(0.5), np.sqrt),
    "power -1.5": (polynomial.power(-1.5), lambda x: x**-1.5),
    "power 3.3": (polynomial.power(3.3), lambda x: x**3.3),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("middle", [0.3, 1.0, 2.5])
def test_the_remainder_is_bounded_tightly(name, middle):
    """Over ± 2 % the third derivative hardly changes, so that a bound of it is nearly reached at one end."""
    function, plain = CASES[name]
    reach = 0.02 * middle
    derivatives, range_ = function(
        np.array(middle), Interval(np.array(middle - reach), np.array(middle + reach))
    )
    steps = np.linspace(-reach, reach, 101)
    series = derivatives.value + derivatives.slope * steps + derivatives.bend / 2 * steps**2
    left_out = np.abs(plain(middle + steps) - series).max()
    bound = derivatives.third * reach**3 / 6
    assert 0.8 * bound < left_out <= bound
    values = plain(middle + steps)
    assert (float(range_.low), float(range_.high)) == pytest.approx((values.min(), values.max()))


@pytest.mark.parametrize("name", ["log", "reciprocal", "square root", "power -1.5"])
def test_nothing_is_claimed_where_a_function_ends(name):
    """At 0 no third derivative has a bound; a reciprocal across 0 has no range either."""
    function, _ = CASES[name]
    with np.errstate(all="ignore"):
        derivatives, range_ = function(np.array(0.5), Interval(np.array(-0.1), np.array(1.1)))
    assert derivatives.third == np.inf
    assert not (np.isfinite(range_.low) and np.isfinite(range_.high)) or name == "square root"
