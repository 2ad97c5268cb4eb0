"""The least that has to change so that a plan exists, limit by limit, in the words of the config."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.explain.limits import PROJECT, SHARE, Cell, Limit, Limits
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.solve.elastic import SLIGHT, Relaxed

Floats = NDArray[np.float64]


LESS = " (perhaps less)"
NO_RATE = "no rate would do, as nothing stood there the year before"


@dataclass(frozen=True)
class Repair:
    """How far one limit has to give way: in its worst row, of how many, from what is asked to what would do.

    relative  the worst change, relative to what is asked;  rows  how many give way, of all that the limit has
    """

    limit: Limit
    where: str
    year: int
    asked: float
    would_do: float
    unit: str
    relative: float
    rows: int
    of: int

    @property
    def words(self) -> str:
        many = f"; the worst of {self.rows} rows that give way" if self.rows > 1 else ""
        return f"{self.limit.words}: {self.change} {when_and_where(self.year, self.where)}{many}"

    @property
    def change(self) -> str:
        """From what is asked to what would do."""
        if self.unit == PROJECT:
            return "what it asks of projects has to give way"
        if self.unit == SHARE:
            return (
                f"{percent(self.asked)} -> {percent(self.would_do)}{LESS}" if math.isfinite(self.would_do) else NO_RATE
            )
        if self.asked == 0:
            return f"{abs(self.would_do):,.5g} {self.unit} more would do"
        return f"{number(self.asked)} -> {number(self.would_do)} {self.unit} ({self.relative:+.1%})"


def repairs_of(instance: Instance, program: LinearProgram, limits: Limits, relaxed: Relaxed) -> tuple[Repair, ...]:
    """The limits that gave way at a point, the largest relative change first."""
    values = {name: relaxed.values[block.indices] for name, block in program.variables.items()}
    raises = np.isfinite(program.row_upper[limits.rows])
    sizes = limits.sizes
    found = []
    for g, limit in enumerate(limits.limits):
        own = limits.group == g
        moved = np.flatnonzero(own & (relaxed.slack > SLIGHT))
        if len(moved):
            worst = moved[(relaxed.slack[moved] * sizes[moved]).argmax()]
            amount = float(relaxed.slack[worst] * sizes[worst]) * (1.0 if raises[worst] else -1.0)
            cell = limits.cells[worst]
            would_do = _would_do(limits, moved, values, cell, amount)
            found.append(_repair(instance, limit, cell, would_do, len(moved), int(own.sum())))
    return tuple(sorted(found, key=lambda repair: -abs(repair.relative)))


def _would_do(limits: Limits, moved: NDArray[np.int64], values: dict[str, Floats], cell: Cell, amount: float) -> float:
    """What could be asked: the limit moved by the slack, or the worst of what the rows keep where it is a share."""
    if cell.kept is None:
        return outward(cell.asked + amount * cell.size, up=amount > 0)
    worst: Callable[..., float] = max if amount > 0 else min
    kept = worst(kept(values) for at in moved if (kept := limits.cells[at].kept) is not None)
    return outward(kept, up=amount > 0)


def _repair(instance: Instance, limit: Limit, cell: Cell, would_do: float, rows: int, of: int) -> Repair:
    where = "" if cell.region is None else instance.scenario.regions[cell.region].name
    relative = (would_do - cell.asked) / abs(cell.asked) if cell.asked else float("inf")
    return Repair(limit, where, cell.year, cell.asked, would_do, cell.unit, relative, rows, of)


def when_and_where(year: int, region: str) -> str:
    """A year (0: all) and the name of a region (empty: the nation) in words."""
    when = f"in {year}" if year else "over all years"
    return f"{when} in {region}" if region else f"{when} nationwide"


def outward(value: float, *, up: bool) -> float:
    """A number of five digits that is at least, or at most, the value: what is printed must do.

    >>> outward(40.75249, up=False), outward(40.75249, up=True)
    (40.752, 40.753)
    """
    if value == 0 or not math.isfinite(value):
        return value
    digits = 4 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if math.isclose(rounded, value, rel_tol=1e-9):
        return rounded
    step = 10.0**-digits
    return round((math.ceil(value / step) if up else math.floor(value / step)) * step, digits)


def percent(value: float) -> str:
    return f"{100 * value:.5g} %"


def number(value: float) -> str:
    """Five digits or all before the point, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.5g}"
