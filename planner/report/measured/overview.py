"""The first page: which machine, how quiet, how fast, and what that is worth."""

from __future__ import annotations

from statistics import median

from planner.report.blocks import Block, Cell, Column, Figure, Figures, Grid, Note, Section, Text, grid
from planner.report.digits import fixed, number
from planner.report.measured.context import Context, Run, known, verified
from planner.report.measures import COUNT, NUMBER, SHARE, Measure
from planner.report.parts.roofline import ceiling

CEILINGS = (("dram_gb_per_s", "GB/s"), ("fma_fp32_gflops", "GFLOP/s"), ("fma_fp64_gflops", "GFLOP/s"))


def section(ctx: Context) -> Section:
    """Sentences, key figures, a warning where a machine was noisy, and the results side by side."""
    say, noisy = ctx.words.say, [run.name for run in ctx.runs if run.result["environment"]["verdict"] == "noisy"]
    blocks: list[Block] = [Text(tuple(_sentence(ctx, run) for run in ctx.runs))]
    if noisy:
        several = say("bench-noisy", count=len(noisy), names=ctx.words.listed(noisy))
        blocks.append(Note(say("bench-noisy-alone") if len(ctx.runs) == 1 else several))
    if len(ctx.runs) == 1:
        blocks.append(Figures(_figures(ctx, ctx.runs[0])))
    else:
        blocks.append(_side_by_side(ctx))
    return Section("summary", say("bench-overview"), "", tuple(blocks))


def _sentence(ctx: Context, run: Run) -> str:
    """Machine, suite, day and verdict in one sentence; then what the cases say."""
    say = ctx.words.say
    checked = sum(map(verified, run.cases))
    memory = known(run.passport, "memory_bytes")
    return say(
        "bench-sentence",
        name=ctx.of_run(run),
        machine=run.machine,
        cores=int(known(run.passport, "cores") or 0),
        memory=number(memory / 2**30) if memory else "?",
        suite=str(run.result["suite"]),
        date=ctx.words.date(run.created),
        verdict=say(f"bench-verdict-{run.result['environment']['verdict']}"),
        cases=len(run.cases),
        verified=checked,
        noisy=sum(case["verdict"] == "noisy" for case in run.cases),
    )


def median_share(run: Run) -> float | None:
    """Median over usable cases of what they reach of their ceiling."""
    shares = [case["fraction_of_ceiling"] for case in run.timed if case.get("fraction_of_ceiling")]
    return median(shares) if shares else None


def _figures(ctx: Context, run: Run) -> tuple[Figure, ...]:
    say, percent = ctx.words.say, ctx.words.percent
    found = [
        Figure(f"{number(value)} {unit}", say(f"bench-ceiling-{_dashed(name)}"))
        for name, unit in CEILINGS
        if (value := ceiling(run.result, name))
    ]
    if (share := median_share(run)) is not None:
        found.append(Figure(percent(share), say("bench-median-share"), say("bench-median-share-remark")))
    for threads, mean in list(run.told["means"].items())[:2]:
        found.append(Figure(fixed(mean, 2), say("bench-mean", threads=int(threads)), say("bench-mean-remark")))
    found.append(_goals(ctx, run) or Figure(f"{_quiet(run)}/{len(run.cases)}", say("bench-sure")))
    return tuple(found[:6])


def _quiet(run: Run) -> int:
    return sum(case["verdict"] == "ok" for case in run.cases)


def _goals(ctx: Context, run: Run) -> Figure | None:
    judged = [goal for goal in run.told["goals"] if goal["met"] is not None]
    met = sum(bool(goal["met"]) for goal in judged)
    return Figure(f"{met}/{len(judged)}", ctx.words.say("bench-goals-met")) if judged else None


def _side_by_side(ctx: Context) -> Grid:
    say = ctx.words.say
    columns = (
        Column(say("bench-result")),
        Column(say("bench-machine")),
        Column(say("bench-created")),
        Column(say("bench-quiet")),
        Column(say("bench-cases"), COUNT),
        Column(say("bench-sure"), COUNT),
        *(Column(f"{say(f'bench-short-{_dashed(name)}')}, {unit}", NUMBER) for name, unit in CEILINGS),
        Column(say("bench-median-share"), SHARE),
        Column(say("bench-mean-peers"), Measure("fixed", 2)),
    )
    body = [
        (
            run.name,
            run.machine,
            ctx.words.date(run.created),
            Cell(run.result["environment"]["verdict"], mark=run.result["environment"]["verdict"]),
            len(run.cases),
            _quiet(run),
            *(ceiling(run.result, name) for name, _ in CEILINGS),
            median_share(run),
            next(iter(run.told["means"].values()), None),
        )
        for run in ctx.runs
    ]
    return grid("bench_results", say("bench-results-caption"), columns, body, remark=say("bench-results-remark"))


def _dashed(name: str) -> str:
    return name.replace("_", "-")
