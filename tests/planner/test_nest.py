"""The CES nest: its limits, its price by duality, and plans whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.config import read
from planner.config.problems import ConfigError
from planner.innovation import index_of
from planner.nest import Blend, Nest, blend_of, local_shares, log_blend, log_price
from planner.objective import Objective
from planner.scenario import Scenario
from planner.solve.conjugate import most
from planner.solving import solve
from planner.verify import verify
from tests.planner.config.test_objectives import CONFIG
from tests.planner.test_by_hand import lower, money
from tests.planner.toys import tiny, trading
from tests.planner.verify_cases import problems, rich

SIGMAS = (0.0, 0.3, 0.5, 1.0, 2.0, 6.0)
sigmas = st.sampled_from(SIGMAS)
points = st.lists(st.floats(0.05, 20.0), min_size=2, max_size=2)
halves = Blend((0, 1), np.array([0.75, 0.25]), 1.0, 0.4)


def cube(values: list[float]) -> np.ndarray:
    return np.array(values).reshape(1, -1, 1)


def value(sigma: float, x: list[float]) -> float:
    """D by its definition."""
    if sigma == 0.0:
        return min(x)
    if sigma == 1.0:
        return x[0] ** 0.75 * x[1] ** 0.25
    rho = 1.0 - 1.0 / sigma
    return float((0.75 * x[0] ** rho + 0.25 * x[1] ** rho) ** (1.0 / rho))


def nested(scenario: Scenario, sigma: float) -> Scenario:
    nest = Nest(("network", "services"), sigma)
    return replace(scenario, elasticity_sets=tuple(replace(e, nest=nest) for e in scenario.elasticity_sets))


@settings(max_examples=150, deadline=None)
@given(sigmas, points, points)
def test_the_tangent_is_above_and_touches(sigma: float, x: list[float], at: list[float]):
    blend = replace(halves, sigma=sigma)
    logs = np.log(cube(at))
    assert np.exp(log_blend(blend, logs)).item() == pytest.approx(value(sigma, at))
    slope = local_shares(blend, logs).ravel() / at
    assert slope @ at == pytest.approx(1.0)
    assert np.log(value(sigma, x)) <= np.log(value(sigma, at)) - 1.0 + slope @ x + 1e-9
    assert value(sigma, x) <= value(sigma, at) * (slope @ x) * (1 + 1e-9)


@settings(max_examples=150, deadline=None)
@given(sigmas, points, points)
def test_no_mix_is_cheaper_than_the_price(sigma: float, x: list[float], price: list[float]):
    unit = np.exp(log_price(replace(halves, sigma=sigma), cube(price))).item()
    assert np.dot(price, x) >= unit * value(sigma, x) * (1 - 1e-9)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_the_price_is_that_of_the_cheapest_mix(sigma: float):
    """Over all mixes of two factors on a fine grid."""
    price, part = [0.4, 1.7], 1.0 / (1.0 + np.exp(np.linspace(-15.0, 15.0, 20001)))
    cost = [np.dot(price, [a, 1 - a]) / value(sigma, [a, 1 - a]) for a in part]
    unit = np.exp(log_price(replace(halves, sigma=sigma), cube(price))).item()
    assert unit == pytest.approx(min(cost), rel=1e-6 if sigma else 1e-3)


@settings(max_examples=150, deadline=None)
@given(sigmas, st.sampled_from([1.0, 0.5, 0.0, -2.0]), points, points)
def test_no_point_earns_more_than_the_conjugate(sigma: float, power: float, x: list[float], price: list[float]):
    blend, beta = replace(halves, sigma=sigma), np.array([0.3, 0.1])
    at = 0.4 * np.log(value(sigma, x))
    gained = at if power == 0.0 else np.exp(power * at) / power
    bound = most(((np.ones((1, 1)), power),), beta, cube(price), blend)
    assert gained - np.dot(price, x) <= bound + 1e-9 * (1 + abs(bound))


def test_what_is_free():
    """Complements are still limited by the other factor; substitutes are not."""
    beta, free = np.array([0.3, 0.1]), cube([0.5, 0.0])
    terms = ((np.ones((1, 1)), 1.0),)
    assert np.isfinite(most(terms, beta, free, replace(halves, sigma=0.5)))
    assert most(terms, beta, free, replace(halves, sigma=2.0)) == np.inf


def test_a_nest_of_factors_that_do_not_count_is_none():
    assert blend_of(None, ("a", "b"), np.array([0.1, 0.2])) is None
    assert blend_of(Nest(("a", "b"), 0.5), ("a", "b"), np.array([0.1, 0.0])) is None
    found = blend_of(Nest(("c", "a"), 0.5), ("a", "b", "c"), np.array([0.1, 0.2, 0.3]))
    assert found is not None
    assert (found.members, found.beta) == ((0, 2), pytest.approx(0.4))


def test_other_factors_stay_outside():
    blend = Blend((0, 2), np.array([0.5, 0.5]), 0.0, 0.4)
    beta, ratio = np.array([0.2, 0.3, 0.2]), cube([4.0, 2.0, 9.0])
    assert index_of(beta, ratio, blend).item() == pytest.approx(4.0**0.4 * 2.0**0.3)


@pytest.mark.parametrize("objective", ["total", "proportional", "max_min", "sen", Objective(alpha=3.0)], ids=str)
@pytest.mark.parametrize("scenario", [tiny, trading, rich])
def test_plans_with_a_nest_verify_and_sigma_of_one_is_no_nest(scenario: Any, objective: Any):
    question = scenario(objective=objective, gap=1e-6)
    found = []
    for sigma in (0.0, 0.5, 1.0, 3.0):
        plan = solve(nested(question, sigma))
        assert plan.summary["status"] == "optimal"
        assert problems(verify(nested(question, sigma), plan)) == []
        found.append(lower(plan))
    assert found[2] == pytest.approx(lower(solve(question)), abs=2e-6)
    assert np.diff(found).min() > -1e-6


@pytest.mark.parametrize("sigma", [0.0, 0.5, 2.0])
def test_money_inside_a_region_in_closed_form(sigma: float):
    """Cheapest mix: units are proportional to (share / price of a ratio) ^ sigma, money to that times the price."""
    paid = money(solve(nested(tiny(gap=1e-8), sigma)), 2026)
    share, price = np.array([0.75, 0.25]), np.array([2.0, 5.0])
    part = price * (share / price) ** sigma
    for region, total in (("north", 75.0), ("south", 25.0)):
        expected = total * part / part.sum()
        assert [paid[region, "mast"], paid[region, "server"]] == pytest.approx(expected.tolist(), rel=5e-3)


def test_whole_modules_with_a_nest():
    scenario = nested(trading(gap=1e-4), 0.5)
    whole = replace(scenario, assets=tuple(replace(a, integer=a.id in ("mast", "server")) for a in scenario.assets))
    plan = solve(whole)
    assert plan.summary["status"] == "optimal"
    assert problems(verify(whole, plan)) == []


def test_a_plan_for_another_sigma_does_not_pass():
    plan = solve(nested(trading(), 0.5))
    assert "from ratios and elasticities" in problems(verify(nested(trading(), 0.4), plan))[0]


def test_a_config_may_have_a_nest():
    scenario = read(CONFIG, ("elasticity_sets.only.nest={factors: [network, services], sigma: 0.5}",))
    assert scenario.elasticity_sets[0].nest == Nest(("network", "services"), 0.5)


@pytest.mark.parametrize(
    ("nest", "message"),
    [
        ("{factors: [network, servces], sigma: 0.5}", "did you mean 'services'?"),
        ("{factors: [network], sigma: 0.5}", "a nest of one factor changes nothing"),
        ("{factors: [network, services], sigma: -1}", "sigma"),
        ("{factors: [network, services]}", "the key 'sigma' is missing"),
    ],
)
def test_what_a_nest_may_not_be(nest: str, message: str):
    with pytest.raises(ConfigError) as error:
        read(CONFIG, (f"elasticity_sets.only.nest={nest}",))
    assert message in str(error.value)
