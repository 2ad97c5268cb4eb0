"""Every number the plan rests on, with its kind and source; and what the model leaves out."""

from __future__ import annotations

import re
from collections import Counter

from planner.report.blocks import Block, Cell, Column, Fold, Grid, Head, Line, Points, Section, grid
from planner.report.context import Context, Rows
from planner.report.measures import COUNT, PLAIN, SHARE

KINDS = ("measured", "published", "found", "derived", "recalled", "assumption", "estimated")
NOT_MODELLED = ("cause", "chance", "markets", "people", "hours", "networks", "lags")


def section(ctx: Context) -> Section:
    """Counts by kind, the whole table, and the limits of the model."""
    say, table = ctx.words.say, ctx.plan.tables["assumptions"].records()
    counts = Counter(row["kind"] for row in table)
    sources = list(ctx.summary.get("sources", ()))
    notices = tuple(str(notice) for notice in ctx.summary.get("notices", ()))
    columns = Counter(source["kind"] for source in sources)
    blocks: list[Block] = [_kinds(ctx, counts, columns), _all(ctx, table)]
    if sources:
        blocks.append(Fold(say("assumptions-columns-fold", count=len(sources)), (_columns(ctx, sources),)))
    if works := cited(ctx, table):
        title = say("assumptions-works-fold", count=len(works))
        blocks.append(Fold(title, (_works(ctx, works),)))
    blocks.append(Points(tuple(say(f"assumptions-not-{what}") for what in NOT_MODELLED), say("assumptions-not")))
    if notices:
        blocks.append(Fold(say("assumptions-notices", count=len(notices)), (Points(notices),)))
    return Section(
        "assumptions", say("assumptions"), say("assumptions-lead", count=len(table), weak=_weak(counts)), tuple(blocks)
    )


def _weak(counts: Counter[str]) -> str:
    return str(counts["assumption"] + counts["estimated"])


def kind_name(ctx: Context, kind: str) -> str:
    """How a number is known, in words."""
    key = f"kind-{kind}"
    return ctx.words.say(key) if ctx.words.knows(key) else kind


def _kinds(ctx: Context, counts: Counter[str], columns: Counter[str]) -> Grid:
    say = ctx.words.say
    whole, seen = sum(counts.values()) or 1, counts | columns
    body: list[Line] = [
        (
            kind_name(ctx, kind),
            say(f"kind-{kind}-meaning") if kind in KINDS else "",
            counts[kind],
            Cell(counts[kind] / whole, share=counts[kind] / whole),
            columns[kind],
        )
        for kind in (*(k for k in KINDS if seen[k]), *(k for k in seen if k not in KINDS))
    ]
    heads: list[Head] = [
        say("assumptions-kind"),
        say("assumptions-meaning"),
        Column(say("assumptions-numbers"), COUNT),
        Column(say("share"), SHARE),
        Column(say("assumptions-columns"), COUNT),
    ]
    return grid("assumption_kinds", say("assumptions-firm"), heads, body, total=(2, 4))


def _all(ctx: Context, table: Rows) -> Grid:
    say = ctx.words.say
    body: list[Line] = [
        (
            str(row["path"]),
            row["value"],
            row["low"],
            row["high"],
            ctx.words.unit(str(row["unit"])) if row["unit"] != "1" else "",
            kind_name(ctx, str(row["kind"])),
            str(row["source"]),
            str(row["place"]),
        )
        for row in table
    ]
    heads: list[Head] = [
        say("assumptions-key"),
        Column(say("assumptions-value"), PLAIN),
        Column(say("assumptions-low"), PLAIN),
        Column(say("assumptions-high"), PLAIN),
        say("unit"),
        say("assumptions-kind"),
        say("assumptions-source"),
        say("assumptions-place"),
    ]
    remark = say("assumptions-remark")
    return grid("assumptions", say("assumptions-every"), heads, body, filterable=True, remark=remark)


def cited(ctx: Context, table: Rows) -> Rows:
    """Works that a source of an assumption, a data column or a machine names by their id."""
    told = [str(row["source"]) for row in table]
    told += [str(one.get("source", "")) for key in ("sources", "machines") for one in ctx.summary.get(key, ())]
    named = set(re.findall(r"\w+", " ".join(told)))
    return [dict(work) for work in ctx.summary.get("references", ()) if work["id"] in named]


def _works(ctx: Context, works: Rows) -> Grid:
    say = ctx.words.say
    body: list[Line] = [
        (str(work["id"]), str(work["text"]), str(work["address"]), ctx.words.date(str(work["read_on"])))
        for work in works
    ]
    heads = [say(f"assumptions-work-{name}") for name in ("id", "text", "address", "read")]
    return grid("works", say("assumptions-works"), heads, body, filterable=True)


def _columns(ctx: Context, sources: Rows) -> Grid:
    say = ctx.words.say
    body: list[Line] = [
        (
            str(source["column"]),
            str(source["file"]).rsplit("/", 1)[-1],
            str(source["unit"]),
            str(source["year"]),
            kind_name(ctx, str(source["kind"])),
            str(source["source"]),
            str(source["note"]),
        )
        for source in sources
    ]
    names = ("column", "file", "unit", "year", "kind", "source", "note")
    shared = {"unit": "unit", "year": "year"}
    heads = [say(shared.get(name, f"assumptions-{name}")) for name in names]
    return grid("data_columns", say("assumptions-data"), heads, body, filterable=True)
