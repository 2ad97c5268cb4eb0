"""Large programs: points in the inside without crossover, certified by prices and by what these leave open."""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np
import pytest

from planner.solve import live, tangents
from planner.solve.highs import hand_over
from planner.solve.live import InfeasibleError, UnboundedError, UnfinishedError, approach, optimize, slackness
from planner.solve.tangents import maximize
from planner.solving import plan_of, problem_of
from planner.verify import verify
from tests.planner.toys import budget, tiny, trading
from tests.planner.verify_cases import problems, rich

SCENARIOS = [tiny(), trading(), rich()]
OBJECTIVES = ("total", "proportional")


def program(*, integer: bool = False) -> highspy.Highs:
    """The program max x + 2 y, x + y <= 4, x - y >= -2, 0 <= x, y <= 10: x = 1, y = 3, worth 7, prices 1.5 and -0.5."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    x, y = highs.addVariable(0, 10), highs.addVariable(0, 10)
    highs.addConstr(x + y <= 4)
    highs.addConstr(x - y >= -2)
    highs.maximize(x + 2 * y)
    return highs


@pytest.mark.parametrize("how", ["rough", "fine"])
def test_a_point_in_the_inside_is_feasible_and_near(how):
    found = approach(program(), time_limit_s=10, how=how)
    x, y = found.values
    assert x + y <= 4 + 1e-6
    assert x - y >= -2 - 1e-6
    assert found.objective == pytest.approx(7.0, rel=5e-2)


def test_the_slackness_covers_what_is_missing():
    """The objective of no point is above that of this one and what its prices leave open."""
    highs = program()
    found = approach(highs, time_limit_s=10, how="fine")
    assert found.objective + slackness(highs) >= 7.0 - 1e-6
    assert slackness(highs) < 0.01


def test_a_vertex_leaves_nothing_open():
    highs = program()
    optimize(highs, time_limit_s=10, how="dual")
    assert slackness(highs) == pytest.approx(0.0, abs=1e-9)


def test_options_are_as_they_were():
    highs = program()
    names = ("solver", "run_crossover", "ipm_optimality_tolerance", "presolve")
    before = [highs.getOptionValue(name)[1] for name in names]
    approach(highs, time_limit_s=10, how="fine")
    assert [highs.getOptionValue(name)[1] for name in names] == before


def test_no_point_no_end_and_no_time_are_told_apart():
    highs = program()
    highs.addRow(50.0, highspy.kHighsInf, 2, np.array([0, 1], np.int32), np.array([1.0, 1.0]))
    with pytest.raises(UnfinishedError, match="Infeasible"):
        approach(highs, time_limit_s=10, how="rough")
    endless = highspy.Highs()
    endless.setOptionValue("output_flag", False)
    endless.maximize(endless.addVariable(0, highspy.kHighsInf))
    with pytest.raises(UnboundedError):
        approach(endless, time_limit_s=10, how="rough")
    assert approach(program(), time_limit_s=0.0, how="rough") is None


def test_a_point_that_is_not_near_enough_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(live, "INSIDE", -1.0)
    highs = program()
    with pytest.raises(UnfinishedError, match="HiGHS ended with status"):
        approach(highs, time_limit_s=10, how="rough")
    assert highs.getOptionValue("run_crossover")[1] == "on"


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_both_ways_certify_the_same_optimum(scenario, objective, monkeypatch):
    asked = replace(scenario, objective=objective)
    problem = problem_of(asked)
    if problem.program.integer.any():
        problem = replace(problem, program=replace(problem.program, integer=np.zeros_like(problem.program.integer)))
    by_vertices = maximize(hand_over(problem.program), problem.goal, gap=1e-6, time_limit_s=60)
    monkeypatch.setattr(tangents, "LARGE", 0)
    inside = maximize(hand_over(problem.program), problem.goal, gap=1e-4, time_limit_s=60)
    assert inside.status == "optimal"
    if len(problem.program.cost) > 50:
        assert {r.method for r in inside.rounds} == {"rough", "fine"}
    assert inside.lower <= by_vertices.upper + 1e-9
    assert inside.upper >= by_vertices.lower - 1e-9
    assert inside.upper - inside.lower <= 1e-4


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_plan_from_the_inside_is_verified(objective, monkeypatch):
    monkeypatch.setattr(tangents, "LARGE", 0)
    scenario = replace(trading(), objective=objective)
    problem = problem_of(scenario)
    outcome = maximize(hand_over(problem.program), problem.goal, gap=scenario.gap, time_limit_s=60)
    assert problems(verify(scenario, plan_of(problem, outcome))) == []


def test_where_the_inside_has_no_point_vertices_have(monkeypatch):
    monkeypatch.setattr(tangents, "LARGE", 0)
    monkeypatch.setattr(live, "INSIDE", -1.0)
    problem = problem_of(trading())
    outcome = maximize(hand_over(problem.program), problem.goal, gap=1e-4, time_limit_s=60)
    assert outcome.status == "optimal"
    assert {r.method for r in outcome.rounds}.isdisjoint({"rough", "fine"})


def test_a_time_limit_inside_keeps_the_rough_point(monkeypatch):
    monkeypatch.setattr(tangents, "LARGE", 0)
    problem = problem_of(trading())
    solve, tried = live.approach, []

    def in_time(highs, *, time_limit_s, how):
        tried.append(how)
        return solve(highs, time_limit_s=time_limit_s, how=how) if len(tried) == 1 else None

    monkeypatch.setattr("planner.solve.search.approach", in_time)
    outcome = maximize(hand_over(problem.program), problem.goal, gap=1e-4, time_limit_s=60)
    assert tried == ["rough", "rough"]
    assert outcome.status == "limit"
    assert np.isinf(outcome.upper)


def test_where_no_fine_point_came_in_time_a_rough_one_is_the_plan_without_prices(monkeypatch):
    monkeypatch.setattr(tangents, "LARGE", 0)
    problem = problem_of(trading())
    solve = live.approach

    def in_time(highs, *, time_limit_s, how):
        return solve(highs, time_limit_s=time_limit_s, how=how) if how == "rough" else None

    monkeypatch.setattr("planner.solve.search.approach", in_time)
    outcome = maximize(hand_over(problem.program), problem.goal, gap=1e-4, time_limit_s=60)
    assert outcome.status == "limit"
    assert np.isfinite(outcome.lower)
    assert not outcome.row_duals.any()


def test_no_plan_is_an_error_inside_too(monkeypatch):
    monkeypatch.setattr(tangents, "LARGE", 0)
    problem = problem_of(tiny(budgets=(budget(-1.0),)))
    with pytest.raises(InfeasibleError):
        maximize(hand_over(problem.program), problem.goal, gap=1e-4, time_limit_s=60)
