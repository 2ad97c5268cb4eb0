"""Perpetual inventory: by hand, its steady state, and gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.calibrate.inventory import perpetual_inventory


def test_by_hand() -> None:
    stock = perpetual_inventory(np.array([[27.0, 10.0, 0.0]]), 0.15, 0.12)
    np.testing.assert_allclose(stock, [[100, 95, 80.75]])


@given(st.floats(0.01, 0.5), st.floats(0.0, 0.3), st.floats(1, 1e6))
def test_spending_that_grows_steadily_keeps_the_stock_in_proportion(decay: float, growth: float, first: float) -> None:
    """With R growing at g, K = R (1 + g) / (g + d) in the long run; the start value R / (g + d) heads for it."""
    spending = first * (1 + growth) ** np.arange(400.0)
    stock = perpetual_inventory(spending[None, :], decay, growth)[0]
    late = stock[-1] / spending[-1]
    assert late == pytest.approx((1 + growth) / (growth + decay), rel=1e-3 + (1 - decay) ** 399)


def test_a_region_starts_with_its_first_number_and_stops_at_a_gap() -> None:
    nan = np.nan
    stock = perpetual_inventory(np.array([[nan, 30.0, 10.0, nan, 5.0]]), 0.2, 0.1)
    np.testing.assert_allclose(stock, [[nan, 100, 90, nan, nan]])


def test_regions_do_not_touch() -> None:
    rng = np.random.default_rng(0)
    spending = rng.uniform(1, 2, (4, 6))
    whole = perpetual_inventory(spending, 0.15, 0.05)
    for r in range(4):
        np.testing.assert_array_equal(whole[r], perpetual_inventory(spending[r : r + 1], 0.15, 0.05)[0])


def test_no_start_value_without_decay_or_growth() -> None:
    with pytest.raises(ValueError, match="no start value"):
        perpetual_inventory(np.ones((1, 2)), 0.0, 0.0)
