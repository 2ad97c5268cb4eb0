"""Indicators of the digital divide against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.divide import gini, indicators, theil, worst_share

cases = st.lists(st.tuples(st.floats(0.01, 100.0), st.floats(0.1, 100.0)), min_size=2, max_size=9)


def parts(case: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    per_head, people = np.array(case).T
    return per_head, people


@given(cases)
def test_gini_is_the_mean_difference_over_pairs(case: list[tuple[float, float]]):
    y, p = parts(case)
    pairs = sum(p[i] * p[j] * abs(y[i] - y[j]) for i in range(len(y)) for j in range(i + 1, len(y)))
    found = gini(y, p)
    assert found == pytest.approx(pairs / (p.sum() * (p @ y)), rel=1e-9, abs=1e-12)
    assert 0.0 <= found < 1.0


@given(cases)
def test_theil_lies_between_nothing_and_everything_in_one_place(case: list[tuple[float, float]]):
    y, p = parts(case)
    assert -1e-12 <= theil(y, p) <= np.log(p.sum() / p.min()) + 1e-12


@given(cases, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_units_do_not_matter(case: list[tuple[float, float]], k: float, heads: float):
    y, p = parts(case)
    plain, scaled = indicators(y * p, p), indicators(k * y * p, heads * p)
    assert scaled == pytest.approx(plain, rel=1e-6, abs=1e-9)


@given(cases, st.floats(0.05, 0.95))
def test_the_worst_off_have_at_most_their_share(case: list[tuple[float, float]], share: float):
    y, p = parts(case)
    assert worst_share(y, p, share) <= share + 1e-12
    assert worst_share(y, p, 1.0) == pytest.approx(1.0)


@given(cases)
def test_splitting_a_region_in_two_alike_changes_nothing(case: list[tuple[float, float]]):
    y, p = parts(case)
    halves, people = np.append(y, y[0]), np.concatenate([[p[0] / 2], p[1:], [p[0] / 2]])
    assert indicators(halves * people, people) == pytest.approx(indicators(y * p, p), rel=1e-9, abs=1e-9)


def test_the_last_region_of_the_worst_fifth_is_taken_in_part():
    y, p = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 6.0])
    assert worst_share(y, p, 0.2) == pytest.approx((1.0 * 0.1 + 2.0 * 0.1) / (0.1 + 0.6 + 2.4))
