"""The plan itself: orders by class, year, region and asset."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Cell, Cells, Chart, Fold, Grid, Section, Text, grid
from planner.report.charts import bars, columns
from planner.report.context import (
    Context,
    asset_class,
    asset_estimates,
    asset_mark,
    asset_name,
    capex_by,
    class_name,
    in_words,
    region_name,
    rows,
    sums,
)
from planner.report.panels import both, region_map
from planner.report.words import billion, brief, fixed, listed, money, number, percent


def section(ctx: Context) -> Section:
    """Where, when and what: charts first, then the table an office would work from."""
    if not capex_by(ctx, ctx.plan, "class"):
        return Section("plan", "The plan", "", (Text((f"Nothing is ordered in {ctx.horizon}.",)),))
    blocks: tuple[Block, ...] = (
        _by_year(ctx),
        _by_macro(ctx),
        _maps(ctx),
        _regions(ctx),
        _assets(ctx),
        Fold("Orders of every asset in every region, in units", (_units(ctx),)),
    )
    return Section(
        "plan",
        "The plan by class, year and region",
        "What to order, where and when. Money is capital paid in the year of the order; "
        f"prices of {ctx.summary['price_year']}.",
        blocks,
    )


def legend(ctx: Context) -> tuple[tuple[str, str], ...]:
    return tuple((class_name(c), ctx.colours[c]) for c in ctx.classes)


def _by_year(ctx: Context) -> Chart:
    spent = capex_by(ctx, ctx.plan, "year", "class")
    drawn = [
        {
            "x": year,
            "series": class_name(c),
            "value": amount / 1000,
            "label": f"{year}, {class_name(c)}: {money(amount, ctx.currency)}",
        }
        for (year, c), amount in sorted(spent.items())
    ]
    unit = f"{ctx.currency} bn"
    panel = both(lambda width: columns(drawn, legend(ctx), unit, width), f"Orders by year and class in {unit}")
    return Chart(
        f"Money ordered by year and class, {unit}",
        (panel,),
        _year_words(ctx),
        legend(ctx),
        estimates=tuple(in_words(ctx, path) for path in asset_estimates(ctx, ctx.assets)),
    )


def _year_words(ctx: Context) -> str:
    spent, first, last = capex_by(ctx, ctx.plan, "year", "class"), ctx.years[0], ctx.years[-1]
    totals = {year: sum(v for (y, _), v in spent.items() if y == year) for year in ctx.years}

    def share(c: str, year: int) -> float:
        return spent.get((year, c), 0.0) / totals[year] if totals.get(year) else 0.0

    moved = max(ctx.classes, key=lambda c: abs(share(c, last) - share(c, first)))
    change = "grows" if share(moved, last) > share(moved, first) else "falls"
    head = (
        f"Spending is between {money(min(totals.values()), ctx.currency)} and "
        f"{money(max(totals.values()), ctx.currency)} a year"
    )
    if first == last or abs(share(moved, last) - share(moved, first)) < 0.005:
        return f"{head}; the mix of classes stays the same."
    return (
        f"{head}. {class_name(moved)} {change} most, from {percent(share(moved, first))} of the money in "
        f"{first} to {percent(share(moved, last))} in {last}."
    )


def _by_macro(ctx: Context) -> Chart:
    spent = capex_by(ctx, ctx.plan, "macro", "class")
    totals = capex_by(ctx, ctx.plan, "macro")
    order = facts.ranked(totals)[:12]
    drawn = [
        {
            "y": ctx.macro_names[m],
            "series": class_name(c),
            "value": spent.get((m, c), 0.0) / 1000,
            "label": f"{ctx.macro_names[m]}, {class_name(c)}: {money(spent.get((m, c), 0.0), ctx.currency)}",
        }
        for m in order
        for c in ctx.classes
    ]
    unit, whole = f"{ctx.currency} bn", sum(totals.values())
    panel = both(lambda width: bars(drawn, legend(ctx), unit, width, 34), f"Orders by macro-region and class in {unit}")
    return Chart(
        f"Money by macro-region and class, {ctx.horizon}, {unit}", (panel,), _macro_words(ctx, whole), legend(ctx)
    )


def _macro_words(ctx: Context, whole: float) -> str:
    spent, totals = capex_by(ctx, ctx.plan, "macro", "class"), capex_by(ctx, ctx.plan, "macro")
    people = sums(({**r, "macro": ctx.macro[rid]} for rid, r in ctx.regions.items()), ("macro",), "population_10k")
    first = facts.ranked(totals)[0]
    lead = max(ctx.classes, key=lambda c: spent.get((first, c), 0.0))
    return (
        f"{ctx.macro_names[first]} receives {percent(totals[first] / whole)} of the money with "
        f"{percent(people[first] / sum(people.values()))} "
        f"of the people; most of it is {class_name(lead).lower()}."
    )


def _maps(ctx: Context) -> Chart:
    spent, unit = capex_by(ctx, ctx.plan, "class", "region"), f"{ctx.currency} bn"
    panels, words = [], []
    for c in ctx.classes:
        values = {region: amount for (cls, region), amount in spent.items() if cls == c}
        if total := sum(values.values()):
            top = facts.ranked(values)[:3]
            words.append(
                f"{class_name(c)}: {listed([region_name(ctx, r) for r in top])} take "
                f"{percent(sum(values[r] for r in top) / total)}"
            )
            panels.append(region_map(ctx, values, lambda v: brief(v / 1000), unit, ctx.colours[c], class_name(c)))
    return Chart(
        f"Money by region and class, {ctx.horizon}, {unit}",
        tuple(panels),
        ". ".join(words) + ". Each map has its own scale: darkest is the region with the most.",
        estimates=tuple(in_words(ctx, path) for path in asset_estimates(ctx, ctx.assets)),
    )


def _regions(ctx: Context) -> Grid:
    spent, totals = capex_by(ctx, ctx.plan, "region", "class"), capex_by(ctx, ctx.plan, "region")
    most, whole = max(totals.values()), sum(totals.values())
    body: list[Cells] = []
    for rid in facts.ranked({r: totals.get(r, 0.0) for r in ctx.regions}):
        amount, people = totals.get(rid, 0.0), float(ctx.regions[rid]["population_10k"])
        body.append(
            (
                _region_cell(ctx, rid),
                ctx.macro_names.get(ctx.macro[rid], ""),
                Cell(fixed(amount / 1000, 1), share=amount / most),
                percent(amount / whole),
                number(amount * 100 / people if people else None),
                *(fixed(spent.get((rid, c), 0.0) / 1000, 1) for c in ctx.classes),
            )
        )
    heads = (
        "Region",
        "Macro-region",
        f">{ctx.currency} bn",
        ">Share",
        f">{ctx.currency} per head",
        *(f">{class_name(c)}" for c in ctx.classes),
    )
    return grid(f"Orders by region, {ctx.horizon}, {ctx.currency} bn (per head in {ctx.currency})", heads, body)


def unit_of(ctx: Context, asset: str) -> str:
    return str(ctx.assets[asset]["unit"]).replace("*", "·")


def _region_cell(ctx: Context, rid: str) -> Cell:
    return Cell(region_name(ctx, rid), hint=str(ctx.regions[rid].get("name_zh") or ""))


def _assets(ctx: Context) -> Grid:
    orders = ctx.plan.tables["orders"].records()
    units, paid = sums(orders, ("asset", "year"), "units"), sums(orders, ("asset",), "capex_million")
    body: list[Cells] = [
        (
            Cell(asset_name(ctx, a), mark=asset_mark(ctx, a), hint=str(ctx.assets[a].get("name_zh") or "")),
            class_name(asset_class(ctx, a)),
            unit_of(ctx, a),
            *(number(units.get((a, y), 0.0)) for y in ctx.years),
            number(sum(units.get((a, y), 0.0) for y in ctx.years)),
            billion(paid.get(a, 0.0)),
        )
        for a in ctx.assets
    ]
    heads = ("Asset", "Class", "Unit", *(f">{y}" for y in ctx.years), ">All years", f">{ctx.currency} bn")
    return grid(
        "Orders by asset and year, in units",
        heads,
        body,
        remark="An asset marked est. starts from an estimated stock or another estimated input.",
    )


def _units(ctx: Context) -> Grid:
    units = sums(rows(ctx.plan, "orders"), ("region", "asset"), "units")
    heads = ("Region", *(f">{asset_name(ctx, a)}, {unit_of(ctx, a)}" for a in ctx.assets))
    body: list[Cells] = [
        (_region_cell(ctx, r), *(number(units.get((r, a), 0.0)) for a in ctx.assets)) for r in ctx.regions
    ]
    return grid(f"Units ordered by region, {ctx.horizon}", heads, body)
