"""How it was solved, how sure it is, and how to get the same again."""

from __future__ import annotations

import re
import shlex

from planner.plan import Plan
from planner.report.blocks import Block, Cells, Chart, Commands, Fold, Grid, Section, Text, grid
from planner.report.charts import lines
from planner.report.context import Context, Row
from planner.report.drawing import QUIET, WITH
from planner.report.panels import both
from planner.report.sections.robustness import set_of
from planner.report.words import MISSING, fixed, known, number, percent, plain, plural

SCALE = (("no plan can do better than", QUIET), ("reached", WITH))


def section(ctx: Context) -> Section:
    """Bounds, rounds, sizes, seconds, versions, hashes, commands."""
    blocks: list[Block] = [Text(_words(ctx))]
    if len(finite_rounds(ctx)) > 1:
        blocks.append(_rounds_chart(ctx))
    blocks += [
        _facts(ctx),
        Text(("To get the same plan and this report again:",)),
        Commands(_commands(ctx)),
        Fold("Rounds of the solver", (_rounds(ctx),)),
        _inputs(ctx),
    ]
    return Section("solution", "How it was solved", "", tuple(blocks))


def _words(ctx: Context) -> tuple[str, ...]:
    bounds, solver = ctx.summary["bounds"], ctx.summary.get("solver", {})
    return (
        f"Objective: {_asked(ctx.summary['objective'], str(bounds.get('unit', '')))}. {certificate(ctx)}",
        "Innovation is concave, so it is cut from above by tangent planes until the bound and the true value "
        f"meet; {solver.get('name', 'the solver')} ({solver.get('algorithm', 'default')}) solved "
        f"{plural(len(ctx.summary.get('rounds', ())), 'linear program')}. Innovation, divide and budgets in this "
        "report are recomputed from the stocks and orders.",
    )


def _asked(objective: str | dict[str, object], unit: str) -> str:
    """The objective in words, with what its number means."""
    words = objective if isinstance(objective, str) else ", ".join(f"{k} {v}" for k, v in objective.items())
    measure = objective if isinstance(objective, str) else objective.get("measure")
    means = {
        "max_min": "log innovation of the worst-off region, 0 in the base year",
        "leximin": "log innovation of the worst-off region, 0 in the base year; then the next worst-off",
        "sen": "mean innovation per head times one minus Gini, in national means of the base year",
    }.get(str(measure)) or {
        "index": "discounted mean of national innovation, base year = 1",
        "log points": "weighted mean of log innovation, in log points",
        "alpha-fair log points": "mean of innovation that counts those who have less for more, 0 in the base year",
    }.get(unit, unit)
    return f"{words} innovation ({means})"


def certificate(ctx: Context) -> str:
    """What is certain about the plan: its value, the bound, and how it ended."""
    bounds = ctx.summary["bounds"]
    if not known(bounds["gap"]):
        proved = "the solver stopped before it could prove how much better a plan may be"
        return f"The plan reaches {fixed(bounds['lower'], 6)}; {proved}."
    ended = (
        "stopped at a limit with this plan in hand"
        if ctx.summary.get("status") == "limit"
        else "proved to the gap asked"
    )
    return (
        f"The plan reaches {fixed(bounds['lower'], 6)}; no plan can exceed {fixed(bounds['upper'], 6)}. "
        f"The difference, {percent(bounds['gap'])}, is the certified gap: {ended}."
    )


def finite_rounds(ctx: Context) -> list[tuple[int, Row]]:
    """Rounds in which both bounds were known, with their number."""
    rounds = enumerate(ctx.summary.get("rounds", ()), 1)
    return [(at, r) for at, r in rounds if known(r["upper"])]


def _rounds_chart(ctx: Context) -> Chart:
    drawn = [
        {"x": at, "series": name, "value": r[key], "label": f"round {at}, {name}: {fixed(r[key], 6)}"}
        for at, r in finite_rounds(ctx)
        for (name, _), key in zip(SCALE, ("upper", "lower"), strict=True)
    ]
    panel = both(lambda width: lines(drawn, SCALE, "objective", width, 180), "Upper and lower bound by round")
    return Chart(
        "Bounds by round",
        (panel,),
        "The two lines close on the best plan from both sides; where they meet, nothing better exists.",
        SCALE,
    )


def _facts(ctx: Context) -> Grid:
    size, seconds, versions = (ctx.summary.get(key, {}) for key in ("size", "seconds", "versions"))
    body = [
        ("Written", str(ctx.summary.get("created", ""))),
        ("Model", ", ".join(f"{value:,} {name}" for name, value in size.items())),
        (
            "Seconds",
            ", ".join(f"{name} {number(value)}" for name, value in seconds.items()),
        ),
        ("Peak memory", f"{number(ctx.summary.get('peak_memory_mb'))} MB"),
        ("Versions", ", ".join(f"{name} {value}" for name, value in versions.items())),
        ("Years", f"{ctx.horizon} after base year {ctx.summary['base_year']}; tail: {_tail(ctx)}"),
    ]
    return grid("The run", ("What", "Value"), body)


def _tail(ctx: Context) -> str:
    tail = ctx.summary.get("tail", {})
    if tail.get("mode") != "continue":
        return str(tail.get("mode", "none"))
    return f"{plural(int(tail['years']), 'year')} without orders, seen at {plural(int(tail['points']), 'point')}"


def _commands(ctx: Context) -> tuple[str, ...]:
    """One solve per plan, then verify and report; the config as it was named, seen from where the command ran."""
    first = next(
        (name for name in ctx.summary.get("inputs", {}) if name.endswith((".yaml", ".yml")) and ".." not in name),
        "plan.yaml",
    )
    config = re.sub(r"^(\.\./)+(.*/(?=configs/))?", "", str(ctx.summary.get("config") or first))
    folders = [f"out/{plan.summary['id']}" + (f"-{set_of(plan)}" if at else "") for at, plan in enumerate(ctx.plans)]
    solves = [f"innocap plan solve {config}{_changes(plan)} -o {f}" for plan, f in zip(ctx.plans, folders, strict=True)]
    return *solves, f"innocap plan verify {folders[0]}", f"innocap report {' '.join(folders)} -o {folders[0]}.html"


def _changes(plan: Plan) -> str:
    return "".join(f" --set {shlex.quote(str(change))}" for change in plan.summary.get("overrides", ()))


def _rounds(ctx: Context) -> Grid:
    """Whatever the solver noted of each round, in its own order."""
    rounds = ctx.summary.get("rounds", ())
    keys = list(dict.fromkeys(key for noted in rounds for key in noted))
    body: list[Cells] = [tuple(_noted(key, noted.get(key)) for key in keys) for noted in rounds]
    heads = [key.replace("_", " ").capitalize() for key in keys]
    numeric = [all(isinstance(noted.get(key), int | float) for noted in rounds) for key in keys]
    return grid(
        "Rounds",
        [f">{head}" if right and at else head for at, (head, right) in enumerate(zip(heads, numeric, strict=True))],
        body,
    )


def _noted(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return MISSING if value is None else str(value)
    if key in ("upper", "lower"):
        return fixed(value, 6)
    return percent(value) if key == "gap" else plain(value) if isinstance(value, int) else number(value)


def _inputs(ctx: Context) -> Fold:
    inputs = ctx.summary.get("inputs", {})
    return Fold(
        f"Files read, with their SHA-256 ({len(inputs)})",
        (grid("Inputs", ("File", "SHA-256"), [(name, str(value)) for name, value in inputs.items()]),),
    )
