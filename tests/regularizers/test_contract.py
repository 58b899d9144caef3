"""What surrounds a penalty: its weight, its parameters, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from colorfix.core.errors import SettingError, UnknownName
from colorfix.regularizers import Weighted


def square(gains, scene, /, *, limit=1.0, power=2.0):
    del scene
    return ((gains - limit) ** power).sum(-1)


GAINS = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])


def test_a_weight_multiplies_and_parameters_replace_defaults():
    """With limit 1 the squares sum to 0 + 1 + 4 and 3, with limit 2 to 1 + 0 + 1 and 12."""
    assert Weighted("square", square, 0.5)(GAINS, None).tolist() == [2.5, 1.5]
    assert Weighted("square", square, 0.5, {"limit": 2.0})(GAINS, None).tolist() == [1.0, 6.0]


def test_a_weight_of_zero_is_allowed():
    assert Weighted("square", square, 0.0)(GAINS, None).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("weight", [-0.5, math.nan, math.inf])
def test_an_invalid_weight_is_refused_with_its_value(weight):
    with pytest.raises(SettingError, match=f"the weight of square .* got {weight}"):
        Weighted("square", square, weight)


@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_a_parameter_that_is_not_a_number_is_refused_with_its_value(value):
    with pytest.raises(SettingError, match=f"limit of square must be a finite number, got {value}"):
        Weighted("square", square, 1.0, {"limit": value})


def test_an_unknown_parameter_is_refused_and_the_nearest_is_suggested():
    with pytest.raises(UnknownName, match="parameter of square is called 'limt'; did you mean 'limit'"):
        Weighted("square", square, 1.0, {"limt": 2.0})
