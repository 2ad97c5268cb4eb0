"""The verifier against plans that bend facts: every way of doing so is named."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.plan import Plan
from planner.scenario import Booked, Scenario
from planner.solving import solve
from planner.verify import facts, verify
from planner.verify.alone import is_settled, standing
from planner.verify.given import given as read_again
from planner.verify.told import Told
from tests.planner.fact_cases import facts_of, with_facts
from tests.planner.verify_cases import SERVERS, changed, problems, rich, rule

NAMES = {check.__name__.replace("_", " ") for check in facts.CHECKS}


@functools.cache
def frozen() -> tuple[Scenario, Plan]:
    """Two fifths more masts and servers than planned in 2026, all dearer; one stock counted; upkeep booked."""
    scenario = rich()
    found = facts_of(scenario, solve(scenario), 2026, 1.4, 1.5)
    seen = found.units_standing.copy()
    seen[0, 0, 0] = 14000.0
    booked = (Booked("operation", 2026, 900.0, 700.0),)
    again = with_facts(scenario, replace(found, units_standing=seen, upkeep=booked))
    return again, solve(again)


def broken(plan: Plan) -> set[str]:
    return {check.name for check in verify(frozen()[0], plan).checks if not check.passed}


def test_the_plan_holds_and_every_check_has_something_to_look_at():
    scenario, plan = frozen()
    verdict = verify(scenario, plan)
    assert problems(verdict) == []
    assert {check.name for check in verdict.checks if check.name in NAMES and check.rows} == NAMES


def test_without_facts_the_checks_look_at_nothing():
    scenario = rich()
    assert {check.rows for check in verify(scenario, solve(scenario)).checks if check.name in NAMES} == {0}


def more(amount: float) -> Any:
    return lambda x: x + amount


@pytest.mark.parametrize(
    ("table", "column", "change", "where", "name"),
    [
        ("orders", "units", lambda x: 1.01 * x, {"year": 2026, "asset": "mast"}, "facts are ordered"),
        ("orders", "capex_million", lambda x: 0.99 * x, {"year": 2026, "asset": "server"}, "facts are paid"),
        ("stocks", "units", more(1000.0), {"region": "north", "asset": "mast", "year": 2026}, "counted stocks stand"),
        ("stocks", "units", more(1e4), {"region": "south", "asset": "mast", "year": 2027}, "stock is what survives"),
        ("budgets", "carried_out_million", more(50.0), {"budget": "programme", "year": 2026},
         "frozen years hand on what is left"),
        ("budgets", "exceeded_million", more(-50.0), {"budget": "programme", "year": 2026},
         "frozen years hand on what is left"),
        ("budgets", "spent_million", more(-50.0), {"budget": "operation", "year": 2026}, "budgets count spending"),
        ("budgets", "exceeded_million", more(50.0), {"budget": "programme", "year": 2027}, "only facts exceed budgets"),
        ("budgets", "exceeded_million", more(50.0), {"budget": "operation", "phase": "tail"},
         "only facts exceed budgets"),
        ("rules", "shortfall", more(5000.0), {"rule": "spread", "year": 2027}, "only facts break rules"),
        ("rules", "shortfall", more(5000.0), {"rule": "slowly", "year": 2026, "status": "missed"},
         "hard shortfalls are what is missing"),
        ("rules", "shortfall", lambda _: 0.0, {"rule": "slowly", "year": 2026, "status": "missed"},
         "hard shortfalls are what is missing"),
    ],
)  # fmt: skip
def test_a_fact_that_is_bent_is_named(table, column, change, where, name):
    plan = changed(frozen()[1], table, column, change, **where)
    assert name in broken(plan)


def test_an_order_left_out_is_named():
    scenario, plan = frozen()
    shown = plan.tables["orders"]
    rows = tuple(
        row for row in shown.records() if (row["region"], row["asset"], row["year"]) != ("north", "mast", 2026)
    )
    short = replace(shown, rows=tuple(tuple(row.values()) for row in rows))
    assert "facts are ordered" in broken(replace(plan, tables={**plan.tables, "orders": short}))
    message = next(c.message for c in verify(scenario, replace(plan, tables={**plan.tables, "orders": short})).checks
                   if c.name == "facts are ordered")  # fmt: skip
    assert "north, mast, 2026" in message


@pytest.mark.parametrize(("lead", "year", "settled"), [(0, 2027, False), (1, 2027, True), (0, 2026, True)])
def test_stocks_of_facts_are_settled_until_their_lead_time_is_over(lead, year, settled):
    scenario, _ = frozen()
    late = tuple(replace(a, lead_years=replace(a.lead_years, value=float(lead))) for a in scenario.assets)
    now = read_again(replace(scenario, assets=late))
    assert is_settled(now, rule("some", "floor", "stock", 1.0, SERVERS), year) is settled
    assert is_settled(now, rule("some", "floor", "order", 1.0, SERVERS), year) is (year == 2026)


def test_what_stands_alone_is_what_stands_in_the_frozen_years():
    scenario, plan = frozen()
    now = read_again(scenario)
    stands = Told(plan, now).array("stocks", "units")
    np.testing.assert_allclose(standing(now)[:, :, :2], stands[:, :, :2], rtol=1e-9)
    assert (standing(now) <= stands + 1e-6).all()
