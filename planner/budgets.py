"""Budgets as rows: which budget pays what, where, in which year, out of which grant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.scenario import Budget

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grant:
    """A yearly budget in one year: index of budget and year, money granted, index of the grant it inherits from."""

    budget: int
    year: int
    limit_million: float
    before: int | None


@dataclass(frozen=True)
class Total:
    """A budget over all its years."""

    budget: int
    years: tuple[int, ...]
    limit_million: float


@dataclass(frozen=True)
class Upkeep:
    """A yearly budget of upkeep or electricity in a point of the tail, bound to the last year's grant."""

    budget: int
    time: int
    limit_million: float


@dataclass(frozen=True)
class Match:
    """A row of matching funds: budget in its years at most `ratio` times `of` in its own; year None: over all years."""

    label: str
    budget: int
    of: int
    year: int | None
    years: tuple[int, ...]
    of_years: tuple[int, ...]
    ratio: float
    price: float | None


@dataclass(frozen=True)
class Ledger:
    """All rows of all budgets and matching funds, and the regions and assets each budget pays for."""

    grants: tuple[Grant, ...]
    totals: tuple[Total, ...]
    upkeeps: tuple[Upkeep, ...]
    matches: tuple[Match, ...]
    regions: tuple[tuple[int, ...], ...]
    assets: tuple[tuple[int, ...], ...]


def ledger(instance: Instance) -> Ledger:
    """The rows of the scenario's budgets in the order of the config."""
    scenario = instance.scenario
    grants: list[Grant] = []
    for b, budget in enumerate(scenario.budgets):
        if budget.period == "year":
            grants += _grants(b, budget, scenario.years, len(grants))
    totals = [
        Total(b, _years(x, scenario.years), x.limits[0]) for b, x in enumerate(scenario.budgets) if x.period == "total"
    ]
    return Ledger(
        tuple(grants),
        tuple(totals),
        tuple(_upkeeps(instance)),
        tuple(_matches(instance)),
        tuple(_chosen(x.scope.regions, [r.id for r in scenario.regions]) for x in scenario.budgets),
        tuple(_chosen(x.scope.assets, [a.id for a in scenario.assets]) for x in scenario.budgets),
    )


def _grants(b: int, budget: Budget, horizon: tuple[int, ...], first: int) -> list[Grant]:
    years = _years(budget, horizon)
    grants = []
    for at, (year, limit) in enumerate(zip(years, budget.limits, strict=True)):
        follows = at > 0 and years[at - 1] == year - 1 and budget.carry_over_interest is not None
        grants.append(Grant(b, year, limit, first + at - 1 if follows else None))
    return grants


def _years(budget: Budget, horizon: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(horizon.index(year) for year in (budget.scope.years or horizon))


def _upkeeps(instance: Instance) -> list[Upkeep]:
    scenario, time = instance.scenario, instance.timeline
    rows = []
    for b, budget in enumerate(scenario.budgets):
        lasts = not budget.scope.years or scenario.years[-1] in budget.scope.years
        runs = "opex" in budget.kinds or "energy" in budget.kinds
        if budget.period == "year" and lasts and runs:
            rows += [Upkeep(b, t, budget.limits[-1]) for t in range(time.orders, len(time.year))]
    return rows


def _matches(instance: Instance) -> list[Match]:
    scenario = instance.scenario
    known = {budget.id: b for b, budget in enumerate(scenario.budgets)}
    rows = []
    for found in scenario.matching_funds:
        b, of = known[found.budget], known[found.of]
        years, of_years = (_years(scenario.budgets[x], scenario.years) for x in (b, of))
        if found.period == "total":
            rows.append(Match(f"{found.id}:total", b, of, None, years, of_years, found.ratio, found.price))
        for v in years if found.period == "year" else ():
            label = f"{found.id}:{scenario.years[v]}"
            beside = (v,) if v in of_years else ()
            rows.append(Match(label, b, of, v, (v,), beside, found.ratio, found.price))
    return rows


def _chosen(wanted: tuple[str, ...], known: list[str]) -> tuple[int, ...]:
    return tuple(at for at, name in enumerate(known) if not wanted or name in wanted)
