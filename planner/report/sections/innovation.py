"""Innovation before and after, region by region, with and without the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import facts
from planner.report.blocks import Cell, Chart, Fold, Grid, Section, grid
from planner.report.charts import columns, dumbbell
from planner.report.context import Context, Row, asset_name, region_name, rows, sums
from planner.report.drawing import QUIET, WITH
from planner.report.panels import HALF, both, half, region_map
from planner.report.words import brief, listed, number, percent

if TYPE_CHECKING:
    import altair as alt

PHASES = (("years of orders", WITH), ("after the last order", "#b3a6d1"))
SCALE = (("without the plan", QUIET), ("with the plan", WITH))


def section(ctx: Context) -> Section:
    """Gain by year and region, levels per head, and the table behind both."""
    last = ctx.years[-1]
    ends: dict[str, Row] = {row["region"]: row for row in rows(ctx.plan, "innovation", year=last)}
    lead = (
        f"Innovation is counted in {ctx.innovation_unit}. “Without the plan” is the same country in the same "
        "year if nothing were ordered "
        "and what stands today grew old; the difference is what the money buys under the elasticities used."
    )
    return Section(
        "innovation",
        "Innovation before and after",
        lead,
        (_gains(ctx, ends), _levels(ctx, ends), Fold("Innovation by region, in figures", (_table(ctx, ends),))),
    )


def relative(row: Row) -> float:
    """Gain of a region and year over doing nothing."""
    return float(row["innovation"] / row["without_plan"] - 1) if row["without_plan"] else 0.0


def _gains(ctx: Context, ends: dict[str, Row]) -> Chart:
    last = ctx.years[-1]
    gains = {region: relative(row) for region, row in ends.items()}
    where = region_map(ctx, gains, lambda v: brief(100 * v), "% gain", WITH, f"Gain in {last}, %")
    order = facts.ranked(gains)
    words = (
        "The gain over doing nothing is largest in "
        f"{listed([f'{region_name(ctx, r)} ({percent(gains[r])})' for r in order[:3]])} and smallest in "
        f"{listed([f'{region_name(ctx, r)} ({percent(gains[r])})' for r in order[-2:]])}. {_growth_words(ctx)}"
    )
    return Chart(
        "What the plan adds to innovation",
        (where, half(_yearly(ctx), "Gain of the country by year, percent", "Gain of the country by year, %")),
        words,
        PHASES,
    )


def _yearly(ctx: Context) -> alt.TopLevelMixin:
    years = [
        year for year in sorted({r["year"] for r in rows(ctx.plan, "innovation")}) if year > ctx.summary["base_year"]
    ]
    drawn = [
        {
            "x": str(year),
            "series": PHASES[year > ctx.years[-1]][0],
            "value": 100 * (won := facts.gain(ctx.plan, year)).relative,
            "label": (
                f"{year}: {percent(won.relative, signed=True)}, {number(won.with_plan - won.without)} more "
                f"{ctx.innovation_unit}"
            ),
        }
        for year in years
    ]
    return columns(drawn, PHASES, "", HALF, 420)


def _growth_words(ctx: Context) -> str:
    first, last = facts.gain(ctx.plan, ctx.years[0]), facts.gain(ctx.plan, ctx.years[-1])
    return (
        f"For the country it goes from {percent(first.relative)} in {first.year} to {percent(last.relative)} in "
        f"{last.year}; lead times delay it, ageing stock without the plan widens it."
    )


def _levels(ctx: Context, ends: dict[str, Row]) -> Chart:
    last = ctx.years[-1]
    people = {region: float(ctx.regions[region]["population_10k"]) for region in ends}
    drawn = []
    for region in facts.ranked({r: row["per_10k_people"] for r, row in ends.items()}):
        before, after = ends[region]["without_plan"] / people[region], ends[region]["per_10k_people"]
        if min(before, after) > 0:
            name = region_name(ctx, region)
            drawn.append(
                {
                    "y": name,
                    "before": before,
                    "after": after,
                    "label_before": f"{name} without the plan: {number(before)} per 10,000 people",
                    "label_after": f"{name} with the plan: {number(after)} per 10,000 people",
                }
            )
    unit = "per 10,000 people, log scale"
    panel = both(
        lambda width: dumbbell(drawn, SCALE, unit, width),
        f"Innovation per 10,000 people by region in {last}, without and with the plan",
    )
    most, least = drawn[0], drawn[-1]
    moved = sum(row["after"] > row["before"] * 1.0005 for row in drawn)
    words = (
        f"The plan moves {'every region' if moved == len(drawn) else f'{moved} of {len(drawn)} regions'} "
        f"up. {most['y']} stands at "
        f"{number(most['after'] / least['after'])} times {least['y']} per head, against "
        f"{number(most['before'] / least['before'])} times without the plan. "
        "Steps of equal length are equal ratios."
    )
    return Chart(f"Innovation per 10,000 people in {last}, without and with the plan", (panel,), words, SCALE)


def _table(ctx: Context, ends: dict[str, Row]) -> Grid:
    base = sums(rows(ctx.plan, "innovation", year=ctx.summary["base_year"]), ("region",), "innovation")
    best = {r["region"]: r for r in sorted(rows(ctx.plan, "factors", year=ctx.years[-1]), key=lambda r: r["ratio"])}
    most = max((relative(row) for row in ends.values()), default=1.0) or 1.0
    body = []
    for region in facts.ranked({r: row["innovation"] for r, row in ends.items()}):
        row = ends[region]
        factor = best.get(region)
        grown = f"{_factor_name(ctx, factor['factor'])} × {number(factor['ratio'])}" if factor else ""
        body.append(
            (
                Cell(region_name(ctx, region), hint=str(ctx.regions[region].get("name_zh") or "")),
                number(base.get(region)),
                number(row["without_plan"]),
                number(row["innovation"]),
                Cell(percent(relative(row), signed=True), share=max(relative(row), 0.0) / most),
                number(row["per_10k_people"]),
                grown,
            )
        )
    last = ctx.years[-1]
    heads = (
        "Region",
        f">{ctx.summary['base_year']}",
        f">{last} without",
        f">{last} with",
        ">Gain",
        ">Per 10,000 people",
        "Factor that grew most",
    )
    return grid(
        f"Innovation by region, {ctx.innovation_unit}",
        heads,
        body,
        remark=f"Growth of a factor is counted from {ctx.summary['base_year']}, spillovers and floor included.",
    )


def _factor_name(ctx: Context, factor: str) -> str:
    known = {str(f["id"]): str(f["name"]) for f in ctx.summary.get("factors", ())}
    return known.get(factor) or asset_name(ctx, factor)
