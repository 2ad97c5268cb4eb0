"""The same program as a conic one, for cvxpy with Clarabel: the innovation function as exponential cones."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.linear import LinearProgram
from planner.solve.tangents import SCALE, Goal


def conic_optimum(program: LinearProgram, goal: Goal) -> float | None:
    """Optimum by cvxpy and Clarabel at its default tolerance; None, with a line that says so, where not installed."""
    try:
        import cvxpy as cp
        import scipy.sparse as sp
    except ImportError as error:
        print(f"  cvxpy + Clarabel skipped: {error.name} is not installed; pip install -e '.[peers]'")
        return None
    rows = np.setdiff1d(np.arange(len(program.row_lower)), program.rows["log_is_below_its_tangents"].indices.ravel())
    columns = np.setdiff1d(np.arange(len(program.cost)), goal.log.ravel())
    matrix = sp.csr_matrix((program.values, program.columns, program.starts), shape=program.shape)[rows][:, columns]
    x = cp.Variable(len(columns))
    constraints = _rows(cp, matrix @ x, program.row_lower[rows], program.row_upper[rows])
    constraints += _rows(cp, x, program.lower[columns], program.upper[columns])
    gained, cones = _innovation(cp, x, goal, np.searchsorted(columns, goal.ratio))
    problem = cp.Problem(cp.Maximize(SCALE * (gained + goal.linear[columns] @ x)), constraints + cones)
    try:
        problem.solve(solver=cp.CLARABEL, accept_unknown=True, max_iter=400)
    except cp.error.SolverError as error:
        print(f"  cvxpy + Clarabel gave no answer: {error}")
        return None
    return float(problem.value) / SCALE + goal.constant


def _rows(cp: Any, expression: Any, lower: Any, upper: Any) -> list[Any]:
    """Equalities and one-sided inequalities of finite ends."""
    equal = np.flatnonzero(lower == upper)
    below = np.flatnonzero((lower != upper) & np.isfinite(lower))
    above = np.flatnonzero((lower != upper) & np.isfinite(upper))
    found = []
    if len(equal):
        found.append(expression[equal] == lower[equal])
    if len(below):
        found.append(expression[below] >= lower[below])
    if len(above):
        found.append(expression[above] <= upper[above])
    return found


def _innovation(cp: Any, x: Any, goal: Goal, ratio: Any) -> tuple[Any, list[Any]]:
    """Weighted log of the ratios; or total y:  y ln y <= y sum_f beta[f] ln ratio[f], by relative entropies."""
    regions, factors, times = ratio.shape
    if goal.power == 0.0:
        weight = (goal.weight[:, None, :] * goal.beta[None, :, None]).ravel()
        return weight @ cp.log(x[ratio.ravel()]), []
    y = cp.Variable(regions * times)
    flat = ratio.transpose(1, 0, 2).reshape(factors, -1)
    entropy = sum(goal.beta[f] * cp.rel_entr(y, x[flat[f]]) for f in range(factors))
    rest = (1.0 - goal.beta.sum()) * cp.rel_entr(y, np.ones(regions * times))
    return goal.weight.ravel() @ y, [entropy + rest <= 0]
