"""Panels that know the plan's names: maps of the regions, as tiles, as bars where a region has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from planner.report.blocks import Panel
from planner.report.charts import bars, shapes, tiles
from planner.report.context import Context, region_name, short_name
from planner.report.outline import WIDTH, Outline, middle

if TYPE_CHECKING:
    import altair as alt

WIDE, HALF = 860, 420


def wide(chart: alt.TopLevelMixin, alt_text: str, title: str = "") -> Panel:
    """A drawing that may be as wide as the page."""
    return Panel(spec_of(chart), alt_text, title, wide=True)


def half(chart: alt.TopLevelMixin, alt_text: str, title: str = "") -> Panel:
    """One of several drawings side by side."""
    return Panel(spec_of(chart), alt_text, title)


def spec_of(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The Vega-Lite specification of a chart."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def region_map(
    ctx: Context,
    values: Mapping[str, float],
    show: Callable[[float], str],
    unit: str,
    colour: str,
    title: str = "",
    *,
    most: float = 0.0,
) -> Panel:
    """The map of the user, else tiles, one per region, shaded and labelled; bars where a region has no tile.

    most  the value of the darkest shade, where several maps share one scale; else the largest of `values`
    """
    alt_text = ctx.words.say("map-alt", title=title or ctx.words.say("map"), unit=unit)
    if ctx.outline is not None:
        return half(_outlined(ctx, ctx.outline, values, show, unit, colour, most), alt_text, title)
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
    return half(tiles(drawn, colour, HALF, most=most), alt_text, title)


def _outlined(
    ctx: Context,
    outline: Outline,
    values: Mapping[str, float],
    show: Callable[[float], str],
    unit: str,
    colour: str,
    most: float,
) -> alt.TopLevelMixin:
    """The regions in their own shapes, with the approval number of the map below."""
    drawn = []
    for rid, shape in outline.shapes.items():
        x, y = middle(shape)
        value = values.get(rid, 0.0)
        label = f"{region_name(ctx, rid)}: {show(value)} {unit}"
        known = {"x": x, "y": y, "name": short_name(ctx, rid), "value": max(value, 0.0), "label": label}
        drawn.append({"type": "Feature", "geometry": shape, "properties": known})
    note = ctx.words.say("map-number", number=outline.approval_number) if outline.approval_number else ""
    return shapes(drawn, outline.others, colour, HALF, HALF * outline.height / WIDTH, note=note, most=most)


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
    alt_text = ctx.words.say("map-alt", title=title or ctx.words.say("map"), unit=unit)
    return half(bars(drawn, [("value", colour)], unit, HALF, step=20), alt_text, title)
