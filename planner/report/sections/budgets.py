"""How the budgets are used, year by year, what they carry over, and what more money would bring."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Head, Line, Section, grid
from planner.report.charts import columns
from planner.report.context import Context, Row, Rows, region_name, rows
from planner.report.language import spans
from planner.report.measures import MONEY_FINE, NUMBER, SHARE
from planner.report.panels import HALF, half

SPENT, LEFT = "#33475e", "#d3d9e0"


def section(ctx: Context) -> Section | None:
    """One small chart per budget, one table with every figure, the candidate projects; None where there is neither."""
    used, tail = (rows(ctx.plan, "budgets", phase=phase) for phase in ("plan", "tail"))
    blocks: list[Block] = []
    say = ctx.words.say
    if used:
        blocks += [_chart(ctx, used), _table(ctx, "budgets", used, say("budgets-table", horizon=ctx.horizon))]
    if tail:
        later = _table(ctx, "budgets_after", tail, say("budgets-tail-table"))
        blocks.append(Fold(say("budgets-tail"), (later,)))
    if rows(ctx.plan, "projects"):
        blocks.append(_projects(ctx))
    return Section("budgets", say("budgets"), say("budgets-lead"), tuple(blocks)) if blocks else None


def budget_name(ctx: Context, budget: str) -> str:
    """Name of a budget in the language of the report."""
    known = {str(b["id"]): b for b in ctx.summary.get("budgets", ())}
    return ctx.words.name(known.get(budget, {"id": budget}))


def _year(ctx: Context, row: Row) -> str:
    return str(row["year"] or ctx.words.say("budgets-total"))


def available_million(row: Row) -> float:
    """Money of a budget and year that may be spent: granted and carried in."""
    return float(row["limit_million"] + row["carried_in_million"])


def left_million(row: Row) -> float:
    """What is not spent of it."""
    return max(available_million(row) - float(row["spent_million"]), 0.0)


def _chart(ctx: Context, used: Rows) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    legend = ((say("budgets-spent"), SPENT), (say("budgets-left"), LEFT))
    panels = []
    for budget in dict.fromkeys(str(row["budget"]) for row in used):
        drawn = [part for row in used if row["budget"] == budget for part in _parts(ctx, row)]
        name = budget_name(ctx, budget)
        panels.append(half(columns(drawn, legend, "", HALF, 170), say("budgets-alt", budget=name, unit=unit), name))
    heads: list[Head] = [say("budgets-budget"), say("year"), *(Column(name, MONEY_FINE) for name, _ in legend)]
    body: list[Line] = [
        (budget_name(ctx, row["budget"]), _year(ctx, row), row["spent_million"], left_million(row)) for row in used
    ]
    title = say("budgets-chart", unit=unit)
    words = ctx.words.prose([*_words(ctx, used), _price_words(ctx, used)])
    return Chart("budget_use", title, tuple(panels), words, grid("budget_use", title, heads, body), legend=legend)


def _parts(ctx: Context, row: Row) -> Rows:
    say, year = ctx.words.say, _year(ctx, row)
    return [
        {
            "x": year,
            "series": say(name),
            "value": ctx.words.money_value(amount),
            "label": say("budgets-tip", year=year, what=say(name), amount=ctx.money(amount)),
        }
        for name, amount in (("budgets-spent", row["spent_million"]), ("budgets-left", left_million(row)))
    ]


def _words(ctx: Context, used: Rows) -> list[str]:
    """One sentence per budget: how much of it is spent, and what it carries over."""
    say, sentences = ctx.words.say, []
    for budget in dict.fromkeys(str(row["budget"]) for row in used):
        mine = [row for row in used if row["budget"] == budget]
        granted, spent = (sum(row[key] for row in mine) for key in ("limit_million", "spent_million"))
        carried = [row for row in mine if row["carried_out_million"] > 1e-6 * max(granted, 1)]
        share = ctx.words.percent(spent / granted if granted else None)
        known = {"budget": budget_name(ctx, budget), "share": share}
        if carried:
            years = spans([row["year"] for row in carried])
            most = ctx.money(max(row["carried_out_million"] for row in carried))
            sentences.append(say("budgets-words-carried", **known, years=years, most=most))
        else:
            sentences.append(say("budgets-words", **known))
    return sentences


def _price_words(ctx: Context, used: Rows) -> str:
    """The dearest money: what one billion more of it brings."""
    say, dearest = ctx.words.say, max(used, key=lambda row: row["price_per_billion"])
    if dearest["price_per_billion"] <= 1e-12:
        return say("budgets-no-price")
    return say(
        "budgets-dearest",
        currency=ctx.words.currency(ctx.currency),
        budget=budget_name(ctx, str(dearest["budget"])),
        year=str(dearest["year"] or ctx.horizon),
        gain=facts.objective_words(ctx, dearest["price_per_billion"]),
    )


def _table(ctx: Context, id: str, used: Rows, caption: str) -> Grid:
    say = ctx.words.say
    scale, unit = facts.objective_unit(ctx)
    body: list[Line] = []
    for row in used:
        share = row["spent_million"] / available_million(row) if available_million(row) else None
        body.append(
            (
                budget_name(ctx, str(row["budget"])),
                _year(ctx, row),
                row["limit_million"],
                row["carried_in_million"],
                Cell(row["spent_million"], share=min(share or 0.0, 1.0)),
                share,
                row["carried_out_million"],
                row["exceeded_million"],
                row["price_per_billion"] * scale,
            )
        )
    heads: list[Head] = [
        say("budgets-budget"),
        say("year"),
        Column(say("budgets-granted"), MONEY_FINE),
        Column(say("budgets-carried-in"), MONEY_FINE),
        Column(say("budgets-spent"), MONEY_FINE),
        Column(say("budgets-used"), SHARE),
        Column(say("budgets-carried-out"), MONEY_FINE),
        Column(say("budgets-exceeded"), MONEY_FINE),
        Column(say("budgets-price", currency=ctx.words.currency(ctx.currency), unit=unit), NUMBER),
    ]
    return grid(id, ctx.words.say("in-unit", what=caption, unit=ctx.money_unit), heads, body)


def _projects(ctx: Context) -> Grid:
    say = ctx.words.say
    names = {str(p["id"]): p for p in ctx.summary.get("projects", ())}
    ordered = sorted(rows(ctx.plan, "projects"), key=lambda row: (-row["taken"], row["year"]))
    body: list[Line] = [
        (
            ctx.words.name(names.get(row["project"], {"id": row["project"]})),
            region_name(ctx, row["region"]),
            say("budgets-taken", year=str(row["year"])) if row["taken"] else say("budgets-not-taken"),
            *((str(row["in_service_year"]), row["capex_million"]) if row["taken"] else ("", None)),
            row["opex_million_per_year"] if row["taken"] else None,
        )
        for row in ordered
    ]
    heads: list[Head] = [
        say("budgets-project"),
        say("region"),
        say("budgets-decision"),
        say("budgets-in-service"),
        Column(say("budgets-capex", unit=ctx.money_unit), MONEY_FINE),
        Column(say("budgets-upkeep", unit=ctx.money_unit), MONEY_FINE),
    ]
    taken = sum(row["taken"] for row in ordered)
    remark = say("budgets-projects-remark", taken=int(taken), count=str(len(ordered)))
    return grid("projects", say("budgets-projects"), heads, body, remark=remark)
