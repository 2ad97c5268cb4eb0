"""Policy rules of the config as rows of weights on stocks and orders: pure arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.scenario import Rule, Scope

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PolicyRow:
    """One row of a rule: weights (R, A) per module of stock or order in one year, sense and limit, already scaled.

    part and whole (R, A) are the unscaled weights of the two sides, for showing value and limit in the rule's own unit.
    """

    rule: Rule
    region: int | None
    year: int
    part: Floats
    whole: Floats | None
    weights: Floats
    share: float
    limit: float
    scale: float

    @property
    def on_stock(self) -> bool:
        return self.rule.quantity == "stock"


@dataclass(frozen=True)
class Entries:
    """All stocks, or all orders, that policy rows weigh: row, region, asset and weight of each."""

    row: Ints
    region: Ints
    asset: Ints
    weight: Floats


@dataclass(frozen=True)
class Policies:
    """Rows of all rules of the config, and what they weigh as flat arrays."""

    rows: tuple[PolicyRow, ...]
    stocks: Entries
    orders: Entries


def policies(instance: Instance) -> Policies:
    """The policy rows of an instance with their entries."""
    rows = policy_rows(instance)
    return Policies(rows, _entries(rows, on_stock=True), _entries(rows, on_stock=False))


def _entries(rows: tuple[PolicyRow, ...], *, on_stock: bool) -> Entries:
    chosen = [q for q, row in enumerate(rows) if row.on_stock is on_stock]
    if not chosen:
        none = np.zeros(0, np.int64)
        return Entries(none, none, none, np.zeros(0))
    weights = np.stack([rows[q].weights for q in chosen])
    at, region, asset = np.nonzero(weights)
    return Entries(np.array(chosen)[at], region, asset, weights[at, region, asset])


def policy_rows(instance: Instance) -> tuple[PolicyRow, ...]:
    """All rows of all rules: one per year of the scope and, where `each` is region, per region."""
    return tuple(row for rule in instance.scenario.rules for row in _rows_of(instance, rule))


def _rows_of(instance: Instance, rule: Rule) -> list[PolicyRow]:
    rows, horizon = [], instance.scenario.years
    regions, people = _row_regions(instance, rule)
    names = regions.argmax(axis=1).tolist() if rule.each == "region" else [None]
    for year in (horizon.index(y) for y in rule.scope.years or horizon):
        parts = regions[:, :, None] * _per_module(instance, rule, rule.scope, year)
        whole = None
        if rule.share_of is not None:
            whole = _inside(instance, rule.share_of)[:, None] * _per_module(instance, rule, rule.share_of, year)
        shares, limits, scales = _limits(instance, rule, people, whole)
        net = parts if whole is None else parts - shares[:, None, None] * whole
        weights = net / scales[:, None, None]
        numbers = zip(shares.tolist(), (limits / scales).tolist(), scales.tolist(), strict=True)
        for region, part, weight, (share, limit, scale) in zip(names, parts, weights, numbers, strict=True):
            rows.append(PolicyRow(rule, region, year, part, whole, weight, share, limit, scale))
    return rows


def _limits(instance: Instance, rule: Rule, people: Floats, whole: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Share of the whole, limit, and size of the limit of each row, (rows,)."""
    if whole is None:
        limits = rule.limit * (people if rule.per_10k_people else np.ones_like(people))
        return np.zeros_like(people), limits, np.where(limits == 0, 1.0, np.abs(limits))
    of_whole = _inside(instance, rule.share_of or Scope()) @ instance.population
    scaled = people / of_whole if rule.scaled_by == "population" else np.ones_like(people)
    shares = rule.limit * scaled
    sizes = float((whole * instance.base_stock[:, :, 0]).sum()) * shares
    return shares, np.zeros_like(people), np.where(sizes == 0, 1.0, sizes)


def _row_regions(instance: Instance, rule: Rule) -> tuple[Floats, Floats]:
    """Which regions each row of a rule speaks of, (rows, R) of 0 and 1, and their people in 10,000, (rows,)."""
    inside = _inside(instance, rule.scope)
    regions = np.diag(inside)[inside > 0] if rule.each == "region" else inside[None, :]
    return regions, regions @ instance.population


def _inside(instance: Instance, scope: Scope) -> Floats:
    return np.array([not scope.regions or r.id in scope.regions for r in instance.scenario.regions], float)


def _per_module(instance: Instance, rule: Rule, scope: Scope, year: int) -> Floats:
    """What a module of each asset of the scope counts, (R, A)."""
    chosen = np.array([not scope.assets or a.id in scope.assets for a in instance.scenario.assets], float)
    counted = instance.costs.capex[:, :, year] if rule.quantity == "capex" else instance.module[None, :]
    return np.asarray(chosen[None, :] * counted)
