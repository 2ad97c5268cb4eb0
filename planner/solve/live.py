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

Method = Literal["interior", "dual", "primal", "rough", "fine"]

_STRATEGY = {"dual": 1, "primal": 4}
_INSIDE: dict[Method, dict[str, Any]] = {
    "rough": {"solver": "ipx", "run_crossover": "off", "ipm_optimality_tolerance": 1e-8},
    "fine": {"solver": "ipx", "run_crossover": "off", "ipm_optimality_tolerance": 1e-8, "presolve": "off"},
}
_ACCURACY: dict[Method, tuple[float, ...]] = {"rough": (3e-2, 1e-4, 1e-8), "fine": (1e-4, 1e-6, 1e-8)}
_COLD: tuple[Method, ...] = ("interior", "dual", "primal")


class InfeasibleError(Exception):
    """No point satisfies all rows."""


class UnboundedError(Exception):
    """The objective grows without end."""


# A tenth of the tolerance to which the verifier holds a plan.
DRIFT = 1e-7

# Most by which a point in the inside may miss a row or a price.
INSIDE = 1e-6


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
    ends `Unknown` is solved again from scratch, by one method after the other, and so are what simplex does not end in
    the steps that scratch is worth and what the interior point alone calls infeasible; a point that rounding has
    carried away from its rows is computed anew from its basis.
    """
    if time_limit_s <= 0:
        return None
    highs.setOptionValue("time_limit", highs.getRunTime() + time_limit_s)
    status = _run(highs, how, _astray(highs))
    for again in _COLD[how == "interior" :]:
        if _settled(status, how):
            break
        highs.clearSolver()
        status, how = _run(highs, again), again
    if status == highspy.HighsModelStatus.kOptimal and drift(highs) > DRIFT:
        highs.setBasis(highs.getBasis())
        highs.run()
        status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        return None
    _raise_where_none(status)
    if status != highspy.HighsModelStatus.kOptimal:
        raise UnfinishedError(f"HiGHS ended with status {highs.modelStatusToString(status)}")
    return _read(highs)


def approach(highs: Any, *, time_limit_s: float, how: Method) -> Solved | None:
    """A point in the inside, near the optimum; None where the time limit came first.

    rough  presolved: near enough to place tangents, and prices that mean nothing
    fine   not presolved, as only then are its prices good to HiGHS's tolerance

    What it misses is told by `slackness`; that there is no point at all is for `optimize` to say. There is no
    crossover: for programs of hundreds of thousands of columns that takes longer than all else, and may end without a
    basis.
    """
    options, deadline = _INSIDE[how], highs.getRunTime() + time_limit_s
    kept = [(name, highs.getOptionValue(name)[1]) for name in options]
    for name, value in options.items():
        highs.setOptionValue(name, value)
    try:
        return _approached(highs, deadline, how)
    finally:
        for name, value in kept:
            highs.setOptionValue(name, value)


def _approached(highs: Any, deadline: float, how: Method) -> Solved | None:
    """The first point near enough, each asked to be nearer than the one before."""
    for accuracy in _ACCURACY[how]:
        if highs.getRunTime() >= deadline:
            return None
        highs.clearSolver()
        highs.setOptionValue("ipm_optimality_tolerance", accuracy)
        highs.setOptionValue("time_limit", deadline)
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        if status == highspy.HighsModelStatus.kTimeLimit:
            return None
        if status == highspy.HighsModelStatus.kInfeasible:
            break
        _raise_where_none(status)
        if info.max_primal_infeasibility < INSIDE and (how == "rough" or info.max_dual_infeasibility < INSIDE):
            return _read(highs)
    raise UnfinishedError(f"HiGHS ended with status {highs.modelStatusToString(highs.getModelStatus())}")


def slackness(highs: Any) -> float:
    """By how much the objective of the last point falls short of what its prices allow: sum of price times room."""
    solution, lp = highs.getSolution(), highs.getLp()
    rows = _room(solution.row_value, solution.row_dual, lp.row_lower_, lp.row_upper_)
    return rows + _room(solution.col_value, solution.col_dual, lp.col_lower_, lp.col_upper_)


def _room(value: Any, price: Any, lower: Any, upper: Any) -> float:
    """Price times the distance to the bound that it belongs to; a bound that is not there has a price of rounding."""
    at, worth = np.asarray(value), np.asarray(price)
    bound = np.where(worth > 0, np.asarray(upper), np.asarray(lower))
    return float((worth * np.where(np.isfinite(bound), bound - at, 0.0)).sum())


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


def _settled(status: Any, how: Method) -> bool:
    """Whether a status can be believed: the interior point calls some small programs infeasible that are not."""
    return status in _SETTLED and not (how == "interior" and status == highspy.HighsModelStatus.kInfeasible)


def _raise_where_none(status: Any) -> None:
    """Raise where no point is feasible, or none is best."""
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        raise InfeasibleError("no plan satisfies all limits and rules")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise UnboundedError("nothing limits spending; does a hard budget, or one with a price, pay for every asset?")


def _astray(highs: Any) -> int:
    """Steps after which simplex from the last basis takes longer than solving from scratch; no limit without one."""
    if not highs.getBasis().valid:
        return int(highspy.kHighsIInf)
    return int(1000 + (highs.getNumRow() + highs.getNumCol()) // 4)


def _run(highs: Any, how: Method, most_steps: int = highspy.kHighsIInf) -> Any:
    """The status after one run; simplex alone is held to a number of steps, as crossover may need more."""
    highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf if how == "interior" else most_steps)
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
