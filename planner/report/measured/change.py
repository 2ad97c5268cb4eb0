"""Two or more results side by side: the same kernels, what became faster or slower, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.report.blocks import Block, Cell, Chart, Column, Figure, Figures, Fold, Grid, Note, Section, grid
from planner.report.digits import fixed
from planner.report.measured.charts import intervals, side_by_side
from planner.report.measured.context import Context, Row, Run, by_threads
from planner.report.measured.peers import FASTER, SLOWER, UNSURE
from planner.report.measures import NUMBER, Measure

RATIO, CHANCE = Measure("fixed", 3), Measure("fixed", 3)
COLOURS = {"FASTER": FASTER, "SLOWER": SLOWER, "SAME": "#3f4a5a", "UNCLEAR": UNSURE}


def section(ctx: Context) -> Section | None:
    """The first result against each later one; None for a single result."""
    say = ctx.words.say
    blocks = [
        block
        for run, comparison in zip(ctx.runs[1:], ctx.comparisons, strict=True)
        for block in _compared(ctx, run, comparison)
    ]
    return Section("comparison", say("bench-change"), say("bench-change-lead"), tuple(blocks)) if blocks else None


def _compared(ctx: Context, run: Run, comparison: Row) -> list[Block]:
    say, first = ctx.words.say, ctx.runs[0].name
    blocks: list[Block] = [Note(text) for text in _notes(ctx, run, comparison)]
    if comparison["changes"]:
        blocks += [Figures(_figures(ctx, run, comparison)), _chart(ctx, run, comparison)]
    else:
        blocks.append(Note(say("bench-nothing-compared", first=first, other=run.name)))
    if comparison["left"]:
        blocks.append(Fold(say("bench-left", first=first, other=run.name), (_left(ctx, run, comparison),)))
    return blocks


def _notes(ctx: Context, run: Run, comparison: Row) -> list[str]:
    """What a reader must know before believing the verdicts."""
    say, names = ctx.words.say, {"first": ctx.runs[0].name, "other": run.name}
    found = []
    if comparison["differences"]:
        found.append(say("bench-unlike", what="; ".join(map(str, comparison["differences"])), **names))
    if {old["run_id"] for old in comparison["old"]} == {new["run_id"] for new in comparison["new"]}:
        found.append(say("bench-same-run", **names))
    floor = comparison.get("noise_floor")
    if floor is not None and floor > comparison["min_effect"]:
        found.append(say("bench-floor-note", floor=ctx.words.percent(floor)))
    noisy = [each.name for each in (ctx.runs[0], run) if each.result["environment"]["verdict"] == "noisy"]
    if noisy:
        found.append(say("bench-noisy", count=len(noisy), names=ctx.words.listed(noisy)))
    return found


def _figures(ctx: Context, run: Run, comparison: Row) -> tuple[Figure, ...]:
    say, changes = ctx.words.say, comparison["changes"]
    counts = {verdict: sum(change["verdict"] == verdict for change in changes) for verdict in COLOURS}
    span = say("bench-span", low=fixed(comparison["mean_low"], 3), high=fixed(comparison["mean_high"], 3))
    mean = Figure(fixed(comparison["mean"], 3), say("bench-mean-change", other=run.name, first=ctx.runs[0].name), span)
    return (mean, *(Figure(str(count), say(f"bench-change-{name.lower()}")) for name, count in counts.items()))


def _chart(ctx: Context, run: Run, comparison: Row) -> Chart:
    say, names = ctx.words.say, {"first": ctx.runs[0].name, "other": run.name}
    changes: Sequence[Row] = sorted(comparison["changes"], key=lambda change: -change["ratio"])
    groups = {
        say("bench-threads", count=threads): [_row(ctx, change, short_name(change, changes)) for change in alike]
        for threads, alike in by_threads({**change, "threads": threads_of(change)} for change in changes).items()
    }
    axis, alt_text = say("bench-change-axis", **names), say("bench-change-alt", count=len(changes))
    panels = side_by_side(groups, lambda rows, width: intervals(rows, axis, width), alt_text)
    legend = tuple((say(f"bench-change-{name.lower()}"), colour) for name, colour in COLOURS.items())
    data = _data(ctx, run, changes)
    conclusion = say("bench-change-conclusion", share=ctx.words.percent(comparison["min_effect"]), **names)
    return Chart(data.id, say("bench-change-title", **names), panels, conclusion, data, legend=legend)


def threads_of(change: Row) -> int:
    """Number of threads of a case, from its id: spmv/standard/t2."""
    return int(str(change["id"]).rpartition("/t")[2])


def short_name(change: Row, among: Sequence[Row]) -> str:
    """The kernel of a case, with its size where the cases differ in it."""
    sizes = {str(other["id"]).split("/")[1] for other in among}
    return str(change["id"]).rpartition("/t")[0] if len(sizes) > 1 else str(change["kernel"])


def _row(ctx: Context, change: Row, name: str) -> dict[str, Any]:
    ends = {"low": change["low"], "high": change["high"], "goal": None}
    colour, label = COLOURS[change["verdict"]], _label(ctx, change)
    return {"y": name, "value": change["ratio"], **ends, "colour": colour, "label": label}


def _label(ctx: Context, change: Row) -> str:
    return ctx.words.say(
        "bench-change-label",
        case=str(change["id"]),
        ratio=fixed(change["ratio"], 3),
        low=fixed(change["low"], 3),
        high=fixed(change["high"], 3),
        verdict=ctx.words.say(f"bench-change-{change['verdict'].lower()}"),
    )


def _data(ctx: Context, run: Run, changes: Sequence[Row]) -> Grid:
    say, first = ctx.words.say, ctx.runs[0].name
    columns = (
        Column(say("bench-case")),
        Column(say("bench-ms-of", name=first), NUMBER),
        Column(say("bench-ms-of", name=run.name), NUMBER),
        Column(say("bench-time-ratio"), RATIO),
        Column(say("bench-low"), RATIO),
        Column(say("bench-high"), RATIO),
        Column(say("bench-p"), CHANCE, say("bench-p-hint")),
        Column(say("bench-verdict")),
        Column(say("bench-why")),
    )
    body = [
        (
            str(change["id"]),
            1e3 * change["old_s"],
            1e3 * change["new_s"],
            change["ratio"],
            change["low"],
            change["high"],
            change["p"],
            Cell(say(f"bench-change-{change['verdict'].lower()}")),
            str(change.get("note", "")),
        )
        for change in changes
    ]
    id = "bench_change" if len(ctx.runs) == 2 else f"bench_change_{ctx.runs.index(run) + 1}"
    caption = say("bench-change-caption", first=first, other=run.name)
    return grid(id, caption, columns, body, remark=say("bench-change-remark"), filterable=len(body) > 15)


def _left(ctx: Context, run: Run, comparison: Row) -> Grid:
    say = ctx.words.say
    body = [(str(left["id"]), _reason(ctx, run, str(left["reason"]))) for left in comparison["left"]]
    caption = say("bench-left", first=ctx.runs[0].name, other=run.name)
    id = "bench_left" if len(ctx.runs) == 2 else f"bench_left_{ctx.runs.index(run) + 1}"
    return grid(id, caption, (say("bench-case"), say("bench-why")), body, filterable=len(body) > 15)


def _reason(ctx: Context, run: Run, reason: str) -> str:
    """Why a case was not compared: the two common reasons in words of the report, all others as given."""
    only = {"only in OLD": ctx.runs[0].name, "only in NEW": run.name}
    return ctx.words.say("bench-only-in", name=only[reason]) if reason in only else reason
