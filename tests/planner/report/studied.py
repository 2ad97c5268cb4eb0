"""Studies of the plan by hand, small enough to check in the head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.report.context import Context
from planner.report.language import Language
from planner.report.studies import Studies, Study
from tests.planner.report.by_hand import EN, small

# per cent, budget in billion, objective, marginal and difference per billion, network and compute in million
RUNGS = ((80.0, 6.4, 1.0, 0.02, None, 3000.0, 3000.0), (100.0, 8.0, 1.02, 0.01, 0.0125, 4000.0, 4000.0))
POINTS = ((0, 1.10, 0.0, 0.25, 0.40), (1, 1.09, 0.1, 0.28, 0.35), (2, 0.99, 0.2, 0.31, 0.30))


def rung(
    percent: float, billion: float, lower: float, marginal: float, difference: Any, network: float, compute: float
):
    """A rung that has a plan."""
    row = {
        "percent": percent,
        "budget_billion": billion,
        "status": "optimal",
        "lower": lower,
        "upper": lower + 1e-4,
        "gap": 1e-4,
        "innovation_last_year_index": lower + 0.3,
        "gini_last_year": 0.4,
        "capital_network_million": network,
        "capital_compute_million": compute,
        "marginal_per_billion": marginal,
        "why": "",
    }
    return row if difference is None else row | {"difference_per_billion": difference}


def without_plan(percent: float, status: str = "infeasible", why: str = "too little money") -> dict[str, Any]:
    """A rung that has none."""
    return {"percent": percent, "budget_billion": 0.08 * percent, "status": status, "why": why}


def ladder(*more: dict[str, Any]) -> Study:
    """80 and 100 %, and whatever else is asked."""
    rows = (*more, *(rung(*one) for one in RUNGS))
    bought = [
        _bought("A", "cable", 1000.0, 10.0, "km"),
        _bought("C", "node", 900.0, 3.0, "node"),
        _bought("B", "node", -900.0, -3.0, "node"),
    ]
    return Study("ladder", {"schema": "innocap.ladder/1", "id": "small", "next": bought}, rows)


def _bought(region: str, asset: str, million: float, units: float, unit: str) -> dict[str, Any]:
    step = {"from_percent": 80.0, "to_percent": 100.0, "region": region, "asset": asset}
    return step | {"more_capital_million": million, "more_units": units, "unit": unit}


def frontier(**summary: Any) -> Study:
    """Three points: the middle gives 0.1 log points for 1 % of the total, the end 0.2 for 10 %."""
    rows = tuple(
        {
            "point": float(at),
            "total_index": total,
            "worst_off_log": log,
            "worst_off_per_10k_people": level,
            "bound_total_index": total * 1.0001,
            "gini": gini,
            "divide_year": 2027,
            "capital_million": 8000.0,
            "capital_share_north": 0.5 - 0.1 * at,
            "capital_share_south": 0.5 + 0.1 * at,
        }
        for at, total, log, level, gini in POINTS
    )
    groups = {"capital_share_north": "North", "capital_share_south": "South"}
    told = {"schema": "innocap.frontier/1", "id": "small", "asked": {"regions": 1}, "groups": groups}
    return Study("frontier", told | summary, rows)


def alternatives() -> Study:
    """Network in the north is a decision, compute in the south a matter of choice."""
    rows = (
        _range("network", "north", 1.0, 3000.0, 2900.0, 3100.0),
        _range("compute", "south", 1.0, 5000.0, 1000.0, 6000.0),
        _range("network", "north", 5.0, 3000.0, 2000.0, 4000.0),
        _range("compute", "south", 5.0, 5000.0, 0.0, 7000.0),
    )
    regret = [
        _shared("group", "north", "cable", 20.0, 2000.0, 3000.0),
        _shared("region", "B", "cable", 15.0, 1500.0, 2000.0),
    ]
    return Study("alternatives", {"schema": "innocap.alternatives/1", "id": "small", "no_regret": regret}, rows)


def _range(what: str, group: str, margin: float, plan: float, least: float, most: float) -> dict[str, Any]:
    row = {"what": what, "group": group, "within_percent": margin, "plan_million": plan}
    return row | {"least_million": least, "most_million": most, "least_proven_million": least - 10.0}


def _shared(kind: str, place: str, asset: str, units: float, least: float, plan: float) -> dict[str, Any]:
    row = {"within_percent": 5.0, "place_kind": kind, "place": place, "asset": asset, "unit": "km", "plans": 9}
    money = {"least_million": least, "plan_million": plan, "share_of_plan": least / plan}
    return row | money | {"least_units": units, "plan_units": 30.0}


def sweep(*more: dict[str, Any]) -> Study:
    """Two rates and two budgets; the budget moves innovation by 0.2, the rate by 0.02."""
    rows = tuple(
        {
            "name": f"{at:03d}",
            "status": "optimal",
            "lower": 1.0,
            "gap": 1e-4,
            "discount_rate": rate,
            "scale.budgets": str(factor),
            "innovation_last_year_index": index,
            "gini_last_year": gini,
            "capital_network_million": 4000.0 * factor,
        }
        for at, (rate, factor, index, gini) in enumerate(
            (("3 %", 0.9, 1.30, 0.41), ("3 %", 1.1, 1.50, 0.39), ("8 %", 0.9, 1.28, 0.42), ("8 %", 1.1, 1.48, 0.40)), 1
        )
    )
    told = {"schema": "innocap.sweep/1", "id": "small", "parameters": ["discount_rate", "scale.budgets"]}
    return Study("sweep", told, (*rows, *more))


def studied(words: Language = EN, **studies: Study) -> Context:
    """The plan by hand with studies."""
    return replace(small(words), studies=Studies(**studies))
