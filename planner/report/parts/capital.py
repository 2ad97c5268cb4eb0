"""Money by asset class of one solved scenario, as rows of a ladder or a sweep tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from planner.report.blocks import Column, Panel
from planner.report.charts import bars
from planner.report.context import Context, Row, class_name
from planner.report.panels import HALF, half


def solved(rows: Sequence[Row]) -> list[Row]:
    """Rows that have a plan."""
    return [row for row in rows if row.get("lower") is not None]


def classes(ctx: Context, rows: Sequence[Row]) -> tuple[str, ...]:
    """Asset classes of which the rows tell the money."""
    return tuple(c for c in ctx.classes if any(key(c) in row for row in rows))


def key(asset_class: str) -> str:
    """Name of the field of a row that holds the money of a class, in million."""
    return f"capital_{asset_class}_million"


def columns(ctx: Context, rows: Sequence[Row]) -> list[Column]:
    """A column per class."""
    return [Column(class_name(ctx, c), ctx.money_measure) for c in classes(ctx, rows)]


def panel(ctx: Context, row: Row, rows: Sequence[Row]) -> Panel:
    """Bars of money by class, on an axis that all `rows` share."""
    found = classes(ctx, rows)
    most = max(float(one.get(key(c)) or 0.0) for one in rows for c in found)
    drawn = [
        {
            "y": class_name(ctx, c),
            "series": class_name(ctx, c),
            "value": ctx.words.money_value(float(row.get(key(c)) or 0.0)),
            "label": f"{class_name(ctx, c)}: {ctx.money(float(row.get(key(c)) or 0.0))}",
        }
        for c in found
    ]
    scale = [(class_name(ctx, c), ctx.colours[c]) for c in found]
    title = ctx.words.say("capital-by-class", unit=ctx.money_unit)
    shown = half(bars(drawn, scale, "", HALF), title, title)
    return replace(shown, spec=_within(shown.spec, ctx.words.money_value(most)))


def _within(spec: Mapping[str, Any], most: float) -> dict[str, Any]:
    """The bars with a value axis from 0 to `most`."""
    encoding = spec["encoding"]
    across = {**encoding["x"], "scale": {"domain": [0, most or 1.0], "nice": False}}
    return {**spec, "encoding": {**encoding, "x": across}}
