"""Panels that know the plan's names: a drawing for wide and narrow screens, and maps of the regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from planner.report.blocks import Panel
from planner.report.charts import bars, tiles
from planner.report.context import Context, region_name, short_name
from planner.report.drawing import svg

if TYPE_CHECKING:
    import altair as alt

WIDE, NARROW, HALF = 860, 345, 420


def both(draw: Callable[[int], alt.TopLevelMixin], alt_text: str, title: str = "") -> Panel:
    """The same drawing for a wide and a narrow screen."""
    return Panel(svg(draw(WIDE), alt_text), svg(draw(NARROW), alt_text), title)


def half(chart: alt.TopLevelMixin, alt_text: str, title: str = "") -> Panel:
    """One of several panels side by side."""
    return Panel(svg(chart, alt_text), title=title)


def region_map(
    ctx: Context, values: Mapping[str, float], show: Callable[[float], str], unit: str, colour: str, title: str = ""
) -> Panel:
    """Tiles, one per region, shaded and labelled; bars where a region has no tile."""
    alt_text = f"{title or 'Map'}: {unit} by region"
    if not all(region.get("tile") for region in ctx.regions.values()):
        return _ranking(ctx, values, show, unit, colour, title)
    drawn = [
        {
            "col": int(region["tile"][0]),
            "row": int(region["tile"][1]),
            "name": short_name(ctx, rid),
            "value": max(values.get(rid, 0.0), 0.0),
            "text": show(values.get(rid, 0.0)),
            "label": f"{region_name(ctx, rid)}: {show(values.get(rid, 0.0))} {unit}",
        }
        for rid, region in ctx.regions.items()
    ]
    return half(tiles(drawn, colour, HALF), alt_text, title)


def _ranking(
    ctx: Context, values: Mapping[str, float], show: Callable[[float], str], unit: str, colour: str, title: str
) -> Panel:
    order = sorted(ctx.regions, key=lambda rid: -values.get(rid, 0.0))
    drawn = [
        {
            "y": region_name(ctx, rid),
            "series": "value",
            "value": values.get(rid, 0.0),
            "label": f"{region_name(ctx, rid)}: {show(values.get(rid, 0.0))} {unit}",
        }
        for rid in order
    ]
    return half(bars(drawn, [("value", colour)], unit, HALF, step=20), f"{title}: {unit} by region", title)
