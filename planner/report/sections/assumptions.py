"""Every number the plan rests on, with its kind and source; and what the model leaves out."""

from __future__ import annotations

from collections import Counter

from planner.report.blocks import Block, Cell, Cells, Fold, Grid, Points, Section, grid
from planner.report.context import Context, Rows
from planner.report.words import MISSING, percent, plain, plural

KINDS = {
    "measured": "measured by the benchmark harness on real hardware",
    "published": "published by a vendor, a benchmark consortium or an agency",
    "found": "read in a source that is named",
    "derived": "computed from found figures",
    "recalled": "a known figure, not read again",
    "assumption": "a planning value without a source",
    "estimated": "estimated for this plan because no table gives it",
}
NOT_MODELLED = (
    "Cause. Elasticities are associations from studies and panels; the plan takes them as effects.",
    "Chance. One future is planned; prices, demand and policy do not vary within a plan.",
    "Markets. Prices of equipment and electricity follow given paths; large orders do not move them.",
    "Firms and people. They do not migrate towards infrastructure; talent and R&D grow as given.",
    "Hours. Electricity and computing are yearly; peaks, outages and seasons are not seen.",
    "Networks. Delay is distance times a factor; routes, queues and single cables are not seen.",
    "Time lags of innovation beyond the lead times of building: what serves counts in the same year.",
)


def section(ctx: Context) -> Section:
    """Counts by kind, the whole table, and the limits of the model."""
    table = ctx.plan.tables["assumptions"].records()
    counts = Counter(row["kind"] for row in table)
    lead = (
        f"{plural(len(table), 'number')} in all. Estimated values are marked est. wherever they appear in this report."
    )
    notices = tuple(str(notice) for notice in ctx.summary.get("notices", ()))
    sources = list(ctx.summary.get("sources", ()))
    blocks: list[Block] = [_kinds(counts, Counter(source["kind"] for source in sources)), _all(table)]
    if sources:
        blocks.append(Fold(f"Every column of the data tables ({len(sources)})", (_columns(sources),)))
    blocks += [Points(NOT_MODELLED, "What is not modelled")]
    if notices:
        blocks.append(Fold(f"Notices from reading the data ({len(notices)})", (Points(notices),)))
    return Section("assumptions", "What the plan rests on", lead, tuple(blocks))


def _kinds(counts: Counter[str], columns: Counter[str]) -> Grid:
    whole, seen = sum(counts.values()) or 1, counts | columns
    body: list[Cells] = [
        (
            Cell(kind, mark=mark(kind)),
            KINDS.get(kind, ""),
            Cell(f"{counts[kind]:,}", share=counts[kind] / whole),
            percent(counts[kind] / whole),
            f"{columns[kind]:,}",
        )
        for kind in (*(k for k in KINDS if seen[k]), *(k for k in seen if k not in KINDS))
    ]
    return grid("How firm the numbers are", ("Kind", "Meaning", ">Numbers", ">Share", ">Data columns"), body)


def _columns(sources: Rows) -> Grid:
    body: list[Cells] = [
        (
            f"{s['column']}",
            s["file"].rsplit("/", 1)[-1],
            s["unit"],
            s["year"],
            Cell(s["kind"], mark=mark(s["kind"])),
            s["source"],
            s["note"],
        )
        for s in sources
    ]
    heads = ("Column", "File", "Unit", "Year", "Kind", "Source", "Note")
    return grid("Data columns", heads, body, filterable=True)


def mark(kind: str) -> str:
    return kind if kind in ("estimated", "measured", "published") else ""


def _all(table: Rows) -> Grid:
    body = [
        (
            str(row["path"]),
            plain(row["value"]),
            _range(row["low"], row["high"]),
            Cell(str(row["kind"]), mark=mark(str(row["kind"]))),
            str(row["source"]),
            str(row["place"]),
        )
        for row in table
    ]
    return grid(
        "Every assumption",
        ("Key in the config", ">Value", ">Low – high", "Kind", "Source", "Place"),
        body,
        filterable=True,
        remark=(
            "Values are in the canonical unit of their key: money in million, power in kW, shares as "
            "fractions, delays in ms."
        ),
    )


def _range(low: float, high: float) -> str:
    shown = (plain(low), plain(high))
    return MISSING if shown == (MISSING, MISSING) else " – ".join(shown)
