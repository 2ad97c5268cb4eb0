"""A ladder of budgets: more money never brings less, each step brings less than the last, prices are slopes."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from planner import ladder
from planner.ladder import (
    as_entry,
    bought_next,
    chosen_budgets,
    climb,
    from_entry,
    next_table,
    scaled,
    slope,
    table,
)
from planner.scenario import Scope
from planner.solve.live import UnfinishedError
from planner.solving import Problem, plan_of, problem_of, search
from planner.verify import verify
from tests.planner.toys import budget, tiny, trading

PERCENTS = (50.0, 75.0, 100.0, 125.0, 150.0)


@pytest.fixture(scope="module")
def rungs():
    return climb(trading(), PERCENTS)


def test_money_spent_follows_the_closed_form():
    """configs/tiny by hand: V = 0.4 ln(budget) + const a year, weights sum to one, so dV = 0.4 / s ds."""
    for rung in climb(tiny(), PERCENTS):
        s, money = rung.percent / 100.0, rung.row["budget_billion"]
        assert money == pytest.approx(0.2 * s)
        assert rung.row["marginal_per_billion"] == pytest.approx(0.4 / money, rel=5e-3)
        assert rung.row["lower"] - 0.4 * np.log(s) == pytest.approx(
            search(problem_of(tiny())).lower, abs=2 * tiny().gap
        )


def test_more_money_never_brings_less_and_each_step_brings_less(rungs):
    gap = trading().gap
    rows = [rung.row for rung in rungs]
    assert all(b["upper"] >= a["lower"] for a, b in itertools.pairwise(rows))
    quotients = [row["difference_per_billion"] for row in rows[1:]]
    width = rows[1]["budget_billion"] - rows[0]["budget_billion"]
    assert all(later <= earlier + 3 * gap / width for earlier, later in itertools.pairwise(quotients))


def test_no_rung_lies_above_the_line_of_another(rungs):
    """V(s') <= V(s) + (s' - s) * slope, for every pair of rungs: the prices are slopes."""
    for a, b in itertools.permutations(rungs, 2):
        money = b.row["budget_billion"] - a.row["budget_billion"]
        assert b.row["lower"] <= a.row["upper"] + a.row["marginal_per_billion"] * money + 2 * trading().gap


def test_difference_quotients_lie_between_the_prices_at_both_ends(rungs):
    for below, rung in itertools.pairwise(rungs):
        slack = 3 * trading().gap / (rung.row["budget_billion"] - below.row["budget_billion"])
        quotient = rung.row["difference_per_billion"]
        assert rung.row["marginal_per_billion"] - slack <= quotient <= below.row["marginal_per_billion"] + slack


def test_what_is_bought_adds_up_to_what_is_spent(rungs):
    rows = list(bought_next(trading(), rungs))
    for below, rung in itertools.pairwise(rungs):
        told = sum(r["more_capital_million"] for r in rows if r["to_percent"] == rung.percent)
        spent = [sum(v for k, v in x.row.items() if k.startswith("capital_")) for x in (below, rung)]
        assert told == pytest.approx(spent[1] - spent[0], abs=0.5 * 8)
        units = [r for r in rows if r["to_percent"] == rung.percent and r["asset"] == "hall"]
        assert all(np.sign(r["more_units"]) == np.sign(r["more_capital_million"]) for r in units)


def test_money_beyond_need_is_worth_nothing():
    scenario = tiny(budgets=(budget(100.0), budget(1e6, id="idle", scope=Scope(assets=("mast",)))))
    problem = problem_of(scenario)
    outcome = search(problem)
    assert slope(problem, outcome, ["idle"]) == pytest.approx(0.0, abs=1e-9)
    assert slope(problem, outcome, ["programme"]) == pytest.approx(0.4, rel=5e-3)
    assert verify(scenario, plan_of(problem, outcome)).broken is None


def test_a_rung_without_a_plan_says_why_and_stops_nobody():
    rungs = climb(trading(), (0.5, 100.0), why=lambda asked: f"only {asked.budgets[0].limits[0]:g}")
    assert [rung.row["status"] for rung in rungs] == ["infeasible", "optimal"]
    assert rungs[0].row["why"] == "only 20"
    assert "difference_per_billion" not in rungs[1].row
    assert list(bought_next(trading(), rungs)) == []
    assert "infeasible: only 20" in "\n".join(table(rungs))


@pytest.mark.parametrize("error", [UnfinishedError("status Unknown"), TimeoutError("no plan within 1 s")])
def test_a_rung_that_was_not_solved_says_so_and_stops_nobody(monkeypatch, error):
    solve, asked = ladder.solve_again, []

    def failing(*arguments):
        asked.append(arguments)
        if len(asked) == 2:
            raise error
        return solve(*arguments)

    monkeypatch.setattr(ladder, "solve_again", failing)
    rungs = climb(tiny(), (75.0, 100.0, 125.0))
    assert [rung.row["status"] for rung in rungs] == ["optimal", "unfinished", "optimal"]
    assert rungs[1].row["why"] == str(error)
    assert f"unfinished: {error}" in "\n".join(table(rungs))


def test_rungs_that_are_known_are_not_solved_again(rungs, monkeypatch):
    known = [from_entry(json.loads(json.dumps(as_entry(rung)))) for rung in rungs if rung.percent != 100.0]
    new = []
    found = climb(trading(), PERCENTS, known=known, progress=new.append)
    assert [rung.percent for rung in new] == [100.0]
    assert [rung.percent for rung in found] == list(PERCENTS)
    for rung, expected in zip(found, rungs, strict=True):
        assert rung.row["lower"] == pytest.approx(expected.row["lower"], abs=2 * trading().gap)
        np.testing.assert_allclose(rung.capital_million.sum(), expected.capital_million.sum(), rtol=1e-3)


def test_a_rung_without_a_plan_survives_a_journal():
    rung = climb(trading(), (0.5,), why=lambda _: "too little")[0]
    assert from_entry(json.loads(json.dumps(as_entry(rung)))) == rung


def test_every_rung_is_a_plan_that_the_verifier_accepts(monkeypatch):
    solve, held = ladder.solve_again, []

    def kept(instance, program, goal, memory):
        found = solve(instance, program, goal, memory)
        held.append((instance, program, goal, found.outcome))
        return found

    monkeypatch.setattr(ladder, "solve_again", kept)
    climb(trading(), PERCENTS)
    assert len(held) == len(PERCENTS)
    for instance, program, goal, outcome in held:
        plan = plan_of(Problem(instance, program, goal), outcome)
        assert verify(instance.scenario, plan).broken is None


def test_only_the_chosen_budgets_are_changed():
    scenario = trading()
    first, second = scenario.budgets
    changed = scaled(scenario, [first.id], 0.5).budgets
    assert changed[0].limits == tuple(limit / 2 for limit in first.limits)
    assert changed[1] == second
    assert chosen_budgets(scenario) == scenario.budgets
    assert chosen_budgets(scenario, [second.id]) == (second,)
    with pytest.raises(ValueError, match="no budget 'money'; choose from: programme, operation"):
        chosen_budgets(scenario, ["money"])


def test_the_table_names_what_is_bought_first(rungs):
    rows = list(bought_next(trading(), rungs))
    lines = next_table(trading(), rows, shown=1)
    assert len(lines) == len(PERCENTS) - 1
    first = max((r for r in rows if r["to_percent"] == 75.0), key=lambda r: r["more_capital_million"])
    assert first["asset"] in lines[0]
