"""Charts of measurements, as Altair: intervals of ratios on a logarithmic axis, boxes of samples; no words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.report.blocks import Panel
from planner.report.drawing import INK, MUTED, QUIET, RULE, tint
from planner.report.panels import HALF, WIDE, half, wide

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
STEP = 18


def side_by_side(
    groups: Mapping[str, Sequence[Row]], draw: Callable[[Sequence[Row], int], alt.TopLevelMixin], alt_text: str
) -> tuple[Panel, ...]:
    """A drawing per group, beside one another under their names; a single one as wide as the page."""
    if len(groups) == 1:
        return tuple(wide(draw(rows, WIDE), alt_text) for rows in groups.values())
    return tuple(half(draw(rows, HALF), f"{alt_text}, {name}", name) for name, rows in groups.items())


def _names(order: Sequence[str]) -> Any:
    import altair as alt

    axis = alt.Axis(grid=True, gridColor=RULE, labelFontSize=11, labelLimit=210, ticks=False, domain=False)
    return alt.Y("y:N", sort=list(order), title=None, axis=axis)


def _base(rows: Sequence[Row]) -> alt.Chart:
    import altair as alt

    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def intervals(rows: Sequence[Row], title: str, width: int) -> alt.TopLevelMixin:
    """Ratios with their intervals, in the order given: rows {y, value, low, high, colour, label, goal or None}.

    The line stands at 1, where both are as fast; a goal is a tick.
    """
    import altair as alt

    order = [row["y"] for row in rows]
    ends = [value for row in rows for value in (row["low"], row["high"], row.get("goal")) if value] + [1.0]
    low, high = min(ends) / 1.08, max(ends) * 1.08
    ticks = [tick for tick in (FAR if high > 2.5 * low else NEAR) if low <= tick <= high]
    scale = alt.Scale(type="log", nice=False, domain=[low, high])
    axis = alt.Axis(values=ticks, format="~r", grid=False, orient="top")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)

    base, colour = _base(rows).encode(y=_names(order)), alt.Color("colour:N", scale=None, legend=None)
    equal = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(color=MUTED, strokeWidth=1.2).encode(x=x("one"))
    span = base.mark_rule(strokeWidth=2.4, opacity=0.55).encode(x=x("low"), x2="high:Q", color=colour)
    goal = base.transform_filter("isValid(datum.goal)").mark_tick(color=INK, thickness=1.6, size=13).encode(x=x("goal"))
    dot = base.mark_circle(size=52, opacity=1).encode(
        x=x("value"), color=colour, description=alt.Description("label:N"), tooltip=alt.Tooltip("label:N")
    )
    return alt.layer(equal, span, goal, dot).properties(width=width, height=STEP * len(order))


FAR = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
NEAR = (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.5, 3)


def boxes(rows: Sequence[Row], title: str, colour: str, width: int) -> alt.TopLevelMixin:
    """Samples as boxes, in order: rows {y, low, first, middle, third, high, label}, over the median less 1."""
    import altair as alt

    order = [row["y"] for row in rows]
    base = _base(rows).encode(y=_names(order), description=alt.Description("label:N"), tooltip=alt.Tooltip("label:N"))

    def x(field: str) -> alt.X:
        scale = alt.Scale(zero=False, nice=True)
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(format="+.0%", orient="top", grid=False))

    reach = base.mark_rule(color=QUIET, strokeWidth=1.4).encode(x=x("low"), x2="high:Q")
    box = base.mark_bar(color=tint(colour, 0.45), height=9).encode(x=x("first"), x2="third:Q")
    middle = base.mark_tick(color=colour, thickness=2.2, size=12).encode(x=x("middle"))
    return alt.layer(reach, box, middle).properties(width=width, height=STEP * len(order))
