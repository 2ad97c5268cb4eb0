"""The digital divide over the years, with and without the plan; the regions that have least; what equity costs."""

from __future__ import annotations

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Column, Grid, Panel, Section, Text, grid
from planner.report.charts import lines
from planner.report.context import Context, capex_by, region_name, rows
from planner.report.digits import number
from planner.report.drawing import QUIET, WITH
from planner.report.measures import CHANGE, NUMBER, SHARE, YEAR
from planner.report.panels import HALF, half
from planner.report.parts import frontier

INDICATORS = ("gini", "theil", "max_over_min", "worst_fifth_share")
MEASURES = {"worst_fifth_share": SHARE}
SERIES = (("with-plan", "value", WITH), ("without-plan", "without_plan", QUIET))
WORST_OFF = 5


def section(ctx: Context) -> Section:
    """Four small charts on their own scales, who has least, and the frontier where it was given."""
    say = ctx.words.say
    shown = [name for name in INDICATORS if rows(ctx.plan, "divide", indicator=name)]
    if not shown:
        return Section("divide", say("divide"), "", (Text((say("divide-none"),)), *frontier.blocks(ctx)))
    chart = Chart(
        "divide_indicators",
        say("divide-chart"),
        tuple(_panel(ctx, name) for name in shown),
        words(ctx),
        _table(ctx, shown),
        native="lines",
        legend=tuple((say(message), colour) for message, _, colour in SERIES),
    )
    blocks: list[Block] = [chart, *_worst_off(ctx), *frontier.blocks(ctx)]
    return Section("divide", say("divide"), say("divide-lead"), tuple(blocks))


def _panel(ctx: Context, indicator: str) -> Panel:
    say = ctx.words.say
    scale = 100.0 if indicator == "worst_fifth_share" else 1.0
    drawn = [
        {
            "x": row["year"],
            "series": say(message),
            "value": row[column] * scale,
            "label": f"{row['year']}, {say(message)}: {number(row[column] * scale)}",
        }
        for row in rows(ctx.plan, "divide", indicator=indicator)
        for message, column, _ in SERIES
    ]
    colours = [(say(message), colour) for message, _, colour in SERIES]
    name = say(f"divide-{indicator}")
    chart = lines(drawn, colours, "", HALF, 170, dashed=(say("without-plan"),))
    return half(chart, say("divide-alt", indicator=name), say(f"divide-{indicator}-title"))


def words(ctx: Context) -> str:
    """Which way the divide goes, by Gini and by the worst fifth."""
    say, percent = ctx.words.say, ctx.words.percent
    last, base = ctx.years[-1], ctx.summary["base_year"]
    now, then = (facts.divide(ctx.plan, year, "gini") for year in (last, base))
    fifth = facts.divide(ctx.plan, last, "worst_fifth_share")
    if now is None:
        return say("divide-lines")
    start = say("divide-from", value=number(then[0]), year=str(base)) if then else ""
    told = [
        say(
            _direction(now[0] - now[1]),
            year=str(last),
            value=number(now[0]),
            without=number(now[1]),
            start=start,
        )
    ]
    if fifth:
        told.append(say("divide-fifth", share=percent(fifth[0]), without=percent(fifth[1])))
    if ctx.summary.get("objective") == "total":
        told.append(say("divide-total"))
    return ctx.words.prose(told)


def _direction(change: float) -> str:
    if abs(change) < 5e-4:
        return "divide-same"
    return "divide-narrows" if change < 0 else "divide-widens"


def _table(ctx: Context, shown: list[str]) -> Grid:
    say = ctx.words.say
    spread = {(row["year"], row["indicator"]): row for row in rows(ctx.plan, "divide")}
    heads = [
        Column(
            say("divide-column", indicator=say(f"divide-{name}"), which=say(message)),
            SHARE if name == "worst_fifth_share" else NUMBER,
        )
        for name in shown
        for message, _, _ in SERIES
    ]
    body = [
        (
            year,
            *(
                spread[year, name][column] if (year, name) in spread else None
                for name in shown
                for _, column, _ in SERIES
            ),
        )
        for year in sorted({year for year, _ in spread})
    ]
    return grid("divide_indicators", say("divide-table"), [Column(say("year"), YEAR), *heads], body)


def _worst_off(ctx: Context) -> list[Block]:
    """The regions with least innovation per head in the last year: where they stand, what the plan adds and spends."""
    say, last, base = ctx.words.say, ctx.years[-1], ctx.summary["base_year"]
    start, now = (per_head(ctx.plan, year) for year in (base, last))
    if not now or len(ctx.regions) < 3:
        return []
    without = per_head(ctx.plan, last, "without_plan")
    least = sorted(now, key=lambda region: now[region])[: min(WORST_OFF, len(now) // 2)]
    spent = capex_by(ctx, ctx.plan, "region")
    heads = [
        Column(say("region")),
        Column(say("divide-per-head", year=str(base)), NUMBER),
        Column(say("divide-per-head", year=str(last)), NUMBER),
        Column(say("divide-per-head-without", year=str(last)), NUMBER),
        Column(say("divide-gain"), CHANGE),
        Column(say("divide-money", unit=ctx.money_unit), ctx.money_measure),
    ]
    body = [
        (
            Cell(region_name(ctx, region)),
            start.get(region),
            now[region],
            without[region],
            now[region] / without[region] - 1 if without[region] else None,
            spent.get(region, 0.0),
        )
        for region in least
    ]
    caption = say("divide-worst", count=len(least), year=str(last), unit=ctx.innovation_unit)
    return [grid("worst_off_regions", caption, heads, body, remark=_worst_words(ctx, least))]


def per_head(plan: Plan, year: int, column: str = "innovation") -> dict[str, float]:
    """Innovation per 10,000 people by region."""
    return {
        row["region"]: row["per_10k_people"] * (row[column] / row["innovation"] if row["innovation"] else 0.0)
        for row in rows(plan, "innovation", year=year)
    }


def _worst_words(ctx: Context, least: list[str]) -> str:
    """What they gain against the nation, and their share of people and money."""
    say, percent, last = ctx.words.say, ctx.words.percent, ctx.years[-1]
    mine = [row for row in rows(ctx.plan, "innovation", year=last) if row["region"] in least]
    gain = sum(row["innovation"] for row in mine) / (sum(row["without_plan"] for row in mine) or 1.0) - 1
    people = {region: float(item["population_10k"]) for region, item in ctx.regions.items()}
    spent = capex_by(ctx, ctx.plan, "region")
    return say(
        "divide-worst-words",
        gain=ctx.words.gain(gain),
        nation=ctx.words.gain(facts.gain(ctx.plan, last).relative),
        people=percent(sum(people[r] for r in least) / sum(people.values())),
        money=percent(sum(spent.get(r, 0.0) for r in least) / (sum(spent.values()) or 1.0)),
    )
