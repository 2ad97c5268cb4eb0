"""Every promise of the tables, broken one at a time, is found by name and place."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.plan import Plan
from planner.scenario import Scenario
from planner.tables import SCHEMAS
from planner.verify import CHECKS, verify
from tests.planner.verify_cases import (
    changed,
    problems,
    rewarded,
    rewarded_plan,
    rich,
    rich_plan,
    ruled,
    ruled_plan,
    with_rows,
)

NORTH_MAST = {"region": "north", "asset": "mast", "year": 2027}
BY_TWO = functools.partial(lambda factor, value: value * factor, 1.001)
MORE = functools.partial(lambda step, value: value + step, 5.0)

OPERATION = {"budget": "operation"}

CELLS = [
    ("orders", "units", BY_TWO, {"asset": "mast"}, "orders are modules", "orders.csv: north, mast"),
    ("orders", "modules", BY_TWO, {"asset": "mast"}, "orders are modules", "orders.csv: north, mast"),
    ("orders", "in_service_year", lambda year: year + 1, {}, "orders serve after their lead", "orders.csv: north"),
    ("orders", "in_service_year", lambda year: year + 50, {}, "orders serve in time", "orders.csv: north"),
    ("orders", "capex_million", BY_TWO, {"asset": "mast"}, "orders cost their price", "orders.csv: north, mast"),
    ("orders", "unit", lambda _: "tower", {"asset": "mast"}, "units are named", "orders.csv: north, mast"),
    ("stocks", "units", BY_TWO, NORTH_MAST, "stock is what survives", "stocks.csv: north, mast, 2027"),
    ("stocks", "base_units", BY_TWO, NORTH_MAST, "base stock dies", "stocks.csv: north, mast, 2027"),
    ("stocks", "energy_gwh", BY_TWO, {"asset": "server"}, "stock draws energy", "stocks.csv: north, server, 2025"),
    ("stocks", "staff_fte", BY_TWO, {"asset": "server"}, "stock needs staff", "stocks.csv: north, server, 2025"),
    ("spending", "capex_million", MORE, NORTH_MAST, "capex is spent on orders", "spending.csv: north, mast, 2027"),
    ("spending", "opex_million", BY_TWO, NORTH_MAST, "opex is spent on stock", "spending.csv: north, mast, 2027"),
    ("spending", "energy_million", BY_TWO, {"asset": "server"}, "energy is paid by tariff", "north, server"),
    ("budgets", "limit_million", MORE, {}, "budget limits are granted", "budgets.csv: programme, 2026"),
    ("budgets", "spent_million", MORE, {"year": 2027}, "budgets count spending", "budgets.csv: programme, 2027"),
    ("budgets", "carried_in_million", MORE, {"year": 2027}, "budgets carry with interest", "programme, 2027"),
    ("budgets", "carried_out_million", MORE, OPERATION, "only carrying budgets leave money", "operation, 2026"),
    ("budgets", "exceeded_million", MORE, {"budget": "operation"}, "only soft budgets are exceeded", "operation, 2026"),
    ("budgets", "exceeded_million", lambda _: 0.0, {"budget": "masts"}, "spending is within budget", "masts, 2026"),
    ("demand", "demand_eflops", BY_TWO, {}, "demand follows drivers", "demand.csv: north, near, 2026"),
    ("demand", "served_eflops", BY_TWO, {}, "demand is served or unmet", "demand.csv: north, near, 2026"),
    ("demand", "unmet_eflops", lambda _: -1.0, {}, "numbers are sound", "demand.csv: north, near, 2026"),
    ("demand", "unmet_eflops", lambda _: math.nan, {}, "numbers are sound", "demand.csv: north, near, 2026"),
    ("flows", "flow_eflops", BY_TWO, {"host": "north"}, "flows make up what is served", "demand.csv: north"),
    ("flows", "delay_ms", BY_TWO, {}, "flows have their delay", "flows.csv: north"),
    ("flows", "traffic_gbps_km", MORE, {}, "flows need traffic", "flows.csv: north"),
    ("work", "busy_units", BY_TWO, {}, "work delivers by capability", "work.csv: north, server"),
    ("work", "capacity_eflops", BY_TWO, {}, "work delivers by capability", "work.csv: north, server"),
    ("factors", "level", lambda x: x * 1.001, {"year": 2025}, "levels are supplied", "north, network, 2025"),
    ("factors", "level", lambda x: x * 0.999, {"year": 2025}, "levels start at the base", "north, network, 2025"),
    ("factors", "ratio", BY_TWO, {"year": 2027}, "ratios follow levels", "factors.csv: north, network, 2027"),
    ("innovation", "index", BY_TWO, {"year": 2027}, "index follows ratios", "innovation.csv: north, 2027"),
    ("innovation", "innovation", BY_TWO, {"year": 2027}, "innovation follows index", "innovation.csv: north, 2027"),
    ("innovation", "per_10k_people", BY_TWO, {"year": 2027}, "innovation is per head", "innovation.csv: north, 2027"),
    ("innovation", "without_plan", BY_TWO, {"year": 2027}, "without plan nothing is ordered", "north, 2027"),
    ("divide", "value", MORE, {"year": 2027}, "divide is measured", "divide.csv: gini, 2027"),
    ("divide", "without_plan", MORE, {"year": 2027}, "divide without plan is measured", "divide.csv: gini, 2027"),
    ("rules", "value", MORE, {"rule": "slowly"}, "rules show their value", "rules.csv: slowly, north, server, 2026"),
    ("rules", "limit", MORE, {"rule": "staff_is_enough"}, "rules show their limit", "staff_is_enough, north"),
    ("rules", "shortfall", MORE, {"rule": "staff_is_enough"}, "only soft rules fall short", "staff_is_enough"),
    ("rules", "shortfall", lambda _: 0.0, {"rule": "dream"}, "floors are reached", "rules.csv: dream, nation, 2027"),
    ("rules", "shortfall", BY_TWO, {"rule": "dream"}, "shortfalls are what is missing", "dream, nation, 2027"),
    ("rules", "status", lambda _: "missed", {}, "rules show their status", "rules.csv: masts_per_head, north, 2026"),
    ("rules", "status", lambda _: "kept", {"rule": "dream"}, "rules show their status", "dream, nation, 2027"),
    ("rules", "unit", lambda _: "GWh", {}, "rules show their unit", "rules.csv: masts_per_head, north, 2026"),
    ("factors", "unit", lambda _: "GWh", {}, "units are named", "factors.csv: north, network, 2025"),
    ("rules", "price", lambda _: -1.0, {"rule": "slowly"}, "rule prices are gains", "slowly, north, server"),
    ("rules", "price", lambda _: 1.0, {"kind": "staff", "status": "kept"}, "rule prices are of what binds", "staff"),
    ("budgets", "price_per_billion", lambda _: -1.0, {}, "budget prices are gains", "budgets.csv: programme, 2026"),
    ("capability", "sustained_fraction", BY_TWO, {}, "capability is that of the machines", "server, near"),
    ("assumptions", "value", MORE, {}, "assumptions are those of the config", "assumptions.csv"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "column", "change", "where", "check", "place"), CELLS, ids=[f"{c[0]}.{c[1]}-{c[4]}" for c in CELLS]
)
def test_a_changed_cell_is_found(name: str, column: str, change: Any, where: Any, check: str, place: str):
    verdict = verify(rich(), changed(rich_plan(), name, column, change, **where))
    broken = {found.name: found for found in verdict.checks if not found.passed}
    assert check in broken, list(broken)
    assert place in broken[check].place
    assert broken[check].message


ROWS = [
    ("stocks", lambda rows: rows[1:], "rows are complete", "stocks.csv: north, mast, 2025, base is missing"),
    ("rules", lambda rows: rows[:-1], "rows are complete", "bandwidth, south, 2032, tail is missing"),
    ("innovation", lambda rows: [*rows, rows[0]], "rows are single", "innovation.csv: north, 2025, base"),
    ("flows", lambda rows: [*rows, rows[0]], "rows are single", "flows.csv: north"),
    ("orders", lambda rows: [("west", *rows[0][1:]), *rows], "ids are known", "orders.csv: west"),
    ("stocks", lambda rows: [(*rows[0][:3], "tail", *rows[0][4:]), *rows[1:]], "ids are known", "2025, tail"),
    ("work", lambda rows: [(rows[0][0], "mast", *rows[0][2:]), *rows], "ids are known", "work.csv: north, mast"),
    ("orders", lambda rows: [(*rows[0][:2], 2030, *rows[0][3:]), *rows[1:]], "ids are known", "2030"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "check", "told"), ROWS, ids=[f"{r[0]}-{r[2]}" for r in ROWS])
def test_a_row_too_few_or_too_many_is_found_before_anything_is_computed(name: str, change: Any, check: str, told: str):
    verdict = verify(rich(), with_rows(rich_plan(), name, change))
    assert verdict.broken is not None
    assert verdict.broken.name == check
    assert told.split(" is ")[0] in verdict.broken.message
    assert len(verdict.checks) < len(CHECKS)


def test_an_unknown_id_is_named():
    plan = with_rows(rich_plan(), "orders", lambda rows: [("west", *rows[0][1:]), *rows])
    assert "region 'west' is not in the scenario" in problems(verify(rich(), plan))[0]


def test_an_order_left_out_breaks_stock_and_spending():
    plan = with_rows(rich_plan(), "orders", lambda rows: rows[1:])
    broken = {check.name for check in verify(rich(), plan).checks if not check.passed}
    assert {"stock is what survives", "capex is spent on orders"} <= broken


def test_a_flow_from_beyond_its_delay_limit_is_found():
    plan = rich_plan()
    row = next(row for row in plan.tables["flows"].rows if row[2] == "near")
    far = ("south" if row[0] == "north" else "north", *row[1:])
    verdict = verify(rich(), with_rows(plan, "flows", lambda rows: [*rows, (*far[:5], 1e-3, 3.93, 0.0)]))
    found = next(check for check in verdict.checks if check.name == "flows are near enough")
    assert not found.passed
    assert (found.found, found.expected) == pytest.approx((3.93, 2.0))
    assert found.message.startswith(
        f"flows.csv: {far[0]}, {far[1]}, near, 2026: delay_ms is 3.93, expected at most 2, "
    )


def test_machines_cannot_be_busier_than_they_are_many():
    plan = rich_plan()
    for at in range(len(plan.tables["work"].rows)):
        row = plan.tables["work"].rows[at]
        busy = (*row[:5], row[5] * 50, row[6] * 50)
        verdict = verify(
            rich(), with_rows(plan, "work", lambda rows, at=at, busy=busy: [*rows[:at], busy, *rows[at + 1 :]])
        )
        assert "machines work within stock" in {check.name for check in verdict.checks if not check.passed}


def test_machines_cannot_deliver_more_than_their_work():
    half = [(*row[:5], row[5] / 2, row[6] / 2) for row in rich_plan().tables["work"].rows]
    verdict = verify(rich(), with_rows(rich_plan(), "work", lambda _: half))
    assert {check.name for check in verdict.checks if not check.passed} == {"flows come from machines at work"}


FREE = {
    ("rules", "price"), ("budgets", "price_per_billion"), ("budgets", "carried_out_million"),
    ("assumptions", "low"), ("assumptions", "high"),
}  # fmt: skip
NUMERIC = [
    (s.name, at)
    for s in SCHEMAS
    for at, c in enumerate(s.columns)
    if c.type is not str and (s.name, c.name) not in FREE
]


def held(table: str) -> tuple[Scenario, Plan]:
    """A scenario and its plan with rows in the table."""
    if table == "thresholds":
        return rewarded(), rewarded_plan()
    return (ruled(), ruled_plan()) if table == "projects" else (rich(), rich_plan())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_number_that_is_changed_is_found(data: st.DataObject):
    name, at = data.draw(st.sampled_from(NUMERIC))
    scenario, plan = held(name)
    rows = list(plan.tables[name].rows)
    which = data.draw(st.integers(0, len(rows) - 1))
    factor = data.draw(st.sampled_from([0.0, 0.5, 0.99, 1.01, 2.0, -1.0]))
    old = rows[which][at]
    new = old + 1 if isinstance(old, int) else old * factor
    if abs(new - old) < 0.01:
        new = old + 1.0
    rows[which] = (*rows[which][:at], new, *rows[which][at + 1 :])
    assert not verify(scenario, with_rows(plan, name, lambda _: rows)).passed
