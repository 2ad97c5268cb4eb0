"""Whole modules, after the cuts have converged on the relaxation.

A MIP over tangent planes (planes.py) bounds every whole plan from above. With the whole numbers that it finds fixed,
the continuous search gives the best plan around them, its prices and a lower bound; planes are added there, and the MIP
solved again.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.solve.live import INF, InfeasibleError, optimize
from planner.solve.planes import Outer, add_planes, cut, outer_program
from planner.solve.tangents import SCALE, Goal, Outcome, Round, maximize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RELAXED_ROUNDS = 30


def maximize_whole(
    program: LinearProgram, goal: Goal, *, gap: float, time_limit_s: float, progress: Callable[[Round], None]
) -> Outcome:
    """Solve a program with whole columns to a certified gap, or with the best point and bound so far.

    Raises InfeasibleError where no whole plan exists, TimeoutError where the limit came before the first one.
    """
    started = clock.perf_counter()
    deadline = started + time_limit_s
    whole = np.flatnonzero(program.integer).astype(np.int32)
    loose = replace(program, integer=np.zeros_like(program.integer))
    live = hand_over(loose)
    relaxed = maximize(live, goal, gap=gap / 4, time_limit_s=time_limit_s)
    outer = outer_program(loose, goal, relaxed.values[goal.ratio])
    upper = min(relaxed.upper, _converge(outer, relaxed.lower + gap / 4, deadline))
    _ask_for_whole(outer, whole, gap)
    best: Outcome | None = None
    rounds: list[Round] = []
    while clock.perf_counter() < deadline:
        values, bound = _whole_optimum(outer, deadline)
        upper = min(upper, bound)
        if values is None:
            break
        found = _around(live, goal, whole, values, gap / 4, deadline)
        if found is not None and (best is None or found.lower > best.lower):
            best = found
        lower = -INF if best is None else best.lower
        rounds.append(Round(len(rounds) + 1, "whole", upper, lower, upper - lower, clock.perf_counter() - started))
        progress(rounds[-1])
        if upper - lower <= gap or not cut(outer, values):
            break
        if found is not None:
            add_planes(outer, np.maximum(found.values[goal.ratio], 1e-9), np.ones(goal.weight.shape, bool))
    if best is None:
        raise TimeoutError(f"no plan of whole modules within {time_limit_s:g} s; raise time_limit in the config")
    status: Literal["optimal", "limit"] = "optimal" if upper - best.lower <= gap else "limit"
    shown = tuple(r for r in rounds if r.lower > -INF)
    return replace(best, upper=max(upper, best.lower), status=status, rounds=shown)


def _converge(outer: Outer, wanted: float, deadline: float) -> float:
    """Add planes to the relaxation until its bound is what is wanted, or no plane helps; the bound."""
    bound = INF
    for _ in range(RELAXED_ROUNDS):
        solved = optimize(outer.highs, time_limit_s=deadline - clock.perf_counter(), how="dual")
        if solved is None:
            break
        bound = solved.objective / SCALE + outer.goal.constant
        if bound <= wanted or not cut(outer, solved.values):
            break
    return bound


def _ask_for_whole(outer: Outer, whole: NDArray[np.int32], gap: float) -> None:
    outer.highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), highspy.HighsVarType.kInteger))
    outer.highs.setOptionValue("mip_rel_gap", 0.0)
    outer.highs.setOptionValue("mip_abs_gap", SCALE * gap / 4)


def _whole_optimum(outer: Outer, deadline: float) -> tuple[Floats | None, float]:
    """Best whole point that HiGHS finds, None where it finds none in time, and the bound that it proves."""
    highs = outer.highs
    highs.clearSolver()
    highs.setOptionValue("solver", "choose")
    highs.setOptionValue("time_limit", highs.getRunTime() + max(deadline - clock.perf_counter(), 0.0))
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        raise InfeasibleError("no plan of whole modules satisfies all limits and rules")
    info = highs.getInfo()
    bound = info.mip_dual_bound / SCALE + outer.goal.constant
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return (np.array(highs.getSolution().col_value) if found else None), bound


def _around(
    live: Any, goal: Goal, whole: NDArray[np.int32], values: Floats, gap: float, deadline: float
) -> Outcome | None:
    """The best plan with these whole numbers; None where the rounded point is none, or the time is up."""
    numbers = np.rint(values[whole])
    live.changeColsBounds(len(whole), whole, numbers, numbers)
    try:
        return maximize(live, goal, gap=gap, time_limit_s=deadline - clock.perf_counter())
    except (InfeasibleError, TimeoutError):
        return None
