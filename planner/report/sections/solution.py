"""How it was solved, how sure it is, and how to get the same again."""

from __future__ import annotations

import re
import shlex
from typing import Any

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Chart, Column, Commands, Fold, Grid, Head, Line, Section, Text, Value, grid
from planner.report.charts import lines
from planner.report.context import Context, Row
from planner.report.digits import fixed, known
from planner.report.drawing import QUIET, WITH
from planner.report.measures import COUNT, NUMBER, SHARE, Measure
from planner.report.panels import WIDE, wide

BOUND = Measure("fixed", 6)
SERIES = (("solution-upper", "upper", QUIET), ("solution-lower", "lower", WITH))
ROUND = ("number", "method", "upper", "lower", "gap", "seconds")


def section(ctx: Context) -> Section:
    """Bounds, rounds, sizes, seconds, versions, hashes, commands."""
    say = ctx.words.say
    blocks: list[Block] = [Text(_words(ctx))]
    if len(finite_rounds(ctx)) > 1:
        blocks.append(_rounds_chart(ctx))
    blocks += [_facts(ctx), Text((say("solution-again"),)), Commands(_commands(ctx))]
    if ctx.summary.get("rounds"):
        blocks.append(Fold(say("solution-rounds"), (_rounds(ctx),)))
    return Section("solution", say("solution"), say("solution-lead"), (*blocks, _inputs(ctx)))


def _words(ctx: Context) -> tuple[str, ...]:
    say, solver = ctx.words.say, ctx.summary.get("solver", {})
    bounds = ctx.summary["bounds"]
    return (
        ctx.words.prose([_asked(ctx, str(bounds.get("unit", ""))), certificate(ctx)]),
        say(
            "solution-how",
            solver=str(solver.get("name", "")),
            algorithm=str(solver.get("algorithm", "")),
            count=len(ctx.summary.get("rounds", ())),
        ),
    )


def _asked(ctx: Context, unit: str) -> str:
    """The objective in words, with what its number means."""
    told, say = ctx.summary["objective"], ctx.words.say
    measure = told if isinstance(told, str) else str(told.get("measure", ""))
    key = "solution-unit-" + (measure if measure in ("max_min", "leximin", "sen") else unit.replace(" ", "-"))
    means = say(key) if ctx.words.knows(key) else unit
    return say("solution-objective", objective=facts.objective_name(ctx.words, told), means=means)


def certificate(ctx: Context) -> str:
    """What is certain about the plan: its value, the bound, and how it ended."""
    bounds, say = ctx.summary["bounds"], ctx.words.say
    if not known(bounds["gap"]):
        return say("solution-unproved", lower=fixed(bounds["lower"], 6))
    stopped = ctx.summary.get("status") == "limit"
    return say(
        "solution-proved",
        lower=fixed(bounds["lower"], 6),
        upper=fixed(bounds["upper"], 6),
        gap=ctx.words.percent(bounds["gap"]),
        ended=say("solution-stopped" if stopped else "solution-ended"),
    )


def finite_rounds(ctx: Context) -> list[tuple[int, Row]]:
    """Rounds in which both bounds were known, with their number."""
    rounds = enumerate(ctx.summary.get("rounds", ()), 1)
    return [(at, r) for at, r in rounds if known(r["upper"])]


def _rounds_chart(ctx: Context) -> Chart:
    say, found = ctx.words.say, finite_rounds(ctx)
    drawn = [
        {
            "x": at,
            "series": say(message),
            "value": noted[key],
            "label": say("solution-round-label", round=str(at), series=say(message), value=fixed(noted[key], 6)),
        }
        for at, noted in found
        for message, key, _ in SERIES
    ]
    scale = tuple((say(message), colour) for message, _, colour in SERIES)
    panel = wide(lines(drawn, scale, say("solution-axis"), WIDE, 180), say("solution-chart-alt"))
    heads: list[Head] = [Column(say("solution-number"), COUNT), *(Column(name, BOUND) for name, _ in scale)]
    body: list[Line] = [(at, noted["upper"], noted["lower"]) for at, noted in found]
    return Chart(
        "bounds_by_round",
        say("solution-chart"),
        (panel,),
        say("solution-chart-words"),
        grid("bounds_by_round", say("solution-chart"), heads, body),
        native="lines",
        legend=scale,
    )


def _facts(ctx: Context) -> Grid:
    say, summary = ctx.words.say, ctx.summary
    size, seconds, versions = (summary.get(key, {}) for key in ("size", "seconds", "versions"))
    body: list[tuple[str, Value]] = [
        (say("solution-written"), str(summary.get("created", ""))),
        (say("solution-schema"), str(summary.get("schema", ""))),
        *((say("solution-size", what=_term(ctx, name)), int(value)) for name, value in size.items()),
        *((say("solution-seconds", what=_term(ctx, name)), float(value)) for name, value in seconds.items()),
        (say("solution-memory"), summary.get("peak_memory_mb")),
        *((say("solution-version", what=str(name)), str(value)) for name, value in versions.items()),
        (say("solution-threads"), summary.get("solver", {}).get("threads")),
        (say("solution-years"), ctx.horizon),
        (say("solution-base"), str(summary["base_year"])),
        (say("solution-tail"), _tail(ctx)),
    ]
    shown: list[Line] = [(name, _rounded(value)) for name, value in body if value not in (None, "")]
    return grid("run", say("solution-run"), (say("solution-what"), say("solution-value")), shown)


def _rounded(value: Value) -> Value:
    return round(value, 3) if isinstance(value, float) else value


def _term(ctx: Context, name: str) -> str:
    """A term of the solver in words: columns, rows, build."""
    key = f"solution-term-{name}"
    return ctx.words.say(key) if ctx.words.knows(key) else name.replace("_", " ")


def _tail(ctx: Context) -> str:
    tail = ctx.summary.get("tail", {})
    if tail.get("mode") != "continue":
        return ctx.words.say("solution-tail-none")
    return ctx.words.say("solution-tail-words", years=int(tail["years"]), points=str(tail["points"]))


def _commands(ctx: Context) -> tuple[str, ...]:
    """One solve per plan, then verify and report; the config as it was named, seen from where the command ran."""
    folders = [f"out/{plan.summary['id']}" + (f"-{at + 1}" if at else "") for at, plan in enumerate(ctx.plans)]
    solves = [
        f"innocap plan solve {_config(plan)}{_changes(plan)} -o {folder}"
        for plan, folder in zip(ctx.plans, folders, strict=True)
    ]
    report = f"innocap report {' '.join(folders)} -o {folders[0]}.html --lang {ctx.words.id}"
    return *solves, f"innocap plan verify {folders[0]}", report


def _config(plan: Plan) -> str:
    first = next(
        (name for name in plan.summary.get("inputs", {}) if name.endswith((".yaml", ".yml")) and ".." not in name),
        "plan.yaml",
    )
    return shlex.quote(re.sub(r"^(\.\./)+(.*/(?=configs/))?", "", str(plan.summary.get("config") or first)))


def _changes(plan: Plan) -> str:
    return "".join(f" --set {shlex.quote(str(change))}" for change in plan.summary.get("overrides", ()))


def _rounds(ctx: Context) -> Grid:
    """Whatever the solver noted of each round: what is known here first, then the rest as it stands."""
    rounds = ctx.summary.get("rounds", ())
    noted = dict.fromkeys(key for one in rounds for key in one)
    keys = [*(key for key in ROUND if key in noted), *(key for key in noted if key not in ROUND)]
    body: list[Line] = [tuple(one.get(key) for key in keys) for one in rounds]
    return grid("rounds", ctx.words.say("solution-rounds"), [_round_column(ctx, key, rounds) for key in keys], body)


def _round_column(ctx: Context, key: str, rounds: Any) -> Column:
    name = _term(ctx, key)
    if key in ("upper", "lower", "gap", "number"):
        return Column(name, {"gap": SHARE, "number": COUNT}.get(key, BOUND))
    numeric = all(isinstance(one.get(key), int | float) for one in rounds)
    return Column(name, NUMBER) if numeric else Column(name)


def _inputs(ctx: Context) -> Fold:
    say, inputs = ctx.words.say, ctx.summary.get("inputs", {})
    body: list[Line] = [(str(name), str(value)) for name, value in inputs.items()]
    table = grid("inputs", say("solution-inputs"), (say("solution-file"), "SHA-256"), body)
    return Fold(say("solution-files", count=len(inputs)), (table,))
