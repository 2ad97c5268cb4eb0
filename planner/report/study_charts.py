"""Charts of studies of a plan, as Altair: frontier, ranges of near-optimal plans, ladder of budgets, sweep.

Shared by the report and the pictures that the commands write. No words of their own: titles come as arguments, and the
field `label` of a row is its tooltip and its name for screen readers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.report.drawing import INK, MUTED, QUIET, WITH, tint

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DOT_COLOURS = ("#0b3c73", "#c08a14", "#b4566b", "#3f7f72", "#7a5aa6", "#4b99bf", "#5d6b3a", "#7f7f7f")


def _data(rows: Sequence[Row]) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _near(padding: int = 24) -> alt.Scale:
    import altair as alt

    return alt.Scale(zero=False, nice=True, padding=padding)


def frontier(rows: Sequence[Row], across: str, up: str, width: int, height: int = 340) -> alt.TopLevelMixin:
    """Total against worst-off: rows {worst, total, bound, name, label, mine}; the proven upper side is dashed.

    name  stands beside the dot, "" for none; mine marks the dot of the plan itself
    """
    import altair as alt

    base = alt.Chart(_data(rows)).encode(
        x=alt.X("worst:Q", title=across, scale=_near(), axis=alt.Axis(grid=True)),
        y=alt.Y("total:Q", title=up, scale=_near(), axis=alt.Axis(format=".4~f", grid=True)),
    )
    bound = base.mark_line(color=QUIET, strokeDash=[4, 3], strokeWidth=1.4).encode(y="bound:Q")
    line = base.mark_line(color=WITH, strokeWidth=2)
    dots = base.mark_circle(size=60, opacity=1, color=WITH).encode(
        tooltip=alt.Tooltip("label:N"), description=alt.Description("label:N")
    )
    names = base.mark_text(align="right", dx=-8, dy=13, fontSize=11, color=INK, aria=False).encode(
        text=alt.Text("name:N")
    )
    layers = [bound, line, dots, names]
    if any(row["mine"] for row in rows):
        ring = base.transform_filter("datum.mine").mark_point(size=190, strokeWidth=2, color=INK)
        layers.append(ring.encode(tooltip=alt.Tooltip("label:N")))
    return alt.layer(*layers).properties(width=width, height=height)


def ranges(
    rows: Sequence[Row], margins: Sequence[str], unit: str, width: int, *, legend: bool = False
) -> alt.TopLevelMixin:
    """Bars from least to most, a thin line for what is proven, a tick where the plan is.

    rows  {place, margin, least, most, least_bound, most_bound, plan, label}; margins from the widest to the narrowest
    """
    import altair as alt

    drawn = [{**row, "order": margins.index(row["margin"])} for row in rows]
    drawn.sort(key=lambda row: row["order"])
    scale = alt.Scale(domain=list(margins), range=list(range_colours(len(margins))))
    shown = alt.Legend(title=None, orient="top") if legend else None
    places = list(dict.fromkeys(str(row["place"]) for row in rows))
    base = alt.Chart(_data(drawn)).encode(y=alt.Y("place:N", sort=places, title=None))
    proven = base.mark_rule(color=QUIET, strokeWidth=1).encode(x="least_bound:Q", x2="most_bound:Q")
    bars = base.mark_bar(height=12).encode(
        x=alt.X("least:Q", title=unit, axis=alt.Axis(format=",~r", grid=True, tickCount=5)),
        x2="most:Q",
        color=alt.Color("margin:N", scale=scale, legend=shown),
        order=alt.Order("order:Q"),
        tooltip=alt.Tooltip("label:N"),
        description=alt.Description("label:N"),
    )
    ticks = base.mark_tick(color=INK, thickness=2, height=20).encode(x="plan:Q", tooltip=alt.Tooltip("label:N"))
    return alt.layer(proven, bars, ticks).properties(width=width, height=max(28 * len(places), 60))


def range_colours(count: int) -> tuple[str, ...]:
    """Shades of margins, from the widest (light) to the narrowest (dark)."""
    return tuple(tint(WITH, 0.25 + 0.6 * at / max(count - 1, 1)) for at in range(count))


def ladder(
    rows: Sequence[Row], across: str, up: str, marginal: str, width: int, height: int = 300
) -> alt.TopLevelMixin:
    """What a budget brings (line, left), what the next money brings (dashed steps, right).

    rows  {percent, value, marginal, label}
    """
    import altair as alt

    base = alt.Chart(_data(rows)).encode(x=alt.X("percent:Q", title=across, scale=alt.Scale(zero=False, padding=12)))
    left = alt.Y("value:Q", title=up, scale=alt.Scale(zero=False), axis=alt.Axis(titleColor=WITH, grid=True))
    line = base.mark_line(color=WITH, strokeWidth=2).encode(y=left)
    dots = base.mark_circle(color=WITH, size=60, opacity=1).encode(
        y=left, tooltip=alt.Tooltip("label:N"), description=alt.Description("label:N")
    )
    axis = alt.Axis(titleColor=MUTED, grid=False, orient="right")
    right = alt.Y("marginal:Q", title=marginal, axis=axis, scale=alt.Scale(zero=True))
    steps = base.mark_line(color=INK, strokeDash=[5, 4], interpolate="step").encode(y=right)
    both: alt.LayerChart = alt.layer(alt.layer(line, dots), steps).resolve_scale(y="independent")
    sized: alt.LayerChart = both.properties(width=width, height=height)
    return sized


def dots(
    rows: Sequence[Row], across: str, up: str, width: int, height: int = 340, *, colour: str = "", shape: str = ""
) -> alt.TopLevelMixin:
    """Scenarios as dots: rows {x, y, colour, shape, label}; titles of the legend of colour and shape, "" for none."""
    import altair as alt

    colours, shapes = (list(dict.fromkeys(str(row[key]) for row in rows)) for key in ("colour", "shape"))
    hues = [DOT_COLOURS[at % len(DOT_COLOURS)] for at in range(len(colours))]
    marks = [SHAPES[at % len(SHAPES)] for at in range(len(shapes))]
    chart: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_point(size=80, filled=True, opacity=0.85)
        .encode(
            x=alt.X("x:Q", title=across, scale=_near(16), axis=alt.Axis(grid=True)),
            y=alt.Y("y:Q", title=up, scale=_near(16), axis=alt.Axis(grid=True)),
            color=alt.Color(
                "colour:N", scale=alt.Scale(domain=colours, range=hues), legend=_legend(colour, len(colours))
            ),
            shape=alt.Shape("shape:N", scale=alt.Scale(domain=shapes, range=marks), legend=_legend(shape, len(shapes))),
            description=alt.Description("label:N"),
            tooltip=alt.Tooltip("label:N"),
        )
        .properties(width=width, height=height)
    )
    return chart


def _legend(title: str, kinds: int) -> alt.Legend | None:
    import altair as alt

    if not title or kinds < 2:
        return None
    return alt.Legend(title=textwrap.wrap(title, 34), orient="bottom", columns=6, symbolOpacity=1)
