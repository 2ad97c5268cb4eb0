"""Tables of what is ordered: by region, group and asset, in units and in money."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Cell, Column, Grid, Head, Line, grid
from planner.report.context import (
    Context,
    asset_class,
    asset_mark,
    asset_name,
    capex_by,
    class_name,
    other_name,
    region_name,
    rows,
    sums,
)
from planner.report.measures import COUNT, NUMBER, SHARE


def by_region(ctx: Context) -> Grid:
    """Money by region, its share and what it is per head."""
    say, totals = ctx.words.say, capex_by(ctx, ctx.plan, "region")
    most, whole = max(totals.values()), sum(totals.values())
    body: list[Line] = []
    for rid in facts.ranked({r: totals.get(r, 0.0) for r in ctx.regions}):
        amount, people = totals.get(rid, 0.0), float(ctx.regions[rid]["population_10k"])
        body.append(
            (
                Cell(region_name(ctx, rid), hint=other_name(ctx, rid)),
                ctx.macro_names.get(ctx.macro[rid], ""),
                Cell(amount, share=amount / most),
                amount / whole,
                amount * 100 / people if people else None,
            )
        )
    heads: list[Head] = [
        say("region"),
        say("macro-region"),
        Column(ctx.money_unit, ctx.money_measure),
        Column(say("share"), SHARE),
        Column(say("per-head", currency=ctx.words.currency(ctx.currency)), NUMBER),
    ]
    caption = say("allocation-regions", horizon=ctx.horizon)
    return grid("orders_by_region", caption, heads, body, total=(2, 3), filterable=True)


def by_group(ctx: Context) -> list[Grid]:
    """Groups of the plan, which may overlap; nothing where there is none with an order."""
    say, totals = ctx.words.say, capex_by(ctx, ctx.plan, "region")
    whole = sum(totals.values())
    everyone = sum(float(region["population_10k"]) for region in ctx.regions.values())
    body: list[Line] = []
    for group in ctx.summary.get("groups", ()):
        members = [str(r) for r in group["members"]]
        amount = sum(totals.get(r, 0.0) for r in members)
        people = sum(float(ctx.regions[r]["population_10k"]) for r in members)
        per_head = amount * 100 / people if people else None
        shares = (facts.share(amount, whole), facts.share(people, everyone))
        body.append((ctx.words.name(group), len(members), amount, *shares, per_head))
    heads: list[Head] = [
        say("group"),
        Column(say("regions"), COUNT),
        Column(ctx.money_unit, ctx.money_measure),
        Column(say("share"), SHARE),
        Column(say("share-of-people"), SHARE),
        Column(say("per-head", currency=ctx.words.currency(ctx.currency)), NUMBER),
    ]
    caption = say("allocation-groups", horizon=ctx.horizon)
    return [grid("orders_by_group", caption, heads, body, remark=say("allocation-groups-remark"))] if body else []


def unit_of(ctx: Context, asset: str) -> str:
    """Unit of an asset in the language of the report."""
    return ctx.words.unit(str(ctx.assets[asset]["unit"]))


def _asset_cells(ctx: Context, asset: str) -> tuple[Cell, str]:
    return Cell(asset_name(ctx, asset), mark=asset_mark(ctx, asset)), class_name(ctx, asset_class(ctx, asset))


def units_by_year(ctx: Context) -> Grid:
    """Units of every asset in every year."""
    say, units = ctx.words.say, sums(rows(ctx.plan, "orders"), ("asset", "year"), "units")
    body: list[Line] = [
        (
            *_asset_cells(ctx, a),
            unit_of(ctx, a),
            *(units.get((a, y), 0.0) for y in ctx.years),
            sum(units.get((a, y), 0.0) for y in ctx.years),
        )
        for a in ctx.assets
    ]
    years = [Column(str(y), NUMBER) for y in ctx.years]
    heads: list[Head] = [say("asset"), say("class"), say("unit"), *years, Column(say("all-years"), NUMBER)]
    return grid("orders_by_asset_units", say("allocation-units"), heads, body, remark=say("allocation-estimated"))


def money_by_year(ctx: Context) -> Grid:
    """Money for every asset in every year."""
    say, paid = ctx.words.say, sums(rows(ctx.plan, "orders"), ("asset", "year"), "capex_million")
    body: list[Line] = [
        (
            *_asset_cells(ctx, a),
            *(paid.get((a, y), 0.0) for y in ctx.years),
            sum(paid.get((a, y), 0.0) for y in ctx.years),
        )
        for a in ctx.assets
    ]
    years = [Column(str(y), ctx.money_measure) for y in ctx.years]
    heads: list[Head] = [say("asset"), say("class"), *years, Column(say("all-years"), ctx.money_measure)]
    caption = say("allocation-money", unit=ctx.money_unit)
    return grid("orders_by_asset_money", caption, heads, body, total=range(2, 3 + len(ctx.years)))


def units_by_region(ctx: Context) -> Grid:
    """Units of every asset in every region."""
    say, units = ctx.words.say, sums(rows(ctx.plan, "orders"), ("region", "asset"), "units")
    heads: list[Head] = [
        say("region"),
        *(Column(say("in-unit", what=asset_name(ctx, a), unit=unit_of(ctx, a)), NUMBER) for a in ctx.assets),
    ]
    body: list[Line] = [(region_name(ctx, r), *(units.get((r, a), 0.0) for a in ctx.assets)) for r in ctx.regions]
    caption = say("allocation-region-units", horizon=ctx.horizon)
    return grid("orders_by_region_units", caption, heads, body, total=range(1, 1 + len(ctx.assets)), filterable=True)


def money_by_region(ctx: Context) -> Grid:
    """Money for every asset in every region."""
    say, paid = ctx.words.say, sums(rows(ctx.plan, "orders"), ("region", "asset"), "capex_million")
    heads: list[Head] = [say("region"), *(Column(asset_name(ctx, a), ctx.money_measure) for a in ctx.assets)]
    body: list[Line] = [(region_name(ctx, r), *(paid.get((r, a), 0.0) for a in ctx.assets)) for r in ctx.regions]
    caption = say("allocation-region-money", horizon=ctx.horizon, unit=ctx.money_unit)
    return grid("orders_by_region_money", caption, heads, body, total=range(1, 1 + len(ctx.assets)), filterable=True)
