"""The plan itself: orders by class, year, region, group and asset."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Block, Chart, Column, Figure, Fold, Frame, Head, Line, Section, Slider, Text, grid
from planner.report.charts import bars, columns
from planner.report.context import (
    TOTAL_COLOUR,
    Context,
    capex_by,
    class_name,
    class_word,
    estimated_assets,
    region_name,
    sums,
)
from planner.report.digits import brief
from planner.report.measures import YEAR
from planner.report.panels import WIDE, region_map, wide
from planner.report.parts import orders


def section(ctx: Context) -> Section:
    """Where, when and what: charts first, then the tables an office would work from."""
    say = ctx.words.say
    if not sum(capex_by(ctx, ctx.plan, "class").values()):
        nothing = say("allocation-nothing", horizon=ctx.horizon)
        return Section("allocation", say("allocation"), "", (Text((nothing,)),))
    blocks: list[Block] = [_by_year(ctx)]
    if len(ctx.regions) > 1:
        blocks += [_by_macro(ctx), _maps(ctx), *_years(ctx), orders.by_region(ctx)]
    blocks += orders.by_group(ctx)
    folded = Fold(say("allocation-fold"), (orders.units_by_region(ctx), orders.money_by_region(ctx)))
    blocks += [orders.units_by_year(ctx), orders.money_by_year(ctx), folded]
    lead = say("allocation-lead", price_year=str(ctx.summary["price_year"]))
    return Section("allocation", say("allocation"), lead, tuple(blocks))


def legend(ctx: Context) -> tuple[tuple[str, str], ...]:
    """Asset classes with their colours."""
    return tuple((class_name(ctx, c), ctx.colours[c]) for c in ctx.classes)


def _class_columns(ctx: Context) -> list[Column]:
    return [Column(class_name(ctx, c), ctx.money_measure) for c in ctx.classes]


def _by_year(ctx: Context) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    spent = capex_by(ctx, ctx.plan, "year", "class")
    drawn = [
        {
            "x": str(year),
            "series": class_name(ctx, c),
            "value": ctx.words.money_value(spent.get((year, c), 0.0)),
            "label": _label(ctx, str(year), c, spent.get((year, c), 0.0)),
        }
        for year in ctx.years
        for c in ctx.classes
    ]
    body: list[Line] = [(year, *(spent.get((year, c), 0.0) for c in ctx.classes)) for year in ctx.years]
    title = say("allocation-years", unit=unit)
    return Chart(
        "orders_by_year",
        title,
        (wide(columns(drawn, legend(ctx), unit, WIDE), title),),
        _year_words(ctx),
        grid("orders_by_year", title, [Column(say("year"), YEAR), *_class_columns(ctx)], body, total=_behind(ctx, 1)),
        native="columns",
        legend=legend(ctx),
        estimates=estimated_assets(ctx),
    )


def _behind(ctx: Context, first: int) -> tuple[int, ...]:
    """The class columns of a table, from the column `first` on."""
    return tuple(range(first, first + len(ctx.classes)))


def _label(ctx: Context, where: str, cls: str, million: float) -> str:
    return ctx.words.say("allocation-tip", where=where, what=class_name(ctx, cls), amount=ctx.money(million))


def _year_words(ctx: Context) -> str:
    say, percent = ctx.words.say, ctx.words.percent
    spent, first, last = capex_by(ctx, ctx.plan, "year", "class"), ctx.years[0], ctx.years[-1]
    totals = {year: sum(spent.get((year, c), 0.0) for c in ctx.classes) for year in ctx.years}
    if len(ctx.years) == 1:
        return say("allocation-years-one", amount=ctx.money(totals[first]), year=str(first))
    head = say("allocation-years-span", least=ctx.money(min(totals.values())), most=ctx.money(max(totals.values())))

    def share(c: str, year: int) -> float:
        return spent.get((year, c), 0.0) / totals[year] if totals[year] else 0.0

    moved = max(ctx.classes, key=lambda c: abs(share(c, last) - share(c, first)))
    change = share(moved, last) - share(moved, first)
    if abs(change) < 0.005 or not totals[first] or not totals[last]:
        return head
    moves = say(
        "allocation-years-up" if change > 0 else "allocation-years-down",
        what=class_name(ctx, moved),
        before=percent(share(moved, first)),
        first=str(first),
        after=percent(share(moved, last)),
        last=str(last),
    )
    return ctx.words.prose([head, moves])


def _by_macro(ctx: Context) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    spent = capex_by(ctx, ctx.plan, "macro", "class")
    totals = capex_by(ctx, ctx.plan, "macro")
    order = facts.ranked({m: totals.get(m, 0.0) for m in ctx.macro_names})[:12]
    drawn = [
        {
            "y": ctx.macro_names[m],
            "series": class_name(ctx, c),
            "value": ctx.words.money_value(spent.get((m, c), 0.0)),
            "label": _label(ctx, ctx.macro_names[m], c, spent.get((m, c), 0.0)),
        }
        for m in order
        for c in ctx.classes
    ]
    body: list[Line] = [(ctx.macro_names[m], *(spent.get((m, c), 0.0) for c in ctx.classes)) for m in order]
    title = say("allocation-macro", horizon=ctx.horizon, unit=unit)
    return Chart(
        "orders_by_macro",
        title,
        (wide(bars(drawn, legend(ctx), unit, WIDE, 34), title),),
        _macro_words(ctx, totals),
        grid("orders_by_macro", title, [say("macro-region"), *_class_columns(ctx)], body, total=_behind(ctx, 1)),
        native="bars",
        legend=legend(ctx),
    )


def _macro_words(ctx: Context, totals: dict[str, float]) -> str:
    spent = capex_by(ctx, ctx.plan, "macro", "class")
    people = sums(({**r, "macro": ctx.macro[rid]} for rid, r in ctx.regions.items()), ("macro",), "population_10k")
    first = facts.ranked(totals)[0]
    lead = max(ctx.classes, key=lambda c: spent.get((first, c), 0.0))
    return ctx.words.say(
        "allocation-macro-words",
        place=ctx.macro_names[first],
        share=ctx.words.percent(totals[first] / sum(totals.values())),
        people=ctx.words.percent(facts.share(people[first], sum(people.values()))),
        what=class_word(ctx, lead),
    )


def _maps(ctx: Context) -> Chart:
    say, unit, listed = ctx.words.say, ctx.money_unit, ctx.words.listed
    spent = capex_by(ctx, ctx.plan, "class", "region")
    panels, words = [], []
    for c in ctx.classes:
        values = {region: amount for (cls, region), amount in spent.items() if cls == c}
        if total := sum(values.values()):
            top = facts.ranked(values)[:3]
            share = ctx.words.percent(sum(values[r] for r in top) / total)
            names = listed([region_name(ctx, r) for r in top])
            words.append(say("allocation-map-words", what=class_name(ctx, c), top=names, share=share))
            panels.append(
                region_map(
                    ctx,
                    values,
                    lambda million: brief(ctx.words.money_value(million)),
                    unit,
                    ctx.colours[c],
                    class_name(ctx, c),
                )
            )
    title = say("allocation-maps", horizon=ctx.horizon, unit=unit)
    body: list[Line] = [(region_name(ctx, r), *(spent.get((c, r), 0.0) for c in ctx.classes)) for r in ctx.regions]
    return Chart(
        "orders_by_region_and_class",
        title,
        tuple(panels),
        ctx.words.prose([*words, say("allocation-map-scale")]),
        grid(
            "orders_by_region_and_class",
            title,
            [say("region"), *_class_columns(ctx)],
            body,
            total=_behind(ctx, 1),
            filterable=True,
        ),
        estimates=estimated_assets(ctx),
    )


def _years(ctx: Context) -> list[Block]:
    """A slider over the years of orders; nothing where there is but one."""
    if len(ctx.years) < 2:
        return []
    say, unit = ctx.words.say, ctx.money_unit
    spent = capex_by(ctx, ctx.plan, "region", "year")
    title = say("allocation-slider", unit=unit)
    most = max(spent.values())
    frames = tuple(_frame(ctx, year, spent, most) for year in ctx.years)
    heads: list[Head] = [say("region"), *(Column(str(year), ctx.money_measure) for year in ctx.years)]
    body: list[Line] = [(region_name(ctx, r), *(spent.get((r, year), 0.0) for year in ctx.years)) for r in ctx.regions]
    numbers = grid("orders_by_region_and_year", title, heads, body, total=range(1, len(ctx.years) + 1), filterable=True)
    return [Slider("orders_by_region_and_year", title, say("year"), frames, numbers)]


def _frame(ctx: Context, year: int, spent: dict[tuple[str, int], float], most: float) -> Frame:
    say = ctx.words.say
    values = {r: spent.get((r, year), 0.0) for r in ctx.regions}
    top = max(values, key=lambda r: values[r])
    won = facts.gain(ctx.plan, year)
    unmet = facts.unmet_share(ctx.plan, year)
    figures = [
        Figure(ctx.money(sum(values.values())), say("allocation-frame-money", year=str(year))),
        Figure(ctx.money(values[top]), say("allocation-frame-top", region=region_name(ctx, top))),
        Figure(ctx.words.percent(won.relative, signed=True), say("allocation-frame-gain", year=str(year))),
    ]
    if unmet is not None:
        figures.append(Figure(ctx.words.percent(unmet), say("allocation-frame-unmet", year=str(year))))
    panel = region_map(
        ctx,
        values,
        lambda million: brief(ctx.words.money_value(million)),
        ctx.money_unit,
        TOTAL_COLOUR,
        str(year),
        most=most,
    )
    return Frame(str(year), tuple(figures), panel)
