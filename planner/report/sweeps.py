"""Pictures of many scenarios: a sweep as dots, a ladder as steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.report.drawing import INK, MUTED, WITH
from planner.report.pictures import file_text

Row = Mapping[str, Any]


def sweep_picture(rows: Sequence[Row], parameters: Sequence[str], title: str) -> str:
    """SVG of a sweep: innovation against inequality, one dot per scenario, colour and shape by two parameters."""
    import altair as alt

    solved = [row for row in rows if row.get("lower") is not None]
    first, second = [*parameters, "", ""][:2]
    data = [
        {
            "gini": row["gini_last_year"],
            "innovation": row["innovation_last_year_index"],
            "colour": str(row.get(first, "-")),
            "shape": str(row.get(second, "-")),
            "label": f"{row['name']}: {row['innovation_last_year_index']:.4f}, Gini {row['gini_last_year']:.4f}",
        }
        for row in solved
    ]
    near = alt.Scale(zero=False, nice=True, padding=16)
    chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_point(size=70, filled=True, opacity=0.8)
        .encode(
            x=alt.X("gini:Q", title="Gini of innovation per head, last year", scale=near),
            y=alt.Y("innovation:Q", title="innovation of the last year, base year = 1", scale=near),
            color=alt.Color("colour:N", title=first or None),
            shape=alt.Shape("shape:N", title=second or None),
            description=alt.Description("label:N"),
        )
        .properties(width=620, height=380)
    )
    missing = len(rows) - len(solved)
    note = f"{len(solved)} scenarios" + (f"; {missing} without a plan are left out" if missing else "")
    return file_text(chart, title, note)


def ladder_picture(rows: Sequence[Row], title: str, unit: str, per_money: str) -> str:
    """SVG of a ladder: what a budget brings, and what the next unit of money brings."""
    import altair as alt

    data = [row for row in rows if row.get("lower") is not None]
    base = alt.Chart(alt.InlineData(values=[dict(row) for row in data]))
    across = alt.X("percent:Q", title="budget, percent of the config's", scale=alt.Scale(zero=False))
    most = alt.Y("upper:Q", title=f"objective, {unit}", scale=alt.Scale(zero=False), axis=alt.Axis(titleColor=WITH))
    line = base.mark_line(color=WITH, strokeWidth=2, point=alt.OverlayMarkDef(color=WITH, size=50)).encode(
        x=across, y=most.copy()
    )
    dual = alt.Y("marginal_per_billion:Q", title=f"marginal {per_money}", axis=alt.Axis(titleColor=MUTED))
    marginal = base.mark_line(color=INK, strokeDash=[5, 4], interpolate="step").encode(x=across, y=dual)
    chart = alt.layer(line, marginal).resolve_scale(y="independent").properties(width=620, height=360)
    return file_text(chart, title, f"solid: the objective; dashed: {per_money} at the margin")
