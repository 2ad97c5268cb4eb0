"""Plan against fact: what drifted from an old plan in the years that are past, and what planning anew makes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.drift import tables
from planner.plan import Plan
from planner.scenario import Scenario
from planner.tables import Table

__all__ = ["Drift", "drift"]

SHOWN_PRICES = 10
SHOWN_RULES = 20


@dataclass(frozen=True)
class Drift:
    """Tables by name, units in their column names, and what drift.json says."""

    tables: Mapping[str, Table]
    summary: Mapping[str, Any]


def drift(scenario: Scenario, old: Plan, new: Plan, kept: tuple[float, float] | None = None) -> Drift:
    """The drift from `old` to `new`, the plan of the scenario with its facts, solved anew.

    kept: bounds of the objective if the years after the facts stay as planned; None where that breaks a limit.
    Bounds of the change: the optimum of either plan lies within its own bounds, so  lower(new) - upper(old) <= change
    <= upper(new) - lower(old); and alike for what planning anew gains over carrying on.
    """
    sections = (
        tables.money, tables.orders, tables.shifts, tables.budgets, tables.innovation, tables.divide, tables.prices,
    )  # fmt: skip
    found = {table.schema.name: table for table in (section(scenario, old, new) for section in sections)}
    assert scenario.actuals is not None
    summary = {
        "schema": "innocap.drift/1",
        "id": scenario.id,
        "title": scenario.title,
        "currency": scenario.currency,
        "facts": {"years": list(scenario.actuals.years), "until": scenario.actuals.until},
        "objective": _change(old.summary["bounds"], new.summary["bounds"], kept),
        "money_million": _money(found["drift"]),
        "innovation": [_pick(row, "year", "phase", "planned_innovation", "innovation", "change_percent")
                       for row in found["drift_innovation"].records() if row["region"] == ""],
        "gini": [_pick(row, "year", "phase", "planned_value", "value")
                 for row in found["drift_divide"].records() if row["indicator"] == "gini"],
        "shifts": [row for row in found["drift_shifts"].records() if row["region"] == ""],
        "exceeded_million": [
            _pick(row, "budget", "year", "phase", "exceeded_million")
            for row in found["drift_budgets"].records()
            if row["exceeded_million"] > max(row["planned_exceeded_million"], 0.0) + 1e-3
        ],
        "missed": _missed(old, new)[:SHOWN_RULES],
        "missed_count": len(_missed(old, new)),
        "prices_moved": _moved(found["drift_prices"]),
    }  # fmt: skip
    return Drift(found, summary)


def _change(old: Mapping[str, Any], new: Mapping[str, Any], kept: tuple[float, float] | None) -> dict[str, Any]:
    """Bounds of both plans, of the change between them, and of what planning anew gains; None where one is unknown."""
    planned, now = ((bounds["lower"], bounds["upper"]) for bounds in (old, new))
    as_planned = (None, None) if kept is None else tuple(x if math.isfinite(x) else None for x in kept)
    gain = _difference(as_planned, now)
    ends = {"planned": planned, "now": now, "change": _difference(planned, now), "as_planned": as_planned, "gain": gain}
    return {
        "unit": new["unit"],
        **{name: dict(zip(("lower", "upper"), pair, strict=True)) for name, pair in ends.items()},
    }


def _difference(
    first: tuple[float | None, ...], second: tuple[float | None, ...]
) -> tuple[float, float] | tuple[None, None]:
    """Bounds of second - first."""
    (low, high), (least, most) = first, second
    if low is None or high is None or least is None or most is None:
        return None, None
    return least - high, most - low


def _money(found: Table) -> list[dict[str, Any]]:
    nation = [row for row in found.records() if row["dimension"] == "nation"]
    names = ("year", "phase", "planned_capex_million", "capex_million", "planned_upkeep_million", "upkeep_million")
    return [_pick(row, *names) for row in nation]


def _missed(old: Plan, new: Plan) -> list[dict[str, Any]]:
    """Rules that are missed now and were not, or not by as much; first those missed by the largest part."""
    keys = ("rule", "kind", "region", "asset", "year", "phase")
    before = {tuple(row[k] for k in keys): row["shortfall"] for row in old.tables["rules"].records()}
    rows = [row for row in new.tables["rules"].records() if row["status"] == "missed"]
    grown = [row for row in rows if row["shortfall"] > 1.000001 * before.get(tuple(row[k] for k in keys), 0.0)]
    grown.sort(key=lambda row: -row["shortfall"] / max(abs(row["value"]), abs(row["limit"])))
    return [_pick(row, *keys, "value", "limit", "shortfall", "unit") for row in grown]


def _moved(found: Table) -> list[dict[str, Any]]:
    """Prices that moved most: of budgets, then of rules, the largest first."""
    rows = [row for row in found.records() if row["change_price"]]
    kinds = [[row for row in rows if (row["kind"] == "budget") is wanted] for wanted in (True, False)]
    return [row for found in kinds for row in found[:SHOWN_PRICES]]


def _pick(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
