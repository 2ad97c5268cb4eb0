"""What moved between plans: key figures, money by class and place, the largest moves of region and asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Chart, Column, Grid, Head, Line, grid
from planner.report.charts import bars
from planner.report.context import Context, Row, class_name, class_word, sums
from planner.report.measures import CHANGE, MONEY, NUMBER, SHARE, Measure
from planner.report.panels import WIDE, wide
from planner.report.parts.questions import letter

MOST = 15
MOVED = Measure(MONEY.kind, MONEY.places, signed=True)


def blocks(ctx: Context, plans: Sequence[Plan]) -> tuple[Block, ...]:
    """Results side by side; then, for each plan in the same money, where its money went instead."""
    same = [(at, plan) for at, plan in enumerate(plans) if at and not {"currency"} & set(unlike(ctx.plan, plan))]
    charts = [_chart(ctx, at, plan) for at, plan in same]
    tables = (_classes(ctx, plans, same), _movers(ctx, same)) if same else ()
    return (_results(ctx, plans), *charts, *tables)


def unlike(plan: Plan, other: Plan) -> tuple[str, ...]:
    """What keeps two plans from being compared whole: "currency" (or its year), "regions", "assets", "years"."""
    a, b = plan.summary, other.summary
    found = {
        "currency": (a.get("currency"), a.get("price_year")) != (b.get("currency"), b.get("price_year")),
        "regions": _ids(a, "regions") != _ids(b, "regions"),
        "assets": _ids(a, "assets") != _ids(b, "assets"),
        "years": list(a["years"]) != list(b["years"]),
    }
    return tuple(key for key, differs in found.items() if differs)


def _ids(summary: Any, key: str) -> set[str]:
    return {str(one["id"]) for one in summary.get(key, ())}


def spent(ctx: Context, plan: Plan, *keys: str) -> dict[Any, float]:
    """Money for orders in million by "class", "macro" or a column of `orders`; regions and assets may be others."""
    classes = {str(one["id"]): str(one["class"]) for one in plan.summary.get("assets", ())}
    orders = (
        {**row, "class": classes[row["asset"]], "macro": ctx.macro.get(row["region"], row["region"])}
        for row in plan.tables["orders"].records()
    )
    return sums(orders, keys, "capex_million")


def _results(ctx: Context, plans: Sequence[Plan]) -> Grid:
    say = ctx.words.say
    last = max(set.intersection(*(set(plan.summary["years"]) for plan in plans)), default=None)
    body = [(letter(ctx, at), *_result(ctx, plan, last)) for at, plan in enumerate(plans)]
    year = str(last) if last else ""
    heads: list[Head] = [
        say("questions-letter"),
        Column(ctx.money_unit, ctx.money_measure),
        Column(say("moves-gain", year=year), CHANGE),
        Column(say("moves-worst", year=year), NUMBER),
        Column(say("moves-gini", year=year), NUMBER),
        Column(say("moves-unmet", year=year), SHARE),
        Column(say("moves-gap"), SHARE),
    ]
    return grid("results_compared", say("moves-results"), heads, body, remark=say("moves-results-remark"))


def _result(ctx: Context, plan: Plan, year: int | None) -> Line:
    differs = set(unlike(ctx.plan, plan))
    money = None if "currency" in differs else sum(spent(ctx, plan, "year").values())
    gap = plan.summary["bounds"]["gap"]
    if year is None:
        return (money, None, None, None, None, gap)
    worst = None if "regions" in differs else facts.worst_off(replace(ctx, plans=(plan,)), year)
    gini = facts.divide(plan, year, "gini")
    level = worst.with_plan if worst else None
    return (
        money,
        facts.gain(plan, year).relative,
        level,
        gini[0] if gini else None,
        facts.unmet_share(plan, year),
        gap,
    )


def _classes(ctx: Context, plans: Sequence[Plan], same: Sequence[tuple[int, Plan]]) -> Grid:
    """Money by asset class: every plan, and each less plan A."""
    shown = [(0, plans[0]), *same]
    each = {at: spent(ctx, plan, "class") for at, plan in shown}
    order = dict.fromkeys([*ctx.classes, *(c for one in each.values() for c in one)])
    body: list[Line] = [
        (
            class_name(ctx, c),
            *(each[at].get(c, 0.0) for at, _ in shown),
            *(each[at].get(c, 0.0) - each[0].get(c, 0.0) for at, _ in same),
        )
        for c in order
    ]
    heads: list[Head] = [
        ctx.words.say("moves-class"),
        *(Column(letter(ctx, at), ctx.money_measure) for at, _ in shown),
        *(Column(_less(ctx, at), MOVED) for at, _ in same),
    ]
    total = range(1, len(heads))
    return grid("classes_compared", ctx.words.say("moves-classes", unit=ctx.money_unit), heads, body, total=total)


def _less(ctx: Context, at: int) -> str:
    return ctx.words.say("moves-less", plan=letter(ctx, at), first=letter(ctx, 0))


def _chart(ctx: Context, at: int, plan: Plan) -> Chart:
    """Money of a plan less money of plan A, by macro-region and class."""
    mine, its = (spent(ctx, one, "macro", "class") for one in (ctx.plan, plan))
    moved = {key: its.get(key, 0.0) - mine.get(key, 0.0) for key in {**mine, **its}}
    places = list(dict.fromkeys([*ctx.macro_names, *(macro for macro, _ in moved)]))
    classes = [c for c in ctx.classes if any(key[1] == c for key in moved)]
    legend = tuple((class_name(ctx, c), ctx.colours[c]) for c in classes)
    title = ctx.words.say("moves-chart", plan=letter(ctx, at), first=letter(ctx, 0), unit=ctx.money_unit)
    drawn = [_bar(ctx, place, c, moved.get((place, c), 0.0)) for place in places for c in classes]
    heads: list[Head] = [ctx.words.say("moves-place"), *(Column(name, MOVED) for name, _ in legend)]
    body: list[Line] = [(_place(ctx, p), *(moved.get((p, c), 0.0) for c in classes)) for p in places]
    id = f"moved_{at}"
    panel = wide(bars(drawn, legend, ctx.money_unit, WIDE, 24), title)
    return Chart(id, title, (panel,), _moved_words(ctx, moved, mine), grid(id, title, heads, body), "bars", legend)


def _place(ctx: Context, macro: str) -> str:
    return ctx.macro_names.get(macro, macro)


def _bar(ctx: Context, place: str, c: str, million: float) -> Row:
    name = _place(ctx, place)
    label = f"{name}, {class_name(ctx, c)}: {ctx.money(million)}"
    return {"y": name, "series": class_name(ctx, c), "value": ctx.words.money_value(million), "label": label}


def _moved_words(ctx: Context, moved: dict[Any, float], mine: dict[Any, float]) -> str:
    """How much money stands elsewhere than in plan A, and the largest move each way."""
    say, whole = ctx.words.say, sum(mine.values())
    away = -sum(min(amount, 0.0) for amount in moved.values())
    more = sum(moved.values())
    told = [say("moves-away", money=ctx.money(away), share=ctx.words.percent(away / whole if whole else None))]
    if abs(more) > 1e-3 * max(whole, 1e-9):
        told.append(say("moves-more" if more > 0 else "moves-fewer", money=ctx.money(abs(more))))
    for key, sign in (("moves-most", 1.0), ("moves-least", -1.0)):
        place = max(moved, key=lambda cell: sign * moved[cell], default=None)
        if place and sign * moved[place] > 1e-3 * max(whole, 1e-9):
            money = ctx.money(abs(moved[place]))
            told.append(say(key, place=_place(ctx, place[0]), what=class_word(ctx, place[1]), money=money))
    return ctx.words.prose(told)


def _movers(ctx: Context, same: Sequence[tuple[int, Plan]]) -> Grid:
    """The largest moves by region and asset."""
    mine, body = spent(ctx, ctx.plan, "region", "asset"), []
    for at, plan in same:
        its = spent(ctx, plan, "region", "asset")
        moved = {key: its.get(key, 0.0) - mine.get(key, 0.0) for key in {**mine, **its}}
        largest = sorted((key for key in moved if moved[key]), key=lambda key: -abs(moved[key]))[:MOST]
        names = _names(ctx, plan, "regions"), _names(ctx, plan, "assets")
        for region, asset in largest:
            amounts = (mine.get((region, asset), 0.0), its.get((region, asset), 0.0), moved[region, asset])
            body.append((letter(ctx, at), names[0][region], names[1][asset], *amounts))
    say = ctx.words.say
    heads: list[Head] = [
        say("questions-letter"),
        say("region"),
        say("moves-asset"),
        Column(letter(ctx, 0), ctx.money_measure),
        Column(say("moves-there"), ctx.money_measure),
        Column(say("moves-change"), MOVED),
    ]
    return grid("movers", say("moves-movers", count=MOST, unit=ctx.money_unit), heads, body)


def _names(ctx: Context, plan: Plan, key: str) -> dict[str, str]:
    """Names by id of both plans together."""
    both = (*plan.summary.get(key, ()), *ctx.summary.get(key, ()))
    return {str(one["id"]): ctx.words.name(one) for one in both}
