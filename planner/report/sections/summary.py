"""The first page: what to build, where, when, for how much, what it brings, to whom it brings least, how sure it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from planner.report import facts
from planner.report.blocks import Block, Chart, Column, Figure, Figures, Head, Line, Note, Section, Text, grid
from planner.report.charts import lines
from planner.report.context import TOTAL_COLOUR, Context, capex_by, class_word, national, region_name, rows
from planner.report.digits import brief, known, number
from planner.report.drawing import QUIET, WITH
from planner.report.language import spans
from planner.report.measures import NUMBER, YEAR
from planner.report.panels import HALF, half, region_map

if TYPE_CHECKING:
    import altair as alt

SERIES = (("with-plan", "innovation", WITH), ("without-plan", "without_plan", QUIET))


def section(ctx: Context) -> Section:
    """A reader who stops here knows the plan, its gain and its limits."""
    paragraphs = (what_and_where(ctx), when(ctx), what_it_brings(ctx), the_worst_off(ctx), how_sure(ctx))
    told = Text(tuple(paragraph for paragraph in paragraphs if paragraph))
    blocks: list[Block] = [Figures(_figures(ctx)), told, _charts(ctx)]
    if ctx.summary.get("status") == "limit":
        blocks.insert(0, Note(ctx.words.say("summary-limit")))
    return Section("summary", ctx.words.say("summary"), "", tuple(blocks))


def what_and_where(ctx: Context) -> str:
    """The money, what it is for, and where it goes."""
    say, percent, listed = ctx.words.say, ctx.words.percent, ctx.words.listed
    by_class, by_macro, by_region = (capex_by(ctx, ctx.plan, key) for key in ("class", "macro", "region"))
    total = sum(by_class.values())
    if not total:
        return say("summary-nothing", horizon=ctx.horizon)
    shares = [
        say("summary-class", share=percent(by_class[c] / total), **{"class": class_word(ctx, c)})
        for c in facts.ranked(by_class)
    ]
    sentences = [say("summary-money", horizon=ctx.horizon, total=ctx.money(total), classes=listed(shares))]
    if 1 < len(ctx.macro_names) <= 8:
        places = [_place(ctx, ctx.macro_names[m], by_macro[m] / total) for m in facts.ranked(by_macro)]
        sentences.append(say("summary-places", places=listed(places, 8)))
    if len(ctx.regions) > 3 and len(ctx.macro_names) != len(ctx.regions):
        top = [_place(ctx, region_name(ctx, r), by_region[r] / total) for r in facts.ranked(by_region)[:3]]
        sentences.append(say("summary-top", top=listed(top)))
    return ctx.words.prose(sentences)


def _place(ctx: Context, place: str, share: float) -> str:
    return ctx.words.say("summary-place", place=place, share=ctx.words.percent(share))


def when(ctx: Context) -> str:
    """When the money is spent, and what running it all takes."""
    say, spent = ctx.words.say, capex_by(ctx, ctx.plan, "year")
    if not sum(spent.values()):
        return ""
    peak, first = max(ctx.years, key=lambda year: spent.get(year, 0.0)), ctx.years[0]
    sentences = []
    if len(ctx.years) > 1 and spent[peak] > 1.005 * spent.get(first, 0.0):
        amounts = {"start": ctx.money(spent.get(first, 0.0)), "most": ctx.money(spent[peak])}
        sentences.append(say("summary-peak", first=str(first), peak=str(peak), **amounts))
    elif len(ctx.years) > 1:
        sentences.append(say("summary-peak-first", first=str(first), most=ctx.money(spent[first])))
    sentences.append(say("summary-running", amount=ctx.money(facts.running_million(ctx))))
    return ctx.words.prose(sentences)


def what_it_brings(ctx: Context) -> str:
    """Innovation against today and against doing nothing."""
    say = ctx.words.say
    won, base = facts.gain(ctx.plan, ctx.years[-1]), national(ctx.plan).get(ctx.summary["base_year"])
    year, base_year = str(won.year), str(ctx.summary["base_year"])
    reached = say("summary-reached", year=year, level=number(won.with_plan), unit=ctx.innovation_unit)
    today = say("summary-today", base_year=base_year, level=number(base)) if base else ""
    idle = say("summary-idle", level=number(won.without), gain=ctx.words.gain(won.relative))
    return ctx.words.prose([reached, today, idle])


def the_worst_off(ctx: Context) -> str:
    """What the plan does for the region that has the least innovation per head."""
    say, percent = ctx.words.say, ctx.words.percent
    least = facts.worst_off(ctx, ctx.years[-1]) if len(ctx.regions) > 1 else None
    if least is None:
        return ""
    before, won = facts.worst_off(ctx, ctx.years[-1], "without_plan"), facts.gain(ctx.plan, ctx.years[-1])
    sentences = [
        say(
            "summary-worst",
            region=region_name(ctx, least.region),
            year=str(ctx.years[-1]),
            level=number(least.with_plan),
            without=number(least.without),
            gain=percent(least.relative, signed=True),
            country=percent(won.relative, signed=True),
        )
    ]
    if before and before.region != least.region:
        sentences.append(say("summary-worst-before", region=region_name(ctx, before.region)))
    spread = facts.divide(ctx.plan, ctx.years[-1], "max_over_min")
    if spread:
        moves = "summary-apart" if spread[0] > spread[1] else "summary-together"
        sentences.append(say(moves, ratio=number(spread[0]), without=number(spread[1])))
    return ctx.words.prose(sentences)


def how_sure(ctx: Context) -> str:
    """What is proved, what the numbers rest on, what all elasticity sets agree on, what holds the plan back."""
    gap = ctx.summary["bounds"]["gap"]
    proved = (
        ctx.words.say("summary-sure", gap=ctx.words.percent(gap)) if known(gap) else ctx.words.say("summary-unsure")
    )
    return ctx.words.prose([proved, _basis(ctx), _agreement(ctx), _limits(ctx)])


def _basis(ctx: Context) -> str:
    kinds = Counter(ctx.plan.tables["assumptions"].column("kind"))
    count = sum(kinds.values())
    if not count:
        return ""
    weak, recalled = (kinds["assumption"] + kinds["estimated"]) / count, kinds["recalled"] / count
    percent, origins = ctx.words.percent, ctx.plan.tables["capability"].column("origin")
    shares = {"weak": percent(weak), "recalled": percent(recalled), "firm": percent(1 - weak - recalled)}
    told = ctx.words.say("summary-basis", count=count, **shares)
    measured = {"measured": str(origins.count("measured")), "of": str(len(origins))}
    return ctx.words.prose([told, ctx.words.say("summary-measured", **measured) if origins else ""])


def agreed_share(ctx: Context) -> float | None:
    """Share of the money that goes to the same region and class under all elasticity sets; None for one set."""
    plans, whole = facts.elasticity_plans(ctx), facts.capex_million(ctx, ctx.plan)
    return facts.common_million(ctx, plans) / whole if len(plans) > 1 and whole else None


def _agreement(ctx: Context) -> str:
    share, name = agreed_share(ctx), set_name(ctx)
    if share is None:
        return ctx.words.say("summary-one-set", set=name)
    return ctx.words.say(
        "summary-sets", count=len(facts.elasticity_plans(ctx)), share=ctx.words.percent(share), set=name
    )


def set_name(ctx: Context) -> str:
    """Name of the elasticity set of the plan."""
    used = str(ctx.summary["elasticity_set"])
    return next((ctx.words.name(s) for s in ctx.summary.get("elasticity_sets", ()) if s["id"] == used), used)


def _limits(ctx: Context) -> str:
    say = ctx.words.say
    names = [facts.rule_name(ctx, found.rule) for found in facts.binding(ctx.plan) if found.worth > 0][:3]
    years = [row["year"] for row in facts.budget_prices(ctx.plan) if row["year"]]
    scarce = [say("summary-scarce-money", years=spans(years))] if years else []
    limits = [*scarce, *(say("summary-rule", rule=name) for name in names)]
    return say("summary-limits", limits=ctx.words.listed(limits)) if limits else ""


def _figures(ctx: Context) -> tuple[Figure, ...]:
    """Six figures where the plan has them all: money, gain, worst-off, service, proof, agreement or divide."""
    say, percent, last = ctx.words.say, ctx.words.percent, ctx.years[-1]
    won, gap, least = facts.gain(ctx.plan, last), ctx.summary["bounds"]["gap"], facts.worst_off(ctx, last)
    more = say("summary-more", amount=number(won.with_plan - won.without), unit=ctx.innovation_unit)
    running = say("summary-and-running", amount=ctx.money(facts.running_million(ctx)))
    figures = [
        Figure(ctx.money(facts.capex_million(ctx, ctx.plan)), say("summary-capex", horizon=ctx.horizon), running),
        Figure(percent(won.relative, signed=True), say("summary-innovation", year=str(last)), more),
    ]
    if least and len(ctx.regions) > 1:
        where = say("summary-worst-figure", region=region_name(ctx, least.region))
        figures.append(Figure(percent(least.relative, signed=True), where, say("summary-worst-remark")))
    figures += _compute_figures(ctx, last)
    figures.append(Figure(percent(gap) if known(gap) else say("summary-gap-none"), say("summary-gap")))
    return (*figures, *_sixth(ctx, last))


def _sixth(ctx: Context, last: int) -> list[Figure]:
    say, agreed = ctx.words.say, agreed_share(ctx)
    if agreed is not None:
        count = len(facts.elasticity_plans(ctx))
        return [Figure(ctx.words.percent(agreed), say("summary-agreed", count=count))]
    gini = facts.divide(ctx.plan, last, "gini")
    if gini is None:
        return []
    return [
        Figure(number(gini[0]), say("summary-gini", year=str(last)), say("summary-gini-without", value=number(gini[1])))
    ]


def _compute_figures(ctx: Context, year: int) -> list[Figure]:
    say, percent, unmet = ctx.words.say, ctx.words.percent, facts.unmet_share(ctx.plan, year)
    if unmet is None:
        return []
    made = facts.hosting(ctx, rows(ctx.plan, "flows", year=year))
    elsewhere = say("summary-elsewhere", share=percent(made.elsewhere_share)) if made.total else ""
    return [Figure(percent(unmet), say("summary-unmet", year=str(year)), elsewhere)]


def _charts(ctx: Context) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    by_region = capex_by(ctx, ctx.plan, "region")
    title = say("summary-map", horizon=ctx.horizon, unit=unit)
    where = region_map(ctx, by_region, lambda v: brief(ctx.words.money_value(v)), unit, TOTAL_COLOUR, title)
    won = facts.gain(ctx.plan, ctx.years[-1])
    alt_text = say("summary-trajectory-alt", gain=ctx.words.percent(won.relative, signed=True), year=str(won.year))
    path = half(trajectory(ctx, HALF), alt_text, say("summary-trajectory", unit=ctx.innovation_unit))
    heads: list[Head] = [Column(say("year"), YEAR), *(Column(say(message), NUMBER) for message, _, _ in SERIES)]
    each = [national(ctx.plan, column) for _, column, _ in SERIES]
    body: list[Line] = [(year, *(values[year] for values in each)) for year in sorted(each[0])]
    return Chart(
        "national_innovation",
        say("summary-chart"),
        (where, path),
        ctx.words.prose([_top_words(ctx, by_region), say("summary-chart-words")]),
        grid("national_innovation", say("summary-trajectory", unit=ctx.innovation_unit), heads, body),
        native="lines",
        legend=tuple((say(message), colour) for message, _, colour in SERIES),
    )


def _top_words(ctx: Context, by_region: dict[str, float]) -> str:
    top, whole = facts.ranked(by_region)[:5], sum(by_region.values())
    if len(ctx.regions) <= 5 or not whole:
        return ""
    names, share = ctx.words.listed([region_name(ctx, r) for r in top], 5), sum(by_region[r] for r in top) / whole
    return ctx.words.say("summary-five", top=names, share=ctx.words.percent(share))


def trajectory(ctx: Context, width: int, height: int = 420) -> alt.TopLevelMixin:
    """National innovation over the years, with and without the plan."""
    say, unit = ctx.words.say, ctx.innovation_unit
    drawn = [
        {
            "x": year,
            "series": say(message),
            "value": value,
            "label": say("summary-tip", year=str(year), series=say(message), value=number(value), unit=unit),
        }
        for message, column, _ in SERIES
        for year, value in sorted(national(ctx.plan, column).items())
    ]
    scale = [(say(message), colour) for message, _, colour in SERIES]
    return lines(drawn, scale, "", width, height, zero=True, dashed=(say("without-plan"),))
