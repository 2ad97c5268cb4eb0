"""Three sentences, six figures: where the money goes, what it buys, what it rests on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from planner.report import facts
from planner.report.blocks import Block, Chart, Column, Figure, Figures, Note, Section, Text, grid
from planner.report.charts import lines
from planner.report.context import Context, capex_by, class_name, national, region_name, rows
from planner.report.digits import brief, known, number
from planner.report.drawing import INK, QUIET, WITH
from planner.report.language import spans
from planner.report.measures import NUMBER, YEAR
from planner.report.panels import HALF, half, region_map

if TYPE_CHECKING:
    import altair as alt

SERIES = (("with-plan", "innovation", WITH), ("without-plan", "without_plan", QUIET))


def section(ctx: Context) -> Section:
    """The first page: a reader who stops here knows the plan, its gain and its limits."""
    sentences = (where_the_money_goes(ctx), what_it_buys(ctx), what_it_rests_on(ctx))
    blocks: list[Block] = [Text(sentences), Figures(_figures(ctx)), _charts(ctx)]
    if ctx.summary.get("status") == "limit":
        blocks.insert(1, Note(ctx.words.say("summary-limit")))
    return Section("summary", ctx.words.say("summary"), "", tuple(blocks))


def where_the_money_goes(ctx: Context) -> str:
    """Sentence one: total, shares of classes and macro-regions, largest recipients."""
    say, percent, listed = ctx.words.say, ctx.words.percent, ctx.words.listed
    by_class, by_macro, by_region = (capex_by(ctx, ctx.plan, key) for key in ("class", "macro", "region"))
    total = sum(by_class.values())
    if not total:
        return say("summary-nothing", horizon=ctx.horizon)
    classes = [
        say("summary-money-class", share=percent(by_class[c] / total), **{"class": class_name(ctx, c)})
        for c in facts.ranked(by_class)
    ]
    places = [_share(ctx, ctx.macro_names[m], by_macro[m] / total) for m in facts.ranked(by_macro)]
    top = [_share(ctx, region_name(ctx, r), by_region[r] / total) for r in facts.ranked(by_region)[:3]]
    where = say("summary-money-places", places=listed(places)) if len(ctx.macro_names) <= 8 else ""
    return say(
        "summary-money",
        horizon=ctx.horizon,
        total=ctx.money(total),
        classes=listed(classes),
        where=where,
        top=listed(top),
    )


def _share(ctx: Context, place: str, share: float) -> str:
    return ctx.words.say("summary-money-place", place=place, share=ctx.words.percent(share))


def what_it_buys(ctx: Context) -> str:
    """Sentence two: innovation against doing nothing, and what is certain about it."""
    say, percent = ctx.words.say, ctx.words.percent
    won = facts.gain(ctx.plan, ctx.years[-1])
    gap, base = ctx.summary["bounds"]["gap"], national(ctx.plan).get(ctx.summary["base_year"])
    return say(
        "summary-gain",
        year=str(won.year),
        **{"with": number(won.with_plan)},
        unit=ctx.innovation_unit,
        base=number(base),
        base_year=str(ctx.summary["base_year"]),
        without=number(won.without),
        gain=percent(won.relative),
        sure=say("summary-sure", gap=percent(gap)) if known(gap) else say("summary-unsure"),
    )


def what_it_rests_on(ctx: Context) -> str:
    """Sentence three: what binds, and how firm the inputs are."""
    say = ctx.words.say
    names = [facts.rule_name(ctx, found.rule) for found in facts.binding(ctx.plan) if found.worth > 0][:3]
    years = [row["year"] for row in facts.budget_prices(ctx.plan) if row["year"]]
    scarce = [say("summary-scarce-money", years=spans(years))] if years else []
    limits = ctx.words.listed([*scarce, *(say("summary-rule", rule=name) for name in names)])
    kinds = Counter(ctx.plan.tables["assumptions"].column("kind"))
    columns = Counter(source["kind"] for source in ctx.summary.get("sources", ()))
    count = sum(columns.values())
    data = say("summary-basis-columns", count=count, estimated=columns["estimated"]) if count else ""
    return say(
        "summary-basis",
        limits=limits or say("summary-no-limit"),
        set=str(ctx.summary["elasticity_set"]),
        numbers=sum(kinds.values()),
        weak=kinds["assumption"] + kinds["estimated"],
        columns=data,
    )


def _figures(ctx: Context) -> tuple[Figure, ...]:
    say, percent, last = ctx.words.say, ctx.words.percent, ctx.years[-1]
    won, gap, gini = facts.gain(ctx.plan, last), ctx.summary["bounds"]["gap"], facts.divide(ctx.plan, last, "gini")
    running = say("summary-running", amount=ctx.money(facts.running_million(ctx)))
    more = say("summary-more", amount=number(won.with_plan - won.without), unit=ctx.innovation_unit)
    figures = [
        Figure(ctx.money(facts.capex_million(ctx, ctx.plan)), say("summary-capex", horizon=ctx.horizon), running),
        Figure(percent(won.relative, signed=True), say("summary-innovation", year=str(last)), more),
        Figure(percent(gap) if known(gap) else say("summary-gap-none"), say("summary-gap")),
        *_compute_figures(ctx, last),
    ]
    if gini:
        without = say("summary-gini-without", value=number(gini[1]))
        figures.append(Figure(number(gini[0]), say("summary-gini", year=str(last)), without))
    return tuple(figures)


def _compute_figures(ctx: Context, year: int) -> list[Figure]:
    say, percent = ctx.words.say, ctx.words.percent
    made = facts.hosting(ctx, rows(ctx.plan, "flows", year=year))
    if not made.total:
        return []
    elsewhere = say("summary-elsewhere", share=percent(made.elsewhere_share))
    return [
        Figure(percent(made.far_share), say("summary-far", year=str(year)), elsewhere),
        Figure(percent(facts.unmet_share(ctx.plan, year)), say("summary-unmet", year=str(year))),
    ]


def _charts(ctx: Context) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    by_region = capex_by(ctx, ctx.plan, "region")
    top = facts.ranked(by_region)[:5]
    share = sum(by_region[r] for r in top) / (sum(by_region.values()) or 1)
    title = say("summary-map", horizon=ctx.horizon, unit=unit)
    where = region_map(ctx, by_region, lambda v: brief(ctx.words.money_value(v)), unit, INK, title)
    won = facts.gain(ctx.plan, ctx.years[-1])
    alt_text = say("summary-trajectory-alt", gain=ctx.words.percent(won.relative, signed=True), year=str(won.year))
    path = half(trajectory(ctx, HALF), alt_text, say("summary-trajectory", unit=ctx.innovation_unit))
    columns = [Column(say("year"), YEAR), *(Column(say(message), NUMBER) for message, _, _ in SERIES)]
    each = [national(ctx.plan, column) for _, column, _ in SERIES]
    body = [(year, *(values[year] for values in each)) for year in sorted(each[0])]
    return Chart(
        "national_innovation",
        say("summary-chart"),
        (where, path),
        say(
            "summary-chart-words",
            top=ctx.words.listed([region_name(ctx, r) for r in top], 5),
            share=ctx.words.percent(share),
        ),
        grid("national_innovation", say("summary-trajectory", unit=ctx.innovation_unit), columns, body),
        native="lines",
        legend=tuple((say(message), colour) for message, _, colour in SERIES),
    )


def trajectory(ctx: Context, width: int, height: int = 420) -> alt.TopLevelMixin:
    """National innovation over the years, with and without the plan."""
    say, unit = ctx.words.say, ctx.innovation_unit
    drawn = [
        {"x": year, "series": say(message), "value": value, "label": f"{year}, {say(message)}: {number(value)} {unit}"}
        for message, column, _ in SERIES
        for year, value in sorted(national(ctx.plan, column).items())
    ]
    scale = [(say(message), colour) for message, _, colour in SERIES]
    return lines(drawn, scale, "", width, height, zero=True, dashed=(say("without-plan"),))
