"""How far a plan can move while it stays nearly as good: the least and the most of a direction near the optimum.

    min or max  direction x      s.t. all rows of the program,  objective(x) >= level

The objective lies below tangent planes (planes.py), which leave no plan out, so each program proves an outer value. Its
point claims a little more than it is worth; between it and the best plan, which is better than the level, lies a true
plan: all rows hold on the way, and the objective is concave, so it is found by bisection. Its value is the inner one.
"""

from __future__ import annotations

import time as clock
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.goal import Goal, true_value
from planner.solve.live import INF, Method, change_costs, optimize
from planner.solve.planes import Outer, add_planes, cut, outer_program

Floats = NDArray[np.float64]

ROUNDS = 60


@dataclass(frozen=True)
class Near:
    """A live program of plans near the best one: its planes, the row that keeps them near, the best plan."""

    outer: Outer
    row: int
    best: Floats
    reached: float

    @property
    def goal(self) -> Goal:
        return self.outer.goal


@dataclass(frozen=True)
class Extreme:
    """The furthest plan in a direction: proven and achieved amount, its columns, its true objective, programs solved.

    closed  whether the planes were within the tolerance of the true objective when the search ended
    """

    proven: float
    achieved: float
    values: Floats
    objective: float
    rounds: int
    closed: bool


def near_program(program: LinearProgram, goal: Goal, best: Floats) -> Near:
    """A program whose plans are near `best` (n,) once a level is set."""
    columns = len(program.cost)
    outer = outer_program(program, goal, best[goal.ratio])
    total = outer.highs.getNumCol()
    change_costs(outer.highs, np.arange(total), np.zeros(total))
    paid = np.flatnonzero(goal.linear)
    gained = outer.gain.ravel() if outer.welfare is None else np.array([outer.welfare])
    counted = goal.weight.ravel() if outer.welfare is None else np.ones(1)
    row = outer.highs.getNumRow()
    at = np.concatenate([paid, gained]).astype(np.int32)
    outer.highs.addRow(-INF, INF, len(at), at, np.concatenate([goal.linear[paid], counted]))
    return Near(outer, row, best[:columns], true_value(goal, best[:columns]))


def furthest(
    near: Near,
    direction: Floats,
    sign: float,
    level: float,
    *,
    tolerance: float,
    time_limit_s: float,
    start: Floats | None = None,
) -> Extreme:
    """The plan with the most (sign 1) or least (-1) of `direction` (n,) whose objective is at least `level`.

    `start` (n,) is a plan known to reach the level. The proven value holds for every plan; the achieved one is that of
    a plan whose true objective was computed. Raises InfeasibleError where no plan exists, TimeoutError where the limit
    came before the first program was solved.
    """
    deadline, highs = clock.perf_counter() + time_limit_s, near.outer.highs
    size = float(np.abs(direction).max(initial=0.0)) or 1.0
    highs.changeRowBounds(near.row, level - near.goal.constant, INF)
    change_costs(highs, np.arange(len(direction)), sign * direction / size)
    method: Method = "interior"
    proven, found, closed, number = sign * INF, near.best if start is None else start, False, 0
    while number < ROUNDS and not closed:
        solved = optimize(highs, time_limit_s=deadline - clock.perf_counter(), how=method)
        if solved is None:
            break
        number, method = number + 1, "dual"
        proven = sign * min(sign * proven, solved.objective * size)
        there = solved.values[: len(direction)]
        found = _nearer(near, there, level, found, sign * direction)
        closed = level - true_value(near.goal, there) <= tolerance
        if not closed and not cut(near.outer, solved.values):
            break
        if not closed:
            at = np.maximum(found[near.goal.ratio], 1e-9)
            add_planes(near.outer, at, np.ones(near.goal.weight.shape, bool))
    if number == 0:
        raise TimeoutError(f"no extreme within {time_limit_s:g} s; raise time_limit in the config")
    achieved = float(direction @ found)
    return Extreme(proven, achieved, found, true_value(near.goal, found), number, closed)


def _nearer(near: Near, there: Floats, level: float, found: Floats, towards: Floats) -> Floats:
    """The furthest plan so far: the last point on the way from the best plan that still reaches the level."""
    least, most = 0.0, 1.0
    if true_value(near.goal, there) >= level:
        least = 1.0
    while least < 1.0 and most - least > 1e-6:
        middle = (least + most) / 2
        reached = true_value(near.goal, near.best + middle * (there - near.best)) >= level
        least, most = (middle, most) if reached else (least, middle)
    plan = near.best + least * (there - near.best)
    return plan if towards @ plan > towards @ found else found
