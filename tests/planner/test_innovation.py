"""The innovation function: the base year, spillovers, floors, the talent limit, and drift in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from planner.innovation import Innovation, index_of, innovation_index, ratios
from planner.instance import build_instance
from planner.scenario import ElasticitySet, Factor
from planner.without import levels_without_orders
from tests.planner.toys import geography, given, tiny, trading


def innovation(**changes: object) -> Innovation:
    return build_instance(trading(**changes)).innovation


def at_base(inn: Innovation, times: int = 4) -> np.ndarray:
    return np.repeat(inn.base_level[:, :, None], times, axis=2)


def test_the_base_year_is_reproduced():
    inn = innovation()
    np.testing.assert_allclose(ratios(inn, at_base(inn)), 1.0)
    np.testing.assert_allclose(index_of(inn.beta, np.ones((2, 2, 4))), 1.0)


def test_levels_are_percent_of_the_nation():
    np.testing.assert_allclose(innovation().base_level.sum(axis=0), 100.0)
    np.testing.assert_allclose(innovation().base_level[:, 0], [62.5, 37.5])


def test_a_neighbours_level_spills_over():
    inn = innovation()
    level = at_base(inn)
    level[1] *= 2.0
    ratio = ratios(inn, level)
    expected = (62.5 + 0.05 * 75.0 + 3.75) / (62.5 + 0.05 * 37.5 + 3.75)
    assert ratio[0, 0, 0] == pytest.approx(expected)
    assert inn.base_total[0, 0] == pytest.approx(62.5 + 0.05 * 37.5 + 3.75)


def test_far_regions_do_not_spill_over():
    np.testing.assert_array_equal(innovation(geography=geography(1500.0)).spillover, np.zeros((2, 2)))


def test_the_floor_is_a_share_of_the_nation_per_head():
    np.testing.assert_allclose(innovation(floor_share=given(0.1)).floor, [[7.5, 7.5], [2.5, 2.5]])


def test_without_a_floor_nothing_is_a_thousand_millionth():
    inn = innovation(floor_share=given(0.0), elasticity_sets=(replace(trading().elasticity_sets[0], spillover=0.0),))
    nothing = ratios(inn, np.zeros((2, 2, 5)))
    np.testing.assert_allclose(index_of(inn.beta, nothing), 1e-9**0.25)


@drawn(hnp.arrays(np.float64, (2, 2, 3), elements=st.floats(0.01, 50.0)), st.floats(0.5, 4.0))
def test_the_function_is_homogeneous_of_degree_b(ratio: np.ndarray, k: float):
    beta = np.array([0.3, 0.15])
    np.testing.assert_allclose(index_of(beta, k * ratio), k**0.45 * index_of(beta, ratio), rtol=1e-9)


@drawn(hnp.arrays(np.float64, (2, 2, 2), elements=st.floats(0.01, 50.0)), st.floats(0.0, 1.0))
def test_the_function_is_concave(ratio: np.ndarray, share: float):
    beta, other = np.array([0.3, 0.15]), ratio[::-1]
    between = index_of(beta, share * ratio + (1 - share) * other)
    assert (between >= share * index_of(beta, ratio) + (1 - share) * index_of(beta, other) - 1e-9).all()


def test_drift_of_an_exogenous_factor_in_closed_form():
    """Talent grows 3 % a year; the floor 0.05 * 3e6 * share of people stands still; beta is 0.3."""
    found = build_instance(trading())
    near = np.array([2e6 + 0.05 * 1e6, 1e6 + 0.05 * 2e6])
    floor = 0.05 * 3e6 * np.array([0.75, 0.25])
    grown = 1.03**found.timeline.growth_years
    expected = ((near[:, None] * grown + floor[:, None]) / (near + floor)[:, None]) ** 0.3
    np.testing.assert_allclose(found.innovation.drift, expected)
    ratio = np.full((2, 2, len(grown)), 1.2)
    np.testing.assert_allclose(innovation_index(found.innovation, ratio), expected * 1.2**0.25)


def test_without_exogenous_factors_nothing_drifts():
    np.testing.assert_array_equal(build_instance(tiny()).innovation.drift, np.ones((2, 2)))


def test_a_factor_the_set_does_not_know_counts_nothing():
    one = ElasticitySet("only", "By hand", {"network": 0.3}, 0.0, "by hand", "")
    assert build_instance(tiny(elasticity_sets=(one,))).innovation.beta.tolist() == [0.3, 0.0]


def test_the_set_that_is_asked_for_is_used():
    other = ElasticitySet("other", "By hand", {"network": 0.2, "services": 0.2}, 0.0, "by hand", "")
    found = build_instance(tiny(elasticity_sets=(*tiny().elasticity_sets, other), elasticity_set="other"))
    assert found.innovation.beta.tolist() == [0.2, 0.2]


def test_talent_limits_a_level_in_the_base_year_too():
    """Kappa 2e-7 EFLOPS per person: 0.4 and 0.2 EFLOPS; 0.15 and 0.25 are served, so 0.15 and 0.2 count."""
    inn = innovation()
    assert inn.scale[1] == pytest.approx(100 / 0.35)
    np.testing.assert_allclose(inn.base_level[:, 1], [0.15 / 0.35 * 100, 0.2 / 0.35 * 100])
    np.testing.assert_allclose(inn.usable[:, 1, 0], np.array([0.4, 0.2]) * 1.03 * 100 / 0.35)
    assert np.isinf(inn.usable[:, 0]).all()


def test_a_limit_without_talent_limits_nothing():
    factors = tuple(f for f in trading().factors if f.id != "talent")
    assert np.isinf(innovation(factors=factors).usable).all()


def test_without_orders_stocks_die_and_demand_goes_unserved():
    """Masts live 10 years; servers 5: of 130,000, 2 / 5 are left in 2028, for a demand that needs 164,571."""
    found = build_instance(trading())
    levels = levels_without_orders(found)
    left = np.maximum(0.0, 1.0 - (found.timeline.year - 2025) / 10)
    np.testing.assert_allclose(levels[:, 0], np.array([[62.5], [37.5]]) * left)
    at = found.timeline.year.tolist().index(2028)
    needed = 0.4 * 1.2**2 / 3.5e-6
    served = 130_000 * (2 / 5) / needed
    asked = np.array([0.15, 0.25]) * 1.2**2 * served * 100 / 0.35
    np.testing.assert_allclose(levels[:, 1, at], np.minimum(asked, found.innovation.usable[:, 1, at]))
    assert levels[:, 1, -1].max() == 0.0


def test_without_demand_only_stocks_count():
    assert levels_without_orders(build_instance(tiny())).tolist() == [[[0.0, 0.0]] * 2] * 2


def test_a_factor_may_have_both_kinds_of_supply():
    """Servers that also supply services directly add to what demand feeds."""
    mast, hall, server, link = trading().assets
    both = replace(server, supplies={"services": 1e-6})
    found = build_instance(trading(assets=(mast, hall, both, link), factors=_without_limit())).innovation
    own = np.array([0.15 + 0.09, 0.25 + 0.04])
    np.testing.assert_allclose(found.base_level[:, 1], own / own.sum() * 100)


def _without_limit() -> tuple[Factor, ...]:
    return tuple(replace(f, usable_per_talent=None) for f in trading().factors)
