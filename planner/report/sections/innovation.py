"""Innovation before and after, region by region, with and without the plan."""

from __future__ import annotations

from planner.report import facts
from planner.report.blocks import Cell, Chart, Column, Fold, Grid, Head, Line, Panel, Section, grid
from planner.report.charts import columns, dumbbell
from planner.report.context import Context, Row, factor_name, other_name, region_name, rows, sums
from planner.report.digits import brief, number
from planner.report.drawing import QUIET, WITH
from planner.report.measures import CHANGE, NUMBER, YEAR
from planner.report.panels import HALF, WIDE, half, region_map, wide
from planner.report.parts import thresholds

LATER = "#b3a6d1"


def section(ctx: Context) -> Section:
    """Gain by region and year, levels per head, and the factors behind them."""
    say = ctx.words.say
    ends: dict[str, Row] = {row["region"]: row for row in rows(ctx.plan, "innovation", year=ctx.years[-1])}
    lead = say("innovation-lead", unit=ctx.innovation_unit)
    folded = Fold(say("innovation-fold"), (_by_year(ctx), *_factors(ctx)))
    levels = (_levels(ctx, ends),) if len(ends) > 1 else ()
    return Section("innovation", say("innovation"), lead, (_gains(ctx, ends), *levels, *thresholds.blocks(ctx), folded))


def relative(row: Row) -> float:
    """Gain of a region and year over doing nothing."""
    return float(row["innovation"] / row["without_plan"] - 1) if row["without_plan"] else 0.0


def _phases(ctx: Context) -> tuple[tuple[str, str], tuple[str, str]]:
    say = ctx.words.say
    return (say("innovation-orders"), WITH), (say("innovation-after"), LATER)


def _gains(ctx: Context, ends: dict[str, Row]) -> Chart:
    say, last = ctx.words.say, str(ctx.years[-1])
    gains = {region: relative(row) for region, row in ends.items()}
    percent = say("innovation-percent")
    where = region_map(ctx, gains, lambda v: brief(100 * v), percent, WITH, say("innovation-map", year=last))
    return Chart(
        "innovation_by_region",
        say("innovation-gains"),
        (where, _yearly(ctx)),
        ctx.words.prose([_extremes(ctx, gains), _growth_words(ctx)]),
        _table(ctx, ends),
        legend=_phases(ctx),
    )


def _extremes(ctx: Context, gains: dict[str, float]) -> str:
    say, order = ctx.words.say, facts.ranked(gains)

    def named(regions: list[str]) -> str:
        shown = [
            say("innovation-share-of", region=region_name(ctx, r), share=ctx.words.gain(gains[r])) for r in regions
        ]
        return ctx.words.listed(shown)

    if len(order) < 5:
        return say("innovation-each", regions=named(order))
    return say("innovation-extremes", most=named(order[:3]), least=named(order[-2:]))


def _years(ctx: Context) -> list[int]:
    """Years after the base year that have innovation."""
    return sorted(set(ctx.plan.tables["innovation"].column("year")) - {ctx.summary["base_year"]})


def _yearly(ctx: Context) -> Panel:
    say, phases = ctx.words.say, _phases(ctx)
    drawn = []
    for year in _years(ctx):
        won = facts.gain(ctx.plan, year)
        share, more = ctx.words.percent(won.relative, signed=True), number(won.with_plan - won.without)
        label = say("innovation-tip", year=str(year), share=share, more=more, unit=ctx.innovation_unit)
        series = phases[year > ctx.years[-1]][0]
        drawn.append({"x": str(year), "series": series, "value": 100 * won.relative, "label": label})
    title = say("innovation-yearly")
    return half(columns(drawn, phases, "", HALF, 420), title, title)


def _growth_words(ctx: Context) -> str:
    first, last = facts.gain(ctx.plan, ctx.years[0]), facts.gain(ctx.plan, ctx.years[-1])
    if abs(last.relative - first.relative) < 5e-4:
        return ""
    return ctx.words.say(
        "innovation-growth",
        before=ctx.words.gain(first.relative),
        first=str(first.year),
        after=ctx.words.gain(last.relative),
        last=str(last.year),
    )


def _levels(ctx: Context, ends: dict[str, Row]) -> Chart:
    say, last = ctx.words.say, str(ctx.years[-1])
    drawn: list[Row] = []
    body: list[Line] = []
    for region in facts.ranked({r: row["per_10k_people"] for r, row in ends.items()}):
        before, after = (facts.per_10k_people(ctx, ends[region])[key] for key in ("without_plan", "innovation"))
        name = region_name(ctx, region)
        body.append((name, before, after))
        if min(before, after) > 0:
            labels = {
                f"label_{key}": say(f"innovation-tip-{key}", region=name, level=number(level))
                for key, level in (("before", before), ("after", after))
            }
            drawn.append({"y": name, "before": before, "after": after, **labels})
    title = say("innovation-levels", year=last)
    scale = ((say("without-plan"), QUIET), (say("with-plan"), WITH))
    panels = (wide(dumbbell(drawn, scale, say("innovation-axis"), WIDE), title),) if drawn else ()
    heads: list[Head] = [say("region"), *(Column(name, NUMBER) for name, _ in scale)]
    numbers = grid("innovation_per_head", title, heads, body)
    return Chart("innovation_per_head", title, panels, _level_words(ctx, drawn), numbers, native="dots", legend=scale)


def _level_words(ctx: Context, drawn: list[Row]) -> str:
    if not drawn:
        return ""
    say, most, least = ctx.words.say, drawn[0], drawn[-1]
    moved = sum(row["after"] > row["before"] * 1.0005 for row in drawn)
    known = {"moved": str(moved), "of": str(len(drawn))}
    head = say("innovation-all-up") if moved == len(drawn) else say("innovation-some-up", **known)
    ratio = say(
        "innovation-ratio",
        most=most["y"],
        least=least["y"],
        after=number(most["after"] / least["after"]),
        before=number(most["before"] / least["before"]),
    )
    return ctx.words.prose([head, ratio, say("innovation-steps")])


def _table(ctx: Context, ends: dict[str, Row]) -> Grid:
    say, last, base_year = ctx.words.say, str(ctx.years[-1]), str(ctx.summary["base_year"])
    base = sums(rows(ctx.plan, "innovation", year=ctx.summary["base_year"]), ("region",), "innovation")
    best = {r["region"]: r for r in sorted(rows(ctx.plan, "factors", year=ctx.years[-1]), key=lambda r: r["ratio"])}
    most = max((relative(row) for row in ends.values()), default=1.0) or 1.0
    body: list[Line] = []
    for region in facts.ranked({r: row["innovation"] for r, row in ends.items()}):
        row, factor = ends[region], best.get(region)
        times = number(factor["ratio"]) if factor else ""
        grown = say("innovation-factor", factor=factor_name(ctx, factor["factor"]), times=times) if factor else ""
        body.append(
            (
                Cell(region_name(ctx, region), hint=other_name(ctx, region)),
                base.get(region),
                row["without_plan"],
                row["innovation"],
                Cell(relative(row), share=max(relative(row), 0.0) / most),
                row["per_10k_people"],
                grown,
            )
        )
    heads: list[Head] = [
        say("region"),
        Column(base_year, NUMBER),
        Column(say("innovation-without", year=last), NUMBER),
        Column(say("innovation-with", year=last), NUMBER),
        Column(say("innovation-gain"), CHANGE),
        Column(say("innovation-per-head"), NUMBER),
        say("innovation-grown"),
    ]
    caption, remark = say("innovation-table", unit=ctx.innovation_unit), say("innovation-remark", year=base_year)
    return grid("innovation_by_region", caption, heads, body, remark=remark, total=(1, 2, 3), filterable=True)


def _by_year(ctx: Context) -> Grid:
    say = ctx.words.say
    won = [facts.gain(ctx.plan, year) for year in _years(ctx)]
    body: list[Line] = [(w.year, w.without, w.with_plan, w.with_plan - w.without, w.relative) for w in won]
    heads: list[Head] = [
        Column(say("year"), YEAR),
        Column(say("without-plan"), NUMBER),
        Column(say("with-plan"), NUMBER),
        Column(say("innovation-more"), NUMBER),
        Column(say("innovation-gain"), CHANGE),
    ]
    return grid("innovation_by_year", say("innovation-years", unit=ctx.innovation_unit), heads, body)


def _factors(ctx: Context) -> list[Grid]:
    """How much every factor has grown in every region by the last year of orders; nothing without factors."""
    say = ctx.words.say
    ratios = {(row["region"], row["factor"]): row["ratio"] for row in rows(ctx.plan, "factors", year=ctx.years[-1])}
    factors = list(dict.fromkeys(factor for _, factor in ratios))
    heads: list[Head] = [say("region"), *(Column(factor_name(ctx, factor), NUMBER) for factor in factors)]
    body: list[Line] = [(region_name(ctx, r), *(ratios.get((r, factor)) for factor in factors)) for r in ctx.regions]
    known = {"year": str(ctx.years[-1]), "base": str(ctx.summary["base_year"])}
    return [grid("factor_growth", say("innovation-factors", **known), heads, body, filterable=True)] if factors else []
