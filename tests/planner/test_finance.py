"""Money over time, by hand; the doctests of the module run here too."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import capability, divide, finance, geography, timeline


@pytest.mark.parametrize("module", [capability, divide, finance, geography, timeline], ids=lambda m: m.__name__)
def test_examples_in_docstrings_hold(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_prices_fall_from_the_price_year_and_rise_before_it():
    path = finance.price_path_million(100.0, 0.2, 2025, np.array([2024.0, 2025.0, 2027.0]))
    np.testing.assert_allclose(path, [125.0, 100.0, 64.0])


@given(st.floats(0.0, 0.5), st.floats(1.0, 1e3))
def test_a_price_path_has_a_constant_ratio(decline: float, price: float):
    path = finance.price_path_million(price, decline, 2025, np.arange(2025.0, 2035.0))
    np.testing.assert_allclose(path[1:] / path[:-1], 1.0 - decline)


@given(st.floats(0.0, 0.3))
def test_discount_factors_multiply(rate: float):
    factor = finance.discount_factor(rate, np.arange(6.0))
    assert factor[0] == 1.0
    np.testing.assert_allclose(factor[2] * factor[3], factor[5])


@given(st.integers(1, 20))
def test_an_evenly_aged_stock_dies_along_a_straight_line(life: int):
    left = finance.surviving_share(life, np.arange(0.0, life + 3.0))
    assert left[0] == 1.0
    np.testing.assert_allclose(np.diff(left)[:life], -1.0 / life)
    assert (left[life:] == 0.0).all()


@given(st.integers(1, 15), st.integers(2020, 2040))
def test_what_is_charged_and_what_is_salvaged_make_a_life(life: int, first: int):
    charged = float(finance.life_within(np.array([float(first)]), life, 2030)[0])
    after = max(0, first + life - 1 - 2030) if first <= 2030 else life
    assert charged == pytest.approx(1.0 - min(after, life) / life)


def test_a_kilowatt_all_year_is_8760_kwh():
    assert finance.energy_gwh(1.0, 1.0, 1.0) == pytest.approx(8760e-6)
    np.testing.assert_allclose(finance.energy_gwh(2.0, 0.5, np.array([1.0, 1.5])), [8760e-6, 13140e-6])
