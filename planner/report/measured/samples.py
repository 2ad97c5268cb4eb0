"""How the samples of each case scatter: boxes around the median, and what the scatter says."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles
from typing import Any

from planner.report.blocks import Block, Chart, Column, Grid, Section, grid
from planner.report.measured.charts import boxes, side_by_side
from planner.report.measured.context import Context, Row, Run, by_threads, case_name
from planner.report.measures import COUNT, NUMBER, SHARE, Measure

COLOUR, FEWEST, MS = "#0b3c73", 5, 1e3


def section(ctx: Context) -> Section | None:
    """A chart of boxes per result; None where no result holds samples."""
    blocks: list[Block] = [chart for run in ctx.runs if (chart := _chart(ctx, run))]
    say = ctx.words.say
    return Section("samples", say("bench-samples"), say("bench-samples-lead"), tuple(blocks)) if blocks else None


def five(samples: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Quantiles at 5, 25, 50, 75 and 95 %, between neighbours by straight lines."""
    cuts = quantiles(samples, n=20, method="inclusive")
    return cuts[0], cuts[4], cuts[9], cuts[14], cuts[18]


def _chart(ctx: Context, run: Run) -> Chart | None:
    say, percent = ctx.words.say, ctx.words.percent
    cases = [case for case in run.timed if len(case.get("samples_s", ())) >= FEWEST]
    if not cases:
        return None
    wide_first = sorted(cases, key=_spread, reverse=True)
    groups = {
        say("bench-threads", count=threads): [_box(ctx, case, case_name(ctx, case, alike)) for case in alike]
        for threads, alike in by_threads(cases).items()
    }
    alt_text = say("bench-samples-alt", count=len(cases))
    panels = side_by_side(groups, lambda rows, width: boxes(rows, say("bench-from-median"), COLOUR, width), alt_text)
    conclusion = say(
        "bench-samples-words",
        worst=case_name(ctx, wide_first[0], cases),
        spread=percent(_spread(wide_first[0])),
        best=case_name(ctx, wide_first[-1], cases),
        least=percent(_spread(wide_first[-1])),
    )
    id = ctx.id("bench_samples", run)
    return Chart(id, ctx.of(say("bench-samples-title"), run), panels, conclusion, _data(ctx, id, cases))


def _spread(case: Row) -> float:
    """From the 5 % to the 95 % quantile, as a share of the median."""
    low, _, middle, _, high = five(case["samples_s"])
    return (high - low) / middle


def _box(ctx: Context, case: Row, name: str) -> dict[str, Any]:
    low, first, middle, third, high = five(case["samples_s"])
    percent = ctx.words.percent
    label = ctx.words.say(
        "bench-samples-label",
        case=name,
        count=len(case["samples_s"]),
        low=percent(low / middle - 1, signed=True),
        first=percent(first / middle - 1, signed=True),
        third=percent(third / middle - 1, signed=True),
        high=percent(high / middle - 1, signed=True),
    )
    keys = ("low", "first", "middle", "third", "high")
    shares = {key: value / middle - 1 for key, value in zip(keys, (low, first, middle, third, high), strict=True)}
    return {"y": name, **shares, "label": label}


def _data(ctx: Context, id: str, cases: Sequence[Row]) -> Grid:
    say = ctx.words.say
    times = [Column(say(f"bench-quantile-{at}"), NUMBER) for at in ("min", "5", "25", "50", "75", "95", "max")]
    columns = (
        Column(say("bench-case")),
        Column(say("bench-sample-count"), COUNT),
        *times,
        Column(say("bench-mad"), SHARE, say("bench-mad-hint")),
        Column(say("bench-outliers"), COUNT, say("bench-outliers-hint")),
        Column(say("bench-alike"), Measure("fixed", 2), say("bench-alike-hint")),
        Column(say("bench-drift"), SHARE, say("bench-drift-hint")),
    )
    body = []
    for case in cases:
        samples, spread = case["samples_s"], case.get("spread") or {}
        shown = (min(samples), *five(samples), max(samples))
        more = (spread.get(key) for key in ("mad", "outliers", "autocorrelation", "drift"))
        body.append((case_name(ctx, case, cases), len(samples), *(MS * value for value in shown), *more))
    return grid(id, say("bench-samples-caption"), columns, body)
