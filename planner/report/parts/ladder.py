"""What each step of the budget brings, and what it buys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.report import facts, study_charts
from planner.report.blocks import Block, Chart, Column, Figure, Frame, Grid, Head, Line, Slider, Text, grid
from planner.report.context import Context, Row, asset_name, region_name
from planner.report.digits import fixed, known, number, plain
from planner.report.drawing import INK, WITH
from planner.report.language import Language
from planner.report.measures import NUMBER, SHARE, Measure
from planner.report.panels import WIDE, wide
from planner.report.parts import capital
from planner.report.parts.mismatch import mismatch
from planner.report.studies import Study

OBJECTIVE = Measure("fixed", 6)
FOUR = Measure("fixed", 4)
SHOWN = 5


def blocks(ctx: Context) -> tuple[Block, ...]:
    """Chart, words, a slider over the rungs, what each step buys; nothing where no ladder was given."""
    study = ctx.studies.ladder
    if study is None:
        return ()
    told: list[Block] = [*mismatch(ctx, study)]
    if len(capital.solved(study.rows)) > 1:
        told += [_chart(ctx, study), _slider(ctx, study)]
    told += [Text(tuple(words(ctx, study))), _table(ctx, study)]
    if study.summary.get("next"):
        told.append(_next(ctx, study))
    return tuple(told)


def marks(words: Language, rows: Sequence[Row], scale: float = 1.0) -> list[dict[str, Any]]:
    """Rows of the chart: what each budget brings, and what the next money brings times `scale`."""
    return [
        {
            "percent": row["percent"],
            "value": row["lower"],
            "marginal": _marginal(row, scale),
            "label": words.say(
                "ladder-label",
                percent=plain(row["percent"]),
                value=fixed(row["lower"], 6),
                marginal=number(_marginal(row, scale)),
            ),
        }
        for row in capital.solved(rows)
    ]


def _marginal(row: Row, scale: float = 1.0, key: str = "marginal_per_billion") -> float | None:
    value = row.get(key)
    return scale * float(value) if known(value) and value is not None else None


def _chart(ctx: Context, study: Study) -> Chart:
    say, rows = ctx.words.say, capital.solved(study.rows)
    title, (scale, _) = say("ladder"), facts.objective_unit(ctx)
    drawn = study_charts.ladder(
        marks(ctx.words, rows, scale), say("ladder-across"), say("ladder-objective"), marginal_name(ctx), WIDE
    )
    heads = (
        Column(say("ladder-across"), NUMBER),
        Column(say("ladder-objective"), OBJECTIVE),
        Column(marginal_name(ctx), NUMBER),
    )
    body: list[Line] = [(row["percent"], row["lower"], _marginal(row, scale)) for row in rows]
    return Chart(
        "ladder",
        title,
        (wide(drawn, say("ladder-alt", count=len(rows))),),
        say("ladder-conclusion", currency=ctx.words.currency(ctx.currency)),
        grid("ladder", title, heads, body),
        native="lines",
        legend=((say("ladder-objective"), WITH), (marginal_name(ctx), INK)),
    )


def marginal_name(ctx: Context) -> str:
    """What the marginal value counts: what one more billion adds, in a unit that a reader knows."""
    _, unit = facts.objective_unit(ctx)
    return ctx.words.say("ladder-marginal", currency=ctx.words.currency(ctx.currency), unit=unit)


def words(ctx: Context, study: Study) -> list[str]:
    """What one more billion brings at the foot, at the plan and at the top; which rungs have no plan."""
    say, rows = ctx.words.say, [row for row in capital.solved(study.rows) if _marginal(row) is not None]
    told = []
    chosen = {rows[at]["percent"]: rows[at] for at in (0, -1)} if rows else {}
    chosen |= {row["percent"]: row for row in rows if row["percent"] == 100.0}
    for percent in sorted(chosen):
        told.append(
            say(
                "ladder-at",
                percent=plain(percent),
                currency=ctx.words.currency(ctx.currency),
                gain=facts.objective_words(ctx, _marginal(chosen[percent]) or 0.0),
            )
        )
    for message, ended in (("ladder-without", "infeasible"), ("ladder-unfinished", "unfinished")):
        if percents := [plain(row["percent"]) for row in study.rows if row.get("status") == ended]:
            told.append(say(message, percents=ctx.words.listed(percents, len(percents))))
    return told


def _slider(ctx: Context, study: Study) -> Slider:
    say, rows = ctx.words.say, capital.solved(study.rows)
    shown = min(range(len(rows)), key=lambda at: abs(float(rows[at]["percent"]) - 100.0))
    frames = tuple(
        Frame(say("ladder-rung", percent=plain(row["percent"])), _figures(ctx, row), capital.panel(ctx, row, rows))
        for row in rows
    )
    heads: list[Head] = [Column(say("ladder-across"), NUMBER), *capital.columns(ctx, rows)]
    body: list[Line] = [
        (row["percent"], *(row.get(capital.key(c)) for c in capital.classes(ctx, rows))) for row in rows
    ]
    data = grid("ladder_money", say("ladder-money", unit=ctx.money_unit), heads, body)
    return Slider("ladder_rungs", say("ladder-slider"), say("ladder-budget"), frames, data, shown)


def _figures(ctx: Context, row: Row) -> tuple[Figure, ...]:
    say = ctx.words.say
    billion = 1000.0 * float(row["budget_billion"])
    return (
        Figure(ctx.money(billion), say("ladder-granted")),
        Figure(fixed(row["innovation_last_year_index"], 4), say("ladder-innovation", year=str(ctx.years[-1]))),
        Figure(fixed(row["gini_last_year"], 4), say("ladder-gini", year=str(ctx.years[-1]))),
    )


def _table(ctx: Context, study: Study) -> Grid:
    say, rows, (scale, unit) = ctx.words.say, study.rows, facts.objective_unit(ctx)
    body: list[Line] = [
        (
            row["percent"],
            1000.0 * float(row["budget_billion"]),
            row.get("lower"),
            row.get("innovation_last_year_index"),
            row.get("gini_last_year"),
            _marginal(row, scale),
            _marginal(row, scale, "difference_per_billion"),
            row.get("gap"),
            str(row.get("why") or ""),
        )
        for row in rows
    ]
    heads: list[Head] = [
        Column(say("ladder-across"), NUMBER),
        Column(say("ladder-granted-unit", unit=ctx.money_unit), ctx.money_measure),
        Column(say("ladder-objective"), OBJECTIVE),
        Column(say("ladder-innovation", year=str(ctx.years[-1])), FOUR),
        Column(say("ladder-gini", year=str(ctx.years[-1])), FOUR),
        Column(marginal_name(ctx), NUMBER),
        Column(say("ladder-difference", currency=ctx.words.currency(ctx.currency), unit=unit), NUMBER),
        Column(say("ladder-gap"), SHARE),
        say("ladder-why"),
    ]
    return grid(
        "ladder_rungs_table",
        say("ladder-table"),
        heads,
        body,
        remark=say("ladder-remark", currency=ctx.words.currency(ctx.currency)),
    )


def _next(ctx: Context, study: Study) -> Grid:
    """The things that each step buys most of."""
    say, bought = ctx.words.say, study.summary["next"]
    steps = dict.fromkeys((row["from_percent"], row["to_percent"]) for row in bought)
    body: list[Line] = []
    for low, high in steps:
        mine = [r for r in bought if (r["from_percent"], r["to_percent"]) == (low, high)]
        first = sorted((r for r in mine if r["more_capital_million"] > 0), key=lambda r: -r["more_capital_million"])
        body += [
            (
                say("ladder-step", low=plain(low), high=plain(high)),
                region_name(ctx, row["region"]),
                asset_name(ctx, row["asset"]),
                row["more_capital_million"],
                row["more_units"],
                ctx.words.unit(str(row["unit"])),
            )
            for row in first[:SHOWN]
        ]
    heads: list[Head] = [
        say("ladder-of-budget"),
        say("region"),
        say("asset"),
        Column(say("ladder-more-money", unit=ctx.money_unit), ctx.money_measure),
        Column(say("ladder-more-units"), NUMBER),
        say("unit"),
    ]
    return grid("ladder_next", say("ladder-next", count=SHOWN), heads, body)
