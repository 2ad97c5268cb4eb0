"""Objectives that look to those who have less: closed forms, other optimizers, limits, laws, and certificates."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.innovation import innovation_index, ratios
from planner.instance import Instance, build_instance
from planner.objective import Objective
from planner.plan import Plan
from planner.scenario import Group, Scenario, Scope
from planner.solve.goal import sen_weights
from planner.solve.highs import hand_over
from planner.solve.tangents import goal_of, maximize
from planner.solving import program_of, solve
from planner.verify import verify
from tests.planner.test_by_hand import lower, money, spilling
from tests.planner.toys import budget, given, region, tiny, trading
from tests.planner.verify_cases import problems, rich

ALPHAS = [Objective(alpha=a) for a in (0.25, 0.5, 1.5, 2.0, 5.0)]
ALL = [
    *ALPHAS,
    Objective(alpha=0.5, weights="equal", of="index"),
    Objective(alpha=2.0, weights="by_hand", column=(1.0, 4.0)),
    Objective("max_min"),
    Objective("max_min", of="index"),
    Objective("leximin"),
    Objective("sen"),
    Objective("sen", weights="equal"),
]
B = 0.4


def unlike(**changes: Any) -> Scenario:
    """The tiny case with a south that has four times as much per head."""
    return tiny(**({"regions": (region("north", 300.0, 30.0), region("south", 100.0, 40.0)), "gap": 1e-7} | changes))


def solved(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert plan.summary["status"] == "optimal"
    assert problems(verify(scenario, plan)) == []
    return plan


def shares(plan: Plan) -> np.ndarray:
    """Money of north and south as a share of the year."""
    paid = money(plan, 2026)
    by_region = np.array([sum(v for (r, _), v in paid.items() if r == name) for name in ("north", "south")])
    return by_region / by_region.sum()


def welfare(objective: Objective, instance: Instance, index: np.ndarray) -> float:
    """Welfare of an index (R, T) by its definition, pair by pair and region by region."""
    people = instance.population / instance.population.sum()
    weights = {"population": people, "equal": np.full(len(people), 1 / len(people))}.get(objective.weights)
    weights = np.array(objective.column) / sum(objective.column) if weights is None else weights
    base, disc, regions = instance.innovation.base, instance.timeline.weight, range(len(people))
    start = np.ones(len(people)) if objective.of == "index" else base / base.sum() / people
    grown = start[:, None] * index
    if objective.measure == "sen":
        pairs = sum(weights[r] * weights[s] * np.minimum(grown[r], grown[s]) for r in regions for s in regions)
        return float(pairs @ disc / (weights @ start))
    if objective.measure != "alpha":
        return min(float(disc @ np.log(grown[r])) for r in regions) - float(np.log(start.min()))
    rest = 1.0 - objective.alpha
    powers = sum(weights[r] * start[r] ** rest * (index[r] ** rest - 1.0) / rest for r in regions)
    return float(powers @ disc / (weights @ start**rest))


def value(instance: Instance, order: np.ndarray) -> float:
    """The objective of orders (R, A, V), by the definition of the model and no program."""
    inn, time = instance.innovation, instance.timeline
    age = time.year[None, None, :] - time.year[None, : time.orders, None] - instance.lead[:, None, None]
    serves = (age >= 0) & (age < instance.life[:, None, None])
    stock = instance.base_stock + np.einsum("rav,avt->rat", order, serves)
    index = innovation_index(inn, ratios(inn, np.einsum("fa,rat->rft", inn.supply, stock)))
    return welfare(instance.scenario.objective, instance, index)


@pytest.mark.parametrize("objective", ALPHAS, ids=str)
@pytest.mark.parametrize("of", ["per_head", "index"])
def test_alpha_shares_money_in_closed_form(objective: Objective, of: Any):
    """Index = k * money^B, so money is proportional to (people * start^s)^(1 / (1 - s B)), s = 1 - alpha."""
    s = 1.0 - objective.alpha
    start = np.array([0.1, 0.4]) if of == "per_head" else np.ones(2)
    parts = (np.array([0.75, 0.25]) * start**s) ** (1.0 / (1.0 - s * B))
    assert shares(solved(unlike(objective=replace(objective, of=of)))) == pytest.approx(parts / parts.sum(), abs=2e-3)


@pytest.mark.parametrize(("of", "more"), [("per_head", 4.0), ("index", 1.0)])
@pytest.mark.parametrize("measure", ["max_min", "leximin"])
def test_the_worst_off_catch_up(measure: Any, of: Any, more: float):
    """Both end alike: 1 * north^B = more * south^B."""
    plan = solved(unlike(objective=Objective(measure, of=of)))
    parts = np.array([more ** (1 / B), 1.0])
    assert shares(plan) == pytest.approx(parts / parts.sum(), abs=2e-3)


@pytest.mark.parametrize("richer", [1.0, 1.5, 40.0])
def test_sen_welfare_is_the_best_of_all_splits(richer: float):
    """Against a fine search over the one number that matters, with the split that makes both alike."""
    scenario = unlike(
        regions=(region("north", 300.0, 30.0), region("south", 100.0, 10.0 * richer)), objective="sen", gap=1e-6
    )
    instance = build_instance(scenario)
    alike = richer ** (1 / B) / (1 + richer ** (1 / B))
    splits = np.append(np.linspace(1e-4, 1 - 1e-4, 20001), alike)
    spent = 100.0 * np.stack([splits, 1 - splits])
    index = (0.75 * spent / 2.0) ** 0.3 * (0.25 * spent / 5.0) ** 0.1
    grown = np.array([1.0, richer])[:, None] * index
    people = np.array([0.75, 0.25])
    each = (people**2) @ grown + 2 * people[0] * people[1] * grown.min(axis=0)
    best = each.max() / (people @ np.array([1.0, richer]))
    bounds = solved(instance.scenario).summary["bounds"]
    assert bounds["lower"] == pytest.approx(best, abs=2e-6)
    assert best <= bounds["upper"] + 1e-9


@pytest.mark.parametrize("objective", [*ALPHAS, Objective("max_min"), Objective("sen")], ids=str)
def test_a_general_optimizer_finds_no_better(objective: Objective):
    """SLSQP on orders; the least and Sen welfare as the least of smooth functions with a variable above them."""
    optimize_any = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of this test").minimize
    instance = build_instance(spilling(objective, gap=1e-6))
    capex = instance.costs.capex
    shape, years = capex.shape, capex.shape[2]
    limits = [
        {"type": "ineq", "fun": lambda x, v=v: 100.0 - (capex[:, :, v] * x.reshape(shape)[:, :, v]).sum()}
        for v in range(years)
    ]
    found = optimize_any(
        lambda x: -value(instance, x.reshape(shape)),
        (25.0 / capex).ravel(),
        bounds=[(0, None)] * capex.size,
        constraints=limits,
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 300},
    )
    bounds = solved(instance.scenario).summary["bounds"]
    assert -found.fun <= bounds["upper"] + 1e-9
    smooth = objective.measure == "alpha"
    assert -found.fun == pytest.approx(bounds["lower"], rel=1e-5 if smooth else 0.05)


@pytest.mark.parametrize("objective", ALL, ids=str)
def test_no_plan_is_above_the_bound(objective: Objective):
    """Random ways to spend the money of the unlike regions with spillovers."""
    instance = build_instance(spilling(objective, gap=1e-5))
    upper, generator = solved(instance.scenario).summary["bounds"]["upper"], np.random.default_rng(7)
    capex = instance.costs.capex
    for _ in range(300):
        part = generator.dirichlet(np.full(capex[:, :, 0].size, 0.7), capex.shape[2]).T.reshape(capex.shape)
        assert value(instance, 100.0 * part / capex) <= upper + 1e-9


@pytest.mark.parametrize("objective", ALL, ids=str)
@pytest.mark.parametrize("scenario", [trading, rich], ids=["trading", "rich"])
def test_plans_under_all_kinds_of_rules_verify(scenario: Any, objective: Objective):
    plan = solved(scenario(objective=objective, gap=1e-5))
    assert 0.0 <= plan.summary["bounds"]["gap"] <= 1e-5


@pytest.mark.parametrize(("near", "word", "apart"), [(1e-3, "total", 1.0), (0.999, "proportional", 0.0)])
def test_alpha_meets_the_words(near: float, word: str, apart: float):
    one, other = (solved(unlike(objective=o)) for o in (Objective(alpha=near), word))
    assert shares(one) == pytest.approx(shares(other), abs=3e-3)
    assert lower(one) + apart == pytest.approx(lower(other), abs=5e-3)


def test_large_alpha_looks_to_the_worst_off_alone():
    asked = (*ALPHAS, Objective(alpha=10.0), Objective("max_min"))
    found = [shares(solved(unlike(objective=o, budgets=(budget(7.0),))))[0] for o in asked]
    assert np.diff(found).min() > 0
    assert found[-1] - found[-2] < 0.03


@pytest.mark.parametrize("objective", [Objective(alpha=2.0), Objective("max_min"), Objective("sen")], ids=str)
def test_more_money_never_gives_less(objective: Objective):
    gained = [lower(solved(unlike(objective=objective, budgets=(budget(m),)))) for m in (10.0, 30.0, 100.0, 300.0)]
    assert np.diff(gained).min() > 0


def halved() -> Scenario:
    """The unlike regions with the south in two equal halves."""
    plain = unlike()
    north = plain.regions[0]
    halves = tuple(region(name, 50.0, 20.0) for name in ("south", "deep_south"))
    far = np.array([[0.0, 500.0, 500.0], [500.0, 0.0, 100.0], [500.0, 100.0, 0.0]])
    return replace(
        plain,
        regions=(north, *halves),
        groups=(Group("all", "All", ("north", "south", "deep_south")),),
        geography=replace(plain.geography, distance_km=far),
        assets=tuple(replace(a, base_stock=np.array([1.0, 0.5, 0.5])) for a in plain.assets),
    )


@pytest.mark.parametrize("objective", [*ALPHAS, Objective("max_min"), Objective("sen")], ids=str)
def test_a_region_in_two_halves_changes_nothing(objective: Objective):
    whole = lower(solved(unlike(objective=objective)))
    assert lower(solved(replace(halved(), objective=objective))) == pytest.approx(whole, abs=3e-7)


def rich_and_poor(**changes: Any) -> Scenario:
    """Money that is tied to its region: ten million in the north, a hundred in the south."""
    tied = (
        replace(budget(10.0, id="north"), scope=Scope((), ("north",))),
        replace(budget(100.0, id="south"), scope=Scope((), ("south",))),
    )
    return tiny(budgets=tied, gap=1e-6, **changes)


def test_leximin_goes_on_where_max_min_stops():
    """The north cannot be raised, so it is the first level; then the south gets all that its money buys."""
    plan = solved(rich_and_poor(objective="leximin"))
    first, second = plan.summary["levels"]
    assert (first["regions"], second["regions"]) == (["north"], ["south"])
    reached = [np.log((0.75 * m / 2.0) ** 0.3 * (0.25 * m / 5.0) ** 0.1) for m in (10.0, 100.0)]
    for level, expected in zip((first, second), reached, strict=True):
        assert level["lower"] == pytest.approx(expected, abs=2e-6)
        assert level["lower"] - 1e-6 <= expected <= level["upper"] + 1e-6
    assert lower(plan) == pytest.approx(lower(solved(rich_and_poor(objective="max_min"))), abs=2e-6)
    assert solve(rich_and_poor(objective="max_min")).summary["levels"] == []


def test_three_levels_are_climbed_in_turn():
    """Money per base stock: 8 in the south, 9 in the north, 60 in the deep south."""
    scenario = halved()
    names = [r.id for r in scenario.regions]
    tied = tuple(replace(budget(m, id=n), scope=Scope((), (n,))) for m, n in zip((9.0, 4.0, 30.0), names, strict=True))
    plan = solved(replace(scenario, budgets=tied, objective=Objective("leximin", of="index"), gap=1e-6))
    assert [level["regions"] for level in plan.summary["levels"]] == [["south"], ["north"], ["deep_south"]]


def test_a_live_program_is_left_as_it_was():
    """Columns and rows of the objective go; tangents stay, so a second search needs fewer rounds and finds the same."""
    for objective in ALL:
        instance = build_instance(trading(objective=objective))
        program = program_of(instance)
        goal, highs = goal_of(instance, program), hand_over(program)
        first = maximize(highs, goal, gap=1e-5, time_limit_s=60.0)
        assert highs.getNumCol() == len(program.cost)
        assert len(first.values) == len(program.cost)
        again = maximize(highs, goal, gap=1e-5, time_limit_s=60.0, start=first.values[goal.ratio], first="dual")
        assert again.lower == pytest.approx(first.lower, abs=1e-5)
        assert len(again.rounds) <= len(first.rounds)


def test_sen_weights_are_those_of_pairs():
    generator = np.random.default_rng(3)
    for _ in range(50):
        share, income = generator.dirichlet(np.ones(6)), generator.uniform(0.1, 9.0, (6, 4)).round(1)
        pairs = np.einsum("r,s,rst->t", share, share, np.minimum(income[:, None], income[None]))
        np.testing.assert_allclose((sen_weights(share, income) * income).sum(axis=0), pairs, rtol=1e-12)
        other = generator.uniform(0.1, 9.0, (6, 4))
        assert ((sen_weights(share, other) * income).sum(axis=0) >= pairs - 1e-12).all()


def test_assets_may_be_whole():
    """Against every way to buy whole masts and servers over a floor per head; half the nation's is 50 percent."""
    plain = unlike(budgets=(budget(23.0),), gap=1e-5, floor_share=given(0.05))
    scenario = replace(plain, assets=tuple(replace(a, integer=True) for a in plain.assets))
    floor = 5.0 * np.array([0.75, 0.25])
    year = [
        ((50.0 * np.array([north, left - north]) + floor) / (50.0 + floor)) ** 0.3
        * ((50.0 * np.array(servers) + floor) / (50.0 + floor)) ** 0.1
        for servers in itertools.product(range(5), repeat=2)
        for left in [int((23 - 5 * sum(servers)) // 2)]
        for north in range(left + 1)
    ]
    for objective in (Objective(alpha=2.0), Objective("max_min"), Objective("sen")):
        instance = build_instance(replace(scenario, objective=objective))
        both = (np.array(pair).T for pair in itertools.product(year, repeat=2))
        best = max(welfare(objective, instance, index) for index in both)
        bounds = solved(instance.scenario).summary["bounds"]
        assert bounds["lower"] == pytest.approx(best, abs=1e-5)
        assert best <= bounds["upper"] + 1e-9
