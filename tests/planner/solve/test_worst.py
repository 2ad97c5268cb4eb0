"""The mean of the worst-off: against brute force, and what makes it safe to maximize."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.instance import build_instance
from planner.solve.worst import Worst, worst_mean, worst_of, worst_weights
from tests.planner.toys import region, tiny

levels = st.lists(st.floats(-5.0, 5.0), min_size=4, max_size=4)


def alone(part: float, share: list[float] | None = None) -> Worst:
    return Worst(np.zeros((4, 1)), np.array(share or [0.25] * 4), part, np.ones(1))


@given(levels, st.integers(1, 4))
def test_the_mean_of_k_regions_is_that_of_the_k_smallest(y: list[float], k: int):
    found = worst_mean(alone(k / 4), np.array(y)[:, None])
    assert found == pytest.approx(np.sort(y)[:k].mean(), abs=1e-12)


@given(levels, st.floats(0.05, 1.0))
def test_weights_are_allowed_and_no_other_weights_give_less(y: list[float], part: float):
    worst = alone(part, [0.1, 0.2, 0.3, 0.4])
    column = np.array(y)[:, None]
    weights = worst_weights(worst, column)[:, 0]
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert (weights <= worst.most_share + 1e-12).all()
    rng = np.random.default_rng(7)
    for _ in range(20):
        other = np.minimum(rng.dirichlet(np.ones(4)), worst.most_share)
        rest = 1.0 - other.sum()
        other += rest * (worst.most_share - other) / max((worst.most_share - other).sum(), 1e-12)
        assert weights @ y <= other @ np.array(y) + 1e-9


@settings(max_examples=50)
@given(levels, st.integers(0, 3), st.floats(0.0, 2.0), st.integers(1, 4))
def test_nobody_has_to_lose_for_the_worst_off(y: list[float], who: int, more: float, k: int):
    """Monotone: a Gini cap is not, and would be met by burning output."""
    before = np.array(y)[:, None]
    after = before.copy()
    after[who] += more
    assert worst_mean(alone(k / 4), after) >= worst_mean(alone(k / 4), before) - 1e-12


def test_the_levels_are_logs_of_innovation_per_head():
    instance = build_instance(tiny())
    worst = worst_of(instance, regions=2)
    np.testing.assert_allclose(worst.start, np.log(np.array([[30 / 300], [10 / 100]])) * np.ones((1, 2)))
    assert worst_mean(worst, np.zeros((2, 2))) == pytest.approx(np.log(0.1))


def test_a_share_of_people_counts_the_last_region_partly():
    worst = worst_of(build_instance(tiny()), people=0.5)
    y = np.array([[1.0], [0.0]]) * np.ones((1, 2)) - worst.start
    assert worst_mean(worst, y) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("how", "words"), [({"regions": 3}, "3 of 2"), ({"people": 0.0}, "share 0"), ({"people": 2}, "2")]
)
def test_a_wrong_number_of_worst_off_is_said(how: dict[str, float], words: str):
    with pytest.raises(ValueError, match=words):
        worst_of(build_instance(tiny()), **how)


def test_a_region_without_innovation_is_named():
    scenario = tiny()
    none = replace(build_instance(scenario).innovation, base=np.array([30.0, 0.0]))
    with pytest.raises(ValueError, match="south"):
        worst_of(replace(build_instance(scenario), innovation=none), regions=1)
    assert region("south", 1.0, 0.0).innovation == 0.0
