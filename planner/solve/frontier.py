"""Total innovation against the worst-off, in one live program with one pool of tangents.

    max  total(x) + small * surplus   s.t.  worst(x) - surplus = least,  surplus >= 0

This is AUGMECON2 (Mavrotas and Florios 2013). `total` is climbed on its minorant as in search.py; `worst` is linear in
the logarithms, so that every tangent serves every point. Both pay for unmet demand and soft limits alike. Each program
solved gives, by duality, a line that no plan lies above,

    a * total(x) + b * worst(x) <= most

and all lines bound all points: the upper side of the frontier is their lower envelope.
"""

from __future__ import annotations

import time as clock
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.innovation import own_logs
from planner.linear import LinearProgram
from planner.solve.conjugate import most
from planner.solve.goal import SCALE, Goal, log_index, slopes, true_value
from planner.solve.live import INF, Method, Solved, change_costs, optimize
from planner.solve.search import add_log_tangents
from planner.solve.worst import Worst, worst_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A row may be missed by 1e-7; what a logarithm is exceeded by within twice that, no further tangent takes away.
ROW_TOLERANCE = 2e-7

ROUNDS = 60


@dataclass(frozen=True)
class Line:
    """No plan lies above it: total_weight * total + worst_weight * worst <= most."""

    total_weight: float
    worst_weight: float
    most: float

    def total_at(self, worst: float) -> float:
        """Most total innovation where the worst-off have this much."""
        return INF if self.total_weight == 0 else (self.most - self.worst_weight * worst) / self.total_weight

    def worst_at(self, total: float) -> float:
        """Most for the worst-off where total innovation is this much."""
        return INF if self.worst_weight == 0 else (self.most - self.total_weight * total) / self.worst_weight


@dataclass(frozen=True)
class Spot:
    """One plan on the frontier: its columns and duals, its two values, what a log point of the worst-off costs."""

    values: Floats
    row_duals: Floats
    total: float
    worst: float
    trade: float
    gap: float
    rounds: int
    seconds: float


@dataclass
class Frontier:
    """A live program over both objectives; column and row numbers of what was added; the lines found so far."""

    highs: Any
    goal: Goal
    worst: Worst
    eta: Ints
    short: Ints
    surplus: int
    shortfall_row: Ints
    level_row: int
    at: Floats
    lines: list[Line] = field(default_factory=list)


def open_frontier(highs: Any, program: LinearProgram, goal: Goal, worst: Worst, at: Floats) -> Frontier:
    """Add the worst-off to a live program of total innovation; `at` are the ratios (R, F, T) to start from."""
    regions, times = worst.start.shape
    first_column, first_row = highs.getNumCol(), highs.getNumRow()
    none, no_value = np.zeros(0, np.int32), np.zeros(0)
    count = times + regions * times + 1
    lower = np.concatenate([np.full(times, -INF), np.zeros(count - times)])
    highs.addCols(count, np.zeros(count), lower, np.full(count, INF), 0, none, none, no_value)
    eta = first_column + np.arange(times)
    short = first_column + times + np.arange(regions * times).reshape(regions, times)
    surplus = first_column + count - 1
    _add_shortfalls(highs, goal, worst, eta, short)
    row = first_row + regions * times
    _add_level(highs, goal, worst, eta, short, surplus)
    rows = np.arange(first_row, row).reshape(regions, times)
    return Frontier(highs, goal, worst, eta, short, surplus, rows, row, at)


def _add_shortfalls(highs: Any, goal: Goal, worst: Worst, eta: Ints, short: Ints) -> None:
    """Rows  short[r,t] - eta[t] + sum_f beta[f] log[r,f,t] >= -start[r,t]."""
    regions, times = worst.start.shape
    columns = np.concatenate([short[:, None], np.broadcast_to(eta, (regions, 1, times)), goal.log], axis=1)
    signs = np.concatenate([[1.0, -1.0], goal.beta])
    flat = columns.transpose(0, 2, 1).reshape(regions * times, len(signs))
    starts = np.arange(0, flat.size, flat.shape[1], dtype=np.int32)
    values = np.tile(signs, len(flat))
    full = np.full(len(flat), INF)
    highs.addRows(len(flat), -worst.start.ravel(), full, flat.size, starts, flat.ravel().astype(np.int32), values)


def _add_level(highs: Any, goal: Goal, worst: Worst, eta: Ints, short: Ints, surplus: int) -> None:
    """The row  worst(x) - surplus, free until a least value is asked for."""
    paid = np.flatnonzero(goal.linear)
    counted = worst.most_share[:, None] * worst.weight[None]
    columns = np.concatenate([eta, short.ravel(), paid, [surplus]]).astype(np.int32)
    values = np.concatenate([worst.weight, -counted.ravel(), goal.linear[paid], [-1.0]])
    highs.addRow(-INF, INF, len(columns), columns, values)


def most_for_worst(frontier: Frontier, *, gap: float, time_limit_s: float) -> Spot | None:
    """The plan that is best for the worst-off; None where the time was up first. The basis stays what it was."""
    f = frontier
    basis = f.highs.getBasis()
    f.highs.changeRowBounds(f.level_row, -INF, INF)
    _set_costs(f, total=0.0, worst=1.0, surplus=-1.0)
    found = _climb(f, 0.0, 1.0, gap, -INF, clock.perf_counter() + time_limit_s, "interior")
    added = f.highs.getNumRow() - len(basis.row_status)
    basis.row_status = list(basis.row_status) + [highspy.HighsBasisStatus.kBasic] * added
    f.highs.setBasis(basis)
    return found


def most_total(frontier: Frontier, least: float, *, gap: float, spread: float, time_limit_s: float) -> Spot | None:
    """The plan of most total innovation that leaves the worst-off at least this much; None where the time was up.

    Among plans of equal total the one that is best for the worst-off: their surplus earns a tenth of the gap over the
    whole `spread` of the frontier.
    """
    f = frontier
    _set_costs(f, total=1.0, worst=0.0, surplus=0.1 * gap / max(spread, 1e-9))
    f.highs.changeRowBounds(f.level_row, least, least)
    return _climb(f, 1.0, 0.0, gap, least - 1e-3 * spread, clock.perf_counter() + time_limit_s, "dual")


def total_bound(lines: list[Line], worst: float) -> float:
    """Most total innovation of any plan whose worst-off have at least this much."""
    return min((line.total_at(worst) for line in lines), default=INF)


def worst_bound(lines: list[Line]) -> float:
    """Most that any plan gives the worst-off, whatever it costs."""
    return min((line.worst_at(0.0) for line in lines), default=INF)


def _climb(
    f: Frontier, total: float, worst: float, gap: float, least: float, deadline: float, method: Method
) -> Spot | None:
    """Cut and develop in turn until a plan is certified, or neither moves anything; the best plan seen."""
    started = clock.perf_counter()
    best: Spot | None = None
    for number in range(1, ROUNDS + 1):
        solved = optimize(f.highs, time_limit_s=deadline - clock.perf_counter(), how=method)
        if solved is None:
            break
        f.lines.append(_line(f, solved, total, worst))
        spot = _spot(f, solved, total, number, clock.perf_counter() - started)
        if spot.worst >= least and (best is None or spot.gap <= best.gap):
            best = spot
        if best is not None and best.gap <= gap:
            break
        following = _next(f, solved, total, gap, method)
        if following is None:
            best = spot if best is None else best
            break
        method = following
    return best


def _next(f: Frontier, solved: Solved, total: float, gap: float, method: Method) -> Method | None:
    """Costs after rows, rows after costs, as a live program takes one of them at a time; None where neither moves."""
    if method == "dual" and total and _develop(f, solved, total):
        return "primal"
    if _cut(f, solved, total, gap):
        return "dual"
    return "primal" if method == "primal" and total and _develop(f, solved, total) else None


def _spot(f: Frontier, solved: Solved, total: float, rounds: int, seconds: float) -> Spot:
    paid = float(f.goal.linear @ solved.values[: len(f.goal.linear)])
    values = solved.values[: len(f.goal.linear)]
    reached = true_value(f.goal, values)
    worst = worst_mean(f.worst, log_index(f.goal, values[f.goal.ratio])) + paid
    gap = total_bound(f.lines, worst) - reached if total else worst_bound(f.lines) - worst
    trade = f.lines[-1].worst_weight / f.lines[-1].total_weight if total else INF
    return Spot(values, solved.row_duals / SCALE, reached, worst, trade, gap, rounds, seconds)


def _line(f: Frontier, solved: Solved, total: float, worst: float) -> Line:
    """What the prices of a program prove about all plans."""
    goal = f.goal
    trade = worst - solved.row_duals[f.level_row] / SCALE
    counts = _counts(f, solved, trade)
    price = (goal.ratio_size * solved.row_duals[goal.ratio_row] + solved.column_duals[goal.ratio]) / SCALE
    linear = float(goal.linear @ solved.values[: len(goal.linear)])
    worth = (total + trade) * linear + float((price * solved.values[goal.ratio]).sum())
    terms = ((total * goal.weight, goal.power), (counts, 0.0))
    gains = most([term for term in terms if term[0].any()], goal.beta, price, goal.blend)
    return Line(total, trade, total * goal.constant + worth + float((counts * f.worst.start).sum()) + gains)


def _counts(f: Frontier, solved: Solved, trade: float) -> Floats:
    """Price (R, T) of the log innovation of each region in the mean of the worst-off; they sum to `trade`."""
    most_of = trade * f.worst.most_share[:, None] * f.worst.weight[None]
    found = np.clip(-solved.row_duals[f.shortfall_row] / SCALE, 0.0, most_of)
    whole = found.sum(axis=0)
    return np.asarray(found * np.divide(trade * f.worst.weight, whole, out=np.zeros_like(whole), where=whole > 0))


def _set_costs(f: Frontier, *, total: float, worst: float, surplus: float) -> None:
    goal = f.goal
    change_costs(f.highs, np.arange(len(goal.linear)), SCALE * (total + worst) * goal.linear)
    change_costs(f.highs, f.eta, SCALE * worst * f.worst.weight)
    change_costs(f.highs, f.short, -SCALE * worst * f.worst.most_share[:, None] * f.worst.weight[None])
    change_costs(f.highs, np.array([f.surplus]), np.array([SCALE * surplus]))
    change_costs(f.highs, goal.log, SCALE * _weights(f, total))


def _weights(f: Frontier, total: float) -> Floats:
    """Cost (R, F, T) of the logarithms for total innovation, developed at the last point."""
    gained = total * f.goal.weight * slopes(f.goal, f.at)
    return gained[:, None, :] * f.goal.beta[None, :, None]


def _develop(f: Frontier, solved: Solved, total: float) -> bool:
    """Move the point where total innovation is developed; False where it is there already."""
    there = np.maximum(solved.values[f.goal.ratio], 1e-9)
    moved = bool(np.abs(there / f.at - 1.0).max() > 1e-9)
    f.at = there
    change_costs(f.highs, f.goal.log, SCALE * _weights(f, total))
    return moved


def _cut(f: Frontier, solved: Solved, total: float, gap: float) -> bool:
    """Add tangents where the program claims more than the logarithm gives; False where it nowhere does."""
    goal = f.goal
    ratio = np.maximum(solved.values[goal.ratio], 1e-9)
    excess = solved.values[goal.log] - own_logs(ratio, goal.blend)
    counts = np.maximum(-solved.row_duals[f.shortfall_row] / SCALE, 0.0)
    worth = (_weights(f, total) + counts[:, None, :] * goal.beta[None, :, None]) * excess
    chosen = (worth > 0.2 * gap / worth.size) & (excess > ROW_TOLERANCE)
    add_log_tangents(f.highs, goal, ratio, chosen)
    return bool(chosen.any())
