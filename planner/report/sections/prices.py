"""What binds, and what it costs: the dual prices in words."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Cell, Cells, Chart, Fold, Grid, Note, Points, Section, grid
from planner.report.charts import columns
from planner.report.context import Context, Row, asset_name, estimates, region_name, rows, supply_kind
from planner.report.drawing import INK
from planner.report.panels import HALF, half
from planner.report.sections.budgets import budget_name
from planner.report.words import listed, number, percent, plural, spans

SUPPLIES = {"power": "electricity", "staff": "staff"}
ON_STOCKS = ("growth", "housing", "bandwidth", "talent")


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
            for row in rows(ctx.plan, "budgets", phase="plan", budget=budget)
        ]
        name = budget_name(ctx, budget)
        panels.append(half(columns(drawn, [("price", INK)], "", HALF, 170), f"Price of money by year, {name}", name))
    top = max(priced, key=lambda row: row["price_per_billion"])
    year, name = top["year"] or "the total", budget_name(ctx, top["budget"])
    return Chart(
        f"What one more billion {ctx.currency} adds, {unit}",
        tuple(panels),
        f"Money is worth most in {year}, in “{name}”. Where the bars fall over the years, spending earlier is better: "
        "what is built early works longer. A year without a bar leaves money unspent or carries it over.",
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
        for mine in ends.values()
        for row in (mine if len(mine) < 3 else (mine[0], mine[-1]))
    ]


def _rules(ctx: Context, found: list[facts.Binding]) -> Grid:
    scale, unit = facts.objective_unit(ctx)
    dear, free = [rule for rule in found if rule.worth], [rule for rule in found if not rule.worth]
    body: list[Cells] = [
        (
            Cell(facts.rule_name(ctx, rule.rule), mark=rule_mark(ctx, rule.kind)),
            rule.kind,
            _where(ctx, rule),
            spans([row["year"] for row in rule.rows]),
            f"{len(rule.rows)} of {rule.total}",
            number(scale * rule.worth),
            number(100 * rule.worth),
        )
        for rule in dear
    ]
    heads = (
        "Rule or limit",
        "Kind",
        "Binds in",
        "Years",
        ">Rows",
        f">1 % slack adds, {unit}",
        ">The same, % of today's innovation",
    )
    names = listed([facts.rule_name(ctx, rule.rule) for rule in free], len(free))
    remark = "1 % slack is worth, to first order, the sum of price times 1 % of the limit over the binding rows. "
    idle = f"These bind too, but at no price: {names}." if free else ""
    return grid("Rules and limits that bind in the years of orders", heads, body, remark=remark + idle)


def _where(ctx: Context, rule: facts.Binding) -> str:
    regions = dict.fromkeys(region_name(ctx, row["region"]) for row in rule.rows if row["region"])
    return listed(list(regions), 5) or "the nation"


def rule_mark(ctx: Context, kind: str) -> str:
    """The mark "estimated" where the limit of a kind of rule comes from an estimated supply or base stock."""
    if kind in SUPPLIES and (estimates(ctx, SUPPLIES[kind]) or supply_kind(ctx, SUPPLIES[kind]) == "estimated"):
        return "estimated"
    stocks = any(asset.get("base_stock_kind") == "estimated" for asset in ctx.assets.values())
    return "estimated" if kind in ON_STOCKS and stocks else ""


def _rows(ctx: Context, found: list[facts.Binding]) -> Grid:
    all_rows = [row for rule in found for row in rule.rows]
    priced = [row for row in all_rows if abs(row["price"] * row["limit"]) > 1e-9 or row["shortfall"] > 0]
    body = [
        (
            facts.rule_name(ctx, row["rule"]),
            region_name(ctx, row["region"]) if row["region"] else "",
            asset_name(ctx, row["asset"]) if row["asset"] else "",
            str(row["year"]),
            number(row["value"]),
            number(row["limit"]),
            _shortfall(row),
            row["unit"],
            row["status"],
            number(abs(row["price"])),
        )
        for row in priced
    ]
    where, what = ("Rule or limit", "Region", "Asset", "Year"), (">Value", ">Limit", ">Missed by")
    heads = (*where, *what, "Unit", "Status", ">Price per unit")
    return grid(
        f"Binding rows with a price ({len(body):,} of {len(all_rows):,})", heads, body, filterable=len(body) > 20
    )


def _shortfall(row: Row) -> str:
    return (
        f"{number(row['shortfall'])} ({percent(row['shortfall'] / abs(row['limit']))})"
        if row["shortfall"] > 0 and row["limit"]
        else number(row["shortfall"])
    )
