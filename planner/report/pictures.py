"""Pictures that stand alone in a file: the frontier, and the ranges of near-optimal plans."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.report.drawing import INK, MUTED, QUIET, WITH, tint

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]


def file_text(chart: alt.TopLevelMixin, title: str, subtitle: str) -> str:
    """SVG with its own fonts and a white ground, as a file needs it."""
    import vl_convert

    head = {
        "text": title,
        "subtitle": subtitle,
        "anchor": "start",
        "fontSize": 15,
        "subtitleColor": MUTED,
        "offset": 14,
    }
    spec = {**chart.to_dict(validate=False), "title": head, "background": "white", "padding": 16}
    spec["config"] = {"font": "sans-serif", "view": {"stroke": None}, "axis": {"labelColor": MUTED, "titleColor": INK}}
    return str(vl_convert.vegalite_to_svg(spec))


def frontier_picture(rows: Sequence[Row], title: str, worst_off: str, unit: str) -> str:
    """SVG of a frontier: total innovation against the worst-off, its certified upper side, some points named.

    rows  of frontier.csv, in order; the first is the plan of most total innovation
    """
    import altair as alt

    data = [_frontier_mark(row, rows, at) for at, row in enumerate(rows)]
    across = alt.X(
        "worst:Q", title=f"innovation of the worst-off {worst_off}, {unit} per 10,000 people", scale=_near(alt)
    )
    up = alt.Y("total:Q", title="total innovation, base year = 1", scale=_near(alt), axis=alt.Axis(format=".4~f"))
    base = alt.Chart(alt.InlineData(values=data)).encode(x=across, y=up)
    bound = base.mark_line(color=QUIET, strokeDash=[4, 3]).encode(y="bound:Q")
    line = base.mark_line(color=WITH, strokeWidth=2)
    dots = base.mark_circle(size=60, opacity=1, color=WITH).encode(tooltip="label:N", description="label:N")
    names = base.mark_text(align="right", dx=-8, dy=12, fontSize=11, color=INK).encode(text="name:N")
    chart = alt.layer(bound, line, dots, names).properties(width=640, height=380)
    note = "dots are plans; the dashed line is the proven upper side, no plan lies above it"
    return file_text(chart, title, note)


def _near(alt: Any) -> Any:
    return alt.Scale(zero=False, nice=True, padding=24)


def _frontier_mark(row: Row, rows: Sequence[Row], at: int) -> dict[str, Any]:
    less = row["total_index"] / rows[0]["total_index"] - 1.0
    more = math.exp(row["worst_off_log"] - rows[0]["worst_off_log"]) - 1.0
    told = f"{less:+.2%} total, {more:+.1%} worst-off"
    named = at in {len(rows) // 4, len(rows) // 2, (3 * len(rows)) // 4, len(rows) - 1}
    return {
        "worst": row["worst_off_per_10k_people"],
        "total": row["total_index"],
        "bound": row["bound_total_index"],
        "name": told if named else "",
        "label": f"point {row['point'] + 1}: {told}, Gini {row['gini']:.4f}",
    }


def ranges_picture(rows: Sequence[Row], title: str, subtitle: str, unit: str) -> str:
    """SVG of ranges: one bar per row and margin, from least to most, with a tick where the plan is.

    rows  {what, place, within, least, most, least_bound, most_bound, plan}; one panel per `what`
    """
    import altair as alt

    margins = sorted({row["within"] for row in rows}, reverse=True)
    shades = [tint(WITH, 0.25 + 0.6 * at / max(len(margins) - 1, 1)) for at in range(len(margins))]
    names = [f"within {margin:g} %" for margin in margins]
    data = [{**row, "margin": f"within {row['within']:g} %", "order": margins.index(row["within"])} for row in rows]
    colour = alt.Color(
        "margin:N", scale=alt.Scale(domain=names, range=shades), legend=alt.Legend(title=None, orient="top")
    )
    across = alt.X("least:Q", title=unit, axis=alt.Axis(format=",~r", grid=True))
    places = list(dict.fromkeys(str(row["place"]) for row in rows))
    base = alt.Chart().encode(y=alt.Y("place:N", sort=places, title=None))
    proven = base.mark_rule(color=QUIET, strokeWidth=1).encode(x="least_bound:Q", x2="most_bound:Q", order="order:Q")
    bars = base.mark_bar(height=12).encode(x=across, x2="most:Q", color=colour, order="order:Q", description="label:N")
    ticks = base.mark_tick(color=INK, thickness=2, height=20).encode(x="plan:Q")
    panels = list(dict.fromkeys(str(row["what"]) for row in rows))
    facet = alt.Facet("what:N", sort=panels, title=None, header=alt.Header(labelAnchor="start", labelFontSize=12))
    layers = alt.layer(proven, bars, ticks).properties(width=330, height=max(26 * len(places), 60))
    data.sort(key=lambda row: int(row["order"]))
    chart = layers.facet(facet, columns=2, data=alt.InlineData(values=data)).resolve_scale(x="independent")
    return file_text(chart, title, subtitle)
