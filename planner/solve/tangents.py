"""Concave objectives by lazy tangents, with a certificate.

Two univariate functions of the ratios x = ratio[r,f,t] are held below their tangents in one live linear program:

    log    l <= ln x                  the innovation of `proportional`; of `total` a minorant around a point x0:
                                      I(x) >= I(x0) * (1 + sum_f beta[f] * (ln x[f] - ln x0[f]))
    power  q <= x ^ B, B = sum beta   of `total` a majorant, by weighted power means:
                                      I(x) <= I(x0) * sum_f beta[f] / B * (x[f] / x0[f]) ^ B

Both touch I at x0 with its gradient. Climbing on the minorant and moving x0 reaches the optimum of `total`; the
optimum of the majorant at the point reached is an upper bound for all points. A program with tangents is a relaxation,
so its optimum is an upper bound of its function; the true function at the point found is a lower bound.
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
from planner.solve.live import (
    INF,
    Method,
    Solved,
    UnboundedError,
    add_columns,
    add_tangents,
    change_costs,
    optimize,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Form = Literal["log", "power"]

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
    constant is the part no decision moves; linear (n,) is the cost of all other columns; far are the flows that the
    first solve leaves out.
    """

    objective: Literal["total", "proportional"]
    ratio: Ints
    log: Ints
    power: Ints
    beta: Floats
    weight: Floats
    constant: float
    linear: Floats
    far: Ints


@dataclass(frozen=True)
class Round:
    """One linear program solved: bounds so far, their gap, seconds since the start."""

    number: int
    form: Form
    method: Method
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
    """The objective of an instance in terms of its program; power columns come after all columns of the program."""
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
    power = len(program.cost) + np.arange(log.size).reshape(log.shape)
    ratio = program.variables["ratio"].indices
    far = program.variables["flow"].indices[_far_arcs(instance)].ravel()
    return Goal(instance.scenario.objective, ratio, log, power, inn.beta, weight, constant, linear, far)


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
    return goal.constant + float((goal.weight * gained).sum()) + float(goal.linear @ values[: len(goal.linear)])


def maximize(
    highs: Any, goal: Goal, *, gap: float, time_limit_s: float, progress: Callable[[Round], None] = lambda _: None
) -> Outcome:
    """Solve to a certified gap, or with the best point so far until the time limit or what HiGHS can tell apart.

    Raises InfeasibleError where no plan exists, TimeoutError where the limit came before the first point.
    """
    search = Search(highs, goal, gap, clock.perf_counter() + time_limit_s, progress, np.ones(goal.ratio.shape))
    change_costs(highs, np.arange(len(goal.linear)), SCALE * goal.linear)
    climb = _climb_proportional if goal.objective == "proportional" else _climb_total
    climb(search)
    if search.best is None:
        raise TimeoutError(f"no plan within {time_limit_s:g} s; raise time_limit in the config")
    status: Literal["optimal", "limit"] = "optimal" if search.upper - search.lower <= gap else "limit"
    duals = search.best.row_duals / SCALE
    return Outcome(search.best.values, duals, search.upper, search.lower, status, tuple(search.rounds))


def _climb_proportional(search: Search) -> None:
    """Solve, cut where the program cheats, solve again, until it cheats no more than HiGHS can tell."""
    goes_on = _solve_nearby(search)
    while goes_on:
        first = len(search.rounds) == 1
        cut = _cut(search, "log")
        goes_on = (cut or first) and _solve(search, "log", "interior" if first else "dual")


def _climb_total(search: Search) -> None:
    """Climb on the minorant until it gains little, then ask the majorant for the bound; repeat until certified."""
    goes_on = _solve_nearby(search)
    if goes_on:
        _cut(search, "log")
        _develop(search, "log")
        goes_on = _solve(search, "log", "interior")
    while goes_on:
        before = search.lower, search.upper, search.highs.getNumRow()
        goes_on = _climb_minorant(search) and _descend_majorant(search)
        goes_on = goes_on and before != (search.lower, search.upper, search.highs.getNumRow())


def _solve_nearby(search: Search) -> bool:
    """First solve, with near hosts only: a feasible point, no bound."""
    _develop(search, "log")
    far = search.goal.far.astype(np.int32)
    zero = np.zeros(len(far))
    search.highs.changeColsBounds(len(far), far, zero, zero)
    goes_on = _solve(search, "log", "interior", certifies=False)
    search.highs.changeColsBounds(len(far), far, zero, np.full(len(far), INF))
    return goes_on


def _climb_minorant(search: Search) -> bool:
    """Rows first, then costs: tangents where the log cheats, and a new point x0."""
    gained = search.gap
    while gained > 0.25 * search.gap:
        before = search.lower
        _cut(search, "log")
        if not _solve(search, "log", "dual"):
            return False
        _develop(search, "log")
        if not _solve(search, "log", "primal"):
            return False
        gained = search.lower - before
    return True


def _descend_majorant(search: Search) -> bool:
    """Upper bounds from the majorant at the last point; True where they stall and the climb has to go on."""
    _develop(search, "power")
    method: Method = "primal"
    while _solve(search, "power", method):
        if not _cut(search, "power"):
            _develop(search, "log")
            return _solve(search, "log", "primal")
        method = "dual"
    return False


def _solve(search: Search, form: Form, method: Method, *, certifies: bool = True) -> bool:
    """Solve, note bounds; False where the gap is closed or the time is up."""
    goal = search.goal
    solved = _optimum(search, form, method)
    if solved is None:
        return False
    search.last, lower = solved, true_value(goal, solved.values)
    if lower > search.lower:
        search.best, search.lower = solved, lower
    if certifies and (goal.objective == "proportional" or form == "power"):
        search.upper = min(search.upper, solved.objective / SCALE + goal.constant)
    gap, seconds = search.upper - search.lower, clock.perf_counter() - search.started
    search.rounds.append(Round(len(search.rounds) + 1, form, method, search.upper, search.lower, gap, seconds))
    search.progress(search.rounds[-1])
    return gap > search.gap


def _optimum(search: Search, form: Form, method: Method) -> Solved | None:
    """The program's optimum; with tangents further out where money is soft and those there are climb for ever."""
    for reach in (1e1, 1e2, 1e3, 1e4):
        try:
            return optimize(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)
        except UnboundedError:
            _add_tangents(search, form, reach * search.at, np.ones(search.at.shape, bool))
    return optimize(search.highs, time_limit_s=search.deadline - clock.perf_counter(), how=method)


def _develop(search: Search, form: Form) -> None:
    """Move x0 to the last point and set the costs of the form there."""
    goal, highs = search.goal, search.highs
    if search.last is not None:
        search.at = search.ratio
    if form == "power" and highs.getNumCol() == len(goal.linear):
        add_columns(highs, goal.power.size)
        for factor in (0.7, 1.0, 1.4):
            _add_tangents(search, form, search.at * factor, np.ones(search.at.shape, bool))
    weight = SCALE * _weights(search, form)
    change_costs(highs, goal.log, weight if form == "log" else np.zeros(weight.shape))
    if highs.getNumCol() > len(goal.linear):
        change_costs(highs, goal.power, weight if form == "power" else np.zeros(weight.shape))


def _weights(search: Search, form: Form) -> Floats:
    """Cost (R, F, T) of the columns of a form, developed at x0."""
    goal = search.goal
    if goal.objective == "proportional":
        return goal.weight[:, None, :] * goal.beta[None, :, None]
    index = goal.weight * index_of(goal.beta, search.at)
    per_factor = index[:, None, :] * goal.beta[None, :, None]
    total = goal.beta.sum()
    return per_factor if form == "log" else per_factor / total / search.at**total


def _function(form: Form, total: float, x: Floats) -> Floats:
    return np.log(x) if form == "log" else x**total


def _cut(search: Search, form: Form) -> bool:
    """Add tangents where the program claims more than the function gives; False where it nowhere does."""
    assert search.last is not None
    goal, ratio = search.goal, search.ratio
    claimed = search.last.values[goal.log if form == "log" else goal.power]
    excess = claimed - _function(form, float(goal.beta.sum()), ratio)
    worth = _weights(search, form) * excess
    chosen = (worth > 0.2 * search.gap / worth.size) & (excess > ROW_TOLERANCE)
    _add_tangents(search, form, ratio, chosen)
    return bool(chosen.any())


def _add_tangents(search: Search, form: Form, at: Floats, chosen: NDArray[np.bool_]) -> None:
    goal, point, total = search.goal, at[chosen], float(search.goal.beta.sum())
    value = _function(form, total, point)
    slope = 1.0 / point if form == "log" else total * value / point
    columns = goal.log if form == "log" else goal.power
    add_tangents(search.highs, columns[chosen], goal.ratio[chosen], value - slope * point, slope)
