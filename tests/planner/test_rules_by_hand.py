"""Rules on the tiny case, each solved on paper: money goes by weight, so that every optimum is a share of 100 million.

Without a rule: 28.125 and 9.375 masts, 3.75 and 1.25 servers in the north and the south, in either year.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.plan import Plan
from planner.scenario import Growth, Matching, Rule, Scenario, Scope, Tail
from planner.solving import solve
from planner.timeline import timeline
from planner.verify import verify
from tests.planner.toys import asset, budget, given, region, tiny, trading
from tests.planner.verify_cases import problems, rule

MASTS, SERVERS = Scope(("mast",)), Scope(("server",))
HUGE = 1e3


def solved(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert problems(verify(scenario, plan)) == []
    return plan


def ordered(plan: Plan, year: int = 2026) -> dict[tuple[str, str], float]:
    """Units by region and asset."""
    rows = [row for row in plan.tables["orders"].records() if row["year"] == year]
    return {(row["region"], row["asset"]): row["units"] for row in rows}


def told(plan: Plan, name: str) -> list[dict[str, Any]]:
    return [row for row in plan.tables["rules"].records() if row["rule"] == name]


def amounts(north_mast: float, north_server: float, south_mast: float, south_server: float) -> Any:
    keys = [(r, a) for r in ("north", "south") for a in ("mast", "server")]
    values = (north_mast, north_server, south_mast, south_server)
    return pytest.approx({key: value for key, value in zip(keys, values, strict=True) if value}, rel=5e-3)


def per_mast(sense: str, limit: float, **changes: Any) -> Rule:
    return rule("ratio", sense, "stock", limit, SERVERS, each="region", ratio_to=MASTS, **changes)


def test_a_ratio_at_most_ties_two_assets_of_a_region():
    """Servers = 0.1 masts, so a mast costs 2.5: 75 million make 30 in the north, 25 make 10 in the south."""
    plan = solved(tiny(rules=(per_mast("cap", 0.1),)))
    assert ordered(plan) == amounts(30.0, 3.0, 10.0, 1.0)
    rows = told(plan, "ratio")
    assert {(row["status"], row["unit"]) for row in rows} == {("binding", "server")}
    assert all(row["price"] > 0 for row in rows)


def test_a_ratio_at_least_does_so_from_below():
    """Servers = 0.2 masts, so a mast costs 3."""
    assert ordered(solved(tiny(rules=(per_mast("floor", 0.2),)))) == amounts(25.0, 5.0, 25 / 3, 5 / 3)


def test_convergence_holds_the_dear_region_near_the_mean_per_head():
    """South at twice the price: 80 % of the mean per head asks m_s = m_n / 4, so 75 million of masts are 3 m_n."""
    dear = (region("north", 300.0, 30.0), region("south", 100.0, 10.0, price_factor=2.0))
    near = rule("near", "floor", "stock", 0.8, MASTS, each="region", share_of=MASTS, scaled_by="population")
    plan = solved(tiny(regions=dear, rules=(replace(near, kind="convergence"),)))
    assert ordered(plan) == amounts(25.0, 3.75, 6.25, 0.625)
    status = {(row["region"], row["year"]): (row["kind"], row["status"]) for row in told(plan, "near")}
    assert status["south", 2026] == ("convergence", "binding")
    assert status["north", 2026] == ("convergence", "kept")


def only(regions: tuple[str, ...] = (), years: tuple[int, ...] = (), **changes: Any) -> Rule:
    scope = Scope(("server",), regions, years)
    return rule("only", "cap", "order", 0.0, scope, each="region", kind="eligibility", **changes)


HALF = {"floor_share": given(0.5)}


def test_eligibility_keeps_orders_to_its_regions():
    """With floors of 0.75 and 0.25 units, money and floors of 105.75 million go by weight 0.225, 0.075, 0.075."""
    plan = solved(tiny(**HALF, rules=(only(("north",)),)))
    assert ordered(plan) == amounts(0.6 * 105.75 / 2 - 0.75, 0.2 * 105.75 / 5 - 0.75, 0.2 * 105.75 / 2 - 0.25, 0.0)
    assert {(row["region"], row["year"]) for row in told(plan, "only")} == {("south", 2026), ("south", 2027)}


def test_eligibility_keeps_orders_to_its_years():
    plan = solved(tiny(**HALF, rules=(only(years=(2027,)),)))
    assert {asset for _, asset in ordered(plan, 2026)} == {"mast"}
    assert {asset for _, asset in ordered(plan, 2027)} == {"mast", "server"}
    assert {(row["region"], row["year"]) for row in told(plan, "only")} == {("north", 2026), ("south", 2026)}


def test_an_eligibility_that_shuts_nothing_has_no_rows():
    plan = solved(tiny(rules=(only(("north", "south")),)))
    assert told(plan, "only") == []
    assert ordered(plan) == amounts(28.125, 3.75, 9.375, 1.25)


def first(limit: float, **changes: Any) -> Rule:
    plain = rule("first", "cap", "order", limit, SERVERS, each="region", kind="precedence", ratio_to=MASTS)
    return replace(plain, ratio_quantity="stock", **changes)


def test_precedence_in_a_region_is_a_ratio_of_orders_to_stock():
    """Where both serve at once it asks what the ratio of stocks asks."""
    assert ordered(solved(tiny(rules=(first(0.1),)))) == amounts(30.0, 3.0, 10.0, 1.0)


def test_precedence_within_a_group_counts_the_stock_of_the_group():
    """s_n = 0.08 (m_n + m_s): masts with their servers take 0.375 / 0.4 of the money at 2.4 million a mast."""
    plan = solved(tiny(rules=(first(0.08, within=(("north", "south"),)),)))
    assert ordered(plan) == amounts(0.75 * 39.0625, 3.125, 0.25 * 39.0625, 1.25)


def test_nothing_is_ordered_before_what_it_needs_stands():
    """Masts take a year and the old ones are gone, so the first servers are ordered in the second year."""
    late = asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0], lead_years=given(1))
    plan = solved(tiny(**HALF, assets=(late, tiny().assets[1]), rules=(first(0.5),)))
    assert {name for _, name in ordered(plan, 2026)} == {"mast"}
    assert {name for _, name in ordered(plan, 2027)} == {"server"}


def two_funds(**changes: Any) -> Scenario:
    both = (budget(100.0, id="masts", scope=MASTS), budget(100.0, id="servers", scope=SERVERS))
    return tiny(budgets=(budget(100.0), *both), **changes)


def matched(ratio: float, period: str = "year", price: float | None = None) -> Matching:
    return Matching("matched", "Matched", "masts", "servers", ratio, period, price, "by hand", "")  # type: ignore[arg-type]


def test_matching_funds_spend_alike():
    """Masts for no more than servers: 50 million each, and a price of half the difference of what they are worth."""
    plan = solved(two_funds(matching_funds=(matched(1.0),)))
    assert ordered(plan) == amounts(18.75, 7.5, 6.25, 2.5)
    rows = told(plan, "matched")
    assert [(row["year"], row["status"], row["unit"]) for row in rows] == [
        (year, "binding", "million CNY") for year in (2026, 2027)
    ]
    assert sum(row["price"] for row in rows) == pytest.approx((0.3 / 50 - 0.1 / 50) / 2, rel=5e-3)


def test_matching_funds_in_all_leave_each_year_free():
    """A million of masts beyond the match is worth the same in either year: w[t] (0.3 / A[t] - 0.1 / (100 - A[t]))."""
    plan = solved(two_funds(matching_funds=(matched(1.0, "total"),)))
    worth = timeline(tiny()).weight
    low, high = 0.0, 100.0
    for _ in range(60):
        first = (low + high) / 2
        ahead = worth[0] * (0.3 / first - 0.1 / (100 - first)) > worth[1] * (0.3 / (100 - first) - 0.1 / first)
        low, high = (first, high) if ahead else (low, first)
    spent = 2 * (ordered(plan)["north", "mast"] + ordered(plan)["south", "mast"])
    assert spent == pytest.approx(low, rel=2e-3)
    (row,) = told(plan, "matched")
    assert (row["year"], row["status"], row["value"]) == (0, "binding", pytest.approx(100.0, rel=1e-4))


def test_matching_funds_with_a_price_are_missed_to_where_it_pays():
    """60 and 40 million: (0.3 / 60 - 0.1 / 40) / 2 = 0.00125 is what a million beyond the match is worth."""
    funds = [replace(fund, limits=(100.0,)) for fund in two_funds().budgets]
    one = tiny(
        years=(2026,),
        budgets=tuple(funds),
        matching_funds=(matched(1.0, price=0.00125),),
    )
    (row,) = told(solved(one), "matched")
    assert (row["value"], row["limit"]) == pytest.approx((60.0, 40.0), rel=5e-3)
    assert row["status"] == "missed"
    assert row["shortfall"] == pytest.approx(row["value"] - row["limit"], rel=1e-6)


def test_a_growth_limit_with_a_price_is_exceeded_to_where_it_pays():
    """Room for 14 masts, 20 ordered: 0.225 / 20 - 2 * 0.175 / 60 is the loss per mast, 14 times that the price."""
    price = 14 * (0.225 / 20 - 2 * 0.175 / 60)
    slow = Growth("slow", ("mast",), 0.0, 7.0, "by hand", "", price)
    plan = solved(tiny(years=(2026,), budgets=(budget(100.0, 1),), growth_limits=(slow,)))
    rows = {row["region"]: row for row in told(plan, "slow")}
    assert rows["north"]["value"] == pytest.approx(20.0, rel=2e-3)
    assert rows["north"]["shortfall"] == pytest.approx(6.0, rel=1e-2)
    assert (rows["north"]["status"], rows["south"]["status"]) == ("missed", "kept")


def test_upkeep_of_the_tail_is_exceeded_to_where_it_pays():
    """Masts serve in the tail alone, where one costs 0.2 million: W * 0.3 / (total + floors of 1) = 0.2 * price."""
    late = asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0], lead_years=given(1), opex_share=given(0.1))
    plain = tiny(**HALF, years=(2026,), tail=Tail("continue", 1, 1), assets=(late,), factors=tiny().factors[:1])
    weight = timeline(plain).weight[1]
    running = budget(1.0, 1, id="running", kinds=("opex",), price=float(weight) * 0.3 / 21 / 0.2)
    plan = solved(replace(plain, budgets=(budget(1e4, 1), running)))
    tail = next(row for row in plan.tables["budgets"].records() if row["phase"] == "tail")
    assert tail["spent_million"] == pytest.approx(4.0, rel=5e-3)
    assert tail["exceeded_million"] == pytest.approx(3.0, rel=5e-3)
    hard = solved(replace(plain, budgets=(budget(1e4, 1), replace(running, price=None))))
    assert sum(ordered(hard).values()) == pytest.approx(5.0, rel=1e-3)


CASES = {
    "ratio": ({}, per_mast("cap", 0.1)),
    "eligibility": (HALF, only(("north",))),
    "precedence": ({}, first(0.1)),
    "floor": ({}, rule("floor", "floor", "order", 12.0, Scope(("mast",), ("south",)))),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_at_a_huge_price_is_kept_as_if_it_were_hard(name: str):
    changes, hard = CASES[name]
    dear, strict = (solved(tiny(**changes, rules=(found,))) for found in (replace(hard, price=HUGE), hard))
    assert ordered(dear) == pytest.approx(ordered(strict), rel=5e-3, abs=1e-3)
    assert {row["status"] for row in told(dear, hard.id)} <= {"binding", "kept"}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_at_a_tiny_price_is_missed_as_if_it_were_not_there(name: str):
    changes, hard = CASES[name]
    cheap, free = (solved(tiny(**changes, rules=found)) for found in ((replace(hard, price=1e-9),), ()))
    assert ordered(cheap) == pytest.approx(ordered(free), rel=5e-3)
    rows = [row for row in told(cheap, hard.id) if row["status"] == "missed"]
    assert rows
    for row in rows:
        sign = 1.0 if row["kind"] == "floor" else -1.0
        assert row["shortfall"] == pytest.approx(sign * (row["limit"] - row["value"]), rel=1e-6)


def test_a_slack_rule_changes_nothing():
    slack = (per_mast("cap", 10.0), first(10.0), rule("wide", "cap", "capex", 1e3, MASTS), only(("north", "south")))
    with_rules, without = solved(tiny(rules=slack)), solved(tiny())
    assert ordered(with_rules) == pytest.approx(ordered(without), rel=2e-3)
    assert {row["status"] for row in with_rules.tables["rules"].records() if row["kind"] != "bandwidth"} == {"kept"}


def test_the_order_of_rules_is_irrelevant():
    rules = (per_mast("floor", 0.2), first(0.3), rule("money", "cap", "capex", 40.0, SERVERS, price=0.2))
    one, other = (solved(tiny(rules=found)) for found in (rules, rules[::-1]))
    assert one.summary["bounds"]["lower"] == pytest.approx(other.summary["bounds"]["lower"], abs=2e-6)
    assert ordered(one) == pytest.approx(ordered(other), rel=5e-3)


@pytest.mark.parametrize("name", ["electricity", "staff"])
def test_limits_of_regions_with_a_price_lie_between_hard_and_none(name: str):
    plain = trading(gap=1e-6)
    supply = getattr(plain, name)
    assert supply is not None
    narrow = replace(supply, base=supply.base * 0.45)
    worth = [
        solved(replace(plain, **{name: found})).summary["bounds"]["lower"]
        for found in (
            narrow,
            replace(narrow, price=HUGE),
            replace(narrow, price=1e-3),
            replace(narrow, price=1e-9),
            None,
        )
    ]
    assert worth[1] == pytest.approx(worth[0], abs=5e-6)
    assert np.all(np.diff(worth) >= -2e-6)
    assert worth[3] == pytest.approx(worth[4], abs=5e-6)
