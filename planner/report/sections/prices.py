"""What binds, and what it costs: the dual prices in words."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Fold, Grid, Note, Points, Section, grid
from planner.report.charts import columns
from planner.report.context import Context, Row, asset_name, mark_of, region_name
from planner.report.drawing import INK
from planner.report.panels import HALF, half
from planner.report.sections.budgets import budget_name
from planner.report.words import listed, number, percent, plural, spans

ESTIMATED_BY = {
    "power": ("electricity",),
    "staff": ("staff",),
    "talent": ("factors.talent", "factors"),
    "housing": ("assets",),
    "bandwidth": ("demand",),
}


def section(ctx: Context) -> Section:
    """Prices of money, then every rule that binds, the dearest first."""
    found = facts.binding(ctx.plan)
    blocks: list[Block] = []
    if facts.budget_prices(ctx.plan):
        blocks += [_money(ctx), Points(tuple(money_words(ctx)), "In words")]
    else:
        blocks.append(Note("No budget has a price: more money would add nothing under these rules."))
    missed = [row for rule in found for row in rule.rows if row["shortfall"] > 0]
    if missed:
        names = listed(sorted({facts.rule_name(ctx, row["rule"]) for row in missed}))
        blocks.append(
            Note(
                f"{plural(len(missed), 'row')} of rules with a price are missed, not met: {names}. The table "
                "shows by how much."
            )
        )
    if found:
        blocks += [_rules(ctx, found), Fold("Every row that binds and has a price", (_rows(ctx, found),))]
    lead = (
        "A price is what the objective would gain if a limit gave way a little. It holds for small changes, "
        "with everything else as it is."
    )
    return Section("prices", "What binds and what it costs", lead, tuple(blocks))


def _money(ctx: Context) -> Chart:
    priced = facts.budget_prices(ctx.plan)
    each, unit = facts.objective_unit(ctx)
    panels = []
    for budget in dict.fromkeys(row["budget"] for row in priced):
        drawn = [
            {
                "x": str(row["year"] or "total"),
                "series": "price",
                "value": each * row["price_per_billion"],
                "label": f"{row['year'] or 'total'}: {facts.objective_words(ctx, row['price_per_billion'])}",
            }
            for row in priced
            if row["budget"] == budget
        ]
        name = budget_name(ctx, budget)
        panels.append(half(columns(drawn, [("price", INK)], "", HALF, 170), f"Price of money by year, {name}", name))
    top = max(priced, key=lambda row: row["price_per_billion"])
    return Chart(
        f"What one more billion {ctx.currency} adds, {unit}",
        tuple(panels),
        f"Money is worth most in {top['year'] or 'the total'}. Where the bars fall over the years, spending "
        "earlier is better: what is built early works longer.",
    )


def money_words(ctx: Context) -> list[str]:
    """A sentence for the first and the last priced year of each budget."""
    priced = facts.budget_prices(ctx.plan)
    ends = {
        budget: [row for row in priced if row["budget"] == budget]
        for budget in dict.fromkeys(row["budget"] for row in priced)
    }
    return [
        f"One more billion {ctx.currency} in {row['year'] or 'all years together'} "
        f"({budget_name(ctx, row['budget'])}) adds {facts.objective_words(ctx, row['price_per_billion'])}."
        for rows in ends.values()
        for row in (rows if len(rows) < 3 else (rows[0], rows[-1]))
    ]


def _rules(ctx: Context, found: list[facts.Binding]) -> Grid:
    body = []
    for rule in found:
        regions = list(dict.fromkeys(region_name(ctx, row["region"]) for row in rule.rows if row["region"]))
        where = listed(regions, 5) or "the nation"
        mark = mark_of(ctx, f"rules.{rule.rule}", *ESTIMATED_BY.get(rule.kind, ()))
        worth = facts.objective_words(ctx, rule.worth) if rule.worth else "nothing to first order"
        body.append(
            (
                Cell(facts.rule_name(ctx, rule.rule), mark=mark),
                rule.kind,
                where,
                spans([row["year"] for row in rule.rows]),
                f"{len(rule.rows)} of {rule.total}",
                worth,
            )
        )
    heads = ("Rule or limit", "Kind", "Binds in", "Years", ">Rows", "1 % more room everywhere would add")
    return grid(
        "Rules and limits that bind in the years of orders",
        heads,
        body,
        remark="First order: the sum of price times 1 % of the limit over its binding rows.",
    )


def _rows(ctx: Context, found: list[facts.Binding]) -> Grid:
    all_rows = [row for rule in found for row in rule.rows]
    priced = [row for row in all_rows if row["price"] or row["shortfall"] > 0]
    body = [
        (
            facts.rule_name(ctx, row["rule"]),
            region_name(ctx, row["region"]) if row["region"] else "",
            asset_name(ctx, row["asset"]) if row["asset"] else "",
            str(row["year"]),
            number(row["value"]),
            number(row["limit"]),
            _shortfall(row),
            number(row["price"]),
        )
        for row in priced
    ]
    heads = ("Rule or limit", "Province", "Asset", "Year", ">Value", ">Limit", ">Missed by", ">Price per unit")
    return grid(
        f"Binding rows with a price ({len(body):,} of {len(all_rows):,})", heads, body, filterable=len(body) > 20
    )


def _shortfall(row: Row) -> str:
    return (
        f"{number(row['shortfall'])} ({percent(row['shortfall'] / abs(row['limit']))})"
        if row["shortfall"] > 0 and row["limit"]
        else number(row["shortfall"])
    )
