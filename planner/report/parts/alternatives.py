"""How different plans can be that are nearly as good, and what all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.report import study_charts
from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Head, Line, Panel, Text, grid
from planner.report.context import Context, Row, asset_name, class_name, class_word, region_name
from planner.report.digits import plain
from planner.report.measures import NUMBER, SHARE, Measure
from planner.report.panels import HALF, half
from planner.report.parts.mismatch import mismatch
from planner.report.studies import Study

MARGIN = Measure("fixed", 1)


def blocks(ctx: Context) -> tuple[Block, ...]:
    """Ranges as bars and as a table, the list of what no plan goes without; nothing where none were given."""
    study = ctx.studies.alternatives
    if study is None:
        return ()
    told: list[Block] = [*mismatch(ctx, study), _chart(ctx, study)]
    groups, regions = (_no_regret_rows(study, kind) for kind in ("group", "region"))
    if groups or regions:
        told.append(Text((_shared_words(ctx, study),)))
    if groups:
        told.append(_no_regret(ctx, groups, "no_regret_groups"))
    if regions:
        told.append(Fold(ctx.words.say("alternatives-regions-fold"), (_no_regret(ctx, regions, "no_regret_regions"),)))
    return tuple(told)


def thing_name(ctx: Context, what: str) -> str:
    """An asset class or an asset."""
    return asset_name(ctx, what) if what in ctx.assets else class_name(ctx, what)


def place_name(ctx: Context, place: str) -> str:
    """A group or a region."""
    groups = {str(group["id"]): group for group in ctx.summary.get("groups", ())}
    return ctx.words.name(groups[place]) if place in groups else region_name(ctx, place)


def margin_name(ctx: Context, percent: float) -> str:
    """A margin in words: within 2 %."""
    return ctx.words.say("alternatives-within", margin=plain(percent))


def _chart(ctx: Context, study: Study) -> Chart:
    say, unit = ctx.words.say, ctx.money_unit
    margins = sorted({float(row["within_percent"]) for row in study.rows}, reverse=True)
    names = [margin_name(ctx, margin) for margin in margins]
    title = say("alternatives", horizon=ctx.horizon, unit=unit)
    return Chart(
        "alternatives",
        title,
        tuple(_panel(ctx, study, what, names) for what in dict.fromkeys(row["what"] for row in study.rows)),
        words(ctx, study),
        _table(ctx, study),
        legend=tuple(zip(names, study_charts.range_colours(len(names)), strict=True)),
    )


def _panel(ctx: Context, study: Study, what: str, names: Sequence[str]) -> Panel:
    drawn = [_bar(ctx, row) for row in study.rows if row["what"] == what]
    name = thing_name(ctx, what)
    return half(
        study_charts.ranges(drawn, names, ctx.money_unit, HALF), ctx.words.say("alternatives-alt", what=name), name
    )


def _bar(ctx: Context, row: Row) -> dict[str, Any]:
    value = ctx.words.money_value
    place, margin = place_name(ctx, row["group"]), margin_name(ctx, row["within_percent"])
    return {
        "place": place,
        "margin": margin,
        "least": value(row["least_million"]),
        "most": value(row["most_million"]),
        "least_bound": value(row.get("least_proven_million", row["least_million"])),
        "most_bound": value(row.get("most_proven_million", row["most_million"])),
        "plan": value(row["plan_million"]),
        "label": ctx.words.say(
            "alternatives-label",
            place=place,
            margin=margin,
            least=ctx.money(row["least_million"]),
            most=ctx.money(row["most_million"]),
            plan=ctx.money(row["plan_million"]),
        ),
    }


def words(ctx: Context, study: Study) -> str:
    """The firmest and the loosest range within the narrowest margin."""
    say = ctx.words.say
    narrow = min(float(row["within_percent"]) for row in study.rows)
    mine = [row for row in study.rows if row["within_percent"] == narrow and row["plan_million"] > 0]
    told = [say("alternatives-read", margin=margin_name(ctx, narrow))]
    if len(mine) > 1:
        ordered = sorted(mine, key=lambda row: (row["most_million"] - row["least_million"]) / row["plan_million"])
        told += [
            _range_words(ctx, "alternatives-firm", ordered[0]),
            _range_words(ctx, "alternatives-loose", ordered[-1]),
        ]
    return ctx.words.prose(told)


def _range_words(ctx: Context, message: str, row: Row) -> str:
    return ctx.words.say(
        message,
        what=class_word(ctx, row["what"]) if row["what"] in ctx.classes else thing_name(ctx, row["what"]),
        place=place_name(ctx, row["group"]),
        least=ctx.money(row["least_million"]),
        most=ctx.money(row["most_million"]),
        plan=ctx.money(row["plan_million"]),
    )


def _table(ctx: Context, study: Study) -> Grid:
    say, money = ctx.words.say, ctx.money_measure
    body: list[Line] = [
        (
            thing_name(ctx, row["what"]),
            place_name(ctx, row["group"]),
            row["within_percent"],
            row["plan_million"],
            row["least_million"],
            row["most_million"],
            row.get("least_proven_million"),
            row.get("most_proven_million"),
        )
        for row in study.rows
    ]
    heads: list[Head] = [
        say("alternatives-what"),
        say("alternatives-where"),
        Column(say("alternatives-margin"), MARGIN),
        Column(say("alternatives-plan"), money),
        Column(say("alternatives-least"), money),
        Column(say("alternatives-most"), money),
        Column(say("alternatives-least-proven"), money),
        Column(say("alternatives-most-proven"), money),
    ]
    caption = say("alternatives-table", unit=ctx.money_unit)
    return grid("alternatives", caption, heads, body, remark=say("alternatives-remark"))


def _no_regret_rows(study: Study, kind: str) -> list[Row]:
    """What all plans within the widest margin build, in groups or in regions."""
    rows = [row for row in study.summary.get("no_regret", ()) if row["place_kind"] == kind]
    widest = max((row["within_percent"] for row in rows), default=0.0)
    return sorted((row for row in rows if row["within_percent"] == widest), key=lambda row: -row["least_million"])


def _shared_words(ctx: Context, study: Study) -> str:
    """How much money all plans share, from the finest places that are told."""
    rows = _no_regret_rows(study, "region") or _no_regret_rows(study, "group")
    million = sum(row["least_million"] for row in rows)
    whole = sum(row["plan_million"] for row in study.rows if row["within_percent"] == study.rows[0]["within_percent"])
    return ctx.words.say(
        "alternatives-shared",
        count=int(rows[0]["plans"]),
        margin=margin_name(ctx, rows[0]["within_percent"]),
        money=ctx.money(million),
        share=ctx.words.percent(million / whole if whole else None),
    )


def _no_regret(ctx: Context, rows: Sequence[Row], id: str) -> Grid:
    say, money = ctx.words.say, ctx.money_measure
    body: list[Line] = [
        (
            place_name(ctx, row["place"]),
            asset_name(ctx, row["asset"]),
            row["least_units"],
            row["plan_units"],
            ctx.words.unit(str(row["unit"])),
            Cell(row["share_of_plan"], share=min(float(row["share_of_plan"]), 1.0)),
            row["least_million"],
            row["plan_million"],
        )
        for row in rows
    ]
    heads: list[Head] = [
        say("alternatives-where"),
        say("asset"),
        Column(say("alternatives-least-units"), NUMBER),
        Column(say("alternatives-plan-units"), NUMBER),
        say("unit"),
        Column(say("alternatives-share"), SHARE),
        Column(say("alternatives-least"), money),
        Column(say("alternatives-plan"), money),
    ]
    caption = say(
        "alternatives-no-regret",
        count=int(rows[0]["plans"]),
        margin=margin_name(ctx, rows[0]["within_percent"]),
        unit=ctx.money_unit,
    )
    return grid(id, caption, heads, body, filterable=len(body) > 20)
