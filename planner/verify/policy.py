"""Rules of the config, row by row, recomputed from their scopes; and that they are kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.scenario import Rule, Scope
from planner.verify.given import charged, inside, prices, survivors
from planner.verify.rows import rule_cells
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Told
from planner.verify.verdict import SOLVED, Check, at_least, at_most

TABLES = {"stock": ("stocks", "units"), "order": ("orders", "units"), "capex": ("orders", "capex_million")}


def policies(told: Told) -> Iterator[Side]:
    """Floors and caps of the config, convergence, eligibility and precedence among them."""
    amounts = {name: told.array(*column) for name, column in TABLES.items()}
    for rule in told.now.scenario.rules:
        unit = counted_in(told, rule)
        for year, region in rule_cells(rule, told.now):
            here = _here(told, rule, region)
            part = _counted(told, rule.scope, here, amounts[rule.quantity], year)
            limit, size = _limit(told, rule, amounts, year, here)
            floor = rule.sense == "floor"
            yield Side(rule.id, rule.word, region, "", year, part, limit, unit, size, rule.price, size, floor)


def counted_in(told: Told, rule: Rule) -> str:
    """Unit of a rule's quantity: money, the unit its assets share, or units of several kinds."""
    if rule.quantity == "capex":
        return f"million {told.now.scenario.currency}"
    assets = [asset for asset in told.now.scenario.assets if not rule.scope.assets or asset.id in rule.scope.assets]
    return assets[0].unit if len({asset.unit for asset in assets}) == 1 else "units"


def _here(told: Told, rule: Rule, region: str) -> set[str]:
    """Regions that a row speaks of."""
    return {region} if region else {r for r in told.now.regions if not rule.scope.regions or r in rule.scope.regions}


def _counted(told: Told, scope: Scope, regions: set[str], amounts: Floats, year: int) -> float:
    """What the assets of a scope amount to in some regions, whatever regions the scope has."""
    at = told.now.moments.index(year)
    assets = inside(Scope(assets=scope.assets), told.now)
    here = np.array([region in regions for region in told.now.regions])
    return float((assets * amounts[:, :, at])[here].sum())


def _limit(told: Told, rule: Rule, amounts: dict[str, Floats], year: int, here: set[str]) -> tuple[float, float]:
    """Limit of a row and the unit in which the solver keeps it: the limit itself, or the share of the first base stock.

    Per 10,000 people: of the people of the row's regions. Scaled by population: their share in the people of the whole.
    """
    other = rule.share_of or rule.ratio_to
    if other is None:
        limit = rule.limit * _people(told, here) if rule.per_10k_people else rule.limit
        return limit, abs(limit) or 1.0
    share, quantity, there = rule.limit, rule.ratio_quantity or rule.quantity, _there(told, rule, other, here)
    if rule.scaled_by == "population":
        share *= _people(told, here) / _people(told, there)
    whole = _counted(told, other, there, amounts[quantity], year)
    return share * whole, abs(share * _standing(told, other, there, quantity, year)) or 1.0


def _there(told: Told, rule: Rule, other: Scope, here: set[str]) -> set[str]:
    """Regions of the other side: those it names; without any the nation for a share, and for a ratio the row's own,
    with all that stand beside them in a set of `within`.
    """
    if other.regions:
        return set(other.regions)
    if rule.share_of is not None:
        return set(told.now.regions)
    return here.union(*(members for members in rule.within if len(here) == 1 and here <= set(members)))


def _people(told: Told, regions: set[str]) -> float:
    return float(told.now.population[[name in regions for name in told.now.regions]].sum())


def _standing(told: Told, other: Scope, regions: set[str], quantity: str, year: int) -> float:
    """The other side in what is left of the base stock in the first year, by the price of the year for money."""
    now, stock = told.now, survivors(told.now)
    if quantity == "capex":
        at = now.years.index(year)
        stock = stock * (prices(now)[:, :, 1 + at] * charged(now)[:, at])[:, :, None]
    return _counted(told, other, regions, stock, now.years[0])


def floors_are_reached(told: Told) -> Check:
    """Floors of the config hold, up to the shortfall of those that have a price."""
    found = together(side for side in policies(told) if side.floor)
    reached = found.value + found.shown(told, "shortfall")
    cells, reason = found.cells("value with shortfall"), "the limit of the rule"
    return at_least("floors are reached", cells, reached, found.limit, reason, tolerance=SOLVED, unit=found.unit)


def caps_are_kept(told: Told) -> Check:
    """Caps of the config hold, up to the shortfall of those that have a price."""
    found = together(side for side in policies(told) if not side.floor)
    limit = found.limit + found.shown(told, "shortfall")
    cells, reason = found.cells("value"), "the limit of the rule and its shortfall"
    return at_most("caps are kept", cells, found.value, limit, reason, tolerance=SOLVED, unit=found.unit)


CHECKS = (floors_are_reached, caps_are_kept)
