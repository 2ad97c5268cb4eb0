"""The table of kernels: time with its interval, speed, share of the ceiling, verdict; how each was verified."""

from __future__ import annotations

from planner.report.blocks import Block, Cell, Column, Fold, Grid, Section, Text, grid
from planner.report.digits import MISSING
from planner.report.measured.context import Context, Row, Run, case_id, verified
from planner.report.measures import COUNT, NUMBER, SHARE
from planner.report.parts.roofline import CALIBRATION

MIB, MS = 2**20, 1e3
VERIFIED = ("bench-kernel", "bench-answers", "bench-error", "bench-allowed", "bench-tolerance")


def section(ctx: Context) -> Section:
    """A table per result, then how the answers were verified and what the harness remarks."""
    say = ctx.words.say
    blocks: list[Block] = [Text((_words(ctx, run),)) for run in ctx.runs]
    blocks += [_table(ctx, run) for run in ctx.runs]
    blocks.append(Fold(say("bench-verified"), (Text((say("bench-verified-words"),)), *_verified(ctx))))
    remarks = [table for run in ctx.runs if (table := _remarks(ctx, run))]
    if remarks:
        blocks.append(Fold(say("bench-remarks"), (Text((say("bench-advice-words"),)), *remarks)))
    return Section("kernels", say("bench-kernels"), say("bench-kernels-lead"), tuple(blocks))


def _words(ctx: Context, run: Run) -> str:
    """The kernels nearest to their ceiling and furthest from it; those that measure the ceilings do not count."""
    shares = [
        case
        for case in run.timed
        if case.get("fraction_of_ceiling")
        and case["limit"] in ("memory", "compute")
        and not case["kernel"].startswith(CALIBRATION)
    ]
    if not shares:
        return ctx.words.say("bench-no-shares", name=ctx.of_run(run))
    best, worst = (chosen(shares, key=lambda case: case["fraction_of_ceiling"]) for chosen in (max, min))
    return ctx.words.say(
        "bench-kernels-words",
        name=ctx.of_run(run),
        best=str(best["kernel"]),
        most=ctx.words.percent(best["fraction_of_ceiling"]),
        worst=str(worst["kernel"]),
        least=ctx.words.percent(worst["fraction_of_ceiling"]),
    )


def _table(ctx: Context, run: Run) -> Grid:
    say = ctx.words.say
    columns = (
        Column(say("bench-kernel")),
        Column(say("bench-data-mib"), NUMBER),
        Column(say("bench-precision")),
        Column(say("bench-threads-head"), COUNT),
        Column(say("bench-median-ms"), NUMBER),
        Column(say("bench-low-ms"), NUMBER, say("bench-interval-hint")),
        Column(say("bench-high-ms"), NUMBER, say("bench-interval-hint")),
        Column("GFLOP/s", NUMBER),
        Column("GB/s", NUMBER),
        Column(say("bench-of-ceiling"), SHARE),
        Column(say("bench-ceiling")),
        Column(say("bench-verdict")),
    )
    caption = ctx.of(say("bench-kernels-caption"), run)
    body = [_row(ctx, case) for case in run.cases]
    remark = say("bench-kernels-remark")
    return grid(ctx.id("bench_kernels", run), caption, columns, body, remark=remark, filterable=len(body) > 15)


def _row(ctx: Context, case: Row) -> tuple[Cell | str | float | int | None, ...]:
    share, size = case.get("fraction_of_ceiling"), case.get("working_set_bytes")
    return (
        str(case["kernel"]),
        size / MIB if size else None,
        str(case["precision"]),
        int(case["threads"]),
        *(_ms(case, key) for key in ("median_s", "low_s", "high_s")),
        case.get("gflops") or None,
        case.get("gb_per_s"),
        Cell(share, share=None if share is None else min(share, 1.0)),
        ceiling_name(ctx, case.get("ceiling")),
        Cell(str(case["verdict"]), mark=str(case["verdict"])),
    )


def _ms(case: Row, key: str) -> float | None:
    seconds = case.get(key)
    return None if seconds is None else seconds * MS


def ceiling_name(ctx: Context, ceiling: str | None) -> str:
    """A ceiling in words: memory, arithmetic in fp32; as given where the catalog has none."""
    plain = (ceiling or "").partition("@")[0]
    key = f"bench-short-{plain.replace('_', '-')}"
    return ctx.words.say(key) if ctx.words.knows(key) else plain


def _verified(ctx: Context) -> list[Grid]:
    say = ctx.words.say
    columns = [Column(say(key)) for key in VERIFIED]
    found = []
    for run in ctx.runs:
        body = [
            (
                str(case["kernel"]),
                say("bench-right") if verified(case) else say("bench-wrong"),
                _error(case["verification"].get("max_error")),
                _error(case["verification"].get("rtol")),
                str(case["verification"].get("tolerance", "")),
            )
            for case in {case["kernel"]: case for case in run.cases}.values()
        ]
        caption = ctx.of(say("bench-verified-caption"), run)
        found.append(grid(ctx.id("bench_verified", run), caption, columns, body))
    return found


def _error(value: float | None) -> str:
    """An error as text: errors span so many decades that only their size is read."""
    return MISSING if value is None else f"{value:.1e}" if value else "0"


def _remarks(ctx: Context, run: Run) -> Grid | None:
    """What the harness says of single cases: why they are not sure, and what is odd about their samples."""
    say = ctx.words.say
    told = run.told["remarks"]
    body = [
        (case_id(case), text)
        for case in run.cases
        for text in (*filter(None, (case.get("remedy"),)), *told.get(case_id(case), ()))
    ]
    caption = ctx.of(say("bench-remarks-caption"), run)
    columns = (say("bench-case"), say("bench-remark"))
    return grid(ctx.id("bench_remarks", run), caption, columns, body, filterable=len(body) > 15) if body else None
