"""`innocap plan frontier`: what total innovation costs the worst-off, and what their share costs the total."""

from __future__ import annotations

import math
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.divide import indicators
from planner.innovation import innovation_index
from planner.macro import macro_regions, member_mask
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solve.frontier import (
    Frontier,
    Line,
    Spot,
    most_for_worst,
    most_total,
    open_frontier,
    total_bound,
    worst_bound,
)
from planner.solve.goal import log_index, true_value
from planner.solve.highs import hand_over
from planner.solve.search import Outcome, Round
from planner.solve.tangents import maximize
from planner.solve.worst import Worst, worst_mean, worst_of
from planner.solving import Problem, plan_of, problem_of

Floats = NDArray[np.float64]
Entry = dict[str, Any]

SCHEMA = "innocap.frontier/1"


class FrontierError(Exception):
    """A frontier that cannot be drawn; the message names the reason and the remedy."""


@dataclass(frozen=True)
class Asked:
    """How many points, and who the worst-off are: a number of regions, or a share of people."""

    points: int = 20
    regions: int | None = 5
    people: float | None = None

    @property
    def who(self) -> str:
        if self.people is not None:
            return f"{self.people:.0%} of people"
        return "region" if self.regions == 1 else f"{self.regions} regions"


def frontier(
    scenario: Scenario,
    asked: Asked,
    *,
    known: Sequence[Entry] = (),
    keep: Callable[[Entry], None] = lambda _: None,
    plan_found: Callable[[int, Plan], None] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    config: str = "",
) -> list[Entry]:
    """Entries of a frontier from most total innovation to most for the worst-off: first the ends, then the points.

    `known` are entries of an earlier run of the same question, `keep` is called with each new one, `plan_found` with
    number and plan of each new point. Raises FrontierError, InfeasibleError, TimeoutError.
    """
    problem = _problem(scenario, asked)
    worst = _worst(problem, asked)
    live, ends = _ends(problem, worst, [e for e in known if e["kind"] == "end"], progress)
    entries = list(known) if known else [ends]
    if not known:
        keep(ends)
    _restore(live, entries)
    low, high = float(ends["low"]), float(ends["high"])
    step = (high - low) / (asked.points - 1)
    done = [e for e in entries if e["kind"] == "point"]
    number = 0 if not done else int(done[-1]["point"]) + 1 + int(done[-1]["skipped"])
    while number < asked.points:
        spot, lines = _point(live, problem.scenario, low + number * step, high - low)
        skipped = _skipped(spot.worst - (low + number * step), step, asked.points - 1 - number)
        entry = _entry(problem, worst, spot, number, skipped, lines)
        entries.append(entry)
        if plan_found is not None:
            plan_found(number, _plan(problem, spot, float(ends["upper"]), config))
        keep(entry)
        progress(_said(entry, asked.points))
        number += 1 + skipped
        if step <= 1e-9:
            break
    return entries


def _problem(scenario: Scenario, asked: Asked) -> Problem:
    if asked.points < 2:
        raise FrontierError(f"--points {asked.points}: a frontier has two ends; ask for 2 points or more")
    problem = problem_of(replace(scenario, objective="total"))  # type: ignore[arg-type]
    if problem.program.integer.any():
        whole = [asset.id for asset in scenario.assets if asset.integer]
        remedy = " ".join(f"--set assets.{name}.integer=false" for name in whole) or "take the candidate projects out"
        raise FrontierError(f"a frontier is drawn without whole modules; add {remedy}")
    return problem


def _worst(problem: Problem, asked: Asked) -> Worst:
    try:
        return worst_of(problem.instance, regions=asked.regions, people=asked.people)
    except ValueError as error:
        raise FrontierError(str(error)) from None


def _ends(
    problem: Problem, worst: Worst, known: Sequence[Entry], progress: Callable[[str], None]
) -> tuple[Frontier, Entry]:
    """A live program at the plan of most total innovation, and both ends of the frontier."""
    scenario, goal = problem.scenario, problem.goal
    highs = hand_over(problem.program)
    first = maximize(highs, goal, gap=scenario.gap, time_limit_s=scenario.time_limit_s)
    live = open_frontier(highs, problem.program, goal, worst, np.maximum(first.values[goal.ratio], 1e-9))
    if known:
        return live, known[0]
    progress(f"most total innovation: {first.lower:.6f} (gap {first.gap:.1e})")
    last = most_for_worst(live, gap=scenario.gap, time_limit_s=scenario.time_limit_s)
    if last is None:
        raise TimeoutError(f"no plan for the worst-off within {scenario.time_limit_s:g} s; raise time_limit")
    low = worst_mean(worst, log_index(goal, first.values[goal.ratio])) + float(goal.linear @ first.values)
    progress(f"most for the worst-off: {last.worst:.6f} log points (gap {last.gap:.1e}), from {low:.6f}")
    return live, {
        "kind": "end",
        "low": low,
        "high": max(last.worst, low),
        "most_total": first.lower,
        "upper": first.upper,
        "worst_upper": worst_bound(live.lines),
        "lines": [vars(line) for line in live.lines],
    }


def _restore(live: Frontier, entries: Sequence[Entry]) -> None:
    live.lines[:] = [Line(**line) for entry in entries for line in entry["lines"]]


def _point(live: Frontier, scenario: Scenario, least: float, spread: float) -> tuple[Spot, list[Line]]:
    before = len(live.lines)
    spot = most_total(live, least, gap=scenario.gap, spread=spread, time_limit_s=scenario.time_limit_s)
    if spot is None:
        raise TimeoutError(f"a point took more than {scenario.time_limit_s:g} s; raise time_limit, then run it again")
    return spot, live.lines[before:]


def _skipped(surplus: float, step: float, left: int) -> int:
    """Grid points that the same plan answers as well: its worst-off have more than was asked by whole steps."""
    return 0 if step <= 0 else min(max(math.floor(surplus / step + 1e-6), 0), left)


def _entry(problem: Problem, worst: Worst, spot: Spot, number: int, skipped: int, lines: Sequence[Line]) -> Entry:
    """A point with all that is told of it, recomputed from the true function at its stocks."""
    instance, goal = problem.instance, problem.goal
    ratio = spot.values[goal.ratio]
    last = instance.timeline.orders - 1
    innovation = instance.innovation.base * innovation_index(instance.innovation, ratio)[:, last]
    mean = worst_mean(worst, log_index(goal, ratio))
    return {
        "kind": "point",
        "point": number,
        "total_index": true_value(goal, spot.values),
        "worst_off_log": mean,
        "worst_off_per_10k_people": math.exp(mean),
        "worst_off_less_penalties": spot.worst,
        "index_per_log_point": spot.trade,
        **indicators(innovation, instance.population),
        "divide_year": int(instance.timeline.year[last]),
        **_capital(problem, spot.values),
        "rounds": spot.rounds,
        "seconds": round(spot.seconds, 3),
        "skipped": skipped,
        "lines": [vars(line) for line in lines],
    }


def _capital(problem: Problem, values: Floats) -> dict[str, float]:
    """Money of all orders, and the share of each macro-region in it."""
    order = values[problem.program.variables["order"].indices]
    spent = (problem.instance.costs.capex * order).sum(axis=(1, 2))
    whole = float(spent.sum())
    shares = {
        f"capital_share_{group.id}": float(spent[member_mask(problem.scenario, group.members)].sum()) / (whole or 1.0)
        for group in macro_regions(problem.scenario)
    }
    return {"capital_million": whole, **shares}


def _plan(problem: Problem, spot: Spot, upper: float, config: str) -> Plan:
    """The plan at a point; its bound is that of total innovation without any thought of the worst-off."""
    lower = true_value(problem.goal, spot.values)
    upper = max(upper, lower)
    certified = upper - lower <= problem.scenario.gap
    seen = (Round(1, "dual", upper, lower, upper - lower, spot.seconds),)
    rows = len(problem.program.row_lower)
    outcome = Outcome(spot.values, spot.row_duals[:rows], upper, lower, "optimal" if certified else "limit", seen)
    return plan_of(problem, outcome, config)


def _said(entry: Mapping[str, Any], points: int) -> str:
    more = f", answers {entry['skipped']} more" if entry["skipped"] else ""
    return (
        f"point {entry['point'] + 1:3d} of {points}  total {entry['total_index']:.6f}  worst-off "
        f"{entry['worst_off_per_10k_people']:.4g}  {entry['rounds']} rounds  {entry['seconds']:.1f} s{more}"
    )


def rows_of(entries: Sequence[Entry]) -> list[Entry]:
    """Rows of frontier.csv: each point with the bound that all lines together prove at its place."""
    lines = [Line(**line) for entry in entries for line in entry["lines"]]
    return [_row(entry, lines, entries[0]) for entry in entries if entry["kind"] == "point"]


def _row(entry: Entry, lines: list[Line], ends: Entry) -> Entry:
    row = {key: value for key, value in entry.items() if key not in ("kind", "lines", "rounds", "seconds", "skipped")}
    bound = min(total_bound(lines, entry["worst_off_less_penalties"]), float(ends["upper"]))
    bound = max(bound, entry["total_index"])
    tail = {"bound_total_index": bound, "gap_index": bound - entry["total_index"], "solve_seconds": entry["seconds"]}
    return row | tail


def summary(scenario: Scenario, asked: Asked, entries: Sequence[Entry], started: float) -> dict[str, Any]:
    """What frontier.json says."""
    ends = entries[0]
    return {
        "schema": SCHEMA,
        "id": scenario.id,
        "title": scenario.title,
        "innovation_unit": scenario.innovation_unit,
        "elasticity_set": scenario.elasticity_set,
        "overrides": list(scenario.overrides),
        "inputs": dict(scenario.files),
        "asked": {
            "points": asked.points,
            "worst_off": asked.who,
            "regions": asked.regions,
            "people_share": asked.people,
            "gap_index": scenario.gap,
        },
        "ends": {
            "most_total_index": [ends["most_total"], ends["upper"]],
            "most_worst_off_log": [ends["high"], ends["worst_upper"]],
        },
        "groups": {f"capital_share_{g.id}": g.name for g in macro_regions(scenario)},
        "points": rows_of(entries),
        "lines": [line for entry in entries for line in entry["lines"]],
        "seconds": round(clock.perf_counter() - started, 3),
    }


def table(scenario: Scenario, rows: Sequence[Entry]) -> Iterator[str]:
    """The frontier as a short table: changes against the plan of most total innovation."""
    groups = macro_regions(scenario)
    first = rows[0]
    heads = "".join(f"{group.name[:11]:>12s}" for group in groups)
    yield f"point  total index   change   worst-off   change   Gini {first['divide_year']}  worst fifth{heads}      gap"
    for row in rows:
        shares = "".join(f"{row[f'capital_share_{group.id}']:12.1%}" for group in groups)
        less = row["total_index"] / first["total_index"] - 1.0
        more = math.exp(row["worst_off_log"] - first["worst_off_log"]) - 1.0
        yield (
            f"{row['point'] + 1:5d}  {row['total_index']:11.6f}  {less:+7.2%}  {row['worst_off_per_10k_people']:10.4g}"
            f"  {more:+7.1%}  {row['gini']:9.4f}  {row['worst_fifth_share']:11.2%}{shares}  {row['gap_index']:7.1e}"
        )
