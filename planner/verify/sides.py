"""Rows of rules.csv as they should be: the two sides of a limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from planner.verify.told import Floats, Told
from planner.verify.verdict import Cells

Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Side:
    """A limit in a region (empty: the nation) and year (0: all years), of an asset (empty: any).

    counted_in  unit of value and limit, in words; row_unit: what one of the solver's row is in it
    price       None: hard; else loss of the objective where the row is missed by `size`
    floor       whether the value must reach the limit, not stay within it
    """

    rule: str
    kind: str
    region: str
    asset: str
    year: int
    value: float
    limit: float
    counted_in: str
    row_unit: float
    price: float | None = None
    size: float = 1.0
    floor: bool = False

    @property
    def soft(self) -> bool:
        return self.price is not None

    @property
    def key(self) -> Key:
        return self.rule, self.region, self.asset, self.year

    @property
    def label(self) -> str:
        parts = (self.rule, self.region or "nation", self.asset, self.year)
        return ", ".join(str(part) for part in parts if part)


@dataclass(frozen=True)
class Sides:
    """Rows with their columns as arrays (n,)."""

    rows: tuple[Side, ...]
    value: Floats
    limit: Floats
    unit: Floats

    @property
    def missing(self) -> Floats:
        """By how much the limits are missed, zero where they are kept."""
        sign = np.where([side.floor for side in self.rows], 1.0, -1.0)
        return np.maximum(sign * (self.limit - self.value), 0.0)

    def cells(self, quantity: str) -> Cells:
        """Where the rows stand."""
        return Cells("rules.csv", quantity, ([side.label for side in self.rows],))

    def shown(self, told: Told, column: str) -> Floats:
        """A column of numbers of rules.csv in the order of the rows."""
        return np.array(self.told(told, column), float)

    def told(self, told: Told, column: str) -> list[object]:
        """A column of rules.csv in the order of the rows."""
        known = {(r["rule"], r["region"], r["asset"], r["year"]): r[column] for r in told.records("rules")}
        return [known[side.key] for side in self.rows]


def together(rows: Iterable[Side]) -> Sides:
    """Rows as columns."""
    found = tuple(rows)
    table = np.array([(side.value, side.limit, side.row_unit) for side in found], float).reshape(-1, 3)
    return Sides(found, table[:, 0], table[:, 1], table[:, 2])
