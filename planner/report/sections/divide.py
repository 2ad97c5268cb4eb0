"""The digital divide over the years, with and without the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import facts
from planner.report.blocks import Chart, Fold, Grid, Section, Text, grid
from planner.report.charts import lines
from planner.report.context import Context, rows
from planner.report.drawing import QUIET, WITH
from planner.report.panels import HALF, half
from planner.report.words import number, percent

if TYPE_CHECKING:
    import altair as alt

INDICATORS = {
    "gini": ("Gini", "0 is equal, 1 is all in one region"),
    "theil": ("Theil", "0 is equal; weighs the top more"),
    "max_over_min": ("Highest over lowest", "ratio of the first region to the last"),
    "worst_fifth_share": ("Share of the worst-off fifth of people", "% of innovation; more is better"),
}
SCALE = (("with the plan", WITH), ("if nothing were ordered", QUIET))


def section(ctx: Context) -> Section:
    """Four small charts on their own scales, one sentence that says which way it goes."""
    spread = rows(ctx.plan, "divide")
    if not spread:
        return Section(
            "divide", "The divide between regions", "", (Text(("The plan holds no indicators of the divide.",)),)
        )
    shown = [name for name in INDICATORS if any(row["indicator"] == name for row in spread)]
    panels = tuple(
        half(
            _lines(ctx, name),
            f"{INDICATORS[name][0]} by year with and without the plan",
            f"{INDICATORS[name][0]}: {INDICATORS[name][1]}",
        )
        for name in shown
    )
    chart = Chart("Spread of innovation per head over regions", panels, words(ctx), SCALE)
    lead = (
        "Four measures of how unequal innovation per head is. They are recomputed from the plan's own stocks, "
        "not taken from the solver."
    )
    return Section(
        "divide",
        "The divide between regions",
        lead,
        (chart, Fold("The indicators by year, in figures", (_table(ctx, shown),))),
    )


def _lines(ctx: Context, indicator: str) -> alt.TopLevelMixin:
    scale = 100.0 if indicator == "worst_fifth_share" else 1.0
    drawn = [
        {
            "x": row["year"],
            "series": name,
            "value": row[column] * scale,
            "label": f"{row['year']}, {name}: {number(row[column] * scale)}",
        }
        for row in rows(ctx.plan, "divide", indicator=indicator)
        for (name, _), column in zip(SCALE, ("value", "without_plan"), strict=True)
    ]
    return lines(drawn, SCALE, "", HALF, 170, dashed=(SCALE[1][0],))


def words(ctx: Context) -> str:
    """Which way the divide goes, by Gini and by the worst fifth."""
    last, base = ctx.years[-1], ctx.summary["base_year"]
    now, then, fifth = (
        facts.divide(ctx.plan, last, "gini"),
        facts.divide(ctx.plan, base, "gini"),
        facts.divide(ctx.plan, last, "worst_fifth_share"),
    )
    if now is None:
        return "The lines show the spread with and without the plan."
    verb = _verb(now[0] - now[1])
    start = f", from {number(then[0])} in {base}" if then else ""
    text = f"The plan {verb}: the Gini in {last} is {number(now[0])} against {number(now[1])} without it{start}."
    worst = (
        f" The worst-off fifth of people has {percent(fifth[0])} of innovation, {percent(fifth[1])} without the plan."
        if fifth
        else ""
    )
    aim = (
        " The objective is total innovation; equity is not part of it beyond the rules."
        if ctx.summary.get("objective") == "total"
        else ""
    )
    return text + worst + aim


def _verb(change: float) -> str:
    if abs(change) < 5e-4:
        return "leaves the divide as it is"
    return "narrows the divide" if change < 0 else "widens the divide"


def _table(ctx: Context, shown: list[str]) -> Grid:
    spread = {(row["year"], row["indicator"]): row for row in rows(ctx.plan, "divide")}
    years = sorted({year for year, _ in spread})
    heads = ("Year", *(f">{INDICATORS[name][0]}{part}" for name in shown for part in (", with", ", without")))
    body = [
        (
            str(year),
            *(
                number(spread[year, name][column]) if (year, name) in spread else number(None)
                for name in shown
                for column in ("value", "without_plan")
            ),
        )
        for year in years
    ]
    return grid("Indicators of the divide by year", heads, body)
