"""Levels of a factor that earn a bonus: which regions reach them, and when."""

from __future__ import annotations

from planner.report.blocks import Block, Column, Head, Line, grid
from planner.report.context import Context, Row, factor_name, region_name, rows
from planner.report.measures import CHANGE, COUNT, PLAIN

NAMED = 8


def blocks(ctx: Context) -> tuple[Block, ...]:
    """One row per threshold; nothing where the plan has none."""
    say, last = ctx.words.say, ctx.years[-1]
    known = ctx.summary.get("thresholds", ())
    if not known:
        return ()
    body: list[Line] = [_line(ctx, one) for one in known]
    heads: list[Head] = [
        say("thresholds-name"),
        say("thresholds-factor"),
        Column(say("thresholds-at-least"), PLAIN),
        Column(say("thresholds-bonus"), CHANGE),
        Column(say("thresholds-reached", year=str(ctx.summary["base_year"])), COUNT),
        Column(say("thresholds-reached", year=str(last)), COUNT),
        say("thresholds-new", year=str(last)),
    ]
    return (grid("thresholds", say("thresholds"), heads, body, remark=say("thresholds-remark")),)


def _line(ctx: Context, one: Row) -> Line:
    mine = [row for row in rows(ctx.plan, "thresholds", threshold=one["id"]) if row["reached"]]
    before, after = (
        [row["region"] for row in mine if row["year"] == year] for year in (ctx.summary["base_year"], ctx.years[-1])
    )
    since = {region: min(row["year"] for row in mine if row["region"] == region) for region in after}
    new = [
        ctx.words.say("thresholds-since", region=region_name(ctx, region), year=str(since[region]))
        for region in sorted(after, key=lambda region: since[region])
        if region not in before
    ]
    return (
        ctx.words.name(one),
        factor_name(ctx, str(one["factor"])),
        one["at_least"],
        one["bonus"],
        len(before),
        len(after),
        ctx.words.listed(new, most=NAMED),
    )
