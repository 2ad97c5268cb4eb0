"""Rules that facts have broken, as the table of rules says it: how far from its limit each was missed."""

from __future__ import annotations

from typing import Any

from planner.scenario import Scenario
from planner.tables import Table

TIGHT = 1e-6


def missed_in_fact(scenario: Scenario, rules: Table) -> Table:
    """The table with the shortfall of every hard row whose value lies beyond its limit; without facts there is none."""
    if scenario.actuals is None:
        return rules
    floors = {rule.id for rule in scenario.rules if rule.sense == "floor"} | {p.id for p in scenario.projects if p.must}
    rows = []
    for row in rules.records():
        short = _beyond(row, row["rule"] in floors)
        if row["shortfall"] == 0 and short > TIGHT * max(1.0, abs(row["limit"])):
            row |= {"shortfall": short, "status": "missed"}
        rows.append(tuple(row.values()))
    return Table(rules.schema, tuple(rows))


def _beyond(row: dict[str, Any], floor: bool) -> float:
    return float(row["limit"] - row["value"] if floor else row["value"] - row["limit"])
