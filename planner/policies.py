"""Policy rules of the config as rows of weights on stocks and orders: pure arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.projects import Portfolio, portfolio
from planner.scenario import Rule, Scenario, Scope

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

    def weights_in(self, regions: Ints) -> Floats:
        """(len(regions), A): the weights in a few regions."""
        return self.regions[regions, None] * (self.per_module[regions] if len(self.per_module) > 1 else self.per_module)

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
class Entries:
    """All stocks, or all orders, that policy rows weigh: row, region, asset and weight of each."""

    row: Ints
    region: Ints
    asset: Ints
    weight: Floats


@dataclass(frozen=True)
class Started:
    """All builds of projects that policy rows weigh: row, start and weight of each."""

    row: Ints
    start: Ints
    weight: Floats


@dataclass(frozen=True)
class Policies:
    """Rows of all rules of the config, and what they weigh as flat arrays."""

    rows: tuple[PolicyRow, ...]
    stocks: Entries
    orders: Entries
    starts: Started


def policies(instance: Instance) -> Policies:
    """The policy rows of an instance with their entries."""
    rows = policy_rows(instance)
    plans = portfolio(instance)
    return Policies(rows, _entries(rows, on_stock=True), _entries(rows, on_stock=False), _started(rows, plans))


def _entries(rows: tuple[PolicyRow, ...], *, on_stock: bool) -> Entries:
    parts: list[tuple[Ints, Ints, Floats]] = []
    numbers: list[int] = []
    for q, row in enumerate(rows):
        for_it = [(sign, side) for sign, side in row.sides if side.on_stock is on_stock]
        if for_it:
            numbers.append(q)
            parts.append(_row_entries(for_it, row.scale))
    if not parts:
        none = np.zeros(0, np.int64)
        return Entries(none, none, none, np.zeros(0))
    region, asset, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Entries(np.repeat(numbers, [len(part[0]) for part in parts]), region, asset, weight)


def _row_entries(sides: list[tuple[float, Counted]], scale: float) -> tuple[Ints, Ints, Floats]:
    """Region, asset and weight of what a row weighs."""
    (sign, first), *more = sides
    named = (first.regions + more[0][1].regions if more else first.regions).nonzero()[0]
    weights = sign * first.weights_in(named)
    for other, side in more:
        weights = weights + other * side.weights_in(named)
    at, asset = weights.nonzero()
    return named[at], asset, weights[at, asset] / scale


def _started(rows: tuple[PolicyRow, ...], plans: Portfolio) -> Started:
    if not len(plans.start):
        return Started(plans.start, plans.start, np.zeros(0))
    weights = np.array([row.starts(plans) for row in rows]).reshape(len(rows), len(plans.start))
    row, build = np.nonzero(weights)
    return Started(row, plans.start[build], weights[row, build])


def policy_rows(instance: Instance) -> tuple[PolicyRow, ...]:
    """All rows of all rules: one per year of the scope and, where `each` is region, per region."""
    return tuple(row for rule in instance.scenario.rules for row in _rows_of(instance, rule))


def unit_of(scenario: Scenario, rule: Rule) -> str:
    """Unit of what a rule counts."""
    if rule.quantity == "capex":
        return f"million {scenario.currency}"
    units = {asset.unit for asset in scenario.assets if not rule.scope.assets or asset.id in rule.scope.assets}
    return units.pop() if len(units) == 1 else "units"


def _rows_of(instance: Instance, rule: Rule) -> Iterator[PolicyRow]:
    for year, cells in _cells(instance, rule):
        counted = _side(instance, rule.quantity, rule.scope, year)
        against = _against(instance, rule, year)
        for region, regions in cells:
            part = counted(regions)
            whole = None if against is None else against(region, regions)
            share, limit, scale = _limits(instance, rule, part, whole)
            yield PolicyRow(rule, region, year, part, whole, share, limit / scale, scale)


def _cells(instance: Instance, rule: Rule) -> Iterator[tuple[int, list[tuple[int | None, Floats]]]]:
    """Years of a rule with the regions that each row speaks of: its number where it is one, and (R,) of 0 and 1."""
    horizon, inside = instance.scenario.years, _inside(instance, rule.scope.regions)
    one = np.eye(len(inside))
    for v, year in enumerate(horizon):
        named = not rule.scope.years or year in rule.scope.years
        if rule.kind == "eligibility":
            shut = np.flatnonzero(inside == 0) if named else np.arange(len(inside))
            yield v, [(int(r), one[r]) for r in shut]
        elif named:
            yield v, [(int(r), one[r]) for r in np.flatnonzero(inside)] if rule.each == "region" else [(None, inside)]


def _side(instance: Instance, quantity: str, scope: Scope, year: int) -> Callable[[Floats], Counted]:
    chosen = np.array([not scope.assets or a.id in scope.assets for a in instance.scenario.assets], float)
    each = instance.costs.capex[:, :, year] if quantity == "capex" else instance.module[None, :]
    per_module = chosen[None, :] * each
    return lambda regions: Counted(quantity, regions, chosen, per_module)


def _against(instance: Instance, rule: Rule, year: int) -> Callable[[int | None, Floats], Counted] | None:
    """What a share or a ratio is held against: the scope named, or for a ratio the regions of the row or around it."""
    other = rule.share_of or rule.ratio_to
    if other is None:
        return None
    side = _side(instance, rule.ratio_quantity or rule.quantity, other, year)
    if rule.share_of is not None or other.regions:
        regions = _inside(instance, other.regions)
        return lambda _, __: side(regions)
    around = [_inside(instance, members) for members in rule.within]
    return lambda region, own: side(np.maximum.reduce([own, *(g for g in around if region is not None and g[region])]))


def _limits(instance: Instance, rule: Rule, part: Counted, whole: Counted | None) -> tuple[float, float, float]:
    """Share of the whole, limit, and size of the limit of a row."""
    people = float(part.regions @ instance.population)
    if whole is None:
        limit = rule.limit * (people if rule.per_10k_people else 1.0)
        return 0.0, limit, abs(limit) or 1.0
    share = rule.limit
    if rule.scaled_by == "population":
        share *= people / float(whole.regions @ instance.population)
    return share, 0.0, abs(float((whole.weights * instance.base_stock[:, :, 0]).sum()) * share) or 1.0


def _inside(instance: Instance, regions: tuple[str, ...]) -> Floats:
    return np.array([not regions or r.id in regions for r in instance.scenario.regions], float)
