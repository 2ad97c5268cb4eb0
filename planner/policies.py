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


def policy_rows(instance: Instance) -> tuple[PolicyRow, ...]:
    """All rows of all rules: one per year of the scope and, where `each` is region, per region."""
    rows = []
    for rule in instance.scenario.rules:
        years = rule.scope.years or instance.scenario.years
        for year in years:
            for region in _row_regions(instance, rule):
                rows.append(_row(instance, rule, region, instance.scenario.years.index(year)))
    return tuple(rows)


def _row_regions(instance: Instance, rule: Rule) -> list[int | None]:
    if rule.each == "nation":
        return [None]
    chosen = rule.scope.regions
    return [r for r, region in enumerate(instance.scenario.regions) if not chosen or region.id in chosen]


def _row(instance: Instance, rule: Rule, region: int | None, year: int) -> PolicyRow:
    part = _weights(instance, rule, rule.scope, region, year)
    whole = None if rule.share_of is None else _weights(instance, rule, rule.share_of, None, year)
    people = _people(instance, rule.scope, region)
    if whole is None:
        limit = rule.limit * people if rule.per_10k_people else rule.limit
        scale = abs(limit) or 1.0
        return PolicyRow(rule, region, year, part, None, part / scale, 0.0, limit / scale, scale)
    share = rule.limit * (people / instance.population.sum() if rule.scaled_by == "population" else 1.0)
    scale = float((whole * instance.base_stock[:, :, 0]).sum()) * share or 1.0
    return PolicyRow(rule, region, year, part, whole, (part - share * whole) / scale, share, 0.0, scale)


def _people(instance: Instance, scope: Scope, region: int | None) -> float:
    """People, in 10,000, of the regions that a row speaks of."""
    if region is not None:
        return float(instance.population[region])
    return float(sum(r.population_10k for r in instance.scenario.regions if not scope.regions or r.id in scope.regions))


def _weights(instance: Instance, rule: Rule, scope: Scope, region: int | None, year: int) -> Floats:
    scenario = instance.scenario
    inside = np.array([not scope.regions or r.id in scope.regions for r in scenario.regions], float)
    if region is not None:
        inside = np.zeros(len(inside))
        inside[region] = 1.0
    chosen = np.array([not scope.assets or a.id in scope.assets for a in scenario.assets], float)
    per_module = instance.costs.capex[:, :, year] if rule.quantity == "capex" else instance.module[None, :]
    return np.asarray(inside[:, None] * chosen[None, :] * per_module)
