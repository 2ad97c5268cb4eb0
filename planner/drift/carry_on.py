"""What becomes of the facts if the years after them stay as they were planned, orders and projects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.plan import Plan
from planner.projects import portfolio
from planner.solve.live import InfeasibleError
from planner.solve.tangents import Outcome
from planner.solving import Problem, search

Floats = NDArray[np.float64]

ROOM = 1e-6
"""Relative room around the orders of the old plan, as a plan keeps its rows to the tolerance of the solver only."""


def carried_on(problem: Problem, old: Plan) -> Outcome | None:
    """The best that a problem with facts has with the later orders of an old plan; None where they break a limit."""
    facts, program = problem.scenario.actuals, problem.program
    first = 0 if facts is None else len(facts.years)
    orders = program.variables["order"].indices[:, :, first:]
    lower, upper = program.lower.copy(), program.upper.copy()
    planned = _orders(problem, old)[:, :, first:]
    lower[orders], upper[orders] = planned * (1.0 - ROOM), planned * (1.0 + ROOM)
    starts = program.variables["start"].indices
    lower[starts] = upper[starts] = _starts(problem, old)
    loose = replace(program, lower=lower, upper=upper, integer=np.zeros_like(program.integer))
    try:
        return search(replace(problem, program=loose))
    except (InfeasibleError, TimeoutError):
        return None


def _orders(problem: Problem, old: Plan) -> Floats:
    """Modules ordered by themselves, (R, A, V)."""
    scenario = problem.scenario
    axes: list[list[Any]] = [[x.id for x in scenario.regions], [x.id for x in scenario.assets], list(scenario.years)]
    found = np.zeros(tuple(map(len, axes)))
    for row in old.tables["orders"].records():
        if not row["project"]:
            cell = tuple(axis.index(row[key]) for axis, key in zip(axes, ("region", "asset", "year"), strict=True))
            found[cell] += row["modules"]
    return found


def _starts(problem: Problem, old: Plan) -> Floats:
    """1 where the old plan starts a project, (K,)."""
    scenario = problem.scenario
    year = {row["project"]: row["year"] for row in old.tables["projects"].records() if row["taken"]}
    pairs = portfolio(problem.instance).starts
    return np.array([float(year.get(scenario.projects[p].id) == scenario.years[v]) for p, v in pairs])
