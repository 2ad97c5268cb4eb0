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
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.innovation import index_of
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.live import Solved, add_columns, add_tangents, change_costs, optimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Form = Literal["log", "power"]

SETTLED_WEIGHTS = 2e-3


@dataclass(frozen=True)
class Goal:
    """What is maximized, in columns of the program, shapes (R, F, T).

    weight (R, T) of ln I (`proportional`) or of I (`total`), exogenous drift included; beta (F,) of the factors;
    constant is the part no decision moves; linear (n,) is the cost of all other columns.
    """

    objective: Literal["total", "proportional"]
    ratio: Ints
    log: Ints
    power: Ints
    beta: Floats
    weight: Floats
    constant: float
    linear: Floats


@dataclass(frozen=True)
class Round:
    """One linear program solved: bounds so far, their gap, tangents added after it, seconds since the start."""

    number: int
    form: Form
    upper: float
    lower: float
    gap: float
    cuts: int
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


@dataclass(frozen=True)
class State:
    """What the loop knows: the point x0 the total objective is developed at, the best point, bounds, the next form."""

    at: Floats
    form: Form = "log"
    best: Solved | None = None
    upper: float = float("inf")
    lower: float = float("-inf")
    rounds: tuple[Round, ...] = field(default=())


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
    return Goal(instance.scenario.objective, ratio, log, power, inn.beta, weight, constant, linear)


def true_value(goal: Goal, values: Floats) -> float:
    """The objective itself at a point, no tangents involved."""
    index = index_of(goal.beta, values[goal.ratio])
    gained = np.log(index) if goal.objective == "proportional" else index
    return goal.constant + float((goal.weight * gained).sum()) + float(goal.linear @ values[: len(goal.linear)])


def maximize(
    highs: Any, goal: Goal, *, gap: float, time_limit_s: float, progress: Callable[[Round], None] = lambda _: None
) -> Outcome:
    """Solve to a certified gap, or until the time limit with the best point so far.

    Raises InfeasibleError where no plan exists, TimeoutError where the limit came before the first point.
    """
    started = clock.perf_counter()
    state = State(np.ones(goal.ratio.shape))
    _set_costs(highs, goal, state)
    while state.upper - state.lower > gap:
        solved = optimize(highs, time_limit_s=time_limit_s - (clock.perf_counter() - started), first=not state.rounds)
        if solved is None:
            break
        state = _advance(highs, goal, state, solved, gap, started)
        progress(state.rounds[-1])
    if state.best is None:
        raise TimeoutError(f"no plan within {time_limit_s:g} s; raise time_limit in the config")
    status: Literal["optimal", "limit"] = "optimal" if state.upper - state.lower <= gap else "limit"
    return Outcome(state.best.values, state.best.row_duals, state.upper, state.lower, status, state.rounds)


def _advance(highs: Any, goal: Goal, state: State, solved: Solved, gap: float, started: float) -> State:
    """Bounds from an optimum, tangents where it cheats, and the next point and form."""
    ratio = np.maximum(solved.values[goal.ratio], 1e-9)
    lower = true_value(goal, solved.values)
    bounds = goal.objective == "proportional" or state.form == "power"
    upper = min(state.upper, solved.objective + goal.constant) if bounds else state.upper
    best = solved if lower > state.lower else state.best
    weight = _weights(goal, state)
    cuts, loss = _cut(highs, goal, state.form, weight, solved.values, ratio, gap)
    moved = float(np.abs(index_of(goal.beta, ratio / state.at) - 1.0).max())
    after = replace(state, best=best, upper=upper, lower=max(lower, state.lower))
    seconds = clock.perf_counter() - started
    last = Round(len(state.rounds) + 1, state.form, upper, after.lower, upper - after.lower, cuts, seconds)
    after = replace(after, rounds=(*state.rounds, last))
    return _next(highs, goal, after, ratio, moved, loss, cuts, gap)


def _next(
    highs: Any, goal: Goal, state: State, ratio: Floats, moved: float, loss: float, cuts: int, gap: float
) -> State:
    """`proportional` keeps its costs; `total` climbs on the minorant until it settles, then asks the majorant."""
    if goal.objective == "proportional":
        return state
    if state.form == "log":
        settled = moved < SETTLED_WEIGHTS and loss < 0.5 * gap
        after = replace(state, at=ratio, form="power" if settled or cuts == 0 else "log")
        if after.form == "power" and not any(r.form == "power" for r in state.rounds):
            _begin_power(highs, goal, after.at)
    elif cuts:
        return state
    else:
        after = replace(state, at=ratio, form="log")
    _set_costs(highs, goal, after)
    return after


def _weights(goal: Goal, state: State) -> Floats:
    """Cost (R, F, T) of the column of the form at hand."""
    if goal.objective == "proportional":
        return goal.weight[:, None, :] * goal.beta[None, :, None]
    index = goal.weight * index_of(goal.beta, state.at)
    per_factor = index[:, None, :] * goal.beta[None, :, None]
    if state.form == "log":
        return per_factor
    total = goal.beta.sum()
    return per_factor / total / state.at**total


def _set_costs(highs: Any, goal: Goal, state: State) -> None:
    weight = _weights(goal, state)
    zero = np.zeros(weight.shape)
    change_costs(highs, goal.log, weight if state.form == "log" else zero)
    if highs.getNumCol() > len(goal.linear):
        change_costs(highs, goal.power, weight if state.form == "power" else zero)


def _begin_power(highs: Any, goal: Goal, at: Floats) -> None:
    add_columns(highs, goal.power.size)
    for factor in (0.6, 1.0, 1.6):
        _add_cuts(highs, goal, "power", at * factor, np.ones(at.shape, bool))


def _function(form: Form, total: float, x: Floats) -> Floats:
    return np.log(x) if form == "log" else x**total


def _cut(
    highs: Any, goal: Goal, form: Form, weight: Floats, values: Floats, ratio: Floats, gap: float
) -> tuple[int, float]:
    """Add tangents where the program claims more than the function gives; their number, and the claim too much."""
    claimed = values[goal.log if form == "log" else goal.power]
    excess = weight * (claimed - _function(form, float(goal.beta.sum()), ratio))
    chosen = excess > 0.2 * gap / excess.size
    _add_cuts(highs, goal, form, ratio, chosen)
    return int(chosen.sum()), float(excess.sum())


def _add_cuts(highs: Any, goal: Goal, form: Form, at: Floats, chosen: NDArray[np.bool_]) -> None:
    point, total = at[chosen], float(goal.beta.sum())
    value = _function(form, total, point)
    slope = 1.0 / point if form == "log" else total * value / point
    columns = goal.log if form == "log" else goal.power
    add_tangents(highs, columns[chosen], goal.ratio[chosen], value - slope * point, slope)
