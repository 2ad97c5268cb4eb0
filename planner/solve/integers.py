"""Whole modules, after the cuts have converged on the relaxation.

Whole numbers near the relaxation come first (rounding.py): each is tried in the live program, and what it turns out
to be worth steers the next. Modules are small against the nation, so that the best of them often lies within the gap
of the relaxation's bound, which is then all the proof there need be. What is left is closed by a MIP over tangent
planes (planes.py), which bounds every whole plan from above, with planes added around each point that it finds.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.goal import welfare as welfare_of
from planner.solve.highs import hand_over
from planner.solve.live import INF, InfeasibleError, UnboundedError, optimize
from planner.solve.planes import Outer, add_planes, cut, gain_at, outer_program
from planner.solve.rounding import learn, next_numbers, rounding_program, stay_closer
from planner.solve.search import Outcome, ZeroRatioError
from planner.solve.tangents import SCALE, Goal, Round, maximize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RELAXED_ROUNDS = 30

# Rounds of rounding that bring nothing before the MIP takes over.
PATIENCE = 5

# Share of the time that the relaxation may take: a plan with fractions is no plan.
RELAXED_SHARE = 0.6


@dataclass
class Hunt:
    """A search for whole numbers under way: the relaxed program, alive, the best whole point, bounds, rounds."""

    program: LinearProgram
    live: Any
    goal: Goal
    gap: float
    deadline: float
    progress: Callable[[Round], None]
    whole: NDArray[np.int32]
    upper: float
    relaxation: float
    started: float
    best: Outcome | None = None
    empty: ZeroRatioError | None = None
    rounds: list[Round] = field(default_factory=list)

    @property
    def lower(self) -> float:
        return -INF if self.best is None else self.best.lower

    @property
    def left_s(self) -> float:
        return self.deadline - clock.perf_counter()

    @property
    def proven(self) -> bool:
        return self.upper - self.lower <= self.gap


def maximize_whole(
    program: LinearProgram, goal: Goal, *, gap: float, time_limit_s: float, progress: Callable[[Round], None]
) -> Outcome:
    """Solve a program with whole columns to a certified gap, or with the best point and bound so far.

    Whole numbers are sought for the worst-off region where the goal is lexicographic; its other levels are raised
    around them. Raises InfeasibleError where no whole plan exists, TimeoutError where the limit came before the first.
    """
    started, asked = clock.perf_counter(), goal
    if goal.objective.measure == "leximin":
        goal = replace(goal, objective=replace(goal.objective, measure="max_min"))
    whole = np.flatnonzero(program.integer).astype(np.int32)
    loose = replace(program, integer=np.zeros_like(program.integer))
    live = hand_over(loose)
    relaxed = maximize(
        live,
        goal,
        gap=gap / 4,
        time_limit_s=RELAXED_SHARE * time_limit_s,
        progress=lambda r: progress(replace(r, lower=-INF, gap=INF)),
    )
    deadline = started + time_limit_s
    hunt = Hunt(program, live, goal, gap, deadline, progress, whole, relaxed.upper, relaxed.upper, started)
    _round_off(hunt, relaxed)
    if not hunt.proven:
        _branch(hunt, relaxed, loose)
    if hunt.best is None and hunt.empty is not None:
        raise hunt.empty
    if hunt.best is None:
        raise TimeoutError(f"no plan of whole modules within {time_limit_s:g} s; raise time_limit in the config")
    hunt.goal = asked
    return _polished(hunt, hunt.best)


def _round_off(hunt: Hunt, relaxed: Outcome) -> None:
    """Try whole numbers near the relaxation until its bound proves the best of them, or they get no better."""
    prices = relaxed.row_duals[: len(hunt.program.row_lower)]
    near = rounding_program(hunt.program, hunt.goal.linear, relaxed.values, prices, tolerance=hunt.gap / 20)
    start, idle, tried = relaxed.values[hunt.goal.ratio], 0, set[bytes]()
    while idle < PATIENCE and not hunt.proven:
        numbers = next_numbers(near, min(hunt.left_s, max(1.0, hunt.left_s / 10)))
        if numbers is None or numbers.tobytes() in tried:
            return
        tried.add(numbers.tobytes())
        before = hunt.lower
        found = _around(hunt, numbers, start, INF)
        idle = 0 if hunt.lower > before + hunt.gap / 20 else idle + 1
        if found is None:
            stay_closer(near, 4.0)
        else:
            learn(near, found.lower - relaxed.lower, _slope(hunt, found), numbers)
            _note(hunt)


def _slope(hunt: Hunt, found: Outcome) -> Floats:
    """What one more of each whole column would be worth at the prices of a point."""
    program = hunt.program
    number = np.full(len(program.cost), -1)
    number[hunt.whole] = np.arange(len(hunt.whole))
    held = np.flatnonzero(number[program.columns] >= 0)
    rows = np.searchsorted(program.starts, held, side="right") - 1
    paid = np.bincount(number[program.columns[held]], program.values[held] * found.row_duals[rows], len(hunt.whole))
    return hunt.goal.linear[hunt.whole] - paid


def _around(hunt: Hunt, numbers: Floats, start: Floats | None, gap: float) -> Outcome | None:
    """A plan with these whole numbers, noted where it is the best; None where there is none, or the time is up."""
    hunt.live.changeColsBounds(len(hunt.whole), hunt.whole, numbers, numbers)
    try:
        found = maximize(hunt.live, hunt.goal, gap=gap, time_limit_s=hunt.left_s, start=start, first="dual")
    except ZeroRatioError as error:
        hunt.empty = error
        return None
    except (InfeasibleError, TimeoutError, UnboundedError):
        return None
    if found.lower > hunt.lower:
        hunt.best = found
    return found


def _note(hunt: Hunt) -> None:
    seconds = clock.perf_counter() - hunt.started
    hunt.rounds.append(Round(len(hunt.rounds) + 1, "whole", hunt.upper, hunt.lower, hunt.upper - hunt.lower, seconds))
    hunt.progress(hunt.rounds[-1])


def _polished(hunt: Hunt, best: Outcome) -> Outcome:
    """The best plan around the best whole numbers, with its prices, and the bounds of the whole search."""
    numbers = np.rint(best.values[hunt.whole])
    _around(hunt, numbers, best.values[hunt.goal.ratio], min(hunt.gap / 4, best.gap))
    found = best if hunt.best is None else hunt.best
    upper = max(hunt.upper, found.lower)
    status: Literal["optimal", "limit"] = "optimal" if upper - found.lower <= hunt.gap else "limit"
    return replace(found, upper=upper, status=status, rounds=tuple(hunt.rounds), relaxation=max(hunt.relaxation, upper))


def _branch(hunt: Hunt, relaxed: Outcome, loose: LinearProgram) -> None:
    """Solve MIPs over planes, from the best whole point known, until their bound proves the best one found."""
    outer = outer_program(loose, hunt.goal, relaxed.values[hunt.goal.ratio])
    hunt.relaxation = min(hunt.relaxation, _converge(outer, relaxed.lower + hunt.gap / 4, hunt.deadline))
    hunt.upper = min(hunt.upper, hunt.relaxation)
    _ask_for_whole(outer, hunt)
    while not hunt.proven and hunt.left_s > 0:
        values, bound = _whole_optimum(outer, hunt)
        hunt.upper = min(hunt.upper, bound)
        if values is None:
            return
        found = _around(hunt, np.rint(values[hunt.whole]), relaxed.values[hunt.goal.ratio], hunt.gap / 4)
        if hunt.best is not None:
            _note(hunt)
        if hunt.proven or not cut(outer, values):
            return
        if found is not None:
            add_planes(outer, np.maximum(found.values[hunt.goal.ratio], 1e-9), np.ones(hunt.goal.weight.shape, bool))


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


def _ask_for_whole(outer: Outer, hunt: Hunt) -> None:
    whole = hunt.whole
    outer.highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), highspy.HighsVarType.kInteger))
    for name, value in (("solver", "choose"), ("mip_rel_gap", 0.0), ("mip_abs_gap", SCALE * hunt.gap / 4)):
        outer.highs.setOptionValue(name, value)


def _whole_optimum(outer: Outer, hunt: Hunt) -> tuple[Floats | None, float]:
    """Best whole point that HiGHS finds, None where it finds none in time, and the bound that it proves."""
    highs = outer.highs
    highs.clearSolver()
    if hunt.best is not None:
        _start_at(outer, hunt.best.values)
    highs.setOptionValue("time_limit", highs.getRunTime() + max(hunt.left_s, 0.0))
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        raise InfeasibleError("no plan of whole modules satisfies all limits and rules")
    info = highs.getInfo()
    bound = info.mip_dual_bound / SCALE + outer.goal.constant
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return (np.array(highs.getSolution().col_value) if found else None), bound


def _start_at(outer: Outer, values: Floats) -> None:
    """Give HiGHS a whole point to improve upon."""
    gain = gain_at(outer.goal, np.maximum(values[outer.goal.ratio], 1e-9))
    known = highspy.HighsSolution()
    welfare = [] if outer.welfare is None else [welfare_of(outer.goal, gain)]
    known.col_value = [*values.tolist(), *gain.ravel().tolist(), *welfare]
    outer.highs.setSolution(known)
