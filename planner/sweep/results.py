"""What a sweep found: one row per scenario, as CSV, JSON and a short table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.sweep.cases import Sweep

Row = Mapping[str, Any]
FIRST = ("status", "lower", "upper", "gap", "innovation_last_year_index", "gini_last_year")
LAST = ("cpu_seconds", "why")
SHOWN = 30


def in_order(sweep: Sweep, found: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows in the order of the sweep, with the values of their parameters."""
    by_name = {row["name"]: row for row in found}
    return [{**by_name[c.name], **c.values} for c in sweep.cases if c.name in by_name]


def columns(sweep: Sweep, rows: Sequence[Row]) -> list[str]:
    """Names of the columns: the scenario, its parameters, bounds, figures, capital by class, time, why not."""
    capital = dict.fromkeys(key for row in rows for key in row if key.startswith("capital_"))
    return ["name", *sweep.parameters, *FIRST, *capital, *LAST]


def summary(sweep: Sweep, rows: Sequence[Row], seconds: float) -> dict[str, Any]:
    """What sweep.json holds."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    return {
        "schema": "innocap.sweep/1",
        "plan": str(sweep.config),
        "parameters": list(sweep.parameters),
        "scenarios": len(sweep.cases),
        "statuses": counts,
        "seconds": round(seconds, 1),
        "rows": [dict(row) for row in rows],
    }


def table(sweep: Sweep, rows: Sequence[Row]) -> list[str]:
    """A short table: at most `SHOWN` rows, each with its parameters."""
    heads = ["scenario", *(p.split(".", 1)[-1][-24:] for p in sweep.parameters), "status", "innovation", "gap", "Gini"]
    body = [_cells(sweep, row) for row in rows[:SHOWN]]
    widths = [max(len(line[at]) for line in (heads, *body)) for at in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (heads, *body)]
    more = [f"and {len(rows) - SHOWN} more in sweep.csv"] if len(rows) > SHOWN else []
    return [line.rstrip() for line in lines] + more


def _cells(sweep: Sweep, row: Row) -> list[str]:
    values = [str(row.get(p, "-"))[:24] for p in sweep.parameters]
    if row.get("lower") is None:
        return [row["name"], *values, row["status"], "-", "-", "-"]
    index = f"{row['innovation_last_year_index']:.4f}"
    gap = "-" if row["gap"] is None else f"{row['gap']:.0e}"
    return [row["name"], *values, row["status"], index, gap, f"{row['gini_last_year']:.4f}"]
