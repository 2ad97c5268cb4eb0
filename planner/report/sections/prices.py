"""What binds, and what it costs: missed rules first, then prices of money and of limits in words."""

from __future__ import annotations

import itertools

from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Head, Line, Note, Points, Section, grid
from planner.report.charts import bars, columns
from planner.report.context import (
    Context,
    Row,
    asset_name,
    estimates,
    region_name,
    rows,
    supply_kind,
)
from planner.report.digits import number
from planner.report.drawing import INK
from planner.report.language import spans
from planner.report.measures import COUNT, NUMBER, SHARE
from planner.report.panels import HALF, WIDE, half, wide
from planner.report.sections.budgets import budget_name

SUPPLIES = {"power": "electricity", "staff": "staff"}
ON_STOCKS = ("growth", "housing", "bandwidth", "talent")
SHOWN = 10
IN_WORDS = 5


def section(ctx: Context) -> Section:
    """Rules that are missed, prices of money, then every rule that binds, the dearest first."""
    found, say = facts.binding(ctx.plan), ctx.words.say
    blocks: list[Block] = [*_missed(ctx, found)]
    if facts.budget_prices(ctx.plan):
        blocks += [_money(ctx), Points(tuple(money_words(ctx)), say("prices-in-words"))]
    else:
        blocks.append(Note(say("prices-no-budget")))
    if any(rule.worth for rule in found):
        blocks += [_worth(ctx, found), Points(tuple(room_words(ctx, found)), say("prices-room-title"))]
        blocks.append(_rules(ctx, found))
        every = _rows(ctx, "binding_rows", [row for rule in found for row in rule.rows])
        blocks.append(Fold(say("prices-every"), (every,)))
    else:
        blocks.append(Note(_idle(ctx, found) or say("prices-nothing-binds")))
    return Section("prices", say("prices"), say("prices-lead"), tuple(blocks))


def _missed(ctx: Context, found: list[facts.Binding]) -> list[Block]:
    """Rules with a price that the plan would rather pay than keep."""
    missed = [row for rule in found for row in rule.rows if row["shortfall"] > 0]
    if not missed:
        return []
    names = sorted({facts.rule_name(ctx, row["rule"]) for row in missed})
    note = ctx.words.say("prices-missed", count=len(missed), rules=ctx.words.listed(names))
    return [Note(note), _rows(ctx, "missed_rules", missed)]


def _year(ctx: Context, row: Row) -> str:
    """Year of a row in a table."""
    return str(row["year"] or ctx.words.say("prices-all-years"))


def _when(ctx: Context, row: Row) -> str:
    """Year of a row within a sentence."""
    return ctx.words.say("prices-year", year=str(row["year"])) if row["year"] else ctx.words.say("prices-all-years")


def _money(ctx: Context) -> Chart:
    say, priced = ctx.words.say, facts.budget_prices(ctx.plan)
    each, unit = facts.objective_unit(ctx)
    title = say("prices-money", currency=ctx.words.currency(ctx.currency), unit=unit)
    shown = [
        row
        for budget in dict.fromkeys(row["budget"] for row in priced)
        for row in rows(ctx.plan, "budgets", phase="plan", budget=budget)
    ]
    panels = []
    for budget in dict.fromkeys(row["budget"] for row in shown):
        drawn = [
            {
                "x": _year(ctx, row),
                "series": "price",
                "value": each * row["price_per_billion"],
                "label": f"{_year(ctx, row)}: {facts.objective_words(ctx, row['price_per_billion'])}",
            }
            for row in shown
            if row["budget"] == budget
        ]
        name = budget_name(ctx, budget)
        panels.append(half(columns(drawn, [("price", INK)], "", HALF, 170), say("prices-alt", budget=name), name))
    top = max(priced, key=lambda row: row["price_per_billion"])
    conclusion = ctx.words.prose(
        [
            say("prices-money-words", year=_when(ctx, top), budget=budget_name(ctx, top["budget"])),
            say("prices-earlier") if _falls([row for row in priced if row["budget"] == top["budget"]]) else "",
            say("prices-no-bar") if len(priced) < len(shown) else "",
        ]
    )
    heads: list[Head] = [say("prices-budget"), say("year"), Column(title, NUMBER)]
    body: list[Line] = [
        (budget_name(ctx, row["budget"]), _year(ctx, row), each * row["price_per_billion"]) for row in shown
    ]
    return Chart("price_of_money", title, tuple(panels), conclusion, grid("price_of_money", title, heads, body))


def _falls(priced: list[Row]) -> bool:
    """Whether money of a year is worth less than that of the year before, all the way."""
    prices = [row["price_per_billion"] for row in priced]
    return len(prices) > 1 and all(after < before for before, after in itertools.pairwise(prices))


def money_words(ctx: Context) -> list[str]:
    """A sentence for the first and the last priced year of each budget."""
    priced = facts.budget_prices(ctx.plan)
    ends = {
        budget: [row for row in priced if row["budget"] == budget]
        for budget in dict.fromkeys(row["budget"] for row in priced)
    }
    return [
        ctx.words.say(
            "prices-one-more",
            currency=ctx.words.currency(ctx.currency),
            year=_when(ctx, row),
            budget=budget_name(ctx, row["budget"]),
            gain=facts.objective_words(ctx, row["price_per_billion"]),
        )
        for mine in ends.values()
        for row in (mine if len(mine) < 3 else (mine[0], mine[-1]))
    ]


def _worth(ctx: Context, found: list[facts.Binding]) -> Chart:
    """The dearest rules as bars: what 1 % more room in all their binding rows adds."""
    say, (scale, unit) = ctx.words.say, facts.objective_unit(ctx)
    dear = [rule for rule in found if rule.worth][:SHOWN]
    drawn = [
        {
            "y": facts.rule_name(ctx, rule.rule),
            "series": "worth",
            "value": scale * rule.worth,
            "label": f"{facts.rule_name(ctx, rule.rule)}: {facts.objective_words(ctx, rule.worth)}",
        }
        for rule in dear
    ]
    title = say("prices-worth", unit=unit)
    panel = wide(bars(drawn, [("worth", INK)], unit, WIDE), title)
    body: list[Line] = [(facts.rule_name(ctx, rule.rule), scale * rule.worth) for rule in dear]
    data = grid("worth_of_rules", title, [say("prices-rule"), Column(unit, NUMBER)], body)
    first = facts.rule_name(ctx, dear[0].rule)
    conclusion = say("prices-worth-words", rule=first, gain=facts.objective_words(ctx, dear[0].worth))
    return Chart("worth_of_rules", title, (panel,), conclusion, data, native="bars")


def room_words(ctx: Context, found: list[facts.Binding]) -> list[str]:
    """What 1 % more room is worth in the dearest row of each of the dearest rules."""
    told = []
    for rule in [rule for rule in found if rule.worth][:IN_WORDS]:
        row = max(rule.rows, key=lambda row: abs(row["price"] * row["limit"]))
        amount = abs(0.01 * row["limit"])
        told.append(
            ctx.words.say(
                "prices-room",
                rule=facts.rule_name(ctx, rule.rule),
                where=_place(ctx, row),
                amount=ctx.words.say("prices-amount", amount=number(amount), unit=ctx.words.unit(row["unit"])),
                gain=facts.objective_words(ctx, abs(row["price"]) * amount),
            )
        )
    return told


def _place(ctx: Context, row: Row) -> str:
    """Where and when a row holds: "Beijing, 2028"."""
    where = region_name(ctx, row["region"]) if row["region"] else ctx.words.say("prices-nation")
    return ctx.words.say("prices-place", where=where, year=_when(ctx, row))


def _rules(ctx: Context, found: list[facts.Binding]) -> Grid:
    say, (scale, unit) = ctx.words.say, facts.objective_unit(ctx)
    body: list[Line] = [
        (
            Cell(facts.rule_name(ctx, rule.rule), mark=rule_mark(ctx, rule.kind)),
            kind_name(ctx, rule.kind),
            _where(ctx, rule),
            _years(ctx, rule),
            len(rule.rows),
            rule.total,
            scale * rule.worth,
            rule.worth,
        )
        for rule in found
        if rule.worth
    ]
    of_today = ctx.summary.get("bounds", {}).get("unit") == "index"
    heads: list[Head] = [
        say("prices-rule"),
        say("prices-kind"),
        say("prices-where"),
        say("prices-years"),
        Column(say("prices-binding-rows"), COUNT),
        Column(say("prices-all-rows"), COUNT),
        Column(say("prices-slack", unit=unit), NUMBER),
        Column(say("prices-slack-share"), SHARE),
    ]
    remark = ctx.words.prose([say("prices-slack-remark"), _idle(ctx, found)])
    shown = len(heads) if of_today else len(heads) - 1
    return grid("binding_rules", say("prices-binding"), heads[:shown], [row[:shown] for row in body], remark=remark)


def _idle(ctx: Context, found: list[facts.Binding]) -> str:
    """Rules that bind at no price."""
    free = [facts.rule_name(ctx, rule.rule) for rule in found if not rule.worth]
    return ctx.words.say("prices-idle", rules=ctx.words.listed(free, len(free))) if free else ""


def _years(ctx: Context, rule: facts.Binding) -> str:
    years = spans([row["year"] for row in rule.rows if row["year"]]).replace(", ", ctx.words.say("list-comma"))
    return years or ctx.words.say("prices-all-years")


def kind_name(ctx: Context, kind: str) -> str:
    """Kind of a rule in words."""
    key = f"rule-kind-{kind}"
    return ctx.words.say(key) if ctx.words.knows(key) else kind


def _where(ctx: Context, rule: facts.Binding) -> str:
    regions = dict.fromkeys(region_name(ctx, row["region"]) for row in rule.rows if row["region"])
    return ctx.words.listed(list(regions), 5) or ctx.words.say("prices-nation")


def rule_mark(ctx: Context, kind: str) -> str:
    """The mark "estimated" where the limit of a kind of rule comes from an estimated supply or base stock."""
    if kind in SUPPLIES and (estimates(ctx, SUPPLIES[kind]) or supply_kind(ctx, SUPPLIES[kind]) == "estimated"):
        return "estimated"
    stocks = any(asset.get("base_stock_kind") == "estimated" for asset in ctx.assets.values())
    return "estimated" if kind in ON_STOCKS and stocks else ""


def _rows(ctx: Context, id: str, found: list[Row]) -> Grid:
    """Rows that bind at a price or are missed, each with value, limit, status and price of one unit."""
    say = ctx.words.say
    priced = [row for row in found if abs(row["price"] * row["limit"]) > 1e-9 or row["shortfall"] > 0]
    body: list[Line] = [
        (
            facts.rule_name(ctx, row["rule"]),
            region_name(ctx, row["region"]) if row["region"] else say("prices-nation"),
            asset_name(ctx, row["asset"]) if row["asset"] else "",
            _year(ctx, row),
            row["value"],
            row["limit"],
            row["shortfall"] if row["shortfall"] > 0 else None,
            row["shortfall"] / abs(row["limit"]) if row["shortfall"] > 0 and row["limit"] else None,
            ctx.words.unit(row["unit"]),
            say(f"status-{row['status']}"),
            abs(row["price"]),
        )
        for row in priced
    ]
    heads: list[Head] = [
        say("prices-rule"),
        say("region"),
        say("asset"),
        say("year"),
        Column(say("prices-value"), NUMBER),
        Column(say("prices-limit"), NUMBER),
        Column(say("prices-missed-by"), NUMBER),
        Column(say("prices-missed-share"), SHARE),
        say("unit"),
        say("prices-status"),
        Column(say("prices-per-unit"), NUMBER),
    ]
    caption = say(f"prices-table-{id.replace('_', '-')}", shown=len(body), count=str(len(found)))
    return grid(id, caption, heads, body, filterable=len(body) > 20)
