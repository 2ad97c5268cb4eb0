"""Years of orders and the blocks of the tail."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from planner.scenario import Tail
from planner.timeline import tail_blocks, timeline
from tests.planner.toys import given, tiny


@drawn(st.integers(1, 40), st.integers(1, 12))
def test_blocks_partition_the_tail_and_grow(years: int, points: int):
    blocks = tail_blocks(2030, years, points)
    covered = [year for first, last in blocks for year in range(first, last + 1)]
    assert covered == list(range(2031, 2031 + years))
    assert len(blocks) <= points
    lengths = [last - first for first, last in blocks]
    assert all(later >= earlier - 1 for earlier, later in pairwise(lengths))


@drawn(st.integers(1, 30), st.integers(1, 8), st.floats(0.0, 0.15))
def test_weights_sum_to_one_and_years_rise(years: int, points: int, rate: float):
    time = timeline(tiny(tail=Tail("continue", years, points), discount_rate=given(rate)))
    assert time.weight.sum() == pytest.approx(1.0)
    assert (time.weight > 0).all()
    assert (np.diff(time.year) > 0).all()
    assert time.orders == 2


def test_a_block_weighs_what_its_years_weigh():
    time = timeline(tiny(tail=Tail("continue", 6, 3), discount_rate=given(0.1)))
    each = 1.1 ** -np.arange(8.0)
    expected = np.array([each[0], each[1], each[2], each[3:5].sum(), each[5:8].sum()])
    np.testing.assert_allclose(time.weight, expected / expected.sum())
    assert time.year.tolist() == [2026, 2027, 2028, 2029, 2032]
    assert time.phases == ("plan", "plan", "tail", "tail", "tail")


def test_growth_stops_with_the_orders():
    time = timeline(tiny(tail=Tail("continue", 6, 3), base_year=2024))
    np.testing.assert_array_equal(time.growth_years, [2.0, 3.0, 3.0, 3.0, 3.0])


@pytest.mark.parametrize("tail", [Tail("none", 0, 0), Tail("salvage", 0, 0), Tail("continue", 0, 4)])
def test_other_tails_have_no_points(tail):
    assert len(timeline(tiny(tail=tail)).year) == 2
