"""The inequalities that certify a plan, and what a search makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.innovation import index_of
from planner.instance import build_instance
from planner.objective import objective_named
from planner.solve.highs import hand_over
from planner.solve.live import InfeasibleError, add_tangents, optimize
from planner.solve.search import Search, log_costs
from planner.solve.tangents import SCALE, Goal, goal_of, maximize, true_value
from planner.solving import program_of, solve
from planner.vanishing import FloorError
from tests.planner.toys import budget, tiny, trading
from tests.planner.verify_cases import rich

NONE = np.zeros((1, 1), np.int64)
points = st.lists(st.floats(0.05, 50.0), min_size=3, max_size=3)
elasticities = st.lists(st.floats(0.01, 0.33), min_size=3, max_size=3)


def search_at(beta: list[float], x0: list[float]) -> tuple[Search, np.ndarray, np.ndarray]:
    """A search for total innovation of one region and year, developed at x0."""
    b, at = np.array(beta), np.array(x0).reshape(1, 3, 1)
    one = np.ones((1, 1))
    goal = Goal(objective_named("total"), NONE, NONE, NONE, one, b, one, 0.0, np.zeros(0), np.zeros(0, np.int64), 1.0)
    return Search(None, goal, 1e-4, 0.0, lambda _: None, at), b, at


@settings(max_examples=200, deadline=None)
@given(elasticities, points, points)
def test_the_minorant_is_below_and_touches_with_its_gradient(beta: list[float], x0: list[float], x: list[float]):
    search, b, at = search_at(beta, x0)
    there = np.array(x).reshape(1, 3, 1)
    true, here = float(index_of(b, there)[0, 0]), float(index_of(b, at)[0, 0])
    minorant = here + float((log_costs(search) * (np.log(there) - np.log(at))).sum())
    assert minorant <= true + 1e-9 * max(1.0, true)
    np.testing.assert_allclose((log_costs(search) / at).ravel(), here * b / at.ravel(), rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.02, 60.0), st.floats(0.02, 60.0))
def test_tangents_lie_above_the_logarithm(x: float, at: float):
    assert np.log(at) - 1 + x / at >= np.log(x) - 1e-12


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.1, 20.0), min_size=1, max_size=4))
def test_a_tangent_never_raises_the_bound(at: list[float]):
    program = program_of(build_instance(trading()))
    highs = hand_over(program)
    log, ratio = (program.variables[name].indices.ravel() for name in ("log_ratio", "ratio"))
    bound = optimize(highs, time_limit_s=60.0, how="dual").objective
    for point in at:
        flat = np.full(len(log), point)
        add_tangents(highs, log, ratio, np.log(flat) - 1.0, 1.0 / flat)
        now = optimize(highs, time_limit_s=60.0, how="dual").objective
        assert now <= bound + 1e-9
        bound = now


SCENARIOS = {"tiny": tiny, "trading": trading, "rich": rich}


@pytest.mark.parametrize("objective", ["proportional", "total"])
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_bounds_close_in(scenario: Any, objective: str):
    seen = []
    instance = build_instance(scenario(objective=objective, gap=1e-5))
    program = program_of(instance)
    goal = goal_of(instance, program)
    outcome = maximize(hand_over(program), goal, gap=1e-5, time_limit_s=60.0, progress=seen.append)
    assert outcome.rounds == tuple(seen)
    assert outcome.status == "optimal"
    assert 0.0 <= outcome.gap <= 1e-5
    assert all(r.upper >= r.lower - 1e-9 for r in seen)
    gaps = [r.gap for r in seen if np.isfinite(r.gap)]
    assert np.diff(gaps).max(initial=0.0) <= 0.0
    assert true_value(goal, outcome.values) == outcome.lower


def test_the_constant_and_the_linear_part_belong_to_the_value():
    """Exogenous drift and unmet demand: recomputed from the tables of the plan."""
    scenario = trading()
    plan, instance = solve(scenario), build_instance(scenario)
    inn, people = instance.innovation, instance.population / instance.population.sum()
    index = {(row["region"], row["year"]): row["index"] for row in plan.tables["innovation"].records()}
    years = instance.timeline.year.tolist()
    gained = sum(
        people[r] * instance.timeline.weight[t] * np.log(index[region.id, year])
        for r, region in enumerate(scenario.regions)
        for t, year in enumerate(years)
    )
    missed = 0.0
    for d, demand in enumerate(scenario.demand):
        for t, year in enumerate(years):
            rows = [x for x in plan.tables["demand"].records() if (x["class"], x["year"]) == (demand.id, year)]
            share = sum(x["unmet_eflops"] for x in rows) / instance.demand[:, d, t].sum()
            missed += demand.unmet_price * instance.timeline.weight[t] * share
    assert inn.drift.min() < 1.0 or inn.drift.max() > 1.0
    assert gained - missed == pytest.approx(plan.summary["bounds"]["lower"], abs=1e-9)


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_a_gap_too_small_to_tell_ends_with_an_honest_gap(objective: str):
    bounds = solve(tiny(objective=objective, gap=1e-14, time_limit_s=20.0)).summary
    assert bounds["status"] == "limit"
    assert 0.0 <= bounds["bounds"]["gap"] < 1e-6
    assert len(bounds["rounds"]) < 200


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_a_time_limit_keeps_the_best_point(objective: str, monkeypatch: pytest.MonkeyPatch):
    """The clock jumps past the limit after three rounds."""
    rounds: list[Any] = []
    now = [0.0]
    monkeypatch.setattr("planner.solve.tangents.clock.perf_counter", lambda: now[0])

    def count(done: Any) -> None:
        rounds.append(done)
        now[0] = 100.0 if len(rounds) == 3 else now[0]

    instance = build_instance(trading(objective=objective, gap=1e-9))
    program = program_of(instance)
    outcome = maximize(hand_over(program), goal_of(instance, program), gap=1e-9, time_limit_s=50.0, progress=count)
    assert outcome.status == "limit"
    assert len(outcome.rounds) == 3
    assert outcome.lower == max(r.lower for r in rounds)


def test_a_limit_before_the_first_point_is_an_error():
    with pytest.raises(TimeoutError, match="no plan within 0 s; raise time_limit in the config"):
        solve(tiny(time_limit_s=0.0))


def test_no_plan_is_an_error():
    with pytest.raises(InfeasibleError):
        solve(trading(budgets=(trading().budgets[0], budget(1.0, id="operation", kinds=("opex", "energy")))))


def test_prices_are_free_of_the_scale_of_the_program():
    """One more million of the tiny budget earns 0.4 * weight / 100."""
    assert SCALE != 1.0
    plan = solve(tiny(gap=1e-7))
    prices = [row["price_per_billion"] / 1e3 for row in plan.tables["budgets"].records()]
    weight = np.array([1.0, 1 / 1.05]) / (1 + 1 / 1.05)
    np.testing.assert_allclose(prices, 0.4 * weight / 100, rtol=1e-3)


def test_a_region_whose_levels_die_counts_only_its_floor():
    """No money: without a floor there is no plan to tell of."""
    poor = tiny(budgets=(budget(0.0),))
    with pytest.raises(FloorError, match="at zero in 2026"):
        solve(poor)
    floor = replace(poor, floor_share=replace(poor.floor_share, value=0.05))
    level = np.array([0.75, 0.25]) * 5.0
    expected = 0.4 * (np.array([0.75, 0.25]) @ np.log(level / (50.0 + level)))
    assert solve(floor).summary["bounds"]["lower"] == pytest.approx(expected, abs=1e-5)
