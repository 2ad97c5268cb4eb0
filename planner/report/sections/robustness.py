"""What stays the same whichever elasticity set one believes."""

from __future__ import annotations

import math
from typing import Any

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Cell, Cells, Chart, Fold, Grid, Note, Section, grid
from planner.report.charts import bars
from planner.report.context import Context, capex_by, class_name, region_name
from planner.report.panels import both
from planner.report.sections.allocation import legend
from planner.report.words import fixed, listed, money, number, percent, plain


def section(ctx: Context) -> Section:
    """Money by class and place under each set given, what they share, how alike they rank regions."""
    lead = (
        "Elasticities say how strongly innovation answers to infrastructure. They are the least certain "
        "numbers of the plan, so it is solved under several sets."
    )
    blocks: list[Block] = [_sets(ctx)]
    if len(ctx.plans) < 2:
        alone = (
            f"Only one set was given (“{set_of(ctx.plan)}”). Nothing can be said about what survives the "
            "others: solve the same config under each set and give all plan folders to the report."
        )
        return Section("robustness", "What survives other elasticities", lead, (Note(alone), *blocks))
    blocks = [_money(ctx), _compared(ctx), Fold("Money by region under each set", (_regions(ctx),)), *blocks]
    return Section("robustness", "What survives other elasticities", lead, tuple(blocks))


def set_of(plan: Plan) -> str:
    return str(plan.summary["elasticity_set"])


def _set_name(plan: Plan) -> str:
    known = {str(s["id"]): str(s["name"]) for s in plan.summary.get("elasticity_sets", ())}
    return (known.get(set_of(plan)) or set_of(plan)).split(" (")[0]


def _money(ctx: Context) -> Chart:
    order = facts.ranked(capex_by(ctx, ctx.plan, "macro"))[:8]
    drawn = [part for macro in order for plan in ctx.plans for part in _bar(ctx, plan, macro)]
    unit = f"{ctx.currency} bn"
    panel = both(
        lambda width: bars(drawn, legend(ctx), unit, width, 20),
        f"Money by macro-region, class and elasticity set, {unit}",
    )
    return Chart(
        f"Money by macro-region and class under each set, {ctx.horizon}, {unit}",
        (panel,),
        common_words(ctx),
        legend(ctx),
    )


def _bar(ctx: Context, plan: Plan, macro: str) -> list[dict[str, Any]]:
    spent, name = capex_by(ctx, plan, "macro", "class"), ctx.macro_names[macro]
    return [
        {
            "y": f"{name} · {_set_name(plan)}",
            "series": class_name(c),
            "value": spent.get((macro, c), 0.0) / 1000,
            "label": f"{name}, {class_name(c)}, {_set_name(plan)}: {money(spent.get((macro, c), 0.0), ctx.currency)}",
        }
        for c in ctx.classes
    ]


def common_words(ctx: Context) -> str:
    """How much of the main plan every set would also do, and how alike the sets rank regions."""
    common, whole = facts.common_million(ctx), facts.capex_million(ctx, ctx.plan)
    alike = [
        facts.rank_correlation(capex_by(ctx, ctx.plan, "region"), capex_by(ctx, other, "region"), list(ctx.regions))
        for other in ctx.plans[1:]
    ]
    firm = _firmest(ctx)
    return (
        f"{money(common, ctx.currency)}, {percent(common / whole if whole else None)} of the plan, is spent in "
        "the same region on the same class under all "
        f"{len(ctx.plans)} sets; that part can start whichever set is right. The ranking of regions by money "
        "correlates "
        f"{' and '.join(fixed(value, 2) for value in alike)} with the other sets (1 is the same order). {firm}"
    )


def _firmest(ctx: Context) -> str:
    each = [capex_by(ctx, plan, "region", "class") for plan in ctx.plans]
    shares = {}
    for c in ctx.classes:
        mine = {key: amount for key, amount in each[0].items() if key[1] == c}
        if whole := sum(mine.values()):
            shares[c] = sum(min(amounts.get(key, 0.0) for amounts in each) for key in mine) / whole
    if not shares:
        return ""
    firm, loose = max(shares, key=lambda c: shares[c]), min(shares, key=lambda c: shares[c])
    return (
        f"Firmest is {class_name(firm).lower()} ({percent(shares[firm])} common), least firm "
        f"{class_name(loose).lower()} ({percent(shares[loose])})."
    )


def _compared(ctx: Context) -> Grid:
    year = ctx.years[-1]
    body: list[Cells] = []
    for plan in ctx.plans:
        by_class, whole = capex_by(ctx, plan, "class"), facts.capex_million(ctx, plan)
        gini = facts.divide(plan, year, "gini")
        rank = facts.rank_correlation(
            capex_by(ctx, ctx.plan, "region"), capex_by(ctx, plan, "region"), list(ctx.regions)
        )
        body.append(
            (
                _set_name(plan) + (" (this plan)" if plan is ctx.plan else ""),
                fixed(whole / 1000, 1),
                *(percent(by_class.get(c, 0.0) / whole if whole else None) for c in ctx.classes),
                percent(facts.gain(plan, year).relative, signed=True),
                number(gini[0] if gini else None),
                fixed(rank, 2),
                percent(plan.summary["bounds"]["gap"]),
            )
        )
    heads = (
        "Elasticity set",
        f">{ctx.currency} bn",
        *(f">{class_name(c)}" for c in ctx.classes),
        f">Gain {year}",
        f">Gini {year}",
        ">Rank correlation",
        ">Gap",
    )
    return grid(
        "The plans side by side",
        heads,
        body,
        remark=(
            "Each gain is measured with the set of its own row; a larger gain means a more hopeful set, not "
            "a better plan."
        ),
    )


def _regions(ctx: Context) -> Grid:
    each = [capex_by(ctx, plan, "region") for plan in ctx.plans]
    most = max(each[0].values(), default=0.0) or 1.0
    body: list[Cells] = []
    for region in facts.ranked({r: each[0].get(r, 0.0) for r in ctx.regions}):
        amounts = [one.get(region, 0.0) for one in each]
        spread = (max(amounts) - min(amounts)) / amounts[0] if amounts[0] else math.nan
        body.append(
            (
                region_name(ctx, region),
                *(fixed(amount / 1000, 1) for amount in amounts),
                percent(spread),
                Cell(fixed(min(amounts) / 1000, 1), share=min(amounts) / most),
            )
        )
    heads = ("Region", *(f">{_set_name(plan)}" for plan in ctx.plans), ">Spread", ">Least under any set")
    return grid(
        f"Money by region under each set, {ctx.currency} bn",
        heads,
        body,
        remark=(
            "Spread is the largest less the smallest amount, relative to this plan. A small spread marks a "
            "decision that does not hang on the elasticities."
        ),
    )


def _sets(ctx: Context) -> Grid:
    sets = list(ctx.summary.get("elasticity_sets", ()))
    factors = list(dict.fromkeys(f for s in sets for f in s["beta"]))
    names = {str(f["id"]): str(f["name"]) for f in ctx.summary.get("factors", ())}
    used = {set_of(plan) for plan in ctx.plans}
    body: list[Cells] = [
        (
            Cell(str(s["name"]), mark="" if str(s["id"]) in used else "not solved"),
            *(plain(s["beta"].get(f, 0.0)) for f in factors),
            plain(sum(s["beta"].values())),
            plain(s["spillover"]),
            str(s["source"]),
        )
        for s in sets
    ]
    heads = ("Elasticity set", *(f">{names.get(f, f)}" for f in factors), ">Sum", ">Spillover", "Source")
    return grid(
        "Elasticity sets: % more innovation for 1 % more of a factor",
        heads,
        body,
        remark=f"Sets compared here: {listed(sorted(used))}.",
    )
