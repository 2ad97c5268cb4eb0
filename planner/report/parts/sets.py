"""What stays the same whichever elasticity set one believes: plans that differ in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Head, Line, Note, grid
from planner.report.charts import bars
from planner.report.context import Context, capex_by, class_name, class_word, region_name
from planner.report.digits import fixed
from planner.report.measures import CHANGE, NUMBER, PLAIN, SHARE, Measure
from planner.report.panels import WIDE, wide
from planner.report.sections.allocation import legend


def blocks(ctx: Context) -> tuple[Block, ...]:
    """Money under each set, the sets side by side, money by region; a remark where one set alone was given."""
    plans = facts.elasticity_plans(ctx)
    sets = (_sets(ctx, plans),) if ctx.summary.get("elasticity_sets") else ()
    if len(plans) < 2:
        return (Note(ctx.words.say("sets-alone", set=set_name(ctx, ctx.plan))), *sets)
    regions = Fold(ctx.words.say("sets-regions-fold"), (_regions(ctx, plans),))
    return (_money(ctx, plans), _compared(ctx, plans), regions, *sets)


def set_name(ctx: Context, plan: Plan) -> str:
    """Name of the elasticity set of a plan, without what stands in brackets behind it."""
    return _short(ctx.words.name(_known(plan)))


def _short(name: str) -> str:
    return name.split(" (")[0].split("（")[0]


def _known(plan: Plan) -> dict[str, Any]:
    mine = str(plan.summary["elasticity_set"])
    return next((dict(s) for s in plan.summary.get("elasticity_sets", ()) if str(s["id"]) == mine), {"id": mine})


def _money(ctx: Context, plans: Sequence[Plan]) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    order = facts.ranked(capex_by(ctx, ctx.plan, "macro"))[:8]
    spent = [capex_by(ctx, plan, "macro", "class") for plan in plans]
    drawn = [
        part
        for macro in order
        for plan, each in zip(plans, spent, strict=True)
        for part in _bar(ctx, plan, each, macro)
    ]
    title = say("sets-money", horizon=ctx.horizon, unit=unit)
    heads: list[Head] = [
        say("sets-place-and-set"),
        *(Column(class_name(ctx, c), ctx.money_measure) for c in ctx.classes),
    ]
    body: list[Line] = [
        (_bar_name(ctx, plan, macro), *(each.get((macro, c), 0.0) for c in ctx.classes))
        for macro in order
        for plan, each in zip(plans, spent, strict=True)
    ]
    data = grid("money_by_set", title, heads, body)
    panel = wide(bars(drawn, legend(ctx), unit, WIDE, 20), title)
    return Chart("money_by_set", title, (panel,), common_words(ctx, plans), data, "bars", legend(ctx))


def _bar_name(ctx: Context, plan: Plan, macro: str) -> str:
    return f"{ctx.macro_names[macro]} · {set_name(ctx, plan)}"


def _bar(ctx: Context, plan: Plan, spent: dict[Any, float], macro: str) -> list[dict[str, Any]]:
    name = _bar_name(ctx, plan, macro)
    return [
        {
            "y": name,
            "series": class_name(ctx, c),
            "value": ctx.words.money_value(spent.get((macro, c), 0.0)),
            "label": f"{name}, {class_name(ctx, c)}: {ctx.money(spent.get((macro, c), 0.0))}",
        }
        for c in ctx.classes
    ]


def common_words(ctx: Context, plans: Sequence[Plan]) -> str:
    """How much of the main plan every set would also do, and how alike the sets rank regions."""
    common, whole = facts.common_million(ctx, plans), facts.capex_million(ctx, ctx.plan)
    alike = [_alike(ctx, other) for other in plans[1:]]
    told = [
        ctx.words.say(
            "sets-common",
            money=ctx.money(common),
            share=ctx.words.percent(common / whole if whole else None),
            count=len(plans),
        ),
        ctx.words.say("sets-ranks", correlations=ctx.words.listed(fixed(value, 2) for value in alike)),
        _firmest(ctx, plans),
    ]
    return ctx.words.prose(told)


def _alike(ctx: Context, other: Plan) -> float:
    """Rank correlation of regions by money with the main plan."""
    return facts.rank_correlation(capex_by(ctx, ctx.plan, "region"), capex_by(ctx, other, "region"), list(ctx.regions))


def _firmest(ctx: Context, plans: Sequence[Plan]) -> str:
    """The class of which the sets share most, and the one of which they share least."""
    each = [capex_by(ctx, plan, "region", "class") for plan in plans]
    shares = {}
    for c in ctx.classes:
        mine = {key: amount for key, amount in each[0].items() if key[1] == c}
        if whole := sum(mine.values()):
            shares[c] = sum(min(amounts.get(key, 0.0) for amounts in each) for key in mine) / whole
    if len(shares) < 2:
        return ""
    order = facts.ranked(shares)
    return ctx.words.say(
        "sets-firmest",
        firm=class_word(ctx, order[0]),
        most=ctx.words.percent(shares[order[0]]),
        loose=class_word(ctx, order[-1]),
        least=ctx.words.percent(shares[order[-1]]),
    )


def _compared(ctx: Context, plans: Sequence[Plan]) -> Grid:
    say, year = ctx.words.say, ctx.years[-1]
    body: list[Line] = []
    for plan in plans:
        by_class, whole = capex_by(ctx, plan, "class"), facts.capex_million(ctx, plan)
        gini = facts.divide(plan, year, "gini")
        name = set_name(ctx, plan)
        body.append(
            (
                say("sets-this", set=name) if plan is ctx.plan else name,
                whole,
                *(by_class.get(c, 0.0) / whole if whole else None for c in ctx.classes),
                facts.gain(plan, year).relative,
                gini[0] if gini else None,
                _alike(ctx, plan),
                plan.summary["bounds"]["gap"],
            )
        )
    heads: list[Head] = [
        say("sets-set"),
        Column(ctx.money_unit, ctx.money_measure),
        *(Column(class_name(ctx, c), SHARE) for c in ctx.classes),
        Column(say("sets-gain", year=str(year)), CHANGE),
        Column(say("sets-gini", year=str(year)), NUMBER),
        Column(say("sets-correlation"), Measure("fixed", 2)),
        Column(say("sets-gap"), SHARE),
    ]
    return grid("sets_compared", say("sets-side-by-side"), heads, body, remark=say("sets-gain-remark"))


def _regions(ctx: Context, plans: Sequence[Plan]) -> Grid:
    say, each = ctx.words.say, [capex_by(ctx, plan, "region") for plan in plans]
    most = max(each[0].values(), default=0.0) or 1.0
    body: list[Line] = []
    for region in facts.ranked({r: each[0].get(r, 0.0) for r in ctx.regions}):
        amounts = [one.get(region, 0.0) for one in each]
        spread = (max(amounts) - min(amounts)) / amounts[0] if amounts[0] else None
        least = Cell(min(amounts), share=min(amounts) / most)
        body.append((region_name(ctx, region), *amounts, spread, least))
    heads: list[Head] = [
        say("region"),
        *(Column(set_name(ctx, plan), ctx.money_measure) for plan in plans),
        Column(say("sets-spread"), SHARE),
        Column(say("sets-least"), ctx.money_measure),
    ]
    caption = say("sets-regions", unit=ctx.money_unit)
    return grid("regions_by_set", caption, heads, body, remark=say("sets-spread-remark"))


def _sets(ctx: Context, plans: Sequence[Plan]) -> Grid:
    """Every set of the config, with its elasticities, spillover and source."""
    say, sets = ctx.words.say, list(ctx.summary.get("elasticity_sets", ()))
    factors = list(dict.fromkeys(f for s in sets for f in s.get("beta", {})))
    names = {str(f["id"]): ctx.words.name(f) for f in ctx.summary.get("factors", ())}
    used = {str(plan.summary["elasticity_set"]) for plan in plans}
    body: list[Line] = [
        (
            Cell(ctx.words.name(s), mark="" if str(s["id"]) in used else "not-solved"),
            *(s.get("beta", {}).get(f, 0.0) for f in factors),
            sum(s.get("beta", {}).values()),
            s.get("spillover"),
            str(s.get("source", "")),
        )
        for s in sets
    ]
    heads: list[Head] = [
        say("sets-set"),
        *(Column(names.get(f, f), PLAIN) for f in factors),
        Column(say("sets-sum"), PLAIN),
        Column(say("sets-spillover"), PLAIN),
        say("sets-source"),
    ]
    return grid("elasticity_sets", say("sets-table"), heads, body)
