"""Drawings as SVG: Altair says what, vl-convert draws it when the report is written, no script draws anything later.

Every mark carries its numbers as a native tooltip (`<title>`); text inherits the fonts of the page.
Rows are plain mappings; the field `label` is the tooltip.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
Scale = Sequence[tuple[str, str]]

INK = "#1b2330"
MUTED = "#5a6472"
RULE = "#dfe3e8"
QUIET = "#98a2b0"
PAPER = "#ffffff"
WITH = "#5a3d8a"
_ids = itertools.count()

_AXIS = {
    "labelFontSize": 11,
    "labelColor": MUTED,
    "titleFontSize": 11,
    "titleFontWeight": "normal",
    "titleColor": MUTED,
    "gridColor": "#edf0f3",
    "domainColor": "#b9c0c9",
    "tickColor": "#b9c0c9",
    "labelLimit": 180,
}
_CONFIG = {
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "axisX": {"grid": False, "tickSize": 4},
    "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
}


def svg(chart: alt.TopLevelMixin, alt_text: str) -> Markup:
    """Draw a chart: responsive SVG with `alt_text` as its name and a tooltip on every mark that has a label."""
    import vl_convert

    spec = {**chart.to_dict(validate=False), "config": _CONFIG}
    return Markup(_polish(vl_convert.vegalite_to_svg(spec), alt_text))


def _polish(drawn: str, alt_text: str) -> str:
    """Vega's SVG with tooltips, unique ids, inherited fonts, and without what only Vega's own script reads."""
    text = re.sub(r'<path class="(?:background|foreground)"[^>]*display="none"[^>]*/>', "", drawn)
    text = re.sub(r'<path class="background"[^>]* d="M0,0h0v0h0Z"[^>]*/>', "", text)
    text = re.sub(r'<(\w+) aria-label="([^"]*)"( role="graphics-symbol"[^>]*?)/>', r"<\1\3><title>\2</title></\1>", text)
    text = re.sub(
        r'<text aria-label="([^"]*)"( role="graphics-symbol"[^>]*)>([^<]*)</text>', r"<text\2>\3<title>\1</title></text>", text
    )
    text = re.sub(r' (?:role|class|aria-[a-z]+|pointer-events|font-family|xmlns:xlink|version)="[^"]*"', "", text)
    text = re.sub(r' (?:opacity|stroke-width)="1"(?=[ />])', "", text)
    text = _unique_ids(text)
    size = re.match(r'<svg[^>]*?width="([\d.]+)" height="([\d.]+)"', text)
    width = f"max-width:{size[1]}px" if size else ""
    opening = f'<svg role="img" aria-label="{escape(alt_text)}" style="{width}"'
    return re.sub(r'^<svg( xmlns="[^"]*")? width="[\d.]+" height="[\d.]+"', opening, text, count=1)


def _unique_ids(text: str) -> str:
    number = next(_ids)
    return re.sub(r'(id="|url\(#|href="#)([\w-]+)', rf"\g<1>c{number}-\2", text)


def _data(rows: Sequence[Row]) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _colour(scale: Scale) -> alt.Color:
    import altair as alt

    names, colours = [name for name, _ in scale], [colour for _, colour in scale]
    return alt.Color("series:N", scale=alt.Scale(domain=names, range=colours), legend=None)


def _rank(scale: Scale) -> str:
    """Vega expression giving the place of a series in its scale."""
    return f"indexof({[name for name, _ in scale]!r}, datum.series)"


def _with_rank(rows: Sequence[Row], scale: Scale) -> list[dict[str, Any]]:
    rank = {name: at for at, (name, _) in enumerate(scale)}
    return [{**row, "rank": rank.get(row["series"], len(rank))} for row in rows]


def columns(rows: Sequence[Row], scale: Scale, unit: str, width: int, height: int = 230) -> alt.TopLevelMixin:
    """Stacked columns: rows {x, series, value, label}."""
    import altair as alt

    return (
        alt.Chart(_data(_with_rank(rows, scale)))
        .mark_bar(stroke=PAPER, strokeWidth=0.8)
        .encode(
            x=alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False), scale=alt.Scale(padding=0.28)),
            y=alt.Y("value:Q", title=unit, axis=_value_axis()),
            color=_colour(scale),
            order="rank:Q",
            description="label:N",
        )
        .properties(width=width, height=height)
    )


def _value_axis(**more: Any) -> alt.Axis:
    import altair as alt

    return alt.Axis(tickCount=5, format="~s" if more.pop("short", False) else ",~r", **more)


def bars(rows: Sequence[Row], scale: Scale, unit: str, width: int, step: int = 26) -> alt.TopLevelMixin:
    """Stacked horizontal bars in the order given: rows {y, series, value, label}."""
    import altair as alt

    order = list(dict.fromkeys(row["y"] for row in rows))
    return (
        alt.Chart(_data(_with_rank(rows, scale)))
        .mark_bar(stroke=PAPER, strokeWidth=0.8)
        .encode(
            y=alt.Y("y:N", sort=order, title=None, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1)),
            x=alt.X("value:Q", title=unit, axis=_value_axis(grid=True, domain=False, ticks=False)),
            color=_colour(scale),
            order="rank:Q",
            description="label:N",
        )
        .properties(width=width, height=step * len(order))
    )


def lines(
    rows: Sequence[Row], scale: Scale, unit: str, width: int, height: int = 190, *, zero: bool = False, dashed: Sequence[str] = ()
) -> alt.TopLevelMixin:
    """Lines over years: rows {x, series, value, label}; series in `dashed` are drawn so."""
    import altair as alt

    years = sorted({int(row["x"]) for row in rows})
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("x:Q", title=None, scale=alt.Scale(nice=False, zero=False), axis=_year_axis(years, width)),
        y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=zero, nice=True), axis=_value_axis()),
        color=_colour(scale),
    )
    dash = alt.condition(
        alt.FieldOneOfPredicate(field="series", oneOf=list(dashed) or [""]), alt.value([5, 4]), alt.value([1, 0])
    )
    points = base.mark_circle(size=30, opacity=1).encode(description="label:N")
    return alt.layer(base.mark_line(strokeWidth=2.2).encode(strokeDash=dash), points).properties(width=width, height=height)


def _year_axis(years: Sequence[int], width: int) -> alt.Axis:
    import altair as alt

    every = max(1, -(-len(years) * 38 // max(width, 1)))
    return alt.Axis(values=list(years[::every]), format="d", labelFlush=False)


def tiles(rows: Sequence[Row], colour: str, width: int, top: float | None = None) -> alt.TopLevelMixin:
    """A map of equal tiles: rows {col, row, name, value, text, label}; darker is more, white is none."""
    import altair as alt

    most = top or max((abs(row["value"]) for row in rows), default=0) or 1
    shade = alt.Scale(domain=[0, most], range=[_tint(colour, 0.06), colour], clamp=True)
    light = f"datum.value > {0.48 * most}"
    step = width / (1 + max(row["col"] for row in rows) - min(row["col"] for row in rows))
    base = alt.Chart(_data(rows)).encode(x=_tile_axis("col"), y=_tile_axis("row"))
    box = base.mark_rect(cornerRadius=3, stroke=PAPER, strokeWidth=2).encode(
        color=alt.Color("value:Q", scale=shade, legend=None), description="label:N"
    )
    ink = alt.condition(light, alt.value(PAPER), alt.value(INK))
    name = base.mark_text(dy=-step * 0.13, fontSize=step * 0.28, aria=False).encode(text="name:N", color=ink)
    value = base.mark_text(dy=step * 0.22, fontSize=step * 0.25, aria=False).encode(text="text:N", color=ink)
    lines = 1 + max(row["row"] for row in rows) - min(row["row"] for row in rows)
    return alt.layer(box, name, value).properties(width=width, height=step * lines)


def _tile_axis(field: str) -> Any:
    import altair as alt

    channel = alt.X if field == "col" else alt.Y
    return channel(f"{field}:O", axis=None, scale=alt.Scale(padding=0))


def _tint(colour: str, amount: float) -> str:
    """A colour mixed with white: amount 0 is white, 1 the colour."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * amount):02x}" for part in parts)


def matrix(rows: Sequence[Row], order: Sequence[str], colour: str, width: int) -> alt.TopLevelMixin:
    """A heat map from `host` (rows) to `region` (columns): rows {host, region, value, text, label}."""
    import altair as alt

    most = max((row["value"] for row in rows), default=0) or 1
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("region:N", sort=list(order), title="used in", axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)),
        y=alt.Y("host:N", sort=list(order), title="made in"),
    )
    box = base.mark_rect(stroke=PAPER, strokeWidth=2, cornerRadius=2).encode(
        color=alt.Color("value:Q", scale=alt.Scale(domain=[0, most], range=[_tint(colour, 0.05), colour]), legend=None),
        description="label:N",
    )
    ink = alt.condition(f"datum.value > {0.48 * most}", alt.value(PAPER), alt.value(INK))
    text = base.mark_text(fontSize=11, aria=False).encode(text="text:N", color=ink)
    return alt.layer(box, text).properties(width=width, height=34 * len(order))


def dumbbell(rows: Sequence[Row], scale: Scale, unit: str, width: int) -> alt.TopLevelMixin:
    """Before and after by region, in the order given: rows {y, before, after, label_before, label_after}; log axis."""
    import altair as alt

    order = [row["y"] for row in rows]
    y = alt.Y("y:N", sort=order, title=None, axis=alt.Axis(grid=True, labelFontSize=11))
    axis = alt.Axis(grid=False, format=",~r", tickCount=6, orient="top")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=unit, scale=alt.Scale(type="log", nice=False, padding=8), axis=axis)

    base = alt.Chart(_data(rows))
    rule = base.mark_rule(strokeWidth=2, color=QUIET).encode(y=y, x=x("before"), x2="after:Q")
    dots = [
        base.mark_circle(size=58, opacity=1, color=colour).encode(y=y, x=x(field), description=f"label_{field}:N")
        for field, colour in zip(("before", "after"), [colour for _, colour in scale], strict=True)
    ]
    return alt.layer(rule, *dots).properties(width=width, height=18 * len(order))


def roofline(roof: Sequence[Row], dots: Sequence[Row], width: int, height: int = 300) -> alt.TopLevelMixin:
    """Log-log: ceilings {x, value, series} as lines, kernels {x, value, name, label} as dots."""
    import altair as alt

    x = alt.X("x:Q", title="arithmetic intensity, FLOP per byte", scale=alt.Scale(type="log", nice=False), axis=_log_axis())
    y = alt.Y("value:Q", title="GFLOP/s", scale=alt.Scale(type="log", nice=False), axis=_log_axis())
    ceiling = alt.Chart(_data(roof)).mark_line(color=QUIET, strokeWidth=2).encode(x=x, y=y, detail="series:N")
    names = [row for row in roof if row.get("text")]
    note = alt.Chart(_data(names)).mark_text(align="right", dy=-7, fontSize=11, color=MUTED, aria=False)
    base = alt.Chart(_data(dots)).encode(x=x, y=y)
    mark = base.mark_circle(size=70, opacity=1, color=INK).encode(description="label:N")
    text = base.mark_text(align="left", dx=7, dy=3, fontSize=11, color=INK, aria=False).encode(text="name:N")
    return alt.layer(ceiling, note.encode(x=x, y=y, text="text:N"), mark, text).properties(width=width, height=height)


def _log_axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(format="~g", grid=True, labelExpr="log(datum.value)/LN10 % 1 == 0 ? datum.label : ''")
