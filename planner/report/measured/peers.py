"""Against native peers: their time over ours, with its interval, and the goals that were met or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.report.blocks import Block, Cell, Chart, Column, Fold, Grid, Section, Text, grid
from planner.report.digits import fixed
from planner.report.measured.charts import intervals, side_by_side
from planner.report.measured.context import Context, Row, Run, by_threads, case_id, case_name, timed_peers
from planner.report.measures import NUMBER, Measure

RATIO = Measure("fixed", 2)
FASTER, SLOWER, UNSURE = "#1f6f8b", "#b4566b", "#98a2b0"


def section(ctx: Context) -> Section | None:
    """Chart and tables per result that was timed beside peers; None without any."""
    say = ctx.words.say
    blocks: list[Block] = []
    for run in ctx.runs:
        cases = [case for case in run.timed if timed_peers(case)]
        if cases:
            blocks += [Text((_words(ctx, run, cases),)), _chart(ctx, run, cases), *_goals(ctx, run)]
            blocks.append(Fold(ctx.of(say("bench-all-peers"), run), (_all(ctx, run, cases),)))
    return Section("peers", say("bench-peers"), say("bench-peers-lead"), tuple(blocks)) if blocks else None


def colour_of(low: float, high: float) -> str:
    """Colour of a ratio by what its interval says: surely above 1, surely below, neither."""
    return FASTER if low > 1 else SLOWER if high < 1 else UNSURE


def _words(ctx: Context, run: Run, cases: Sequence[Row]) -> str:
    say, best = ctx.words.say, [timed_peers(case)[0] for case in cases]
    means = [
        say("bench-mean-words", mean=fixed(mean, 2), threads=int(threads))
        for threads, mean in run.told["means"].items()
    ]
    return say(
        "bench-peers-words",
        name=ctx.of_run(run),
        means=ctx.words.listed(means),
        faster=sum(peer["ratio_low"] > 1 for peer in best),
        slower=sum(peer["ratio_high"] < 1 for peer in best),
        cases=len(cases),
    )


def _chart(ctx: Context, run: Run, cases: Sequence[Row]) -> Chart:
    say = ctx.words.say
    wanted = {(goal["case"], goal["peer"]): goal["wanted"] for goal in run.told["goals"]}
    ordered = sorted(cases, key=lambda case: -timed_peers(case)[0]["ratio"])
    rows = [_interval(ctx, case, case_name(ctx, case, cases), wanted) for case in ordered]
    groups = {
        say("bench-threads", count=threads): [
            _interval(ctx, case, case_name(ctx, case, alike), wanted) for case in alike
        ]
        for threads, alike in by_threads(ordered).items()
    }
    alt_text = say("bench-peers-alt", count=len(rows))
    panels = side_by_side(groups, lambda rows, width: intervals(rows, say("bench-ratio-axis"), width), alt_text)
    legend = (
        (say("bench-surely-faster"), FASTER),
        (say("bench-surely-slower"), SLOWER),
        (say("bench-neither"), UNSURE),
    )
    id = ctx.id("bench_peers", run)
    columns = (
        Column(say("bench-case")),
        Column(say("bench-ratio"), RATIO),
        Column(say("bench-low"), RATIO),
        Column(say("bench-high"), RATIO),
        Column(say("bench-goal"), RATIO),
        Column(say("bench-peer")),
    )
    body = [(row["y"], row["value"], row["low"], row["high"], row["goal"], row["peer"]) for row in rows]
    data = grid(id, say("bench-peers-caption"), columns, body)
    title = ctx.of(say("bench-peers-title"), run)
    return Chart(id, title, panels, say("bench-peers-conclusion"), data, legend=legend)


def _interval(ctx: Context, case: Row, name: str, wanted: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    """A row of the chart; the goal is that against the peer drawn."""
    peer = timed_peers(case)[0]
    low, high = peer["ratio_low"], peer["ratio_high"]
    label = ctx.words.say(
        "bench-ratio-label",
        case=name,
        peer=str(peer["name"]),
        ratio=fixed(peer["ratio"], 2),
        low=fixed(low, 2),
        high=fixed(high, 2),
    )
    ends = {"low": low, "high": high, "goal": wanted.get((case_id(case), peer["name"])), "colour": colour_of(low, high)}
    return {"y": name, "value": peer["ratio"], **ends, "label": label, "peer": str(peer["name"])}


def _goals(ctx: Context, run: Run) -> list[Block]:
    say, goals = ctx.words.say, run.told["goals"]
    if not goals:
        return []
    order = {False: 0, None: 1, True: 2}
    columns = (
        Column(say("bench-case")),
        Column(say("bench-library")),
        Column(say("bench-goal"), RATIO),
        Column(say("bench-ratio"), RATIO),
        Column(say("bench-peer")),
        Column(say("bench-reached")),
    )
    body = [
        (goal["case"], goal["library"], goal["wanted"], goal["found"], goal["peer"], _reached(ctx, goal))
        for goal in sorted(goals, key=lambda goal: order[goal["met"]])
    ]
    missed = sum(goal["met"] is False for goal in goals)
    remark = say("bench-goals-remark", missed=missed, noise=sum(bool(goal["by_noise"]) for goal in goals))
    caption = ctx.of(say("bench-goals-caption"), run)
    return [grid(ctx.id("bench_goals", run), caption, columns, body, remark=remark, filterable=len(body) > 15)]


def _reached(ctx: Context, goal: Row) -> str:
    if goal["met"] is None:
        return ctx.words.say("bench-goal-no-peer")
    if goal["met"]:
        return ctx.words.say("bench-goal-met")
    return ctx.words.say("bench-goal-noise" if goal["by_noise"] else "bench-goal-missed")


def _all(ctx: Context, run: Run, cases: Sequence[Row]) -> Grid:
    """Every peer with its version; those that were skipped, with the reason."""
    say = ctx.words.say
    columns = (
        Column(say("bench-case")),
        Column(say("bench-peer")),
        Column(say("bench-median-ms"), NUMBER),
        Column(say("bench-ratio"), RATIO),
        Column(say("bench-low"), RATIO),
        Column(say("bench-high"), RATIO),
        Column(say("bench-version")),
    )
    body = [_peer(ctx, case_name(ctx, case, cases), peer) for case in cases for peer in case["peers"]]
    caption = ctx.of(say("bench-all-peers-caption"), run)
    return grid(ctx.id("bench_all_peers", run), caption, columns, body, filterable=len(body) > 15)


def _peer(ctx: Context, name: str, peer: Row) -> tuple[Cell | str | float | None, ...]:
    if not peer.get("ratio"):
        return name, str(peer["name"]), None, None, None, None, str(peer.get("skipped", ""))
    ratios = (peer["ratio"], peer["ratio_low"], peer["ratio_high"])
    return name, str(peer["name"]), 1e3 * peer["median_s"], *ratios, str(peer["version"])
