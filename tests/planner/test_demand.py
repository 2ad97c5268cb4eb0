"""Demand over regions and years, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planner.demand import base_eflops, demand_eflops, regional_shares
from planner.scenario import Driver
from tests.planner.toys import demand_class, given

MIXED = demand_class(
    "mixed",
    "services",
    ("server",),
    [1.0],
    base_eflops=given(10.0),
    growth=given(0.5),
    drivers=(Driver("a", 0.25, np.array([30.0, 10.0])), Driver("b", 0.75, np.array([1.0, 4.0]))),
)


def test_drivers_are_normalized_and_mixed():
    np.testing.assert_allclose(regional_shares(MIXED), [0.25 * 0.75 + 0.75 * 0.2, 0.25 * 0.25 + 0.75 * 0.8])
    assert regional_shares(MIXED).sum() == pytest.approx(1.0)


def test_demand_is_spread_and_grows():
    asked = demand_eflops(MIXED, np.array([0.0, 1.0, 3.0]))
    np.testing.assert_allclose(asked[:, 0], base_eflops(MIXED))
    np.testing.assert_allclose(asked.sum(axis=0), [10.0, 15.0, 33.75])
    np.testing.assert_allclose(asked[0] / asked.sum(axis=0), regional_shares(MIXED)[0])
