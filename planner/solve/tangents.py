"""Concave objectives by lazy tangents, with a certificate.

The logarithm of every ratio x = ratio[r,f,t] is held below its tangents in one live linear program. Its weights make it
the innovation of `proportional`, or of `total` a minorant around a point x0:

    I(x) >= I(x0) * (1 + sum_f beta[f] * (ln x[f] - ln x0[f]))

which touches I at x0 with its gradient, so that climbing on it and moving x0 reaches the optimum of `total`. The true
function at any point found is a lower bound; the prices of any program solved give an upper bound (conjugate.py).
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.innovation import index_of
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.conjugate import most_log, most_product
from planner.solve.live import (
    INF,
    Method,
    Solved,
    UnboundedError,
    add_tangents,
    change_costs,
    optimize,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# HiGHS works to absolute tolerances of 1e-7, and a module moves the national index by about that much.
SCALE = 1e3

# A row may be missed by 1e-7; what a function is exceeded by within twice that, no further tangent takes away.
ROW_TOLERANCE = 2e-7

# The first solve only places tangents and weights, so it may leave out far hosts; it is then a quarter of the work.
NEAREST_HOSTS = 3


@dataclass(frozen=True)
class Goal:
    """What is maximized, in columns of the program, shapes (R, F, T).

    weight (R, T) of ln I (`proportional`) or of I (`total`), exogenous drift included; beta (F,) of the factors;
    ratio_row are the rows that define the ratios, in which they stand with ratio_size (R, F, 1); constant is the part
    no decision moves; linear (n,) is the cost of all other columns; far are the flows that the first solve leaves out.
    """

    objective: Literal["total", "proportional"]
    ratio: Ints
    log: Ints
    ratio_row: Ints
    ratio_size: Floats
    beta: Floats
    weight: Floats
    constant: float
    linear: Floats
    far: Ints


@dataclass(frozen=True)
class Round:
    """One linear program solved: bounds so far, their gap, seconds since the start."""

    number: int
    method: Method | Literal["whole"]
    upper: float
    lower: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """The best point found, the duals of the program that found it, certified bounds, and how it went."""

    values: Floats
    row_duals: Floats
    upper: float
    lower: float
    status: Literal["optimal", "limit"]
    rounds: tuple[Round, ...]

    @property
    def gap(self) -> float:
        return self.upper - self.lower


@dataclass
class Search:
    """A search under way: the live program, the point x0 that `total` is developed at, the best point and bounds."""

    highs: Any
    goal: Goal
    gap: float
    deadline: float
    progress: Callable[[Round], None]
    at: Floats
    started: float = field(default_factory=clock.perf_counter)
    last: Solved | None = None
    best: Solved | None = None
    upper: float = float("inf")
    lower: float = float("-inf")
    rounds: list[Round] = field(default_factory=list)

    @property
    def ratio(self) -> Floats:
        """Ratios (R, F, T) of the last point."""
        assert self.last is not None
        return np.maximum(self.last.values[self.goal.ratio], 1e-9)


def goal_of(instance: Instance, program: LinearProgram) -> Goal:
    """The objective of an instance in terms of its program."""
    inn, time = instance.innovation, instance.timeline
    log = program.variables["log_ratio"].indices
    linear = program.cost.copy()
    linear[log] = 0.0
    if instance.scenario.objective == "proportional":
        weight = (instance.population / instance.population.sum())[:, None] * time.weight[None]
        constant = float((weight * np.log(inn.drift)).sum())
    else:
        weight = (inn.base / inn.base.sum())[:, None] * time.weight[None] * inn.drift
        constant = 0.0
    return Goal(
        objective=instance.scenario.objective,
        ratio=program.variables["ratio"].indices,
        log=log,
        ratio_row=program.rows["ratio_follows_levels"].indices,
        ratio_size=inn.base_total[:, :, None],
        beta=inn.beta,
        weight=weight,
        constant=constant,
        linear=linear,
        far=program.variables["flow"].indices[_far_arcs(instance)].ravel(),
    )


def _far_arcs(instance: Instance) -> NDArray[np.bool_]:
    """Arcs (N,) beyond the nearest hosts of their user and class."""
    net = instance.network
    pair = net.demand_class * len(instance.scenario.regions) + net.user
    order = np.lexsort((net.delay_ms, pair))
    rank = np.empty(len(pair), np.int64)
    rank[order] = np.arange(len(pair)) - np.searchsorted(pair[order], pair[order])
    return rank >= NEAREST_HOSTS


def true_value(goal: Goal, values: Floats) -> float:
    """The objective itself at a point, no tangents involved."""
    index = index_of(goal.beta, values[goal.ratio])
    gained = np.log(index) if goal.objective == "proportional" else index
    return goal.constant + float((goal.weight * gained).sum()) + float(goal.linear @ values)


def most_at_prices(goal: Goal, solved: Solved) -> float:
    """Upper bound of the objective over all points, from the prices of a program that leaves nothing out."""
    price = (goal.ratio_size * solved.row_duals[goal.ratio_row] + solved.column_duals[goal.ratio]) / SCALE
    most = most_log if goal.objective == "proportional" else most_product
    worth = float(goal.linear @ solved.values) + float((price * solved.values[goal.ratio]).sum())
    return goal.constant + worth + most(goal.weight, goal.beta, price)


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
    Raises InfeasibleError where no plan exists, TimeoutError where the limit came before the first point.
    """
    search = Search(highs, goal, gap, clock.perf_counter() + time_limit_s, progress, np.ones(goal.ratio.shape))
    change_costs(highs, np.arange(len(goal.linear)), SCALE * goal.linear)
    climb = _climb_proportional if goal.objective == "proportional" else _climb_total
    climb(search, _begin(search) if start is None else _begin_at(search, start, first))
    if search.best is None:
        raise TimeoutError(f"no plan within {time_limit_s:g} s; raise time_limit in the config")
    status: Literal["optimal", "limit"] = "optimal" if search.upper - search.lower <= gap else "limit"
    duals = search.best.row_duals / SCALE
    return Outcome(search.best.values, duals, search.upper, search.lower, status, tuple(search.rounds))


def _begin(search: Search) -> bool:
    """First bounds, from tangents and weights at a plan with near hosts only."""
    if not _solve_nearby(search):
        return False
    _cut(search)
    _develop(search)
    return _solve(search, "interior")


def _begin_at(search: Search, start: Floats, first: Method) -> bool:
    """First bounds, from tangents that the program has and weights at a plan known."""
    search.at = np.maximum(start, 1e-9)
    _develop(search)
    return _solve(search, first)


def _climb_proportional(search: Search, goes_on: bool) -> None:
    """Cut where the program cheats, solve again, until it cheats no more than HiGHS can tell."""
    while goes_on:
        goes_on = _cut(search) and _solve(search, "dual")


def _climb_total(search: Search, goes_on: bool) -> None:
    """Climb on the minorant: rows first, then costs; until certified, or until neither moves anything."""
    while goes_on:
        before = search.lower, search.upper
        cut = _cut(search)
        goes_on = _solve(search, "dual")
        if goes_on:
            _develop(search)
            goes_on = _solve(search, "primal")
        goes_on = goes_on and (cut or before != (search.lower, search.upper))


def _solve_nearby(search: Search) -> bool:
    """First solve, with near hosts only: a feasible point, no bound."""
    _develop(search)
    far = search.goal.far.astype(np.int32)
    zero = np.zeros(len(far))
    search.highs.changeColsBounds(len(far), far, zero, zero)
    goes_on = _solve(search, "interior", certifies=False)
    search.highs.changeColsBounds(len(far), far, zero, np.full(len(far), INF))
    return goes_on


def _solve(search: Search, method: Method, *, certifies: bool = True) -> bool:
    """Solve, note bounds; False where the gap is closed or the time is up."""
    goal = search.goal
    solved = _optimum(search, method)
    if solved is None:
        return False
    search.last, lower = solved, true_value(goal, solved.values)
    if lower > search.lower:
        search.best, search.lower = solved, lower
    if certifies:
        search.upper = min(search.upper, most_at_prices(goal, solved))
    gap, seconds = search.upper - search.lower, clock.perf_counter() - search.started
    search.rounds.append(Round(len(search.rounds) + 1, method, search.upper, search.lower, gap, seconds))
    search.progress(search.rounds[-1])
    return gap > search.gap


def _optimum(search: Search, method: Method) -> Solved | None:
    """The program's optimum; with tangents further out where money is soft and those there are climb for ever."""
    for reach in (1e1, 1e2, 1e3, 1e4):
        try:
            return optimize(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)
        except UnboundedError:
            _add_tangents(search, reach * search.at, np.ones(search.at.shape, bool))
    return optimize(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)


def _develop(search: Search) -> None:
    """Move x0 to the last point and set the costs there."""
    if search.last is not None:
        search.at = search.ratio
    change_costs(search.highs, search.goal.log, SCALE * _weights(search))


def _weights(search: Search) -> Floats:
    """Cost (R, F, T) of the logarithms, developed at x0."""
    goal = search.goal
    weight = goal.weight if goal.objective == "proportional" else goal.weight * index_of(goal.beta, search.at)
    return weight[:, None, :] * goal.beta[None, :, None]


def _cut(search: Search) -> bool:
    """Add tangents where the program claims more than the logarithm gives; False where it nowhere does."""
    assert search.last is not None
    ratio = search.ratio
    excess = search.last.values[search.goal.log] - np.log(ratio)
    worth = _weights(search) * excess
    chosen = (worth > 0.2 * search.gap / worth.size) & (excess > ROW_TOLERANCE)
    _add_tangents(search, ratio, chosen)
    return bool(chosen.any())


def _add_tangents(search: Search, at: Floats, chosen: NDArray[np.bool_]) -> None:
    point, goal = at[chosen], search.goal
    add_tangents(search.highs, goal.log[chosen], goal.ratio[chosen], np.log(point) - 1.0, 1.0 / point)
