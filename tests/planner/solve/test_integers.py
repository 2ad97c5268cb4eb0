"""Whole modules: against enumeration, with certified bounds, prices after fixing, and what happens without a plan."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.explain.infeasible import explain, words
from planner.instance import build_instance
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solve.live import InfeasibleError
from planner.solving import program_of, solve
from planner.verify import verify
from tests.planner.toys import budget, given, tiny, trading
from tests.planner.verify_cases import MASTS, problems, rich, rule


def whole(scenario: Scenario, *assets: str) -> Scenario:
    return replace(scenario, assets=tuple(replace(a, integer=a.id in assets) for a in scenario.assets))


def modules(plan: Plan, asset: str) -> list[float]:
    return [row["modules"] for row in plan.tables["orders"].records() if row["asset"] == asset]


def worth(objective: str, indexes: list[float]) -> float:
    """Welfare of two regions with three quarters and one quarter of the people, alike in the base year."""
    north, south = indexes
    return {
        "total": 0.75 * north + 0.25 * south,
        "proportional": 0.75 * np.log(north) + 0.25 * np.log(south),
        "sen": 0.75**2 * north + 0.25**2 * south + 2 * 0.75 * 0.25 * min(north, south),
    }[objective]


def ways(money: float) -> np.ndarray:
    """Indexes of both regions, (N, 2), by all ways to spend a year's money that leave neither region without."""
    found = []
    for servers in itertools.product(range(1, int(money // 5) + 1), repeat=2):
        left = int((money - 5 * sum(servers)) // 2)
        for north in range(1, left):
            found.append([m**0.3 * s**0.1 for m, s in zip((north, left - north), servers, strict=True)])
    return np.array(found)


def enumerated(objective: str, money: float) -> float:
    """The best whole plan of the tiny case; years are alike, but the worst-off may take turns over the years."""
    indexes = ways(money)
    if objective not in ("max_min", "leximin"):
        return max(worth(objective, pair) for pair in indexes.tolist())
    logs = np.log(indexes)
    best = logs[[not ((logs >= one).all(axis=1) & (logs > one).any(axis=1)).any() for one in logs]]
    first, second = 1.05 / 2.05, 1.0 / 2.05
    return float((first * best[:, None] + second * best[None]).min(axis=2).max())


@pytest.mark.parametrize("objective", ["proportional", "total", "max_min", "leximin", "sen"])
@pytest.mark.parametrize("money", [23.0, 47.0, 100.0])
def test_the_best_whole_plan_is_found(objective: str, money: float):
    plan = solve(whole(tiny(objective=objective, gap=1e-5, budgets=(budget(money),)), "mast", "server"))
    best, bounds = enumerated(objective, money), plan.summary["bounds"]
    assert plan.summary["status"] == "optimal"
    assert bounds["lower"] == pytest.approx(best, abs=1e-5)
    assert bounds["lower"] - 1e-9 <= best <= bounds["upper"] + 1e-9
    numbers = modules(plan, "mast") + modules(plan, "server")
    assert numbers == [round(number) for number in numbers]


@pytest.mark.parametrize("objective", ["proportional", "total"])
@pytest.mark.parametrize("scenario", [trading, rich])
def test_whole_plans_verify_and_cost_a_little(scenario, objective: str):
    question = whole(scenario(objective=objective, gap=1e-4), "mast", "server")
    plan, free = solve(question), solve(scenario(objective=objective, gap=1e-5))
    assert plan.summary["status"] == "optimal"
    assert problems(verify(question, plan)) == []
    assert plan.summary["bounds"]["lower"] <= free.summary["bounds"]["upper"] + 1e-9
    assert plan.summary["bounds"]["upper"] <= free.summary["bounds"]["upper"] + 1e-4


def test_one_asset_alone_may_be_whole():
    plan = solve(whole(tiny(gap=1e-5, budgets=(budget(93.0),)), "server"))
    assert all(number == round(number) for number in modules(plan, "server"))
    assert any(number != round(number) for number in modules(plan, "mast"))


def test_prices_are_those_of_the_continuous_rest():
    """Servers are fixed; a million more buys half a mast, split 3 to 1."""
    plan = solve(whole(tiny(gap=1e-6), "server"))
    servers = sum(row["capex_million"] for row in plan.tables["orders"].records() if row["asset"] == "server") / 2
    price = plan.tables["budgets"].records()[0]["price_per_billion"] / 1e3
    assert price == pytest.approx(0.3 / (1 + 1 / 1.05) / (100 - servers), rel=1e-3)


def test_rounds_close_in_on_the_whole_optimum():
    rounds = solve(whole(tiny(objective="total", gap=1e-6), "mast", "server")).summary["rounds"]
    assert {r["method"] for r in rounds} == {"whole"}
    assert np.diff([r["upper"] for r in rounds]).max(initial=0.0) <= 0.0
    assert np.diff([r["lower"] for r in rounds]).min(initial=0.0) >= 0.0


def test_a_whole_module_that_nobody_can_pay():
    """Half a mast would do for the floor, and half a mast is what there is money for."""
    poor = whole(
        tiny(floor_share=given(0.05), budgets=(budget(1.0),), rules=(rule("half", "floor", "order", 0.5, MASTS),)),
        "mast",
    )
    assert solve(replace(poor, assets=tiny().assets)).summary["status"] == "optimal"
    with pytest.raises(InfeasibleError, match="no plan of whole modules"):
        solve(poor)
    assert "no plan of whole modules and projects exists" in words(explain(poor, program_of))


def test_no_time_is_an_error():
    with pytest.raises(TimeoutError, match="raise time_limit"):
        solve(whole(tiny(time_limit_s=0.0), "mast"))


def test_modules_are_whole_not_units():
    question = whole(trading(gap=1e-4), "mast")
    plan = solve(question)
    units = [row["units"] for row in plan.tables["orders"].records() if row["asset"] == "mast"]
    assert units
    assert all(amount % 1000.0 == 0.0 for amount in units)
    assert build_instance(question).module[0] == 1000.0


def test_the_bound_of_the_relaxation_stands_in_the_plan():
    question = whole(tiny(objective="total", gap=1e-6, budgets=(budget(23.0),)), "mast", "server")
    bounds, free = solve(question).summary["bounds"], solve(replace(question, assets=tiny().assets)).summary["bounds"]
    assert "relaxation" not in free
    assert free["lower"] - 1e-9 <= bounds["relaxation"] <= free["upper"] + 1e-6
    assert bounds["upper"] <= bounds["relaxation"] + 1e-12
    assert bounds["relaxation"] - bounds["lower"] > 1e-3


def test_one_module_too_many():
    """Money for four masts a year: a floor of four is met exactly, a floor of five by none."""
    floors = [
        whole(tiny(budgets=(budget(8.9),), rules=(rule("many", "floor", "order", n, MASTS),)), "mast") for n in (4, 5)
    ]
    plan = solve(floors[0])
    assert problems(verify(floors[0], plan)) == []
    assert sum(modules(plan, "mast")) == pytest.approx(8.0)
    with pytest.raises(InfeasibleError):
        solve(floors[1])


@pytest.mark.parametrize(("price", "kept"), [(0.001, False), (100.0, True)])
def test_a_soft_rule_with_whole_modules(price: float, kept: bool):
    """A floor of 26 masts where money allows 25: missed by as little as can be, or given up, by its price."""
    asked = replace(rule("many", "floor", "order", 26.0, MASTS), price=price)
    question = whole(tiny(budgets=(budget(51.0),), rules=(asked,), gap=1e-5), "mast")
    plan = solve(question)
    assert problems(verify(question, plan)) == []
    yearly = sum(modules(plan, "mast")) / 2
    assert yearly == round(yearly)
    assert (yearly == 25.0) is kept


def test_the_time_limit_keeps_the_best_plan():
    """The gap asked cannot be proven; what was found stands, as stopped by the limit, with true bounds."""
    question = whole(rich(gap=1e-9, time_limit_s=2.0), "mast", "server")
    plan = solve(question)
    bounds = plan.summary["bounds"]
    assert problems(verify(question, plan)) == []
    assert bounds["lower"] <= bounds["upper"] <= bounds["relaxation"] + 1e-12
    assert (plan.summary["status"] == "optimal") == (bounds["gap"] <= 1e-9)


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_more_money_is_never_worse_in_whole_modules(objective: str):
    worth = [
        solve(whole(tiny(objective=objective, gap=1e-6, budgets=(budget(money),)), "mast", "server")).summary["bounds"]
        for money in (20.0, 22.0, 30.0)
    ]
    assert all(poor["lower"] <= rich["upper"] + 1e-9 for poor, rich in itertools.pairwise(worth))


def test_smaller_modules_are_never_worse():
    """Halves of a module can do all that modules do."""
    question = whole(tiny(gap=1e-6, budgets=(budget(47.0),)), "mast", "server")
    halves = replace(question, assets=tuple(replace(a, module_units=0.5) for a in question.assets))
    assert solve(question).summary["bounds"]["lower"] <= solve(halves).summary["bounds"]["upper"] + 1e-9
