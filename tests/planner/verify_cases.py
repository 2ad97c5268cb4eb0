"""Plans to verify: one solved on paper, one by the solver, and ways to spoil them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planner.plan import Plan
from planner.scenario import Budget, Growth, Matching, Project, Rule, Scenario, Scope
from planner.solving import solve
from planner.tables import SCHEMAS, table
from planner.verify import Verdict
from tests.planner.toys import budget, threshold, tiny, trading


def rule(name: str, sense: str, quantity: str, limit: float, scope: Scope, **changes: Any) -> Rule:
    plain = Rule(name, name, sense, quantity, scope, "nation", limit, False, None, None, None, "by hand", "")  # type: ignore[arg-type]
    return replace(plain, **changes)


SERVERS, MASTS = Scope(assets=("server",)), Scope(assets=("mast",))


def rich(**changes: Any) -> Scenario:
    """Two regions that trade compute, under all kinds of budgets, rules and limits; a floor and a budget are missed."""
    soft = budget(900.0, id="masts", scope=MASTS, price=1e-5)
    total = Budget("all", "All", ("capex", "opex", "energy"), Scope(), "total", (12000.0,), None, None, "by hand", "")
    plain = trading(
        files={"plan.yaml": "ab" * 32},
        budgets=(*trading().budgets, soft, total),
        rules=(
            rule("masts_per_head", "floor", "stock", 25.0, MASTS, each="region", per_10k_people=True),
            rule("dream", "floor", "stock", 1e6, replace(MASTS, years=(2027,)), price=1e-4),
            rule("spread", "cap", "order", 0.7, SERVERS, each="region", share_of=SERVERS),
            rule("like_people", "floor", "stock", 0.6, MASTS, each="region", share_of=MASTS, scaled_by="population"),
            rule("server_money", "floor", "capex", 0.1, SERVERS, share_of=Scope()),
        ),
        growth_limits=(Growth("slowly", ("server", "mast"), 0.5, 0.2, "by hand", ""),),
    )
    return replace(plain, **changes)


def project(name: str, region: str, units: dict[str, float], **changes: Any) -> Project:
    plain = Project(name, name, region, units, None, 0.0, (2026, 2027), 0, (), (), False, "by hand", "")
    return replace(plain, **changes)


def ruled(**changes: Any) -> Scenario:
    """The rich case with every other kind of rule, all limits soft, and projects that depend on each other."""
    plain = rich()
    links, fields = Scope(("link",)), {"quantity": "order", "each": "region"}
    assert plain.electricity is not None
    assert plain.staff is not None
    rules = (
        rule("per_hall", "floor", "stock", 100.0, SERVERS, each="region", ratio_to=Scope(("hall",)), price=0.1),
        replace(
            rule("link_first", "cap", "order", 0.05, SERVERS, each="region", kind="precedence", ratio_to=links),
            ratio_quantity="stock",
            within=(("north", "south"),),
        ),
        rule("halls", "cap", limit=0.0, scope=Scope(("hall",), ("south",), (2027,)), kind="eligibility", **fields),
        rule("catch_up", "floor", "stock", 0.8, replace(MASTS, years=(2027,)), each="region", kind="convergence"),
    )
    rules = (*rules[:3], replace(rules[3], share_of=MASTS, scaled_by="population"))
    found = replace(
        plain,
        rules=(*plain.rules, *rules),
        matching_funds=(
            Matching("masts_matched", "Masts", "masts", "programme", 0.1, "year", 1e-6, "by hand", ""),
            Matching("running_matched", "Running", "operation", "programme", 2.0, "total", None, "by hand", ""),
        ),
        growth_limits=(replace(plain.growth_limits[0], price=1e-3),),
        electricity=replace(plain.electricity, price=0.2),
        staff=replace(plain.staff, price=0.1),
        projects=(
            project("campus", "north", {"mast": 500.0, "server": 1000.0}, lead_years=1),
            project("park", "south", {"server": 9e3}, capex_million=90.0, opex_million=3.0, needs=("campus",)),
            project("masts", "south", {"mast": 300.0}, excludes=("park",)),
            project("trunk", "north", {"link": 1e4}, must=True, years=(2027,)),
        ),
    )
    return replace(found, **changes)


@functools.cache
def ruled_plan() -> Plan:
    return solve(ruled())


@functools.cache
def rich_plan() -> Plan:
    return solve(rich())


def problems(verdict: Verdict) -> list[str]:
    return [check.message for check in verdict.checks if not check.passed]


def changed(plan: Plan, name: str, column: str, change: Callable[[Any], Any], **where: Any) -> Plan:
    """The plan with one cell of the first row that matches changed."""
    shown, done = plan.tables[name], False
    rows = []
    for row in shown.records():
        if not done and all(row[key] == wanted for key, wanted in where.items()):
            row[column], done = change(row[column]), True
        rows.append(tuple(row.values()))
    assert done, f"no row of {name} matches {where}"
    return replace(plan, tables={**plan.tables, name: table(name, rows)})


def with_rows(plan: Plan, name: str, change: Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]]) -> Plan:
    return replace(plan, tables={**plan.tables, name: table(name, change(list(plan.tables[name].rows)))})


def with_summary(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, summary={**plan.summary, **changes})


def with_bounds(plan: Plan, **changes: float) -> Plan:
    return with_summary(plan, bounds={**plan.summary["bounds"], **changes})


def by_hand() -> Plan:
    """configs/tiny solved on paper: money by people times beta, 56.25, 18.75, 18.75 and 6.25 million each year."""
    orders, stocks, spending, factors, innovation, rules, divide = ([] for _ in range(7))
    units = {"north": (28.125, 3.75), "south": (9.375, 1.25)}
    indexes = {region: 28.125**0.3 * 3.75**0.1 if region == "north" else 9.375**0.3 * 1.25**0.1 for region in units}
    patents, people = {"north": 30.0, "south": 10.0}, {"north": 300.0, "south": 100.0}
    dead = 1e-9**0.4
    for region, amounts in units.items():
        for asset, price, factor, unit, amount in zip(
            ("mast", "server"), (2.0, 5.0), ("network", "services"), ("mast", "server"), amounts, strict=True
        ):
            stocks.append((region, asset, 2025, "base", 1.0, 1.0, asset, 0.0, 0.0))
            factors.append((region, factor, 2025, "base", 1.0, unit, 1.0))
            for year in (2026, 2027):
                orders.append((region, asset, year, year, amount, amount, asset, amount * price, ""))
                stocks.append((region, asset, year, "plan", amount, 0.0, asset, 0.0, 0.0))
                spending.append((region, asset, year, "plan", amount * price, 0.0, 0.0))
                factors.append((region, factor, year, "plan", amount, unit, amount))
        for year, index in ((2025, 1.0), (2026, indexes[region]), (2027, indexes[region])):
            phase, own = "base" if year == 2025 else "plan", patents[region]
            idle = own if year == 2025 else own * dead
            innovation.append((region, year, phase, own * index, index, own * index / people[region], idle, "patents"))
        rules += [
            (
                "traffic_is_within_bandwidth",
                "bandwidth",
                region,
                "",
                year,
                "plan",
                0.0,
                0.0,
                0.0,
                "Gbit/s km",
                "binding",
                0.0,
            )
            for year in (2026, 2027)
        ]
    for year in (2025, 2026, 2027):
        heads = [0.1, 0.1] if year == 2025 else [0.1 * indexes["north"], 0.1 * indexes["south"]]
        mean = 0.75 * heads[0] + 0.25 * heads[1]
        gini = 0.75 * 0.25 * abs(heads[0] - heads[1]) / mean
        theil = sum(p * y / mean * math.log(y / mean) for p, y in zip((0.75, 0.25), heads, strict=True))
        values = {
            "gini": gini,
            "theil": theil,
            "max_over_min": heads[0] / heads[1],
            "worst_fifth_share": 0.2 * heads[1] / mean,
        }
        equal_world = {"gini": 0.0, "theil": 0.0, "max_over_min": 1.0, "worst_fifth_share": 0.2}
        divide += [(year, name, value, equal_world[name], "1") for name, value in values.items()]
    value = 0.75 * math.log(indexes["north"]) + 0.25 * math.log(indexes["south"])
    rows: dict[str, list[Any]] = {s.name: [] for s in SCHEMAS}
    rows |= {"orders": orders, "stocks": stocks, "spending": spending, "factors": factors, "innovation": innovation}
    rows |= {"rules": rules, "divide": divide, "assumptions": _assumptions(tiny())}
    rows["budgets"] = [("programme", year, "plan", 100.0, 0.0, 100.0, 0.0, 0.0, 0.2) for year in (2026, 2027)]
    summary = _asked(tiny()) | {
        "status": "optimal",
        "bounds": {"upper": value + 5e-7, "lower": value, "gap": 5e-7},
        "rounds": [{"upper": 2.0, "lower": 0.0}, {"upper": value + 5e-7, "lower": value}],
    }
    return Plan(summary, {name: table(name, found) for name, found in rows.items()}, "")


def _asked(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id, "base_year": 2025, "years": [2026, 2027], "price_year": 2025, "currency": "CNY",
        "objective": "proportional", "elasticity_set": "only", "tail": {"mode": "none", "years": 0, "points": 0},
        "regions": [{"id": r.id} for r in scenario.regions], "assets": [{"id": a.id} for a in scenario.assets],
        "classes": [], "overrides": [], "inputs": {},
    }  # fmt: skip


def _assumptions(scenario: Scenario) -> list[tuple[Any, ...]]:
    """Every number of the tiny case, written down from its declaration."""
    per_asset = (
        "capex",
        "price_decline",
        "opex_share",
        "power_kw",
        "load_factor",
        "life_years",
        "lead_years",
        "staff_fte",
    )
    geography = ("route_factor", "delay_ms_per_km", "delay_offset_ms", "spillover_decay_km", "spillover_reach_km")
    found = [getattr(asset, name) for asset in scenario.assets for name in (*per_asset, "utilisation")]
    found += [getattr(scenario.geography, name) for name in geography]
    found += [scenario.discount_rate, scenario.floor_share]
    return [(f"p{at}", p.value, math.nan, math.nan, "1", p.kind, p.source, p.place) for at, p in enumerate(found)]


def rewarded() -> Scenario:
    """Two regions that earn a bonus where their masts are dense."""
    return tiny(gap=1e-6, thresholds=(threshold(1.5, 0.1),), objective="total")


@functools.cache
def rewarded_plan() -> Plan:
    return solve(rewarded())
