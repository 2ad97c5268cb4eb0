"""What the worst-off cost the total: the frontier between them, and where this plan lies on it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from planner.report import facts, study_charts
from planner.report.blocks import Block, Chart, Column, Figure, Frame, Grid, Slider, Text, grid
from planner.report.charts import bars
from planner.report.context import Context, Row
from planner.report.digits import fixed
from planner.report.drawing import QUIET, WITH
from planner.report.language import Language
from planner.report.measures import CHANGE, COUNT, NUMBER, SHARE, Measure
from planner.report.panels import HALF, WIDE, half, wide
from planner.report.parts.mismatch import mismatch
from planner.report.studies import Study, differences

INDEX = Measure("fixed", 5)
SHARE_OF = "capital_share_"


def blocks(ctx: Context) -> tuple[Block, ...]:
    """Chart, words, a slider over the points, a table; nothing where no frontier was given."""
    study = ctx.studies.frontier
    if study is None:
        return ()
    told: list[Block] = [*mismatch(ctx, study), _chart(ctx, study), Text(tuple(words(ctx, study)))]
    if len(study.rows) > 2:
        told.append(_slider(ctx, study))
    return (*told, _table(ctx, study))


def who(words: Language, study: Study) -> str:
    """The worst-off as they were asked for: "5 regions", "20 % of people"."""
    asked = study.summary.get("asked", {})
    if asked.get("people_share"):
        return words.say("frontier-people", share=words.percent(float(asked["people_share"])))
    if asked.get("regions"):
        return words.say("frontier-regions", count=int(asked["regions"]))
    return str(asked.get("worst_off", ""))


def less(study: Study, row: Row) -> float:
    """Change of total innovation against the plan of most of it, as a share."""
    return float(row["total_index"] / study.rows[0]["total_index"] - 1.0)


def more(study: Study, row: Row) -> float:
    """Change of what the worst-off have against the same plan, as a share."""
    return math.exp(row["worst_off_log"] - study.rows[0]["worst_off_log"]) - 1.0


def marks(words: Language, study: Study, mine: int | None = None) -> list[dict[str, object]]:
    """Rows of the chart; a quarter, the middle, three quarters and the end are named."""
    last = len(study.rows) - 1
    named = {last // 4, last // 2, (3 * last) // 4, last} - {0, 1}
    drawn = []
    for at, row in enumerate(study.rows):
        changes = {
            "total": words.percent(less(study, row), signed=True),
            "worst": words.percent(more(study, row), signed=True),
        }
        drawn.append(
            {
                "worst": row["worst_off_per_10k_people"],
                "total": row["total_index"],
                "bound": row["bound_total_index"],
                "name": words.say("frontier-mark", **changes) if at in named else "",
                "label": words.say(
                    "frontier-label", point=str(int(row["point"]) + 1), gini=fixed(row["gini"], 4), **changes
                ),
                "mine": at == mine,
            }
        )
    return drawn


def _chart(ctx: Context, study: Study) -> Chart:
    say = ctx.words.say
    across = say("frontier-across", who=who(ctx.words, study), unit=ctx.innovation_unit)
    drawn = study_charts.frontier(marks(ctx.words, study, own_point(ctx, study)), across, say("frontier-up"), WIDE)
    body = [(row["worst_off_per_10k_people"], row["total_index"], row["bound_total_index"]) for row in study.rows]
    heads = (
        Column(across, NUMBER),
        Column(say("frontier-total"), INDEX),
        Column(say("frontier-bound"), INDEX),
    )
    return Chart(
        "frontier",
        say("frontier", who=who(ctx.words, study)),
        (wide(drawn, say("frontier-alt", count=len(study.rows))),),
        say("frontier-conclusion"),
        grid("frontier", say("frontier-data"), heads, body),
        native="dots",
        legend=((say("frontier-plans"), WITH), (say("frontier-bound"), QUIET)),
    )


def own_point(ctx: Context, study: Study) -> int | None:
    """The point that is this plan: the first, where the plan is one of most total innovation of the same question."""
    return 0 if ctx.summary.get("objective") == "total" and not differences(study, ctx.summary) else None


def words(ctx: Context, study: Study) -> list[str]:
    """What the whole way costs, what a step costs at both ends, where this plan lies."""
    say, percent = ctx.words.say, ctx.words.percent
    last = study.rows[-1]
    if len(study.rows) < 2:
        return [say("frontier-one")]
    told = [
        say(
            "frontier-whole",
            more=percent(more(study, last)),
            less=_cost(ctx, study, last),
            who=who(ctx.words, study),
        )
    ]
    middle = half_way(study)
    if middle is not None:
        told.append(say("frontier-half", more=percent(more(study, middle)), less=_cost(ctx, study, middle)))
    if not differences(study, ctx.summary):
        told.append(_where(ctx, study))
    return told


def half_way(study: Study) -> Row | None:
    """The point whose worst-off gain is nearest to half of the whole; None where there is none between the ends."""
    first, last = (study.rows[at]["worst_off_log"] for at in (0, -1))
    between = study.rows[1:-1]
    return min(between, key=lambda row: abs(row["worst_off_log"] - (first + last) / 2), default=None)


def _cost(ctx: Context, study: Study, row: Row) -> str:
    """What a point costs of the total, as a percentage; nothing where it is less than what is proven."""
    lost = -less(study, row)
    return ctx.words.percent(lost) if lost > _gap(study) else ctx.words.say("frontier-nothing")


def _where(ctx: Context, study: Study) -> str:
    """Where this plan lies: on the first point, or between two by its Gini."""
    say = ctx.words.say
    if own_point(ctx, study) is not None:
        return say("frontier-first")
    mine = facts.divide(ctx.plan, int(study.rows[0].get("divide_year", ctx.years[-1])), "gini")
    if mine is None:
        return say("frontier-unknown")
    for one, other in itertools.pairwise(study.rows):
        low, high = sorted((one["gini"], other["gini"]))
        if low <= mine[0] <= high:
            return say(
                "frontier-between",
                gini=fixed(mine[0], 4),
                first=str(int(one["point"]) + 1),
                second=str(int(other["point"]) + 1),
            )
    return say("frontier-outside", gini=fixed(mine[0], 4))


def group_names(ctx: Context, study: Study) -> dict[str, str]:
    """Column of a macro-region's share of money -> its name."""
    known: Mapping[str, Row] = {str(g["id"]): g for g in ctx.summary.get("groups", ())}
    given = study.summary.get("groups", {})
    return {key: ctx.words.name(known.get(key.removeprefix(SHARE_OF), {"id": name})) for key, name in given.items()}


def _slider(ctx: Context, study: Study) -> Slider:
    say = ctx.words.say
    frames = tuple(_frame(ctx, study, row) for row in study.rows)
    return Slider("frontier_step", say("frontier-slider"), say("frontier-point"), frames, _shares(ctx, study), shown=0)


def _frame(ctx: Context, study: Study, row: Row) -> Frame:
    say, percent = ctx.words.say, ctx.words.percent
    figures = (
        Figure(percent(less(study, row), signed=True), say("frontier-figure-total")),
        Figure(percent(more(study, row), signed=True), say("frontier-figure-worst", who=who(ctx.words, study))),
        Figure(fixed(row["gini"], 4), say("frontier-figure-gini", year=str(row.get("divide_year", "")))),
    )
    drawn = [
        {"y": name, "series": "share", "value": 100 * row[key], "label": f"{name}: {percent(row[key])}"}
        for key, name in group_names(ctx, study).items()
        if key in row
    ]
    alt_text = say("frontier-shares")
    panel = half(bars(drawn, [("share", WITH)], say("frontier-shares-unit"), HALF), alt_text, alt_text)
    return Frame(str(int(row["point"]) + 1), figures, panel)


def _shares(ctx: Context, study: Study) -> Grid:
    say, names = ctx.words.say, group_names(ctx, study)
    heads = [Column(say("frontier-point"), COUNT), *(Column(name, SHARE) for name in names.values())]
    body = [(int(row["point"]) + 1, *(row.get(key) for key in names)) for row in study.rows]
    return grid("frontier_shares", say("frontier-shares"), heads, body)


def _table(ctx: Context, study: Study) -> Grid:
    say = ctx.words.say
    columns: Sequence[tuple[Column, object]] = (
        (Column(say("frontier-point"), COUNT), lambda row: int(row["point"]) + 1),
        (Column(say("frontier-total"), INDEX), lambda row: row["total_index"]),
        (Column(say("frontier-total-change"), CHANGE), lambda row: less(study, row)),
        (Column(say("frontier-worst", unit=ctx.innovation_unit), NUMBER), lambda row: row["worst_off_per_10k_people"]),
        (Column(say("frontier-worst-change"), CHANGE), lambda row: more(study, row)),
        (Column(say("frontier-gini"), Measure("fixed", 4)), lambda row: row["gini"]),
        (Column(say("frontier-fifth"), SHARE), lambda row: row.get("worst_fifth_share")),
        (Column(say("frontier-money", unit=ctx.money_unit), ctx.money_measure), lambda row: row.get("capital_million")),
        (Column(say("frontier-bound"), INDEX), lambda row: row["bound_total_index"]),
    )
    body = [tuple(value(row) for _, value in columns) for row in study.rows]  # type: ignore[operator]
    return grid(
        "frontier_points",
        say("frontier-table"),
        [column for column, _ in columns],
        body,
        remark=say("frontier-remark", gap=ctx.words.percent(_gap(study))),
    )


def _gap(study: Study) -> float:
    """The largest proven distance to the best possible, as a share of the total."""
    return max(float(row["bound_total_index"] / row["total_index"] - 1.0) for row in study.rows)
