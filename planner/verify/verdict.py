"""What a check says, and the three ways in which numbers are held against what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Unit = Floats | float

SOLVED = 1e-6
"""Allowed where the solver had a hand: it keeps each row to 1e-7 of the row's own unit (a module, an EFLOPS, a GWh, a
million, a percent of a national level), what it leaves below zero is clipped, and a row adds up a few such remainders.
So a row may be off by 1e-6 of (its own size + one unit of the row)."""

COUNTED = 1e-9
"""Allowed where one column follows from others by arithmetic alone: float sums of some thousand terms."""


@dataclass(frozen=True)
class Check:
    """One promise, over all its rows.

    worst      largest deviation, relative to the size of its row; tolerance is its limit
    place      file and cell of the worst row; found and expected are its two sides
    quantity   what is compared
    relation   "" for equality, else "at most" or "at least"; reason is what `expected` comes from
    """

    name: str
    rows: int
    worst: float
    tolerance: float
    passed: bool
    place: str
    found: float
    expected: float
    quantity: str = ""
    relation: str = ""
    reason: str = ""

    @property
    def message(self) -> str:
        """Place, value and expectation in one line."""
        if self.passed:
            return f"{self.name}: {self.rows} rows, worst {self.worst:.1e}"
        if self.reason == "":
            return f"{self.place}: {self.quantity}"
        comma = "," if self.relation else ""
        wanted = " ".join(part for part in ("expected", self.relation, number(self.expected)) if part)
        return (
            f"{self.place}: {self.quantity} is {number(self.found)}, {wanted}{comma} {self.reason}{self._difference()}"
        )

    def _difference(self) -> str:
        if not self.expected or not np.isfinite(self.expected + self.found):
            return ""
        percent = 100 * abs(self.found / self.expected - 1)
        return f" (difference {percent:.2g} %)" if percent < 100 else f" (difference {percent:.0f} %)"


@dataclass(frozen=True)
class Verdict:
    """All checks made, in order. Where a table is not whole, nothing is computed and the later checks are absent."""

    checks: tuple[Check, ...]

    @property
    def broken(self) -> Check | None:
        """The first check that failed."""
        return next((check for check in self.checks if not check.passed), None)

    @property
    def passed(self) -> bool:
        return self.broken is None


@dataclass(frozen=True)
class Cells:
    """A quantity in a table: the labels along each axis name its cells."""

    table: str
    quantity: str
    axes: tuple[Sequence[object], ...]

    def place(self, at: int) -> str:
        """File and labels of a flat position."""
        shape = tuple(len(axis) for axis in self.axes)
        where = np.unravel_index(at, shape)
        labels = [str(axis[int(i)]) for axis, i in zip(self.axes, where, strict=True)]
        return f"{self.table}: {', '.join(label or 'nation' for label in labels)}"


def number(value: float) -> str:
    """Seven digits, without trailing zeros."""
    return f"{value:.7g}"


def equal(
    name: str,
    cells: Cells,
    found: Floats,
    expected: Floats,
    reason: str,
    *,
    tolerance: float,
    unit: Unit = 0.0,
) -> Check:
    """Both sides agree; `unit` is the unit of the row in which the solver keeps its tolerance."""
    return _judged(name, cells, found, expected, _apart(found, expected), ("", reason), tolerance, unit)


def at_most(
    name: str, cells: Cells, found: Floats, limit: Floats, reason: str, *, tolerance: float, unit: Unit = 0.0
) -> Check:
    """The left side stays within the limit."""
    return _judged(name, cells, found, limit, _above(found, limit), ("at most", reason), tolerance, unit)


def at_least(
    name: str, cells: Cells, found: Floats, limit: Floats, reason: str, *, tolerance: float, unit: Unit = 0.0
) -> Check:
    """The left side reaches the limit."""
    return _judged(name, cells, found, limit, _above(limit, found), ("at least", reason), tolerance, unit)


def _apart(found: Floats, expected: Floats) -> Floats:
    """Distance of two amounts; infinite where one is not a number."""
    same = found == expected
    gap = np.abs(np.where(same, 0.0, found) - np.where(same, 0.0, expected))
    return np.where(np.isnan(gap), np.inf, gap)


def _above(found: Floats, limit: Floats) -> Floats:
    """By how much the left amount exceeds the right one; infinite where one is not a number."""
    kept = found <= limit
    gap = np.where(kept, 0.0, found) - np.where(kept, 0.0, limit)
    return np.where(np.isnan(gap), np.inf, gap)


def stated(name: str, rows: int, problem: tuple[str, str] | None) -> Check:
    """A check without numbers: `problem` is the place of the first fault and what is wrong there."""
    place, fault = problem or ("", "")
    worst = 0.0 if problem is None else 1.0
    return Check(name, rows, worst, 0.0, problem is None, place, worst, 0.0, fault)


def _judged(
    name: str,
    cells: Cells,
    found: Floats,
    expected: Floats,
    off: Floats,
    because: tuple[str, str],
    tolerance: float,
    unit: Unit,
) -> Check:
    if off.size == 0:
        return Check(name, 0, 0.0, tolerance, True, "", 0.0, 0.0, cells.quantity, *because)
    size = np.maximum(_size(found), _size(expected)) + unit
    share = np.divide(off, size, out=np.zeros_like(off), where=off > 0)
    worst = int(np.argmax(share))
    deviation, left, right = float(share.flat[worst]), float(found.flat[worst]), float(expected.flat[worst])
    passed = deviation <= tolerance
    return Check(
        name, off.size, deviation, tolerance, passed, cells.place(worst), left, right, cells.quantity, *because
    )


def _size(amounts: Floats) -> Floats:
    return np.where(np.isfinite(amounts), np.abs(amounts), 0.0)
