"""Plans whose answer is known: closed forms, marginal returns, and laws that every plan obeys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.compile import compile_program, ordinary_model
from planner.compile import program_of as ordinary_program
from planner.config import read
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.innovation import innovation_index, ratios
from planner.instance import Instance, build_instance
from planner.plan import Plan
from planner.scenario import ElasticitySet, Scenario, Scope
from planner.solve.highs import hand_over
from planner.solve.live import UnboundedError, optimize
from planner.solving import program_of, solve
from tests.planner.test_compile import assert_same
from tests.planner.toys import budget, given, tiny, trading
from tests.planner.verify_cases import rich

CONFIG = Path(__file__).parents[2] / "configs" / "tiny" / "plan.yaml"
SHARES = {
    ("north", "mast"): 0.5625,
    ("north", "server"): 0.1875,
    ("south", "mast"): 0.1875,
    ("south", "server"): 0.0625,
}


def money(plan: Plan, year: int) -> dict[tuple[str, str], float]:
    return {
        (row["region"], row["asset"]): row["capex_million"]
        for row in plan.tables["orders"].records()
        if row["year"] == year
    }


def lower(plan: Plan) -> float:
    return float(plan.summary["bounds"]["lower"])


@pytest.mark.parametrize("scenario", [tiny(gap=1e-9), read(CONFIG, ("gap=1e-9",))], ids=["by hand", "from its config"])
def test_money_shares_are_people_times_elasticity(scenario):
    plan = solve(scenario)
    for year in scenario.years:
        found = money(plan, year)
        assert {key: paid / 100.0 for key, paid in found.items()} == pytest.approx(SHARES, abs=1e-4)


@pytest.mark.parametrize("mast", [0.02, 20.0])
def test_shares_of_money_do_not_depend_on_prices(mast):
    dear = replace(tiny().assets[0], capex=given(mast))
    found = money(solve(tiny(gap=1e-9, assets=(dear, tiny().assets[1]))), 2026)
    assert {key: paid / 100.0 for key, paid in found.items()} == pytest.approx(SHARES, abs=1e-4)


def test_total_innovation_of_the_tiny_case_in_closed_form():
    """With I = k[r] * M[r]^0.4 the money of a region is proportional to k[r]^(1/0.6), inside it as 0.3 to 0.1."""
    found = money(solve(tiny(objective="total", gap=1e-7)), 2027)
    north = 3.0 ** (1 / 0.6) / (1.0 + 3.0 ** (1 / 0.6))
    regions = {"north": north, "south": 1 - north}
    expected = {
        (r, a): 100.0 * share * part for r, share in regions.items() for a, part in (("mast", 0.75), ("server", 0.25))
    }
    assert found == pytest.approx(expected, abs=2e-2)


def spilling(objective: str, **changes: object) -> Scenario:
    """Assets that live three years, spillovers, a floor, a tail and unlike prices: no closed form, but a gradient."""
    mast, server = tiny().assets
    north, south = tiny().regions
    plain = tiny(
        objective=objective,
        tail=replace(tiny().tail, mode="continue", years=3, points=2),
        assets=(
            replace(mast, life_years=given(3), base_stock=np.array([20.0, 5.0]), price_decline=given(0.1)),
            replace(server, life_years=given(2), base_stock=np.array([2.0, 3.0])),
        ),
        regions=(north, replace(south, price_factor=0.8)),
        elasticity_sets=(ElasticitySet("only", "By hand", {"network": 0.3, "services": 0.2}, 0.1, "by hand", ""),),
        floor_share=given(0.05),
        gap=2e-7,
    )
    return replace(plain, **changes)


def value(instance: Instance, order: np.ndarray) -> float:
    """The objective of orders (R, A, V), by the definition of the model and no program."""
    inn, time = instance.innovation, instance.timeline
    age = time.year[None, None, :] - time.year[None, : time.orders, None] - instance.lead[:, None, None]
    serves = (age >= 0) & (age < instance.life[:, None, None])
    stock = instance.base_stock + np.einsum("rav,avt->rat", order, serves)
    index = innovation_index(inn, ratios(inn, np.einsum("fa,rat->rft", inn.supply, stock)))
    if instance.scenario.objective.name == "proportional":
        return float(np.einsum("r,t,rt->", instance.population / instance.population.sum(), time.weight, np.log(index)))
    return float(np.einsum("r,t,rt->", inn.base / inn.base.sum(), time.weight, index))


def orders_of(instance: Instance, plan: Plan) -> np.ndarray:
    scenario = instance.scenario
    order = np.zeros((len(scenario.regions), len(scenario.assets), len(scenario.years)))
    where = [[x.id for x in scenario.regions], [x.id for x in scenario.assets], list(scenario.years)]
    for row in plan.tables["orders"].records():
        order[where[0].index(row["region"]), where[1].index(row["asset"]), where[2].index(row["year"])] = row["modules"]
    return order


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_money_earns_the_same_everywhere_and_that_is_its_price(objective):
    instance = build_instance(spilling(objective))
    plan = solve(instance.scenario)
    order = orders_of(instance, plan)
    assert value(instance, order) == pytest.approx(lower(plan), rel=1e-7)
    price = {row["year"]: row["price_per_billion"] / 1e3 for row in plan.tables["budgets"].records()}
    assert (order > 1e-3).sum() >= 6
    for r, a, v in np.argwhere(order > 1e-3):
        step = np.zeros_like(order)
        step[r, a, v] = 1e-4 * order[r, a, v]
        gain = (value(instance, order + step) - value(instance, order - step)) / 2
        earned = gain / (step[r, a, v] * instance.costs.capex[r, a, v])
        assert earned == pytest.approx(price[int(instance.timeline.year[v])], rel=0.02)


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_a_plan_is_as_good_as_a_general_optimizer_finds(objective):
    optimize_any = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of this test").minimize
    instance = build_instance(spilling(objective))
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
        options={"ftol": 1e-12, "maxiter": 500},
    )
    bounds = solve(instance.scenario).summary["bounds"]
    assert -found.fun <= bounds["upper"] + 1e-9
    assert -found.fun == pytest.approx(bounds["lower"], rel=1e-6)


@pytest.mark.parametrize("objective", ["proportional", "total"])
@pytest.mark.parametrize("name", ["programme", "operation"])
def test_the_price_of_a_budget_is_what_more_of_it_gains(objective, name):
    plan = solve(trading(objective=objective, gap=1e-7))
    rows = [r for r in plan.tables["budgets"].records() if r["budget"] == name and r["phase"] == "plan"]
    price = sum(row["price_per_billion"] for row in rows) / 1e3

    def with_money(more: float) -> float:
        changed = tuple(
            replace(b, limits=tuple(limit + more for limit in b.limits)) if b.id == name else b
            for b in trading().budgets
        )
        return lower(solve(trading(objective=objective, gap=1e-7, budgets=changed)))

    tail = sum(r["price_per_billion"] for r in plan.tables["budgets"].records() if r["phase"] == "tail") / 1e3
    gain = (with_money(30.0) - with_money(-30.0)) / 60.0
    assert gain == pytest.approx(price + (tail if name == "operation" else 0.0), rel=0.05, abs=1e-9)


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_more_money_never_gives_less(objective):
    gained = [
        lower(solve(trading(objective=objective, gap=1e-7, budgets=(budget(limit), trading().budgets[1]))))
        for limit in (500.0, 2000.0, 4000.0, 8000.0)
    ]
    assert np.diff(gained).min() > -1e-7


def times(scenario: Scenario, k: float) -> Scenario:
    """Another currency: k times all prices and budgets."""
    return replace(
        scenario,
        assets=tuple(replace(a, capex=given(k * a.capex.value)) for a in scenario.assets),
        regions=tuple(replace(r, energy_price_per_kwh=k * r.energy_price_per_kwh) for r in scenario.regions),
        budgets=tuple(
            replace(b, limits=tuple(k * x for x in b.limits), price=None if b.price is None else b.price / k)
            for b in scenario.budgets
        ),
    )


def turned(scenario: Scenario) -> Scenario:
    """The regions in the opposite order."""

    def supply(given_by_region):
        return given_by_region and replace(given_by_region, base=given_by_region.base[::-1])

    return replace(
        scenario,
        regions=scenario.regions[::-1],
        geography=replace(scenario.geography, distance_km=scenario.geography.distance_km[::-1, ::-1]),
        factors=tuple(replace(f, series=None if f.series is None else f.series[::-1]) for f in scenario.factors),
        assets=tuple(replace(a, base_stock=a.base_stock[::-1]) for a in scenario.assets),
        demand=tuple(
            replace(d, drivers=tuple(replace(x, values=x.values[::-1]) for x in d.drivers)) for d in scenario.demand
        ),
        electricity=supply(scenario.electricity),
        staff=supply(scenario.staff),
    )


@pytest.mark.parametrize("objective", ["proportional", "total"])
@pytest.mark.parametrize(
    "change", [lambda s: times(s, 7.0), lambda s: times(s, 0.01), turned], ids=["x 7", "x 0.01", "turned"]
)
def test_what_does_not_matter_changes_nothing(change, objective):
    scenario = rich(objective=objective, gap=1e-7)
    plain, other = solve(scenario).summary["bounds"], solve(change(scenario)).summary["bounds"]
    assert other["lower"] == pytest.approx(plain["lower"], abs=2e-7)
    assert other["upper"] == pytest.approx(plain["upper"], abs=2e-7)


def test_an_innovation_unit_that_is_k_times_larger_changes_nothing():
    scenario = trading(objective="total")
    larger = replace(scenario, regions=tuple(replace(r, innovation=1e3 * r.innovation) for r in scenario.regions))
    assert lower(solve(larger)) == pytest.approx(lower(solve(scenario)), rel=1e-9)


def test_regions_that_are_alike_get_alike():
    alike = tiny(regions=tuple(replace(r, population_10k=200.0) for r in tiny().regions), gap=1e-7)
    found = money(solve(alike), 2026)
    assert found["north", "mast"] == pytest.approx(found["south", "mast"], rel=1e-2)


def test_interior_point_and_simplex_find_the_same_optimum():
    program = program_of(build_instance(rich()))
    found = [optimize(hand_over(program), time_limit_s=60.0, how=how) for how in ("interior", "dual", "primal")]
    assert [solved.objective for solved in found] == pytest.approx([found[0].objective] * 3, rel=1e-6)


@pytest.mark.parametrize("scenario", [tiny(), trading(), rich()], ids=["tiny", "trading", "rich"])
def test_the_ordinary_pyomo_model_is_the_same_program(scenario):
    symbols = declare(build_instance(scenario))
    program = compile_program(symbols, RULES, OBJECTIVE)
    other = ordinary_program(ordinary_model(symbols, RULES, OBJECTIVE))
    assert_same(program, other)
    found = [optimize(hand_over(p), time_limit_s=60.0, how="dual").objective for p in (program, other)]
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_a_total_budget_may_be_spent_whenever_it_earns_most():
    total = replace(budget(100.0), period="total", limits=(200.0,))
    free, bound = (lower(solve(tiny(gap=2e-7, budgets=(b,)))) for b in (total, budget(100.0)))
    assert free > bound - 1e-8
    paid = [sum(money(solve(tiny(gap=1e-7, budgets=(total,))), year).values()) for year in (2026, 2027)]
    assert paid[0] / paid[1] == pytest.approx(1.05, rel=1e-2)


def test_money_carried_over_earns_its_interest():
    """All money comes in the first year, half of it in closed form is spent in the second."""
    kept = replace(budget(100.0), limits=(100.0, 0.0), carry_over_interest=0.5)
    plan = solve(tiny(gap=1e-7, budgets=(kept,)))
    first, second = (sum(money(plan, year).values()) for year in (2026, 2027))
    weight = 1 / (1 + 1 / 1.05)
    assert first == pytest.approx(100 * weight, rel=1e-2)
    assert second == pytest.approx(1.5 * (100 - first), rel=1e-6)


def test_a_soft_budget_is_exceeded_until_its_price():
    """At spending s the log objective earns 0.4 * weight / s a million; the price stops it."""
    price = 0.4 * (1 / (1 + 1 / 1.05)) / 150.0
    soft = replace(budget(100.0, years=1, price=price), scope=Scope(years=(2026,)))
    hard = replace(budget(100.0, years=1, id="next"), scope=Scope(years=(2027,)))
    plan = solve(tiny(gap=1e-7, budgets=(soft, hard)))
    assert sum(money(plan, 2026).values()) == pytest.approx(150.0, rel=1e-2)
    assert sum(money(plan, 2027).values()) == pytest.approx(100.0, rel=1e-6)
    assert [row["exceeded_million"] for row in plan.tables["budgets"].records()] == pytest.approx([50.0, 0.0], abs=1.5)


@pytest.mark.parametrize("objective", ["proportional", "total"])
def test_money_without_a_limit_is_said_to_be_missing(objective):
    with pytest.raises(UnboundedError, match="does a hard budget, or one with a price, pay for every asset"):
        solve(tiny(objective=objective, budgets=(replace(budget(100.0), scope=Scope(assets=("mast",))),)))


def test_distance_that_forbids_trade_keeps_compute_at_home():
    near = tuple(replace(d, delay_limit_ms=2.0) for d in trading().demand)
    flows = solve(trading(demand=near)).tables["flows"].records()
    assert {row["region"] for row in flows} == {"north", "south"}
    assert all(row["host"] == row["region"] for row in flows)
