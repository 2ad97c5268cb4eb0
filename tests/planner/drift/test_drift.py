"""Drift of plans whose facts are known: nothing where facts are the plan, and by hand where they are not."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from planner.drift import Drift, drift
from planner.drift.carry_on import carried_on
from planner.drift.words import lines
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solving import problem_of, solve
from planner.tables import to_csv
from tests.planner.fact_cases import facts_of, no_facts, value, verified, with_facts
from tests.planner.toys import given, tiny, trading
from tests.planner.verify_cases import rich

NAMES = {"drift"} | {f"drift_{x}" for x in ("orders", "shifts", "budgets", "innovation", "divide", "prices")}


def drifted(scenario: Scenario, old: Plan, **changes: float) -> tuple[Scenario, Plan, Drift]:
    again = with_facts(scenario, facts_of(scenario, old, 2026, **changes))
    new = verified(again)
    kept = carried_on(problem_of(again), old)
    return again, new, drift(again, old, new, None if kept is None else (kept.lower, kept.upper))


def records(found: Drift, table: str, **where: Any) -> list[dict[str, Any]]:
    return [row for row in found.tables[table].records() if all(row[key] == wanted for key, wanted in where.items())]


@pytest.mark.parametrize("scenario", [tiny(gap=1e-8), trading(), rich()], ids=["tiny", "trading", "rich"])
def test_facts_that_are_the_plan_have_not_drifted(scenario):
    old = solve(scenario)
    _, new, found = drifted(scenario, old)
    facts = [row for table in ("drift", "drift_orders") for row in records(found, table, phase="fact")]
    assert all(row["change_capex_million"] == pytest.approx(0.0, abs=1e-6) for row in facts)
    assert all(row.get("change_units", 0.0) == pytest.approx(0.0, abs=1e-6) for row in facts)
    assert value(new) == pytest.approx(value(old), abs=scenario.gap)
    for name in ("change", "gain"):
        ends = found.summary["objective"][name]
        assert ends["lower"] <= 1e-12
        assert ends["upper"] >= -1e-12
        assert ends["upper"] - ends["lower"] <= 2 * scenario.gap + 1e-12
    assert found.summary["exceeded_million"] == []


def test_the_drift_of_the_tiny_case_by_hand():
    """Half of what was planned for 2026 was ordered, for 0.8 of the money; both years stand alone, so 2027 stays.

    The year loses weight * (beta sum) * ln 2 = 0.4 ln 2 / (1 + 1 / 1.05).
    """
    scenario = tiny(gap=1e-8)
    old = solve(scenario)
    _, _, found = drifted(scenario, old, units=0.5, paid=0.8)
    (nation,) = records(found, "drift", dimension="nation", year=2026)
    assert (nation["planned_capex_million"], nation["capex_million"]) == pytest.approx((100.0, 80.0), rel=1e-3)
    (north,) = records(found, "drift_orders", region="north", asset="mast", year=2026)
    assert (north["planned_units"], north["units"]) == pytest.approx((28.125, 14.0625), rel=1e-2)
    assert north["phase"] == "fact"
    (kept,) = records(found, "drift_budgets", year=2027)
    assert kept["change_spent_million"] == pytest.approx(0.0, abs=1e-4)
    lost = 0.4 * 0.6931471805599453 / (1 + 1 / 1.05)
    change = found.summary["objective"]["change"]
    assert change["lower"] <= -lost + 1e-6
    assert change["upper"] >= -lost - 1e-6
    (year,) = [row for row in found.summary["innovation"] if row["year"] == 2026]
    assert year["change_percent"] == pytest.approx(100 * (0.5**0.4 - 1), rel=1e-6)


def test_money_adds_up_in_every_dimension():
    scenario = rich()
    again, new, found = drifted(scenario, solve(scenario), units=0.7, paid=0.9)
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for row in records(found, "drift"):
        sums[row["dimension"], row["year"]] += row["capex_million"]
    for year in again.years:
        paid = sum(row["capex_million"] for row in new.tables["orders"].records() if row["year"] == year)
        for dimension in ("nation", "region", "class", "asset"):
            assert sums[dimension, year] == pytest.approx(paid, abs=1e-6), dimension


def test_planning_anew_is_never_worse_than_carrying_on():
    scenario = rich()
    _, _, found = drifted(scenario, solve(scenario), units=0.4, paid=0.4)
    assert found.summary["objective"]["gain"]["upper"] >= -1e-9


def test_carrying_on_may_be_impossible():
    """All was ordered in 2026 out of a total; the orders of 2027 that were planned cannot be paid any more."""
    total = replace(tiny().budgets[0], period="total", limits=(200.0,))
    scenario = tiny(budgets=(total,), gap=1e-6)
    old = solve(scenario)
    facts = facts_of(scenario, old, 2026, paid=1.5)
    again = with_facts(scenario, facts)
    assert carried_on(problem_of(again), old) is None
    told = "\n".join(lines(drift(again, old, verified(again))))
    assert "carrying on as planned: not possible, it breaks a limit" in told


def test_carrying_on_keeps_the_orders_of_the_old_plan():
    scenario = trading()
    old = solve(scenario)
    again = with_facts(scenario, facts_of(scenario, old, 2026, units=0.8, paid=0.8))
    problem = problem_of(again)
    kept = carried_on(problem, old)
    orders = kept.values[problem.program.variables["order"].indices]
    planned = facts_of(scenario, old, 2027).units_ordered / problem.instance.module[None, :, None]
    assert orders[:, :, 1] == pytest.approx(planned[:, :, 1], rel=1e-5)
    assert orders[:, :, 0] == pytest.approx(0.8 * planned[:, :, 0], rel=1e-9)


def test_prices_are_of_years_that_are_not_fact_and_come_by_what_they_are_worth():
    scenario = rich()
    _, _, found = drifted(scenario, solve(scenario), units=0.4, paid=0.9)
    rows = records(found, "drift_prices")
    assert rows
    assert 2026 not in {row["year"] for row in rows}
    kinds = [row["kind"] == "budget" for row in rows]
    assert kinds == sorted(kinds, reverse=True)
    assert all(row["planned_price"] or row["price"] for row in rows)


def test_what_facts_broke_is_told():
    scenario = rich()
    _, new, found = drifted(scenario, solve(scenario), units=3.0, paid=3.0)
    assert {row["budget"] for row in found.summary["exceeded_million"]} >= {"programme"}
    missed = [row for row in new.tables["rules"].records() if row["status"] == "missed" and row["rule"] != "dream"]
    assert found.summary["missed_count"] == len(missed) > 0
    told = "\n".join(lines(found))
    assert "exceeded: budget programme, 2026" in told
    assert f"missed: {missed[0]['kind']} {missed[0]['rule']}" in told


def test_tables_and_columns_carry_units():
    scenario = trading()
    _, _, found = drifted(scenario, solve(scenario), units=0.9)
    assert set(found.tables) == NAMES
    for shown in found.tables.values():
        header, *rows = list(csv.reader(io.StringIO(to_csv(shown))))
        assert rows
        for name in header:
            plain = name in (
                "dimension",
                "id",
                "region",
                "asset",
                "class",
                "year",
                "phase",
                "budget",
                "indicator",
                "kind",
            )
            measured = name.endswith(("_million", "_units", "_percent", "units")) or "unit" in header
            assert plain or measured, name


def test_the_words_show_every_part():
    scenario = trading(base_year=2025)
    _, _, found = drifted(scenario, solve(scenario), units=0.5, paid=1.0)
    told = "\n".join(lines(found))
    heads = ("facts of 2026 ", "capex, million CNY", "ordered", "planned anew", "gini now", "prices that moved most")
    for word in (*heads, "against the old plan", "carrying on as planned"):
        assert word in told, word
    assert "-50.0 %" in told


def test_nothing_ordered_at_all_is_a_drift_too():
    scenario = tiny(floor_share=given(0.05))
    old = solve(scenario)
    again = with_facts(scenario, no_facts(scenario, 2026))
    found = drift(again, old, verified(again))
    assert {row["units"] for row in records(found, "drift_orders", phase="fact")} == {0.0}
    assert "-100.0 %" in "\n".join(lines(found))
