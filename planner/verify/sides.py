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
    """A limit in a region (empty: the nation) and year, of an asset (empty: any); `unit`: of the row."""

    rule: str
    kind: str
    region: str
    asset: str
    year: int
    value: float
    limit: float
    unit: float
    soft: bool = False

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

    def cells(self, quantity: str) -> Cells:
        """Where the rows stand."""
        return Cells("rules.csv", quantity, ([side.label for side in self.rows],))

    def shown(self, told: Told, column: str) -> Floats:
        """A column of rules.csv in the order of the rows."""
        known = {(r["rule"], r["region"], r["asset"], r["year"]): r[column] for r in told.records("rules")}
        return np.array([known[side.key] for side in self.rows], float)


def together(rows: Iterable[Side]) -> Sides:
    """Rows as columns."""
    found = tuple(rows)
    table = np.array([(side.value, side.limit, side.unit) for side in found], float).reshape(-1, 3)
    return Sides(found, table[:, 0], table[:, 1], table[:, 2])
