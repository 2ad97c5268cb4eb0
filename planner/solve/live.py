"""One live HiGHS program: solve, read, add cuts, change costs. The status is never ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INF = float("inf")

Method = Literal["interior", "dual", "primal"]

_STRATEGY = {"dual": 1, "primal": 4}
_COLD: tuple[Method, ...] = ("dual", "interior", "primal")


class InfeasibleError(Exception):
    """No point satisfies all rows."""


class UnboundedError(Exception):
    """The objective grows without end."""


# A tenth of the tolerance to which the verifier holds a plan.
DRIFT = 1e-7


class UnfinishedError(Exception):
    """HiGHS ended with a status that is neither optimal, nor infeasible, nor a limit."""


@dataclass(frozen=True)
class Solved:
    """An optimal point: values of columns, duals of rows and columns, objective, simplex or interior-point steps."""

    values: Floats
    row_duals: Floats
    column_duals: Floats
    objective: float
    steps: int


def optimize(highs: Any, *, time_limit_s: float, how: Method) -> Solved | None:
    """Solve the program as it stands; None where the time limit came first.

    interior  cold, with crossover: the first solves of a large program
    dual      from the last basis after rows were added
    primal    from the last basis after costs were changed

    A program that changes in both ways loses its basis in both senses; change one, solve, change the other. Whatever
    ends `Unknown` is solved again from scratch, by one method after the other; a point that rounding has carried away
    from its rows is computed anew from its basis.
    """
    if time_limit_s <= 0:
        return None
    highs.setOptionValue("time_limit", highs.getRunTime() + time_limit_s)
    status = _run(highs, how)
    for again in _COLD:
        if status in _SETTLED:
            break
        highs.clearSolver()
        status = _run(highs, again)
    if status == highspy.HighsModelStatus.kOptimal and drift(highs) > DRIFT:
        highs.setBasis(highs.getBasis())
        highs.run()
        status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        return None
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        raise InfeasibleError("no plan satisfies all limits and rules")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise UnboundedError("nothing limits spending; does a hard budget, or one with a price, pay for every asset?")
    if status != highspy.HighsModelStatus.kOptimal:
        raise UnfinishedError(f"HiGHS ended with status {highs.modelStatusToString(status)}")
    return _read(highs)


def drift(highs: Any) -> float:
    """Largest difference between a row as HiGHS tells it and A x, over one plus the row; 0 without a basis.

    Many updates of its factors can carry the simplex away from the rows while it still reports no infeasibility.
    """
    if highs.getInfo().mip_node_count >= 0 or not highs.getBasis().valid:
        return 0.0
    solution, matrix = highs.getSolution(), highs.getLp().a_matrix_
    told, value = np.asarray(solution.row_value), np.asarray(matrix.value_)
    index, counts = np.asarray(matrix.index_), np.diff(np.asarray(matrix.start_))
    if matrix.format_ == highspy.MatrixFormat.kColwise:
        terms, row = value * np.repeat(np.asarray(solution.col_value), counts), index
    else:
        terms, row = value * np.asarray(solution.col_value)[index], np.repeat(np.arange(len(told)), counts)
    return float((np.abs(np.bincount(row, terms, len(told)) - told) / (1.0 + np.abs(told))).max(initial=0.0))


_SETTLED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kTimeLimit,
)


def _run(highs: Any, how: Method) -> Any:
    if how == "interior":
        highs.clearSolver()
        highs.setOptionValue("solver", "ipx")
    else:
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("simplex_strategy", _STRATEGY[how])
    highs.run()
    return highs.getModelStatus()


def _read(highs: Any) -> Solved:
    solution, info = highs.getSolution(), highs.getInfo()
    steps = max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0)
    return Solved(
        np.array(solution.col_value),
        np.array(solution.row_dual),
        np.array(solution.col_dual),
        info.objective_function_value,
        steps,
    )


def change_costs(highs: Any, columns: Ints, costs: Floats) -> None:
    """Set the objective coefficients of some columns."""
    flat = columns.ravel().astype(np.int32)
    highs.changeColsCost(len(flat), flat, np.ascontiguousarray(costs.ravel(), np.float64))


def add_tangents(highs: Any, function: Ints, argument: Ints, intercept: Floats, slope: Floats) -> None:
    """Add rows  function <= intercept + slope * argument, one per element of the flat arrays."""
    count = len(function)
    if count == 0:
        return
    columns = np.stack([function, argument], axis=1).ravel().astype(np.int32)
    values = np.stack([np.ones(count), -slope], axis=1).ravel()
    starts = np.arange(0, 2 * count, 2, dtype=np.int32)
    highs.addRows(count, np.full(count, -INF), intercept, 2 * count, starts, columns, values)
