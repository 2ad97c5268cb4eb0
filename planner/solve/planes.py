"""Outer approximation of the innovation of every region and year by tangent planes, in one live program.

    gain[r,t] <= G(p) + sum_f dG/dx[f](p) * (x[f] - p[f])        G = goal.gains, such as I or ln I; concave

Every plane is valid for every plan, so a program over planes leaves no plan out and bounds all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.goal import elasticities, first_supports, gains, slopes, support
from planner.solve.highs import hand_over
from planner.solve.live import INF, change_costs
from planner.solve.tangents import ROW_TOLERANCE, SCALE, Goal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPREAD = (0.6, 0.85, 1.0, 1.2, 1.6)


@dataclass(frozen=True)
class Outer:
    """A live program whose gain columns (R, T) lie below tangent planes of the true gain.

    Where welfare is no sum of gains it is a column of its own, below its supports; else None.
    """

    highs: Any
    goal: Goal
    gain: Ints
    welfare: int | None


def outer_program(program: LinearProgram, goal: Goal, at: Floats) -> Outer:
    """The program with gain columns at its end, below planes around the ratios `at` (R, F, T); the goal is its cost."""
    highs, columns = hand_over(program), len(program.cost)
    change_costs(highs, np.arange(columns), SCALE * goal.linear)
    count, none = goal.weight.size, np.zeros(0, np.int32)
    costs = goal.weight.ravel() if goal.is_sum else np.zeros(count)
    highs.addCols(count, SCALE * costs, np.full(count, -INF), np.full(count, INF), 0, none, none, none)
    welfare = None if goal.is_sum else columns + count
    outer = Outer(highs, goal, columns + np.arange(count).reshape(goal.weight.shape), welfare)
    if welfare is not None:
        highs.addCol(SCALE, -INF, INF, 0, none, np.zeros(0))
        for constant, weights in first_supports(goal, gain_at(goal, np.maximum(at, 1e-9))):
            _add_support(outer, constant, weights)
    for f in range(len(goal.beta)):
        for factor in SPREAD:
            point = np.maximum(at, 1e-9)
            point[:, f] *= factor
            add_planes(outer, point, np.ones(goal.weight.shape, bool))
    return outer


def cut(outer: Outer, values: Floats) -> int:
    """Add planes where a point of the program claims more gain than there is; how many."""
    at = np.maximum(values[outer.goal.ratio], 1e-9)
    chosen = values[outer.gain] - gain_at(outer.goal, at) > ROW_TOLERANCE
    add_planes(outer, at, chosen)
    return int(chosen.sum()) + _cut_welfare(outer, values)


def _cut_welfare(outer: Outer, values: Floats) -> int:
    """Add the support at the gains of a point, where the program claims more welfare; how many."""
    if outer.welfare is None:
        return 0
    gain = values[outer.gain]
    constant, weights = support(outer.goal, gain)
    if values[outer.welfare] <= constant + float((weights * gain).sum()) + ROW_TOLERANCE:
        return 0
    _add_support(outer, constant, weights)
    return 1


def _add_support(outer: Outer, constant: float, weights: Floats) -> None:
    """Row  welfare <= constant + sum of weights (R, T) * gain."""
    assert outer.welfare is not None
    counted = weights != 0
    columns = np.append(outer.gain[counted], outer.welfare).astype(np.int32)
    outer.highs.addRow(-INF, constant, len(columns), columns, np.append(-weights[counted], 1.0))


def gain_at(goal: Goal, ratio: Floats) -> Floats:
    """The true gain (R, T) at ratios (R, F, T)."""
    return gains(goal, ratio)


def add_planes(outer: Outer, at: Floats, chosen: NDArray[np.bool_]) -> None:
    """Rows  gain - slope * x <= G - slope * p  at the points (R, F, T), for the chosen regions and times."""
    goal, gain = outer.goal, gain_at(outer.goal, at)
    slope = slopes(goal, at)[:, None] * elasticities(goal, at) / at
    intercept = (gain - (slope * at).sum(axis=1))[chosen]
    columns = np.concatenate([outer.gain[:, None], goal.ratio], axis=1).transpose(0, 2, 1)[chosen]
    values = np.concatenate([np.ones_like(at[:, :1]), -slope], axis=1).transpose(0, 2, 1)[chosen]
    count, width = columns.shape
    starts = np.arange(0, count * width, width, dtype=np.int32)
    outer.highs.addRows(
        count, np.full(count, -INF), intercept, count * width, starts, columns.ravel().astype(np.int32), values.ravel()
    )
