"""Many scenarios of one config: what they bring, and which parameter moves the result most."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any

from planner.report import study_charts
from planner.report.blocks import Block, Chart, Column, Figure, Frame, Grid, Head, Line, Slider, Text, grid
from planner.report.context import Context, Row
from planner.report.digits import fixed
from planner.report.language import Language
from planner.report.measures import SHARE, Measure
from planner.report.panels import WIDE, wide
from planner.report.parts import capital
from planner.report.parts.mismatch import mismatch
from planner.report.studies import Study

FOUR = Measure("fixed", 4)
MOST_FRAMES = 30


def blocks(ctx: Context) -> tuple[Block, ...]:
    """Chart, words, a slider over the scenarios where there are few, a table; nothing where no sweep was given."""
    study = ctx.studies.sweep
    if study is None:
        return ()
    found = capital.solved(study.rows)
    told: list[Block] = [*mismatch(ctx, study)]
    if len(found) > 1:
        told.append(_chart(ctx, study))
    if 1 < len(found) <= MOST_FRAMES:
        told.append(_slider(ctx, study))
    return (*told, Text(tuple(words(ctx, study))), _table(ctx, study))


def parameters(study: Study) -> list[str]:
    """Names of what was varied."""
    return [str(name) for name in study.summary.get("parameters", ())]


def parameter_name(words: Language, name: str) -> str:
    """A parameter in words where the catalog has them, else its key path."""
    key = "parameter-" + name.replace(".", "-")
    return words.say(key) if words.knows(key) else name


def marks(words: Language, rows: Sequence[Row], varied: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the chart: one dot per scenario, coloured and shaped by the first two parameters."""
    first, second = [*varied, "", ""][:2]
    return [
        {
            "x": row["gini_last_year"],
            "y": row["innovation_last_year_index"],
            "colour": str(row.get(first, "–")),
            "shape": str(row.get(second, "–")),
            "label": words.say(
                "sweep-label",
                name=str(row["name"]),
                index=fixed(row["innovation_last_year_index"], 4),
                gini=fixed(row["gini_last_year"], 4),
            ),
        }
        for row in capital.solved(rows)
    ]


def _chart(ctx: Context, study: Study) -> Chart:
    say, varied, found = ctx.words.say, parameters(study), capital.solved(study.rows)
    first, second = [*(parameter_name(ctx.words, name) for name in varied), "", ""][:2]
    drawn = study_charts.dots(
        marks(ctx.words, found, varied), say("sweep-gini"), say("sweep-index"), WIDE, colour=first, shape=second
    )
    heads = (Column(say("sweep-gini"), FOUR), Column(say("sweep-index"), FOUR))
    body: list[Line] = [(row["gini_last_year"], row["innovation_last_year_index"]) for row in found]
    title = say("sweep", count=len(found))
    panel = wide(drawn, say("sweep-alt", count=len(found)))
    return Chart("sweep", title, (panel,), say("sweep-conclusion"), grid("sweep", title, heads, body), native="dots")


def words(ctx: Context, study: Study) -> list[str]:
    """The span of the results, what moves them most, and how many scenarios have no plan."""
    say, found = ctx.words.say, capital.solved(study.rows)
    told = []
    if found:
        ordered = sorted(found, key=lambda row: row["innovation_last_year_index"])
        ginis = [row["gini_last_year"] for row in found]
        told.append(
            say(
                "sweep-span",
                low=fixed(ordered[0]["innovation_last_year_index"], 4),
                lowest=str(ordered[0]["name"]),
                high=fixed(ordered[-1]["innovation_last_year_index"], 4),
                highest=str(ordered[-1]["name"]),
                fair=fixed(min(ginis), 4),
                unfair=fixed(max(ginis), 4),
                year=str(ctx.years[-1]),
            )
        )
        told += _movers(ctx, study)
    missing = len(study.rows) - len(found)
    return [*told, say("sweep-missing", count=missing)] if missing else told


def effects(study: Study) -> dict[str, dict[str, float]]:
    """Parameter -> its value -> mean innovation of the last year over the scenarios that have that value."""
    found = capital.solved(study.rows)
    told: dict[str, dict[str, float]] = {}
    for name in parameters(study):
        values: dict[str, list[float]] = {}
        for row in found:
            if name in row:
                values.setdefault(str(row[name]), []).append(float(row["innovation_last_year_index"]))
        if len(values) > 1:
            told[name] = {value: mean(each) for value, each in values.items()}
    return told


def _movers(ctx: Context, study: Study) -> list[str]:
    """One sentence per parameter of several values, the one that moves innovation most first."""
    found = effects(study)
    spread = {name: max(means.values()) - min(means.values()) for name, means in found.items()}
    told = []
    for name in sorted(spread, key=lambda name: -spread[name]):
        means = found[name]
        low, high = min(means, key=lambda value: means[value]), max(means, key=lambda value: means[value])
        told.append(
            ctx.words.say(
                "sweep-mover",
                parameter=parameter_name(ctx.words, name),
                low=low,
                least=fixed(means[low], 4),
                high=high,
                most=fixed(means[high], 4),
            )
        )
    return told


def _slider(ctx: Context, study: Study) -> Slider:
    say, found = ctx.words.say, capital.solved(study.rows)
    frames = tuple(
        Frame(_scenario(ctx, study, row), _figures(ctx, row), capital.panel(ctx, row, found)) for row in found
    )
    body: list[Line] = [
        (str(row["name"]), *(row.get(capital.key(c)) for c in capital.classes(ctx, found))) for row in found
    ]
    heads: list[Head] = [say("sweep-scenario"), *capital.columns(ctx, found)]
    data = grid("sweep_money", say("sweep-money", unit=ctx.money_unit), heads, body)
    return Slider("sweep_scenarios", say("sweep-slider"), say("sweep-scenario"), frames, data, 0)


def _scenario(ctx: Context, study: Study, row: Row) -> str:
    """A scenario by its name and the values that it has."""
    values = [str(row[name]) for name in parameters(study) if name in row]
    return f"{row['name']} · {' · '.join(values)}" if values else str(row["name"])


def _figures(ctx: Context, row: Row) -> tuple[Figure, ...]:
    say, year = ctx.words.say, str(ctx.years[-1])
    return (
        Figure(fixed(row["innovation_last_year_index"], 4), say("sweep-figure-index", year=year)),
        Figure(fixed(row["gini_last_year"], 4), say("sweep-figure-gini", year=year)),
        Figure(ctx.words.percent(row.get("gap")), say("sweep-figure-gap")),
    )


def _table(ctx: Context, study: Study) -> Grid:
    say, varied, rows = ctx.words.say, parameters(study), study.rows
    found = capital.classes(ctx, rows)
    body: list[Line] = [
        (
            str(row["name"]),
            *(str(row.get(name, "")) for name in varied),
            _status(ctx, str(row["status"])),
            row.get("innovation_last_year_index"),
            row.get("gini_last_year"),
            *(row.get(capital.key(c)) for c in found),
            row.get("gap"),
            str(row.get("why") or ""),
        )
        for row in rows
    ]
    heads: list[Head] = [
        say("sweep-scenario"),
        *(parameter_name(ctx.words, name) for name in varied),
        say("sweep-status"),
        Column(say("sweep-index"), FOUR),
        Column(say("sweep-gini"), FOUR),
        *capital.columns(ctx, rows),
        Column(say("sweep-gap"), SHARE),
        say("sweep-why"),
    ]
    return grid("sweep_table", say("sweep-table"), heads, body, filterable=len(body) > 20)


def _status(ctx: Context, status: str) -> str:
    key = f"solve-status-{status}"
    return ctx.words.say(key) if ctx.words.knows(key) else status
