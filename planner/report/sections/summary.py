"""Three sentences, six figures: where the money goes, what it buys, what it rests on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from planner.report import facts
from planner.report.blocks import Block, Chart, Figure, Figures, Note, Section, Text
from planner.report.charts import lines
from planner.report.context import Context, capex_by, class_name, national, region_name, rows
from planner.report.drawing import INK, QUIET, WITH
from planner.report.panels import HALF, half, region_map
from planner.report.words import brief, known, listed, money, number, percent, plural, spans

if TYPE_CHECKING:
    import altair as alt


def section(ctx: Context) -> Section:
    """The first page: a reader who stops here knows the plan, its gain and its limits."""
    sentences = (where_the_money_goes(ctx), what_it_buys(ctx), what_it_rests_on(ctx))
    blocks: list[Block] = [Text(sentences), Figures(_figures(ctx)), _charts(ctx)]
    if ctx.summary.get("status") == "limit":
        blocks.insert(
            1,
            Note("The solver stopped at a limit before the wanted gap was reached; the gap below is what is certain."),
        )
    return Section("summary", "Summary", "", tuple(blocks))


def where_the_money_goes(ctx: Context) -> str:
    """Sentence one: total, shares of classes and macro-regions, largest recipients."""
    by_class, by_macro, by_region = (capex_by(ctx, ctx.plan, key) for key in ("class", "macro", "region"))
    total = sum(by_class.values())
    if not total:
        return f"Nothing is ordered in {ctx.horizon}."
    classes = [f"{percent(by_class[c] / total)} to {class_name(c).lower()}" for c in facts.ranked(by_class)]
    macros = [f"{ctx.macro_names[m]} {percent(by_macro[m] / total)}" for m in facts.ranked(by_macro)]
    top = [f"{region_name(ctx, r)} {percent(by_region[r] / total)}" for r in facts.ranked(by_region)[:3]]
    where = f"by place, {listed(macros)}; " if len(ctx.macro_names) <= 8 else ""
    return (
        f"New capacity ordered in {ctx.horizon} costs {money(total, ctx.currency)}: {listed(classes)}; "
        f"{where}the largest recipients are {listed(top)}."
    )


def what_it_buys(ctx: Context) -> str:
    """Sentence two: innovation against doing nothing, and what is certain about it."""
    won = facts.gain(ctx.plan, ctx.years[-1])
    gap, base = ctx.summary["bounds"]["gap"], national(ctx.plan).get(ctx.summary["base_year"])
    sure = (
        "it is certified that no plan under the same assumptions and rules scores more than "
        f"{percent(gap)} above this one"
        if known(gap)
        else "the solver stopped before it could prove how much better a plan may be"
    )
    return (
        f"In {won.year} the country reaches {number(won.with_plan)} {ctx.innovation_unit}, against {number(base)} in "
        f"{ctx.summary['base_year']} and {number(won.without)} if nothing were ordered, a gain over nothing of "
        f"{percent(won.relative)}; {sure}."
    )


def what_it_rests_on(ctx: Context) -> str:
    """Sentence three: what binds, and how firm the inputs are."""
    names = [facts.rule_name(ctx, found.rule) for found in facts.binding(ctx.plan) if found.worth > 0][:3]
    years = [row["year"] for row in facts.budget_prices(ctx.plan) if row["year"]]
    scarce = f"money in {spans(years)}" if years else ""
    limits = listed([part for part in (scarce, *(f"the rule “{name}”" for name in names)) if part]) or "nothing"
    kinds = Counter(ctx.plan.tables["assumptions"].column("kind"))
    columns = Counter(source["kind"] for source in ctx.summary.get("sources", ()))
    weak = kinds["assumption"] + kinds["estimated"]
    data = f" and {plural(sum(columns.values()), 'data column')} ({columns['estimated']} estimated)" if columns else ""
    return (
        f"What holds it back is {limits}; it rests on elasticity set “{ctx.summary['elasticity_set']}” and on "
        f"{plural(sum(kinds.values()), 'number')}, of which {weak:,} are assumptions or estimates{data}, "
        "all listed below."
    )


def _figures(ctx: Context) -> tuple[Figure, ...]:
    last = ctx.years[-1]
    won = facts.gain(ctx.plan, last)
    bounds = ctx.summary["bounds"]
    made = facts.hosting(ctx, rows(ctx.plan, "flows", year=last))
    gini = facts.divide(ctx.plan, last, "gini")
    figures = [
        Figure(
            money(facts.capex_million(ctx, ctx.plan), ctx.currency),
            f"new capacity ordered {ctx.horizon}",
            f"and {money(facts.running_million(ctx), ctx.currency)} to run all that stands",
        ),
        Figure(
            percent(won.relative, signed=True),
            f"innovation in {last} against ordering nothing",
            f"{number(won.with_plan - won.without)} more {ctx.innovation_unit}",
        ),
        Figure(
            percent(bounds["gap"]) if known(bounds["gap"]) else "not proved",
            "certified gap: no plan scores more above this one",
        ),
    ]
    if made.total:
        unmet = facts.unmet_share(ctx.plan, last)
        figures.append(
            Figure(
                percent(made.far_share),
                f"of compute made in another macro-region in {last}",
                f"{percent(made.elsewhere_share)} outside the region that uses it",
            )
        )
        figures.append(Figure(percent(unmet), f"of compute demand not served in {last}"))
    if gini:
        figures.append(
            Figure(
                number(gini[0]), f"Gini of innovation per head in {last}", f"{number(gini[1])} if nothing were ordered"
            )
        )
    return tuple(figures)


def _charts(ctx: Context) -> Chart:
    by_region = capex_by(ctx, ctx.plan, "region")
    unit = f"{ctx.currency} bn"
    top = facts.ranked(by_region)[:5]
    share = sum(by_region[r] for r in top) / (sum(by_region.values()) or 1)
    where = region_map(
        ctx,
        by_region,
        lambda v: brief(v / 1000),
        unit,
        INK,
        f"Money for new capacity by region, {ctx.horizon}, {unit}",
    )
    return Chart(
        "Where the money goes and what it buys",
        (where, half(trajectory(ctx, HALF), _trajectory_alt(ctx), f"Innovation of the country, {ctx.innovation_unit}")),
        f"Five regions ({listed([region_name(ctx, r) for r in top], 5)}) take {percent(share)} of the money. "
        "The gap between the two "
        "lines on the right is what the plan adds; it goes on after the last order for as long as what was "
        "built lives.",
        legend=(("with the plan", WITH), ("if nothing were ordered", QUIET)),
    )


def trajectory(ctx: Context, width: int, height: int = 420) -> alt.TopLevelMixin:
    """National innovation over the years, with and without the plan."""
    drawn = [
        {
            "x": year,
            "series": series,
            "value": value,
            "label": f"{year}, {series}: {number(value)} {ctx.innovation_unit}",
        }
        for series, column in (("with the plan", "innovation"), ("if nothing were ordered", "without_plan"))
        for year, value in sorted(national(ctx.plan, column).items())
    ]
    scale = [("with the plan", WITH), ("if nothing were ordered", QUIET)]
    return lines(drawn, scale, "", width, height, zero=True, dashed=("if nothing were ordered",))


def _trajectory_alt(ctx: Context) -> str:
    won = facts.gain(ctx.plan, ctx.years[-1])
    return f"National innovation with and without the plan; {percent(won.relative, signed=True)} in {won.year}"
