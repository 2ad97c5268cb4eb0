"""How the budgets are used, year by year, with what they carry over."""

from __future__ import annotations

from planner.report.blocks import Block, Cell, Cells, Chart, Fold, Grid, Section, Text, grid
from planner.report.charts import columns
from planner.report.context import Context, Row, Rows, region_name, rows
from planner.report.panels import HALF, half
from planner.report.words import billion, listed, money, percent

SPENT, LEFT = "#33475e", "#d3d9e0"


def section(ctx: Context) -> Section:
    """One small chart per budget, one table with every figure."""
    used = rows(ctx.plan, "budgets", phase="plan")
    if not used:
        return Section("budgets", "Budgets", "", (Text(("The plan has no budget.",)),))
    tail = rows(ctx.plan, "budgets", phase="tail")
    blocks: list[Block] = [_chart(ctx, used), _table(ctx, used, f"Budgets in {ctx.horizon}")]
    if tail:
        blocks.append(
            Fold("Budgets after the last order", (_table(ctx, tail, "Budgets in the years after the horizon"),))
        )
    if rows(ctx.plan, "projects"):
        blocks.append(_projects(ctx))
    return Section(
        "budgets",
        "Use of the budgets",
        "What was granted, what was spent, and what one year leaves to the next.",
        tuple(blocks),
    )


def _projects(ctx: Context) -> Grid:
    names = {str(p["id"]): str(p["name"]) for p in ctx.summary.get("projects", ())}
    body: list[Cells] = [
        (
            names.get(row["project"]) or row["project"],
            region_name(ctx, row["region"]),
            f"taken in {row['year']}" if row["taken"] else "left",
            str(row["in_service_year"]) if row["taken"] else "",
            billion(row["capex_million"]) if row["taken"] else "",
            billion(row["opex_million_per_year"]) if row["taken"] else "",
        )
        for row in sorted(rows(ctx.plan, "projects"), key=lambda row: (-row["taken"], row["year"]))
    ]
    unit = f"{ctx.currency} bn"
    heads = ("Project", "Region", "Decision", "In service from", f">Capex, {unit}", f">Own upkeep, {unit} a year")
    return grid("Candidate projects: taken or left", heads, body)


def budget_name(ctx: Context, budget: str) -> str:
    known = {str(b["id"]): str(b["name"]) for b in ctx.summary.get("budgets", ())}
    return known.get(budget) or budget


def _chart(ctx: Context, used: Rows) -> Chart:
    unit = f"{ctx.currency} bn"
    panels = []
    for budget in dict.fromkeys(str(row["budget"]) for row in used):
        drawn = [part for row in used if row["budget"] == budget for part in _parts(ctx, row)]
        chart = columns(drawn, [("spent", SPENT), ("left", LEFT)], "", HALF, 170)
        panels.append(
            half(chart, f"{budget_name(ctx, budget)}: spent and left by year in {unit}", budget_name(ctx, budget))
        )
    return Chart(
        f"Spent and left, {unit}",
        tuple(panels),
        _words(ctx, used),
        (("spent", SPENT), ("left at the end of the year", LEFT)),
    )


def _parts(ctx: Context, row: Row) -> Rows:
    left = max(row["limit_million"] + row["carried_in_million"] - row["spent_million"], 0.0)
    year = row["year"] or "total"
    return [
        {
            "x": str(year),
            "series": name,
            "value": amount / 1000,
            "label": f"{year}: {name} {money(amount, ctx.currency)}",
        }
        for name, amount in (("spent", row["spent_million"]), ("left", left))
    ]


def _words(ctx: Context, used: Rows) -> str:
    parts = []
    for budget in dict.fromkeys(str(row["budget"]) for row in used):
        mine: list[Row] = [row for row in used if row["budget"] == budget]
        granted, spent = (sum(row[key] for row in mine) for key in ("limit_million", "spent_million"))
        carried = [
            f"{money(row['carried_out_million'], ctx.currency)} from {row['year']}"
            for row in mine
            if row["carried_out_million"] > 1e-6 * max(granted, 1)
        ]
        parts.append(
            f"{budget_name(ctx, budget)}: {percent(spent / granted if granted else None)} of what is granted is spent"
            + (f", with {listed(carried)} carried over" if carried else "")
        )
    return ". ".join(parts) + "."


def _table(ctx: Context, used: Rows, caption: str) -> Grid:
    body: list[Cells] = []
    for row in used:
        available = row["limit_million"] + row["carried_in_million"]
        share = row["spent_million"] / available if available else None
        body.append(
            (
                budget_name(ctx, str(row["budget"])),
                str(row["year"] or "total"),
                *(billion(row[key]) for key in ("limit_million", "carried_in_million")),
                Cell(billion(row["spent_million"]), share=min(share or 0.0, 1.0)),
                percent(share),
                *(billion(row[key]) for key in ("carried_out_million", "exceeded_million")),
            )
        )
    heads = ("Budget", "Year", ">Granted", ">Carried in", ">Spent", ">Used", ">Carried out", ">Exceeded")
    return grid(f"{caption}, {ctx.currency} bn", heads, body)
