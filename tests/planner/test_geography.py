"""Distance made into delay and spillover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from planner.geography import delay_ms, spillover_weights

distances = hnp.arrays(np.float64, (4, 4), elements=st.floats(1.0, 3000.0)).map(
    lambda d: (d + d.T) / 2 * (1 - np.eye(4))
)


def test_light_in_glass_needs_five_microseconds_a_kilometre():
    assert delay_ms(np.array([0.0]), 0.0049, 1.4, 0.5)[0] == 0.5
    assert delay_ms(np.array([2000.0]), 0.0049, 1.0, 0.0)[0] == pytest.approx(
        2000 / 299792.458 * 1000 * 1.469, rel=1e-3
    )


@given(distances)
def test_weights_of_spillovers_sum_to_one_or_nothing(distance: np.ndarray):
    weights = spillover_weights(distance, 500.0, 1000.0)
    others = distance + np.diag(np.full(4, np.inf))
    np.testing.assert_allclose(weights.sum(axis=1), (others <= 1000.0).any(axis=1).astype(float))
    assert (weights >= 0.0).all()
    assert (np.diag(weights) == 0.0).all()
    assert (weights[others > 1000.0] == 0.0).all()


def test_nearer_regions_count_more_by_the_decay():
    distance = np.array([[0.0, 100.0, 600.0], [100.0, 0.0, 700.0], [600.0, 700.0, 0.0]])
    weights = spillover_weights(distance, 500.0, 1000.0)
    assert weights[0, 1] / weights[0, 2] == pytest.approx(np.exp(500.0 / 500.0))


def test_a_region_out_of_reach_gets_nothing():
    assert spillover_weights(np.array([[0.0, 1001.0], [1001.0, 0.0]]), 500.0, 1000.0).tolist() == [[0.0, 0.0]] * 2
