"""Policy rules of the config as rows of weights on stocks and orders: pure arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.projects import Portfolio, portfolio
from planner.scenario import Rule, Scenario, Scope
from planner.sheets import PolicyRow, Sheet, Side

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    """Rows (Q,) of all rules of the config, and what they weigh as flat arrays.

    rule    the number of each row's rule in `rules`
    region  -1 where a row speaks of several
    """

    rules: tuple[Rule, ...]
    rule: Ints
    region: Ints
    year: Ints
    limit: Floats
    stocks: Entries
    orders: Entries
    starts: Started

    def of(self, sense: str) -> Ints:
        """The rows that are floors, or caps."""
        return np.flatnonzero(np.array([rule.sense == sense for rule in self.rules], bool)[self.rule])


def policies(instance: Instance) -> Policies:
    """The policy rows of an instance with their entries."""
    sheets = tuple(_sheets(instance))
    counts = [len(sheet.region) for sheet in sheets]
    number = {rule.id: k for k, rule in enumerate(instance.scenario.rules)}
    return Policies(
        rules=instance.scenario.rules,
        rule=np.repeat(np.array([number[sheet.rule.id] for sheet in sheets], np.int64), counts),
        region=_joined([sheet.region for sheet in sheets]),
        year=np.repeat(np.array([sheet.year for sheet in sheets], np.int64), counts),
        limit=np.concatenate([np.zeros(0), *(sheet.limit for sheet in sheets)]),
        stocks=_entries(sheets, counts, on_stock=True),
        orders=_entries(sheets, counts, on_stock=False),
        starts=_started(sheets, portfolio(instance)),
    )


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _entries(sheets: tuple[Sheet, ...], counts: list[int], *, on_stock: bool) -> Entries:
    found = [sheet.weighs(on_stock=on_stock) for sheet in sheets]
    first = np.cumsum([0, *counts])
    rows = [part[0] + start for part, start in zip(found, first, strict=False)]
    weight = np.concatenate([np.zeros(0), *(part[3] for part in found)])
    return Entries(_joined(rows), _joined([part[1] for part in found]), _joined([part[2] for part in found]), weight)


def _started(sheets: tuple[Sheet, ...], plans: Portfolio) -> Started:
    if not len(plans.start):
        return Started(plans.start, plans.start, np.zeros(0))
    rows = [row.starts(plans) for sheet in sheets for row in sheet.rows()]
    weights = np.array(rows).reshape(len(rows), len(plans.start))
    row, build = np.nonzero(weights)
    return Started(row, plans.start[build], weights[row, build])


def policy_rows(instance: Instance) -> tuple[PolicyRow, ...]:
    """All rows of all rules: one per year of the scope and, where `each` is region, per region."""
    return tuple(row for sheet in _sheets(instance) for row in sheet.rows())


def unit_of(scenario: Scenario, rule: Rule) -> str:
    """Unit of what a rule counts."""
    if rule.quantity == "capex":
        return f"million {scenario.currency}"
    units = {asset.unit for asset in scenario.assets if not rule.scope.assets or asset.id in rule.scope.assets}
    return units.pop() if len(units) == 1 else "units"


def _sheets(instance: Instance) -> Iterator[Sheet]:
    """The rows of all rules, year by year."""
    for rule in instance.scenario.rules:
        yield from sorted(_sheets_of(instance, rule), key=lambda sheet: sheet.year)


def _sheets_of(instance: Instance, rule: Rule) -> Iterator[Sheet]:
    for years, region, regions in _cells(instance, rule):
        others = _other_regions(instance, rule, region, regions)
        row, inside = np.nonzero(np.logical_or(regions > 0, others > 0))
        for year in years:
            counted, against = _side(instance, rule.quantity, rule.scope, year), _against(instance, rule, year)
            share, limit, scale = _limits(instance, rule, regions, against, others)
            yield Sheet(
                rule=rule,
                year=year,
                region=region,
                counted=counted,
                regions=regions,
                against=against,
                other_regions=others,
                cells=(row, inside),
                share=share,
                limit=limit / scale,
                scale=scale,
            )


def _cells(instance: Instance, rule: Rule) -> Iterator[tuple[list[int], Ints, Floats]]:
    """Years of a rule with the region of each row (n,), -1 where it speaks of several, and its regions (n, R)."""
    horizon, inside = instance.scenario.years, _inside(instance, rule.scope.regions)
    named = [v for v, year in enumerate(horizon) if not rule.scope.years or year in rule.scope.years]
    one, each = np.eye(len(inside)), np.flatnonzero(inside)
    if rule.kind == "eligibility":
        shut = np.flatnonzero(inside == 0)
        yield named, shut, one[shut]
        yield [v for v in range(len(horizon)) if v not in named], np.arange(len(inside)), one
    elif rule.each == "region":
        yield named, each, one[each]
    else:
        yield named, np.array([-1]), inside[None, :]


def _side(instance: Instance, quantity: str, scope: Scope, year: int) -> Side:
    chosen = np.array([not scope.assets or a.id in scope.assets for a in instance.scenario.assets], float)
    each = instance.costs.capex[:, :, year] if quantity == "capex" else instance.module[None, :]
    return Side(quantity, chosen, chosen[None, :] * each)


def _against(instance: Instance, rule: Rule, year: int) -> Side | None:
    """What a share or a ratio is held against."""
    other = rule.share_of or rule.ratio_to
    return None if other is None else _side(instance, rule.ratio_quantity or rule.quantity, other, year)


def _other_regions(instance: Instance, rule: Rule, region: Ints, regions: Floats) -> Floats:
    """Where each row is held against it (n, R): in the scope named, or for a ratio in the row's regions and around."""
    other = rule.share_of or rule.ratio_to
    if other is None:
        return np.zeros_like(regions)
    if rule.share_of is not None or other.regions:
        return np.broadcast_to(_inside(instance, other.regions), regions.shape)
    around = regions.copy()
    for members in rule.within:
        group = _inside(instance, members)
        near = (region >= 0) & (group[region] > 0)
        around[near] = np.maximum(around[near], group)
    return around


def _limits(
    instance: Instance, rule: Rule, regions: Floats, against: Side | None, others: Floats
) -> tuple[Floats, Floats, Floats]:
    """Share of the whole, limit, and size of the limit of each row, (n,)."""
    people, zeros = regions @ instance.population, np.zeros(len(regions))
    if against is None:
        limit = rule.limit * (people if rule.per_10k_people else np.ones(len(regions)))
        return zeros, limit, _size(limit)
    share = np.full(len(regions), rule.limit)
    if rule.scaled_by == "population":
        share *= people / (others @ instance.population)
    standing = (against.per_module * instance.base_stock[:, :, 0]).sum(axis=1)
    return share, zeros, _size((others @ standing) * share)


def _size(limit: Floats) -> Floats:
    return np.where(limit == 0, 1.0, np.abs(limit))


def _inside(instance: Instance, regions: tuple[str, ...]) -> Floats:
    return np.array([not regions or r.id in regions for r in instance.scenario.regions], float)
