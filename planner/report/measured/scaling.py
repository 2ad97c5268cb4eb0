"""What more threads bring: measured speed-up, and the model fitted to it."""

from __future__ import annotations

from collections.abc import Sequence

from planner.report.blocks import Block, Chart, Column, Grid, Section, grid
from planner.report.charts import lines
from planner.report.digits import fixed
from planner.report.measured.context import Context, Row, Run
from planner.report.measures import COUNT, NUMBER, SHARE, Measure
from planner.report.panels import WIDE, wide

COLOURS = ("#0b3c73", "#c08a14", "#b4566b", "#3f7f72", "#7a5aa6", "#4b99bf", "#5d6b3a", "#7f7f7f")
RATIO = Measure("fixed", 2)
PARAMETERS = (
    ("serial_share", SHARE),
    ("crosstalk", SHARE),
    ("speedup_measured", RATIO),
    ("speedup_limit", NUMBER),
    ("best_threads", NUMBER),
)
TRANSFER = (("latency_s", NUMBER, 1e6), ("bandwidth_gb_per_s", NUMBER, 1.0), ("half_speed_bytes", NUMBER, 1 / 1024))


def section(ctx: Context) -> Section | None:
    """Speed-up and fits per result; None where only one number of threads and one volume were measured."""
    say = ctx.words.say
    blocks: list[Block] = []
    for run in ctx.runs:
        strong = [fit for fit in run.told["fits"] if fit["kind"] == "strong"]
        if strong:
            blocks.append(_chart(ctx, run, strong))
        blocks += [_fits(ctx, run, kind) for kind in ("strong", "weak") if _of(run, kind)]
        if _of(run, "transfer"):
            blocks.append(_transfers(ctx, run))
    return Section("scaling", say("bench-scaling"), say("bench-scaling-lead"), tuple(blocks)) if blocks else None


def _of(run: Run, kind: str) -> list[Row]:
    return [fit for fit in run.told["fits"] if fit["kind"] == kind]


def speedups(fit: Row) -> dict[int, float]:
    """Threads -> time at the fewest threads over time there."""
    points = fit["points"]
    return {int(point["x"]): points[0]["time_s"] / point["time_s"] for point in points}


def at_most(fit: Row) -> float:
    """Speed-up at the most threads that were measured."""
    found = speedups(fit)
    return found[max(found)]


def _chart(ctx: Context, run: Run, fits: Sequence[Row]) -> Chart:
    say = ctx.words.say
    ranked = sorted(fits, key=lambda fit: -at_most(fit))
    shown = ranked if len(ranked) <= len(COLOURS) else [*ranked[:4], *ranked[-4:]]
    names = [_name(fit, fits) for fit in shown]
    rows = [
        {"x": threads, "series": name, "value": value, "label": _label(ctx, name, threads, value)}
        for name, fit in zip(names, shown, strict=True)
        for threads, value in speedups(fit).items()
    ]
    scale = list(zip(names, COLOURS, strict=False))
    panel = wide(lines(rows, scale, say("bench-speedup"), WIDE, zero=True), say("bench-scaling-alt", count=len(names)))
    best, worst = ranked[0], ranked[-1]
    conclusion = say(
        "bench-scaling-words",
        best=_name(best, fits),
        most=fixed(at_most(best), 2),
        worst=_name(worst, fits),
        least=fixed(at_most(worst), 2),
        threads=int(max(point["x"] for fit in fits for point in fit["points"])),
    )
    threads = sorted({count for fit in shown for count in speedups(fit)})
    columns = [Column(say("bench-threads-head"), COUNT), *(Column(name, RATIO) for name in names)]
    body = [(count, *(speedups(fit).get(count) for fit in shown)) for count in threads]
    id = ctx.id("bench_speedup", run)
    data = grid(id, say("bench-speedup-caption"), columns, body)
    title = ctx.of(say("bench-scaling-title"), run)
    return Chart(id, title, (panel,), conclusion, data, "lines", tuple(scale))


def _name(fit: Row, among: Sequence[Row]) -> str:
    """A kernel, with what was held where it has several fits."""
    several = sum(other["kernel"] == fit["kernel"] for other in among) > 1
    return f"{fit['kernel']} {fit['held']}" if several else str(fit["kernel"])


def _label(ctx: Context, name: str, threads: int, value: float) -> str:
    return ctx.words.say("bench-speedup-label", case=name, threads=threads, value=fixed(value, 2))


def _fits(ctx: Context, run: Run, kind: str) -> Grid:
    say, fits = ctx.words.say, _of(run, kind)
    known = [(name, measure) for name, measure in PARAMETERS if any(name in _parameters(fit) for fit in fits)]
    columns = [Column(say("bench-kernel")), Column(say("bench-points"), COUNT)]
    for name, measure in known:
        head = say(f"bench-fit-{name.replace('_', '-')}")
        columns += [Column(head, measure), *(Column(say(end), measure) for end in ("bench-low", "bench-high"))]
    columns.append(Column(say("bench-fits")))
    body = [
        (
            _name(fit, fits),
            len(fit["points"]),
            *(_parameters(fit).get(name, {}).get(end) for name, _ in known for end in ("value", "low", "high")),
            _verdict(ctx, fit),
        )
        for fit in fits
    ]
    caption = ctx.of(say(f"bench-fit-caption-{kind}"), run)
    remark = say("bench-fit-remark")
    return grid(ctx.id(f"bench_fit_{kind}", run), caption, columns, body, remark=remark, filterable=len(body) > 15)


def _parameters(fit: Row) -> dict[str, Row]:
    return {parameter["name"]: parameter for parameter in fit["fit"]["parameters"]}


def _verdict(ctx: Context, fit: Row) -> str:
    key = {True: "bench-fit-yes", False: "bench-fit-no", None: "bench-fit-open"}[fit["fit"]["fits"]]
    return ctx.words.say(key)


def _transfers(ctx: Context, run: Run) -> Grid:
    say, fits = ctx.words.say, _of(run, "transfer")
    heads = [Column(say(f"bench-fit-{name.replace('_', '-')}"), measure) for name, measure, _ in TRANSFER]
    columns = [Column(say("bench-kernel")), Column(say("bench-points"), COUNT), *heads, Column(say("bench-fits"))]
    body = []
    for fit in fits:
        values = [(_parameters(fit).get(name, {}).get("value"), factor) for name, _, factor in TRANSFER]
        shown = [None if value is None else value * factor for value, factor in values]
        body.append((f"{fit['kernel']} {fit['held']}", len(fit["points"]), *shown, _verdict(ctx, fit)))
    caption = ctx.of(say("bench-fit-caption-transfer"), run)
    return grid(ctx.id("bench_fit_transfer", run), caption, columns, body)
