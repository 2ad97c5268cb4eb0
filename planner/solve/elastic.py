"""A program whose limits may give way: the least that makes it feasible, and which limits contradict each other.

Every row of a limit gets a slack of its own, counted relative to the size of the row, and every limit one slack for all
of its rows together. Which of them may move, and what that costs, is changed in one live program.
"""

from __future__ import annotations

import time as clock
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.solve.live import INF, InfeasibleError, Method, change_costs, optimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Relative slack below this is rounding of the solver.
SLIGHT = 1e-6

OUT_OF_TIME = "what contradicts what was not found in time; innocap plan explain CONFIG --time-limit gives it more"


@dataclass(frozen=True)
class Relaxed:
    """A feasible point and by how much each row gave way, relative to its size (rows,).

    needed (rows,) tells which rows hold the point back: those with a price.
    """

    values: Floats
    slack: Floats
    needed: NDArray[np.bool_]

    @property
    def moved(self) -> NDArray[np.bool_]:
        return self.slack > SLIGHT


@dataclass
class Elastic:
    """A live program with slacks. rows (m,) of the program belong to groups (m,), 0..count-1, and have sizes (m,)."""

    highs: Any
    columns: int
    rows: Ints
    group: Ints
    sizes: Floats
    count: int
    whole: bool
    deadline: float
    warm: bool = False

    @property
    def single(self) -> Ints:
        """Columns of the slacks of single rows."""
        return self.columns + np.arange(len(self.rows))

    @property
    def common(self) -> Ints:
        """Columns of the slacks of whole groups."""
        return self.columns + len(self.rows) + np.arange(self.count)


def elastic(
    program: LinearProgram, rows: Ints, group: Ints, sizes: Floats, *, whole: bool, time_limit_s: float
) -> Elastic:
    """The program without its objective, with slacks for the given rows; whole columns only where `whole` is asked.

    Rows are limits from one side: at most, or at least.
    """
    asked = program if whole else replace(program, integer=np.zeros_like(program.integer))
    highs, columns, count = hand_over(asked), len(program.cost), int(group.max(initial=-1)) + 1
    change_costs(highs, np.arange(columns), np.zeros(columns))
    sign = np.where(np.isfinite(program.row_upper[rows]), -1.0, 1.0) * sizes
    by_group = np.argsort(group, kind="stable")
    starts = np.concatenate([np.arange(len(rows)), len(rows) + np.searchsorted(group[by_group], np.arange(count))])
    at, values = np.concatenate([rows, rows[by_group]]), np.concatenate([sign, sign[by_group]])
    zeros = np.zeros(len(rows) + count)
    highs.addCols(
        len(zeros), zeros, zeros, zeros, len(at), starts.astype(np.int32), at.astype(np.int32), values.astype(float)
    )
    whole = whole and bool(program.integer.any())
    return Elastic(highs, columns, rows, group, sizes, count, whole, clock.perf_counter() + time_limit_s)


def least(
    soft: Elastic, priced: Collection[int], free: Collection[int] = (), *, common: bool = False
) -> Relaxed | None:
    """The least total slack of the priced groups, while the free ones may do as they like; None where that is none.

    With `common` a group moves all its rows by the same share of their sizes. Raises TimeoutError.
    """
    count = soft.count
    may, costs = _marks(priced, count), np.zeros(len(soft.rows) + count)
    upper = np.zeros_like(costs)
    upper[: len(soft.rows)] = np.where(_marks(free, count)[soft.group], INF, 0.0)
    part = slice(len(soft.rows), None) if common else slice(0, len(soft.rows))
    chosen = may if common else may[soft.group]
    upper[part] = np.where(chosen, INF, upper[part])
    costs[part] = np.where(chosen, -1.0, 0.0)
    columns = np.concatenate([soft.single, soft.common])
    soft.highs.changeColsBounds(len(columns), columns.astype(np.int32), np.zeros(len(columns)), upper)
    change_costs(soft.highs, columns, costs)
    found = _solve(soft)
    if found is None:
        return None
    values, duals = found
    single = np.where(may[soft.group], values[soft.single], 0.0)
    slack = single + np.where(may, values[soft.common], 0.0)[soft.group]
    return Relaxed(values[: soft.columns], slack, np.abs(duals[soft.rows]) * soft.sizes > SLIGHT)


def feasible(soft: Elastic, hard: Collection[int]) -> bool:
    """Whether a point exists that keeps the hard groups, whatever happens to the others."""
    return least(soft, (), [g for g in range(soft.count) if g not in set(hard)]) is not None


def irreducible(soft: Elastic, suspects: Collection[int]) -> tuple[int, ...]:
    """Groups among the suspects that contradict each other, while any one less does not (deletion filter).

    The suspects must be infeasible together. Raises TimeoutError.
    """
    kept = list(suspects)
    for group in list(kept):
        without = [g for g in kept if g != group]
        if not feasible(soft, without):
            kept = without
    return tuple(sorted(kept))


def _marks(groups: Collection[int], count: int) -> NDArray[np.bool_]:
    marks = np.zeros(count, bool)
    marks[np.fromiter(groups, np.int64, len(groups))] = True
    return marks


def _solve(soft: Elastic) -> tuple[Floats, Floats] | None:
    """Values and row duals at the optimum; None where nothing is feasible."""
    left = soft.deadline - clock.perf_counter()
    if soft.whole:
        return _solve_whole(soft, left)
    how: Method = "dual" if soft.warm else "interior"
    soft.warm = True
    try:
        solved = optimize(soft.highs, time_limit_s=left, how=how)
    except InfeasibleError:
        return None
    if solved is None:
        raise TimeoutError(OUT_OF_TIME)
    return solved.values, solved.row_duals


def _solve_whole(soft: Elastic, left: float) -> tuple[Floats, Floats] | None:
    """The same over whole modules, where rows have no prices."""
    highs = soft.highs
    highs.clearSolver()
    highs.setOptionValue("mip_rel_gap", 1e-3)
    highs.setOptionValue("time_limit", highs.getRunTime() + max(left, 0.0))
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise TimeoutError(OUT_OF_TIME)
    return np.array(highs.getSolution().col_value), np.zeros(highs.getNumRow())
