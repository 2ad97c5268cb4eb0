"""Facts by hand: what a plan ordered, or more, or less, or dearer, frozen up to a year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.plan import Plan
from planner.scenario import Actuals, Scenario
from planner.solving import solve
from planner.verify import verify


def no_facts(scenario: Scenario, until: int, **changes: Any) -> Actuals:
    """Nothing ordered, nothing counted, up to a year."""
    years = tuple(year for year in scenario.years if year <= until)
    shape = (len(scenario.regions), len(scenario.assets), len(years))
    plain = Actuals(until, years, np.zeros(shape), np.zeros(shape), np.full(shape, np.nan), (), "by hand")
    return replace(plain, **changes)


def facts_of(scenario: Scenario, plan: Plan, until: int, units: float = 1.0, paid: float = 1.0) -> Actuals:
    """What a plan ordered up to a year times `units`, for its money times `paid`."""
    found = no_facts(scenario, until)
    where = [[x.id for x in scenario.regions], [x.id for x in scenario.assets], list(found.years)]
    for row in plan.tables["orders"].records():
        if row["year"] <= until:
            cell = tuple(axis.index(row[key]) for axis, key in zip(where, ("region", "asset", "year"), strict=True))
            found.units_ordered[cell] += units * row["units"]
            found.capex_million[cell] += paid * row["capex_million"]
    return found


def with_facts(scenario: Scenario, actuals: Actuals) -> Scenario:
    return replace(scenario, actuals=actuals)


def verified(scenario: Scenario) -> Plan:
    """The plan of a scenario; it keeps its promises."""
    plan = solve(scenario)
    assert [check.message for check in verify(scenario, plan).checks if not check.passed] == []
    return plan


def value(plan: Plan) -> float:
    return float(plan.summary["bounds"]["lower"])


def row(plan: Plan, table: str, **where: Any) -> dict[str, Any]:
    """The one row of a table that matches."""
    found = [r for r in plan.tables[table].records() if all(r[key] == wanted for key, wanted in where.items())]
    assert len(found) == 1, found
    return found[0]
