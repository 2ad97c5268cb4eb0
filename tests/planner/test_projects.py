"""Candidate projects against every choice there is: each valued by filling up with what it leaves of the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.config import read
from planner.instance import build_instance
from planner.plan import Plan
from planner.projects import portfolio
from planner.scenario import Actuals, Project, Scenario, Scope, Tail
from planner.solving import solve
from planner.timeline import timeline
from planner.verify import verify
from tests.planner.toys import asset, budget, given, tiny
from tests.planner.verify_cases import problems, project, rule

YEARS = (2026, 2027)
PRICES, BETAS, PEOPLE = {"mast": 2.0, "server": 5.0}, {"mast": 0.3, "server": 0.1}, {"north": 0.75, "south": 0.25}
ITEMS = [(r, a) for r in PEOPLE for a in PRICES]
Choice = dict[str, int]


def solved(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert problems(verify(scenario, plan)) == []
    return plan


def taken(plan: Plan) -> Choice:
    return {row["project"]: row["year"] for row in plan.tables["projects"].records() if row["taken"]}


def lower(plan: Plan) -> float:
    return float(plan.summary["bounds"]["lower"])


def choices(projects: tuple[Project, ...]) -> Iterator[Choice]:
    """Every choice that must, excludes and needs allow."""
    for years in product(*((0, *p.years) for p in projects)):
        chosen = {p.id: year for p, year in zip(projects, years, strict=True) if year}
        if all(_allowed(p, chosen) for p in projects):
            yield chosen


def _allowed(found: Project, chosen: Choice) -> bool:
    if found.id not in chosen:
        return not found.must
    start = chosen[found.id]
    apart = all(other not in chosen for other in found.excludes)
    return apart and all(chosen.get(other, start + 1) <= start for other in found.needs)


def worth(scenario: Scenario, chosen: Choice, money: float) -> float:
    """The objective of a choice; assets live a year, so a project serves in its year plus lead; -inf: too dear."""
    weight, total = timeline(scenario).weight, 0.0
    known = {p.id: p for p in scenario.projects}
    for year, share in zip(YEARS, weight, strict=True):
        left, there = money, dict.fromkeys(ITEMS, 0.0)
        for name, start in chosen.items():
            found = known[name]
            listed = sum(PRICES[a] * units for a, units in found.units.items())
            left -= (listed if found.capex_million is None else found.capex_million) * (start == year)
            serves = start + found.lead_years == year
            left -= found.opex_million * serves
            for a, units in found.units.items():
                there[found.region, a] += units * serves
        if left < 0:
            return -np.inf
        total += share * _filled(there, left)
    return total


def _filled(there: dict[tuple[str, str], float], money: float) -> float:
    """Max sum( w ln(there + x) ) with sum( price x ) <= money: spend where it is worth most, by bisection."""
    price = np.array([PRICES[a] for _, a in ITEMS])
    weight = np.array([PEOPLE[r] * BETAS[a] for r, a in ITEMS])
    had = np.array([there[item] for item in ITEMS])
    low, high = 1e-9, 1e3
    for _ in range(200):
        level = np.sqrt(low * high)
        bought = np.maximum(weight / (price * level) - had, 0.0)
        low, high = (level, high) if price @ bought > money else (low, level)
    return float(weight @ np.log(had + np.maximum(weight / (price * high) - had, 0.0)))


def drawn(seed: int) -> tuple[Project, ...]:
    """Four projects with random bundles, costs, years, exclusions and prerequisites."""
    draw = np.random.default_rng(seed)
    names = ("a", "b", "c", "d")
    found = []
    for at, name in enumerate(names):
        units = {a: float(draw.integers(1, 20)) for a in PRICES if draw.random() < 0.7} or {"mast": 5.0}
        listed = sum(PRICES[a] * amount for a, amount in units.items())
        own = float(np.round(listed * draw.uniform(0.4, 1.5), 1)) if draw.random() < 0.7 else None
        before = names[:at]
        found.append(
            project(
                name,
                str(draw.choice(list(PEOPLE))),
                units,
                capex_million=own,
                opex_million=float(draw.choice([0.0, 2.0])),
                years=YEARS if draw.random() < 0.7 else (int(draw.choice(YEARS)),),
                lead_years=int(draw.random() < 0.3),
                excludes=tuple(other for other in before if draw.random() < 0.25),
                needs=(),
                must=draw.random() < 0.1,
            )
        )
    needs = [tuple(o for o in names if o != p.id and draw.random() < 0.15) for p in found]
    return tuple(
        replace(p, needs=tuple(o for o in wanted if o not in p.excludes and not _excludes(found, o, p.id)))
        for p, wanted in zip(found, needs, strict=True)
    )


def _excludes(found: list[Project], name: str, other: str) -> bool:
    return any(p.id == name and other in p.excludes for p in found)


MONEY = budget(150.0, kinds=("capex", "opex"))


@pytest.mark.parametrize("seed", range(24))
def test_the_best_choice_of_projects_is_found(seed: int):
    scenario = tiny(budgets=(MONEY,), projects=drawn(seed), gap=1e-5)
    every = {tuple(sorted(c.items())): worth(scenario, c, 150.0) for c in choices(scenario.projects)}
    best = max(every.values())
    assert np.isfinite(best)
    plan = solved(scenario)
    assert lower(plan) == pytest.approx(best, abs=2e-5)
    assert plan.summary["bounds"]["upper"] >= best - 1e-6
    assert every[tuple(sorted(taken(plan).items()))] == pytest.approx(best, abs=2e-5)


def test_the_oracle_knows_the_case_without_projects():
    assert worth(tiny(), {}, 100.0) == pytest.approx(
        sum(PEOPLE[r] * BETAS[a] * np.log(100 * PEOPLE[r] * BETAS[a] / 0.4 / PRICES[a]) for r, a in ITEMS)
    )


CHEAP = project("cheap", "north", {"mast": 20.0}, capex_million=1.0)
DEAR = project("dear", "north", {"mast": 1.0}, capex_million=60.0)


def test_a_bargain_is_taken_and_a_waste_is_left():
    plan = solved(tiny(projects=(CHEAP, DEAR)))
    rows = {row["project"]: row for row in plan.tables["projects"].records()}
    assert set(taken(plan)) == {"cheap"}
    assert rows["dear"] | {"region": ""} == {
        "project": "dear", "region": "", "taken": 0, "year": 0, "in_service_year": 0,
        "capex_million": 0.0, "opex_million_per_year": 0.0,
    }  # fmt: skip


def test_what_must_be_is_taken_at_its_price():
    plan = solved(tiny(projects=(replace(DEAR, must=True),)))
    assert set(taken(plan)) == {"dear"}
    (row,) = [row for row in plan.tables["rules"].records() if row["kind"] == "must"]
    assert (row["value"], row["status"], row["unit"]) == (1.0, "binding", "project")
    assert lower(plan) < lower(solved(tiny()))


def test_a_project_nobody_wants_changes_nothing():
    assert lower(solved(tiny(projects=(DEAR,)))) == pytest.approx(lower(solved(tiny())), abs=2e-6)


def test_orders_of_projects_stand_beside_the_others():
    plan = solved(tiny(projects=(CHEAP,)))
    rows = [row for row in plan.tables["orders"].records() if row["project"]]
    assert [(r["region"], r["asset"], r["units"], r["capex_million"], r["project"]) for r in rows] == [
        ("north", "mast", 20.0, 1.0, "cheap")
    ]
    spent = sum(row["capex_million"] for row in plan.tables["spending"].records())
    assert spent == pytest.approx(sum(row["capex_million"] for row in plan.tables["orders"].records()))


def test_its_lead_time_is_its_own_and_the_life_that_of_the_asset():
    """A mast lives a year: a project of 2026 with a lead of one year serves in 2027 alone."""
    plan = solved(tiny(projects=(replace(CHEAP, lead_years=1, years=(2026,), must=True),)))
    stock = {(r["region"], r["asset"], r["year"]): r["units"] for r in plan.tables["stocks"].records()}
    ordered = {(r["year"], r["project"]): r["units"] for r in plan.tables["orders"].records() if r["asset"] == "mast"
               and r["region"] == "north"}  # fmt: skip
    assert stock["north", "mast", 2026] == pytest.approx(ordered[2026, ""])
    assert stock["north", "mast", 2027] == pytest.approx(ordered.get((2027, ""), 0.0) + 20.0)


def test_own_cost_is_shared_by_list_price_and_salvage_is_taken_off():
    """Of 90 million, 10 masts (20) and 14 servers (70) bear 20 and 70; of a life of 4 years 2 are left at the end."""
    assets = tuple(replace(found, life_years=given(4)) for found in tiny().assets)
    bundle = project(
        "both", "south", {"mast": 10.0, "server": 14.0}, capex_million=90.0, opex_million=9.0, years=(2026,)
    )
    whole = portfolio(build_instance(tiny(assets=assets, projects=(bundle,))))
    assert whole.capex_million.tolist() == pytest.approx([20.0, 70.0])
    assert whole.opex_million.tolist() == pytest.approx([2.0, 7.0])
    salvage = portfolio(build_instance(tiny(assets=assets, projects=(bundle,), tail=Tail("salvage", 0, 0))))
    assert salvage.capex_million.tolist() == pytest.approx([10.0, 35.0])


def test_a_budget_pays_for_the_assets_of_its_scope():
    """The mast part of 20 of 90 million is within the fund for masts, the rest is not."""
    bundle = project("both", "south", {"mast": 10.0, "server": 14.0}, capex_million=90.0, years=(2026,), must=True)
    masts = budget(20.0, id="masts", scope=Scope(("mast",)))
    plan = solved(tiny(projects=(bundle,), budgets=(budget(150.0), masts), floor_share=given(0.5)))
    row = next(r for r in plan.tables["budgets"].records() if (r["budget"], r["year"]) == ("masts", 2026))
    assert row["spent_million"] == pytest.approx(20.0, abs=1e-3)
    ordered = [r for r in plan.tables["orders"].records() if r["year"] == 2026 and r["asset"] == "mast"]
    assert [r["project"] for r in ordered] == ["both"]


@pytest.mark.parametrize("quantity", ["order", "stock", "capex"])
def test_rules_count_what_projects_build(quantity: str):
    """A cap of 25 masts holds the 20 of the project and 5 more; one of 10 million the 1 of the project and 9 more."""
    limit = 25.0 if quantity != "capex" else 10.0
    capped = rule("capped", "cap", quantity, limit, Scope(("mast",), ("north",)))
    plan = solved(tiny(projects=(replace(CHEAP, must=True, years=(2026,)),), rules=(capped,)))
    row = next(row for row in plan.tables["rules"].records() if (row["rule"], row["year"]) == ("capped", 2026))
    ordered = [
        r for r in plan.tables["orders"].records() if (r["region"], r["asset"], r["year"]) == ("north", "mast", 2026)
    ]
    counted = sum(r["capex_million" if quantity == "capex" else "units"] for r in ordered)
    assert row["value"] == pytest.approx(counted, rel=1e-6)
    assert (row["status"], len(ordered)) == ("binding", 2)


def test_nothing_starts_in_a_year_that_is_past():
    none = np.zeros((2, 2, 1))
    facts = Actuals(2026, (2026,), none, none, np.full((2, 2, 1), np.nan), (), "")
    plans = portfolio(build_instance(tiny(projects=(CHEAP,), actuals=facts)))
    assert plans.starts.tolist() == [[0, 1]]


def changed_asset(**changes: Any) -> Scenario:
    return tiny(assets=(asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0], **changes), tiny().assets[1]))


def test_whole_modules_and_projects_go_together():
    """Masts in fives, and a project of 3 masts that is no whole module: the others stay whole."""
    small = project("small", "south", {"mast": 3.0}, capex_million=1.0)
    whole = changed_asset(module_units=5.0, integer=True)
    plan = solved(replace(whole, projects=(small,), gap=1e-4))
    assert set(taken(plan)) == {"small"}
    modules = [r["modules"] for r in plan.tables["orders"].records() if r["asset"] == "mast" and not r["project"]]
    assert np.allclose(modules, np.rint(modules))


def test_the_shipped_example_takes_the_trunk_and_the_campus_behind_it():
    """The park excludes the campus and needs less; masts are matched, and the price of an eligibility is paid."""
    plan = solved(read(Path(__file__).parents[2] / "configs" / "tiny" / "projects.yaml"))
    assert taken(plan) == {"trunk": 2026, "campus": 2026}
    status = {(row["kind"], row["status"]) for row in plan.tables["rules"].records() if row["kind"] != "bandwidth"}
    assert {("matching", "binding"), ("eligibility", "missed"), ("convergence", "kept")} <= status
