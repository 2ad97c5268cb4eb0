"""Concave objectives by lazy tangents, with a certificate.

The logarithm of every ratio x = ratio[r,f,t] is held below its tangents in one live linear program. Its weights make it
the innovation of `proportional`, or for a gain exp(s L) / s with s > 0, as that of `total`, a minorant around a point:

    exp(s L) / s >= exp(s L0) * (1 / s + L - L0)        L = sum_f beta[f] ln x[f]

which touches the gain at x0 with its gradient, so that climbing on it and moving x0 reaches the optimum. The true
function at any point found is a lower bound; the prices of any program solved give an upper bound (conjugate.py).
Objectives that look to those who have less have columns and rows of their own besides (fairness.py).
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.solve.fairness import climb_concave, climb_levels, climb_sen
from planner.solve.goal import SCALE as SCALE
from planner.solve.goal import Goal as Goal
from planner.solve.goal import goal_of as goal_of
from planner.solve.goal import most_at_prices as most_at_prices
from planner.solve.goal import true_value as true_value
from planner.solve.live import INF, Method, UnfinishedError, change_costs, slackness
from planner.solve.search import ROW_TOLERANCE as ROW_TOLERANCE
from planner.solve.search import (
    Level,
    Search,
    ZeroRatioError,
    add_log_tangents,
    cut,
    develop,
    solve_nearby,
    solve_once,
    zeros,
)
from planner.solve.search import Outcome as Outcome
from planner.solve.search import Round as Round

Floats = NDArray[np.float64]

# Ratios move by up to a quarter between the first point and the plan.
AROUND = (0.8, 0.92, 1.08, 1.25)
NEAR = (0.95, 0.983, 1.017, 1.05)

# From so many columns on, crossover takes longer than all else.
LARGE = 150_000


def maximize(
    highs: Any,
    goal: Goal,
    *,
    gap: float,
    time_limit_s: float,
    progress: Callable[[Round], None] = lambda _: None,
    start: Floats | None = None,
    first: Method = "interior",
) -> Outcome:
    """Solve to a certified gap, or with the best point so far until the time limit or what HiGHS can tell apart.

    `start` are ratios (R, F, T) of a plan like the one sought: the objective is developed there at once, and the first
    solve, by the method `first`, leaves out no host. Tangents and basis that the program already has are used.
    The status is `limit` where a level of `leximin` is missing as well.
    Raises InfeasibleError where no plan exists, TimeoutError where the limit came before the first point,
    ZeroRatioError where every point found leaves a factor at zero.
    """
    search = Search(highs, goal, gap, clock.perf_counter() + time_limit_s, progress, np.ones(goal.ratio.shape))
    change_costs(highs, np.arange(len(goal.linear)), SCALE * goal.linear)
    if start is not None:
        search.at = np.maximum(start, 1e-9)
    try:
        levels = _climb(search, first, known=start is not None)
    except UnfinishedError:
        if search.best is not None or search.last is None or not len(zeros(search)):
            raise
        levels = ()
    return _outcome(search, gap, time_limit_s, levels)


def _climb(search: Search, first: Method, *, known: bool) -> tuple[Level, ...]:
    """Search in the way of the objective; the levels of `leximin`."""
    goal = search.goal
    if goal.objective.measure == "sen":
        climb_sen(search, first, known=known)
    elif not goal.is_sum:
        return climb_levels(search, first, known=known)
    elif goal.power < 0:
        climb_concave(search, first, known=known)
    elif not (search.highs.getNumCol() > LARGE and not known and _climb_inside(search)):
        climb = _climb_tangents if goal.power == 0.0 else _climb_minorant
        climb(search, _begin_at(search, first) if known else _begin(search))
    return ()


def _outcome(search: Search, gap: float, time_limit_s: float, levels: tuple[Level, ...]) -> Outcome:
    if search.best is None and search.last is not None and len(zeros(search)):
        r, f, t = zeros(search)[0].tolist()
        raise ZeroRatioError((r, f, t))
    if search.best is None:
        raise TimeoutError(f"no plan within {time_limit_s:g} s; raise time_limit in the config")
    climbed = search.goal.objective.measure != "leximin" or sum(len(x.regions) for x in levels) == len(
        search.goal.level
    )
    status: Literal["optimal", "limit"] = "optimal" if climbed and search.upper - search.lower <= gap else "limit"
    values, duals = search.best.values[: len(search.goal.linear)], search.best.row_duals / SCALE
    return Outcome(values, duals, search.upper, search.lower, status, tuple(search.rounds), levels)


def _begin(search: Search) -> bool:
    """First bounds, from tangents and weights at a plan with near hosts only."""
    develop(search)
    if not solve_nearby(search):
        return False
    cut(search)
    _surround(search, AROUND)
    develop(search)
    return solve_once(search, "interior")


def _climb_inside(search: Search) -> bool:
    """Points in the inside alone; False where HiGHS finds none that is near enough."""
    goal, highs = search.goal, search.highs
    search.bound = lambda solved: most_at_prices(goal, solved) + max(slackness(highs), 0.0) / SCALE
    try:
        _close_in(search)
    except UnfinishedError:
        search.bound, search.best, search.lower = None, None, -INF
        return False
    return True


def _close_in(search: Search) -> None:
    """Two rough points to place tangents, then fine ones until certified.

    What the prices of a point in the inside allow beyond it is part of the bound. A rough point has no prices to tell,
    so it is the answer only where the time was up before a fine one.
    """
    develop(search)
    for around in (AROUND, NEAR):
        if not solve_once(search, "rough", certifies=False):
            return
        cut(search)
        _surround(search, around)
        develop(search)
    rough, search.best, search.lower = (search.best, search.lower), None, -INF
    goes_on, before = solve_once(search, "fine"), INF
    if search.best is None and rough[0] is not None:
        search.best, search.lower = replace(rough[0], row_duals=np.zeros_like(rough[0].row_duals)), rough[1]
    while goes_on and search.upper - search.lower < before:
        before = search.upper - search.lower
        cut(search)
        develop(search)
        goes_on = solve_once(search, "fine")


def _surround(search: Search, around: tuple[float, ...]) -> None:
    """Tangents on both sides of the last point, so that a ratio that far hosts move a little asks for no round."""
    everywhere = np.ones(search.at.shape, bool)
    for factor in around:
        add_log_tangents(search.highs, search.goal, factor * search.ratio, everywhere)


def _begin_at(search: Search, first: Method) -> bool:
    """First bounds, from tangents that the program has and weights at a plan known."""
    develop(search)
    return solve_once(search, first)


def _climb_tangents(search: Search, goes_on: bool) -> None:
    """Cut where the program cheats, solve again, until it cheats no more than HiGHS can tell."""
    while goes_on:
        goes_on = cut(search) and solve_once(search, "dual")


def _climb_minorant(search: Search, goes_on: bool) -> None:
    """Climb on the minorant: rows first, then costs; until certified, or until neither moves anything."""
    while goes_on:
        before = search.lower, search.upper
        tightened = cut(search)
        goes_on = solve_once(search, "dual")
        if goes_on:
            develop(search)
            goes_on = solve_once(search, "primal")
        goes_on = goes_on and (tightened or before != (search.lower, search.upper))
