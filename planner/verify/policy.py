"""Floors and caps of the config, row by row, recomputed from their scopes; and that they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from planner.scenario import Rule, Scope
from planner.verify.given import charged, inside, prices, survivors
from planner.verify.rows import rule_regions
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Told
from planner.verify.verdict import SOLVED, Check, at_least, at_most, equal


def policies(told: Told) -> Iterator[Side]:
    """Floors and caps of the config."""
    amounts = {name: _amounts(told, name) for name in ("stock", "order", "capex")}
    for rule in told.now.scenario.rules:
        for year, region in product(rule.scope.years or told.now.years, rule_regions(rule, told.now)):
            part = _in_scope(told, rule.scope, amounts[rule.quantity], year, region)
            limit, unit = _limit(told, rule, amounts[rule.quantity], year, region)
            yield Side(rule.id, rule.sense, region, "", year, part, limit, unit, rule.price is not None)


def _amounts(told: Told, quantity: str) -> Floats:
    table, column = {
        "stock": ("stocks", "units"),
        "order": ("orders", "units"),
        "capex": ("orders", "capex_million"),
    }[quantity]
    return told.array(table, column)


def _in_scope(told: Told, scope: Scope, amounts: Floats, year: int, region: str) -> float:
    at = told.now.moments.index(year)
    chosen = inside(scope, told.now)
    if region:
        chosen = chosen * (np.array(told.now.regions) == region)[:, None]
    return float((chosen * amounts[:, :, at]).sum())


def _limit(told: Told, rule: Rule, amounts: Floats, year: int, region: str) -> tuple[float, float]:
    """Limit of a row and the unit in which the solver keeps it: the limit itself, or the share of the first base stock.

    Per 10,000 people: of the people of the row's regions. Scaled by population: their share in the people of the whole.
    """
    people = _people(told, rule.scope, region)
    if rule.share_of is None:
        limit = rule.limit * people if rule.per_10k_people else rule.limit
        return limit, abs(limit) or 1.0
    share = rule.limit
    if rule.scaled_by == "population":
        share *= people / _people(told, rule.share_of, "")
    whole = _in_scope(told, rule.share_of, amounts, year, "")
    return share * whole, abs(share * _standing(told, rule, year)) or 1.0


def _people(told: Told, scope: Scope, region: str) -> float:
    counted = [name == region if region else not scope.regions or name in scope.regions for name in told.now.regions]
    return float(told.now.population[counted].sum())


def _standing(told: Told, rule: Rule, year: int) -> float:
    """The whole of a share in what is left of the base stock in the first year, by the price of the year for money."""
    now, stock = told.now, survivors(told.now)[:, :, 1]
    if rule.quantity == "capex":
        at = now.years.index(year)
        stock = stock * prices(now)[:, :, 1 + at] * charged(now)[:, at]
    assert rule.share_of is not None
    return float((inside(rule.share_of, now) * stock).sum())


def floors_are_reached(told: Told) -> Check:
    """Floors of the config hold, up to the shortfall of those that have a price."""
    found = together(side for side in policies(told) if side.kind == "floor")
    reached = found.value + found.shown(told, "shortfall")
    cells, reason = found.cells("value with shortfall"), "the limit of the rule"
    return at_least("floors are reached", cells, reached, found.limit, reason, tolerance=SOLVED, unit=found.unit)


def caps_are_kept(told: Told) -> Check:
    """Caps of the config hold, up to the shortfall of those that have a price."""
    found = together(side for side in policies(told) if side.kind == "cap")
    limit = found.limit + found.shown(told, "shortfall")
    cells, reason = found.cells("value"), "the limit of the rule and its shortfall"
    return at_most("caps are kept", cells, found.value, limit, reason, tolerance=SOLVED, unit=found.unit)


def shortfalls_are_what_is_missing(told: Told) -> Check:
    """A rule with a price falls short by what it is missed by and no more, because a shortfall costs."""
    found = together(side for side in policies(told) if side.soft)
    sign = np.where([side.kind == "floor" for side in found.rows], 1.0, -1.0)
    missing = np.maximum(sign * (found.limit - found.value), 0.0)
    cells, short = found.cells("shortfall"), found.shown(told, "shortfall")
    reason = "what value and limit leave, as a shortfall costs"
    return equal("shortfalls are what is missing", cells, short, missing, reason, tolerance=SOLVED, unit=found.unit)


CHECKS = (floors_are_reached, caps_are_kept, shortfalls_are_what_is_missing)
