"""The least and the most that a plan near the optimum spends on something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.alternatives.asked import AlternativesError, Asked, Task, case_of
from planner.macro import macro_regions, member_mask
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solve.near import Extreme, Near, furthest
from planner.solve.search import Outcome, Round
from planner.solving import Problem, plan_of, problem_of, search

Floats = NDArray[np.float64]
Entry = dict[str, Any]

SIGNS = {"least": -1.0, "most": 1.0}


def best_plan(scenario: Scenario) -> tuple[Problem, Outcome]:
    """The problem and its optimum, which all alternatives are measured against."""
    problem = problem_of(scenario)
    if problem.program.integer.any():
        whole = " ".join(f"--set assets.{a.id}.integer=false" for a in scenario.assets if a.integer)
        raise AlternativesError(
            f"alternatives are looked for without whole modules; {'add ' + whole if whole else 'take projects out'}"
        )
    return problem, search(problem)


def margin(problem: Problem, reached: float, percent: float) -> float:
    """How much objective a margin gives up: percent of an index, hundredths of a log point."""
    return percent / 100.0 * (abs(reached) if problem.goal.power == 1.0 else 1.0)


def extremes(
    problem: Problem, near: Near, task: Task, asked: Asked, plan_found: Callable[[str, Plan], None] | None = None
) -> list[Entry]:
    """Least and most money of a thing in a place, for every margin; one entry each."""
    scenario, cell = problem.scenario, _cells(problem.scenario, task)
    order = problem.program.variables["order"].indices
    money, units = np.zeros(len(problem.program.cost)), np.zeros(len(problem.program.cost))
    money[order[cell]] = problem.instance.costs.capex[cell]
    units[order[cell]] = np.broadcast_to(problem.instance.module[None, :, None], order.shape)[cell]
    found = []
    for word, sign in SIGNS.items():
        known = None
        for percent in sorted(asked.within):
            give = margin(problem, near.reached, percent)
            extreme = furthest(
                near,
                money,
                sign,
                near.reached - give,
                tolerance=max(give / 10.0, scenario.gap / 10.0),
                time_limit_s=scenario.time_limit_s,
                start=known,
            )
            known = extreme.values
            found.append(_entry(problem, task, percent, word, extreme, float(money @ near.best), units, near.best))
            if plan_found is not None:
                plan_found(f"{task.what}-{task.where}-{word}-{percent:g}", alternative_plan(problem, extreme))
    return found


def _cells(scenario: Scenario, task: Task) -> NDArray[np.bool_]:
    """Regions and assets (R, A) of a task."""
    group = next(g for g in (*macro_regions(scenario), *scenario.groups) if g.id == task.where)
    assets = np.array([task.what in (asset.id, asset.asset_class) for asset in scenario.assets])
    return np.asarray(member_mask(scenario, group.members)[:, None] & assets[None])


def _entry(
    problem: Problem, task: Task, percent: float, word: str, found: Extreme, plan: float, units: Floats, best: Floats
) -> Entry:
    return {
        "kind": "extreme",
        "what": task.what,
        "where": task.where,
        "within_percent": percent,
        "direction": word,
        "plan_million": plan,
        "achieved_million": found.achieved,
        "proven_million": max(0.0, found.proven) if word == "least" else found.proven,
        "plan_units": float(units @ best),
        "achieved_units": float(units @ found.values),
        "objective": found.objective,
        "rounds": found.rounds,
        "closed": found.closed,
        **orders_of(problem, found.values),
    }


def orders_of(problem: Problem, values: Floats) -> dict[str, list[list[float]]]:
    """What a plan orders over all years, (R, A): units, and money in millions."""
    order = np.maximum(values[problem.program.variables["order"].indices], 0.0)
    units = order.sum(axis=2) * problem.instance.module[None]
    return {"units": units.tolist(), "million": (problem.instance.costs.capex * order).sum(axis=2).tolist()}


def alternative_plan(problem: Problem, found: Extreme, config: str = "") -> Plan:
    """The plan at an extreme. It is bounded by itself alone, and its limits carry no prices."""
    seen = (Round(1, "dual", float("inf"), found.objective, float("inf"), 0.0),)
    none = np.zeros(len(problem.program.row_lower))
    return plan_of(problem, Outcome(found.values, none, float("inf"), found.objective, "limit", seen), config)


def case_entry(scenario: Scenario, task: Task) -> Entry:
    """The best plan of another case, as an entry."""
    problem, outcome = best_plan(case_of(scenario, task.what, task.where))
    told: Entry = {"kind": "case", "what": task.what, "where": task.where, "objective": outcome.lower}
    return told | orders_of(problem, outcome.values)
