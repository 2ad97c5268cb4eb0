"""Whole numbers near the optimum of the relaxation, at once: a small program of the whole columns alone.

Its columns z are the whole ones and what balances determine from them (a stock from its orders). A row of these alone
is kept as it is. A row that others share keeps its activity where the relaxation has it, and leaving that has a small
price, as the others can move too. What is maximized is

    theta  <=  value[k] + slope[k] * (z - z[k])        one row for the relaxation, one for every point k tried since

value[k] is what the best plan around the whole numbers z[k] is worth, slope[k] what one more of each would be worth
there, by its prices (cuts of Benders). The optimum is the next point to try.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.solve.live import INF

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# How far a whole number may lie from its fraction, in modules; a chain of growth limits passes several on.
REACH = 8.0

# Price of leaving a shared row's activity, relative to the row's own price, and at least, in modules of the relaxation.
ROW_PRICE, LEAST_PRICE = 0.2, 0.1


@dataclass(frozen=True)
class Rounding:
    """A live program over whole columns; own are its columns of the full program, whole the places of whole ones.

    unit is what a module is worth, by which values are divided; elastic are the columns that leave shared rows, and
    price what they cost.
    """

    highs: Any
    own: Ints
    whole: Ints
    unit: float
    elastic: Ints
    price: Floats

    @property
    def theta(self) -> int:
        return len(self.own) + len(self.elastic)


def determined(program: LinearProgram) -> Flags:
    """Whole columns, fixed ones, and those that an equality gives once all its others are known."""
    rows = _row_of_entries(program)
    known: Flags = program.integer | (program.lower == program.upper)
    equal = program.row_lower == program.row_upper
    while True:
        unknown = ~known[program.columns]
        alone = equal & (np.bincount(rows, unknown, len(equal)) == 1)
        found = unknown & alone[rows]
        if not found.any():
            return known
        known[program.columns[found]] = True


def rounding_program(
    program: LinearProgram, linear: Floats, values: Floats, prices: Floats, *, tolerance: float
) -> Rounding:
    """The program around an optimum of the relaxation, given by its point and its row prices.

    `linear` is the cost outside the gain; tolerance is how far from its optimum the program may be solved, in units of
    the objective.
    """
    rows, own = _row_of_entries(program), determined(program)
    inside = own[program.columns]
    free = (program.lower < program.upper)[program.columns]
    count = len(program.row_lower)
    touched = np.bincount(rows, inside & free, count) > 0
    shared = touched & (np.bincount(rows, ~inside, count) > 0)
    at = np.flatnonzero(own)
    held = inside & touched[rows]
    place = np.cumsum(own) - 1
    of_shared = held & shared[rows]
    paid = program.values[of_shared] * prices[rows[of_shared]]
    slope = linear[at] - np.bincount(place[program.columns[of_shared]], paid, len(at))
    whole = np.flatnonzero(program.integer[at])
    unit = float(np.median(np.abs(slope[whole]))) or 1.0
    largest = np.zeros(count)
    np.maximum.at(largest, rows[held], np.abs(program.values[held]))
    low, high = _row_bounds(program, rows, values, inside, shared & (np.abs(prices) * largest > 1e-3 * unit))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[held], minlength=count)[touched])]).astype(np.int32)
    numbers = program.integer[at]
    small = LinearProgram(
        True,
        np.zeros(len(at)),
        0.0,
        np.where(numbers, np.maximum(program.lower[at], np.floor(values[at]) - REACH), program.lower[at]),
        np.where(numbers, np.minimum(program.upper[at], np.ceil(values[at]) + REACH), program.upper[at]),
        numbers,
        low[touched],
        high[touched],
        starts,
        place[program.columns[held]].astype(np.int32),
        program.values[held],
        {},
        {},
    )
    price = np.maximum(ROW_PRICE * np.abs(prices[shared]), LEAST_PRICE * unit / largest[shared]) / unit
    return _with_elastic_rows(small, at, whole, unit, slope, values, np.flatnonzero(shared[touched]), price, tolerance)


def _row_of_entries(program: LinearProgram) -> Ints:
    return np.repeat(np.arange(len(program.row_lower)), np.diff(program.starts))


def _row_bounds(
    program: LinearProgram, rows: Ints, values: Floats, inside: Flags, binding: Flags
) -> tuple[Floats, Floats]:
    """Bounds left to the whole columns by the others where they stand; their own activity where a row binds."""
    entries, count = program.values * values[program.columns], len(program.row_lower)
    others = np.bincount(rows, np.where(inside, 0.0, entries), count)
    mine = np.bincount(rows, np.where(inside, entries, 0.0), count)
    shared = np.bincount(rows, ~inside, count) > 0
    low, high = program.row_lower - others, program.row_upper - others
    low = np.where(binding, mine, np.where(shared, np.minimum(low, mine), low))
    return low, np.where(binding, mine, np.where(shared, np.maximum(high, mine), high))


def _with_elastic_rows(
    small: LinearProgram,
    own: Ints,
    whole: Ints,
    unit: float,
    slope: Floats,
    values: Floats,
    shared: Ints,
    price: Floats,
    tolerance: float,
) -> Rounding:
    highs, count = hand_over(small), len(shared)
    starts, zeros = np.arange(count, dtype=np.int32), np.zeros(count)
    for sign in (-1.0, 1.0):
        signs = np.full(count, sign)
        highs.addCols(count, -price, zeros, np.full(count, INF), count, starts, shared.astype(np.int32), signs)
    highs.addCol(1.0, -INF, INF, 0, np.zeros(0, np.int32), np.zeros(0))
    for name, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", tolerance / unit), ("threads", 1)):
        highs.setOptionValue(name, value)
    elastic = len(own) + np.arange(2 * count)
    rounding = Rounding(highs, own, whole, unit, elastic, np.concatenate([price, price]))
    _add_cut(rounding, 0.0, slope, values[own], np.arange(len(own)))
    return rounding


def _add_cut(rounding: Rounding, value: float, slope: Floats, point: Floats, places: Ints) -> None:
    used = np.flatnonzero(slope)
    columns = np.append(places[used], rounding.theta).astype(np.int32)
    entries = np.append(-slope[used], rounding.unit) / rounding.unit
    limit = (value - float(slope @ point)) / rounding.unit
    rounding.highs.addRow(-INF, limit, len(columns), columns, entries)


def next_numbers(rounding: Rounding, time_limit_s: float) -> Floats | None:
    """The whole numbers to try next, in the order of the whole columns; None where none were found in time."""
    highs = rounding.highs
    highs.setOptionValue("time_limit", highs.getRunTime() + max(time_limit_s, 0.0))
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    numbers: Floats = np.rint(np.array(highs.getSolution().col_value)[rounding.whole])
    return numbers


def learn(rounding: Rounding, value: float, slope: Floats, numbers: Floats) -> None:
    """Note what whole numbers turned out to be worth, against the relaxation, and what one more of each would be."""
    _add_cut(rounding, value, slope, numbers, rounding.whole)


def stay_closer(rounding: Rounding, times: float) -> None:
    """Raise the price of leaving the rows that others share, as the numbers found left the others no way."""
    columns = rounding.elastic.astype(np.int32)
    rounding.price[:] *= times
    rounding.highs.changeColsCost(len(columns), columns, -rounding.price)
