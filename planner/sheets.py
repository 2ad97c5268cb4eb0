"""Rows of policy rules as values: one by one, or all rows of a rule in a year as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.projects import Portfolio
from planner.scenario import Rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Counted:
    """One side of a row: what is counted, in which regions (R,), of which assets (A,), and what a module counts (R, A).

    Projects count by their units, or by their capex in millions; a stock holds theirs already.
    """

    quantity: str
    regions: Floats
    assets: Floats
    per_module: Floats

    @property
    def on_stock(self) -> bool:
        return self.quantity == "stock"

    @property
    def weights(self) -> Floats:
        """(R, A)."""
        return self.regions[:, None] * self.per_module

    def builds(self, plans: Portfolio, year: int) -> Floats:
        """What each build of a project counts, (N,)."""
        amount = plans.capex_million if self.quantity == "capex" else plans.units
        inside = self.regions[plans.region] * self.assets[plans.asset] * (plans.year == year)
        return np.asarray(inside * amount * (not self.on_stock))

    def amount(self, plans: Portfolio, values: Mapping[str, Floats], year: int) -> float:
        """What a point gives, by arrays of its variables."""
        modules = values["stock" if self.on_stock else "order"][:, :, year]
        started = values["start"][plans.start] if len(plans.start) else np.zeros(0)
        return float((self.weights * modules).sum() + self.builds(plans, year) @ started)


@dataclass(frozen=True)
class Side:
    """What is counted on one side of all rows of a rule in a year: of which assets (A,), what a module counts.

    per_module is (R, A), or (1, A) where it is the same in all regions.
    """

    quantity: str
    assets: Floats
    per_module: Floats

    def of(self, regions: Floats) -> Counted:
        """The side of the row that speaks of these regions (R,)."""
        return Counted(self.quantity, regions, self.assets, self.per_module)

    def in_regions(self, regions: Ints) -> Floats:
        """What a module counts in a few regions, (len(regions), A) or (1, A)."""
        return self.per_module[regions] if len(self.per_module) > 1 else self.per_module


@dataclass(frozen=True)
class PolicyRow:
    """One row of a rule in one year: counted - share * against, beside limit; all divided by scale.

    limit is already divided; `part` and `whole` (R, A) are the unscaled weights of the two sides.
    """

    rule: Rule
    region: int | None
    year: int
    counted: Counted
    against: Counted | None
    share: float
    limit: float
    scale: float

    @property
    def on_stock(self) -> bool:
        return self.counted.on_stock

    @property
    def part(self) -> Floats:
        return self.counted.weights

    @property
    def whole(self) -> Floats | None:
        return None if self.against is None else self.against.weights

    @property
    def sides(self) -> tuple[tuple[float, Counted], ...]:
        """The sides with their signs."""
        return ((1.0, self.counted),) if self.against is None else ((1.0, self.counted), (-self.share, self.against))

    def weights(self, *, on_stock: bool) -> Floats | None:
        """Weights (R, A) of the row on stocks or on orders; None where it has none."""
        found = [sign * side.weights for sign, side in self.sides if side.on_stock is on_stock]
        return np.asarray(sum(found[1:], found[0]) / self.scale) if found else None

    def starts(self, plans: Portfolio) -> Floats:
        """Weights (N,) of the row on the builds of projects."""
        return np.asarray(sum(sign * side.builds(plans, self.year) for sign, side in self.sides) / self.scale)

    def values(self, plans: Portfolio, values: Mapping[str, Floats]) -> tuple[float, float]:
        """Value and limit at a point, in the unit of the rule; the limit of a share is the share of the whole."""
        value = self.counted.amount(plans, values, self.year)
        if self.against is None:
            return value, self.limit * self.scale
        return value, self.share * self.against.amount(plans, values, self.year)


@dataclass(frozen=True)
class Sheet:
    """All rows (n,) of a rule in one year, as arrays; a row is what PolicyRow says.

    region (n,) is the region that a row speaks of, -1 where it is several; regions and other_regions (n, R) of 0 and 1
    are those of its two sides, cells the pairs of row and region that are in one of them.
    """

    rule: Rule
    year: int
    region: Ints
    counted: Side
    regions: Floats
    against: Side | None
    other_regions: Floats
    cells: tuple[Ints, Ints]
    share: Floats
    limit: Floats
    scale: Floats

    def rows(self) -> Iterator[PolicyRow]:
        """The rows one by one."""
        for k, region in enumerate(self.region.tolist()):
            against = None if self.against is None else self.against.of(self.other_regions[k])
            yield PolicyRow(
                rule=self.rule,
                region=None if region < 0 else region,
                year=self.year,
                counted=self.counted.of(self.regions[k]),
                against=against,
                share=float(self.share[k]),
                limit=float(self.limit[k]),
                scale=float(self.scale[k]),
            )

    def weighs(self, *, on_stock: bool) -> tuple[Ints, Ints, Ints, Floats]:
        """Row, region, asset and weight of all stocks, or of all orders, that the rows weigh."""
        sides = [(np.ones_like(self.share), self.counted, self.regions)]
        if self.against is not None:
            sides.append((-self.share, self.against, self.other_regions))
        sides = [side for side in sides if (side[1].quantity == "stock") is on_stock]
        row, region = self.cells if sides else (_NONE, _NONE)
        weights = np.zeros((len(row), len(self.counted.assets)))
        for sign, side, regions in sides:
            weights += (sign[row] * regions[row, region])[:, None] * side.in_regions(region)
        at, asset = weights.nonzero()
        return row[at], region[at], asset, weights[at, asset] / self.scale[row[at]]
