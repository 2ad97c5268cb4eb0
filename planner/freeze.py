"""Facts laid upon a linear program: orders of frozen years are fixed, and what facts alone break gives way to them.

A row that no choice can keep any more binds nothing: its limit moves to the best that is still possible, and a row
that speaks of facts only is freed. Budgets show it as money exceeded. What a frozen year left over is carried on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.facts import booked_beside_million, corrections, modules_ordered
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.scenario import Actuals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INF = float("inf")
STOCKS = "stock_is_what_survives"
GRANTS, TOTALS = "spending_is_within_budget", "total_spending_is_within_budget"
UPKEEPS = "tail_upkeep_is_within_last_grant"


@dataclass
class Draft:
    """A program being changed: its bounds, and what its columns can still reach, `least` to `most`."""

    program: LinearProgram
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    least: Floats
    most: Floats

    def entries(self, row: int) -> tuple[Ints, Floats]:
        """Columns and values of a row."""
        part = slice(self.program.starts[row], self.program.starts[row + 1])
        return self.program.columns[part].astype(np.int64), self.program.values[part]

    def fix(self, columns: Ints | int, values: Floats | float) -> None:
        """Leave columns no choice."""
        for bounds in (self.lower, self.upper, self.least, self.most):
            bounds[columns] = values


def with_facts(instance: Instance, program: LinearProgram) -> LinearProgram:
    """The program of an instance with the facts of its scenario; the same program where there are none."""
    actuals = instance.scenario.actuals
    if actuals is None:
        return program
    bounds = (program.lower, program.upper, program.row_lower, program.row_upper, program.lower, program.upper)
    draft = Draft(program, *(values.copy() for values in bounds))
    orders = program.variables["order"].indices[:, :, : len(actuals.years)]
    draft.fix(orders, modules_ordered(instance, actuals))
    _reach_stocks(draft, corrections(instance, actuals))
    beside = {cell: million / 1e3 for cell, million in booked_beside_million(instance).items()}
    _settle_grants(draft, instance, actuals, beside)
    _settle_totals(draft, instance, beside)
    _exceed(draft, UPKEEPS, "exceeded_upkeep")
    _give_way(draft)
    whole = program.integer.copy()
    whole[orders] = False
    return replace(
        program,
        lower=draft.lower,
        upper=draft.upper,
        integer=whole,
        row_lower=draft.row_lower,
        row_upper=draft.row_upper,
    )


def _reach_stocks(draft: Draft, correction: Floats) -> None:
    """Add corrections to the stock balances, and note what stocks can still be."""
    rows, stock = draft.program.rows[STOCKS].indices, draft.program.variables["stock"].indices
    draft.row_lower[rows] += correction
    draft.row_upper[rows] += correction
    draft.least[stock] = draft.most[stock] = 0.0
    least, most = _activity(draft)
    draft.least[stock] = np.maximum(draft.row_lower[rows] - most[rows], 0.0)
    draft.most[stock] = draft.row_upper[rows] - least[rows]


def _activity(draft: Draft) -> tuple[Floats, Floats]:
    """Least and most that each row can still be."""
    program, columns, values = draft.program, draft.program.columns, draft.program.values
    row = np.repeat(np.arange(program.shape[0]), np.diff(program.starts))
    low, high = values * draft.least[columns], values * draft.most[columns]
    turned = values < 0
    least = np.bincount(row, np.where(turned, high, low), program.shape[0])
    most = np.bincount(row, np.where(turned, low, high), program.shape[0])
    return np.asarray(least, float), np.asarray(most, float)


def _settle_grants(draft: Draft, instance: Instance, actuals: Actuals, beside: dict[tuple[int, int], float]) -> None:
    """Year by year: what a frozen year left or exceeded is fact; a later one is exceeded where upkeep of facts does."""
    rows, variables = draft.program.rows[GRANTS].indices, draft.program.variables
    carried, exceeded = variables["carried"].indices, variables["exceeded"].indices
    for g, grant in enumerate(ledger(instance).grants):
        columns, values = draft.entries(int(rows[g]))
        money = np.isin(columns, [carried[g], exceeded[g]])
        low, high = _between(draft, columns[~money], values[~money])
        draft.row_upper[rows[g]] -= beside.get((grant.budget, grant.year), 0.0)
        left, keeps = draft.row_upper[rows[g]] - low, draft.upper[carried[g]] > 0
        if grant.year < len(actuals.years) and low == high:
            draft.fix(int(carried[g]), max(left, 0.0) if keeps else 0.0)
            draft.fix(int(exceeded[g]), max(-left, 0.0))
            draft.row_lower[rows[g]], draft.row_upper[rows[g]] = -INF, INF
        elif draft.upper[exceeded[g]] == 0:
            draft.fix(int(exceeded[g]), max(-left, 0.0))
            draft.most[carried[g]] = max(left, 0.0) if keeps else 0.0


def _between(draft: Draft, columns: Ints, values: Floats) -> tuple[float, float]:
    """Least and most of a sum."""
    ends = np.stack([values * draft.least[columns], values * draft.most[columns]])
    return float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())


def _settle_totals(draft: Draft, instance: Instance, beside: dict[tuple[int, int], float]) -> None:
    """A hard total is exceeded by what facts and the upkeep of what stands cost above it."""
    rows = draft.program.rows[TOTALS].indices
    for k, total in enumerate(ledger(instance).totals):
        draft.row_upper[rows[k]] -= sum(beside.get((total.budget, year), 0.0) for year in total.years)
    _exceed(draft, TOTALS, "exceeded_total")


def _exceed(draft: Draft, rule: str, slack: str) -> None:
    """Exceed hard limits of money by what facts alone cost above them; rows of facts only are freed."""
    pairs = zip(draft.program.rows[rule].indices.tolist(), draft.program.variables[slack].indices.tolist(), strict=True)
    for row, exceeded in pairs:
        if draft.upper[exceeded] > 0:
            continue
        low, high = _between(draft, *draft.entries(row))
        draft.fix(exceeded, max(low - draft.row_upper[row], 0.0))
        if low == high:
            draft.row_upper[row] = INF


def _give_way(draft: Draft) -> None:
    """Move limits that no choice can keep to the best still possible; free rows that are facts only."""
    least, most = _activity(draft)
    balance = np.zeros(len(least), bool)
    balance[draft.program.rows[STOCKS].indices] = True
    settled = (least == most) & ~balance
    above, below = (least > draft.row_upper) & ~balance, (most < draft.row_lower) & ~balance
    broken = settled & (above | below)
    draft.row_upper = np.where(broken, INF, np.where(above, least, draft.row_upper))
    draft.row_lower = np.where(broken, -INF, np.where(below, most, draft.row_lower))
