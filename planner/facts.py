"""Facts as arrays: what stands if nothing more is ordered, how counting corrects the accounts, what was booked beside.

Stocks are modules over regions R, assets A, times T; the first Y times are the years that are frozen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.finance import surviving_share
from planner.instance import Instance
from planner.scenario import Actuals

Floats = NDArray[np.float64]


def modules_ordered(instance: Instance, actuals: Actuals) -> Floats:
    """What was ordered in the frozen years, (R, A, Y)."""
    return np.asarray(actuals.units_ordered / instance.module[None, :, None])


def standing(instance: Instance, actuals: Actuals) -> Floats:
    """What stands if nothing is ordered after the facts, (R, A, T)."""
    served = np.einsum("ray,ayt->rat", modules_ordered(instance, actuals), _in_service(instance, actuals))
    return np.asarray(instance.base_stock + served + corrections(instance, actuals))


def corrections(instance: Instance, actuals: Actuals) -> Floats:
    """What counting adds to the accounts, or takes from them, (R, A, T): each count enters once, in its year y.

    more than the accounts say    the rest ages like a base stock: (seen - stands) * max(0, 1 - (t - y) / life)
    less than the accounts say    the same share is missing of all that stood, until it would have retired
    """
    ordered, serves = modules_ordered(instance, actuals), _in_service(instance, actuals)
    seen = actuals.units_standing / instance.module[None, :, None]
    found = np.zeros_like(instance.base_stock)
    for y in range(len(actuals.years)):
        of_orders = np.einsum("ray,ay,ayt->rat", ordered, serves[:, :, y], serves)
        left = instance.base_stock + of_orders + found
        off = np.where(np.isnan(seen[:, :, y]), 0.0, seen[:, :, y] - left[:, :, y])
        share = np.divide(off, left[:, :, y], out=np.zeros_like(off), where=off < 0)
        more = np.maximum(off, 0.0)[:, :, None] * _ageing(instance, y) + share[:, :, None] * left
        found[:, :, y:] += more[:, :, y:]
    return found


def _in_service(instance: Instance, actuals: Actuals) -> Floats:
    """1 where what was ordered in a frozen year serves, (A, Y, T)."""
    year = instance.timeline.year
    age = year[None, None, :] - year[None, : len(actuals.years), None] - instance.lead[:, None, None]
    return ((age >= 0) & (age < instance.life[:, None, None])).astype(float)


def _ageing(instance: Instance, y: int) -> Floats:
    """Share of what came to light in year y that is left, (1, A, T)."""
    since = np.maximum(instance.timeline.year - instance.timeline.year[y], 0).astype(float)
    lives = [asset.life_years.value for asset in instance.scenario.assets]
    return np.stack([surviving_share(life, since) for life in lives])[None]


def booked_beside_million(instance: Instance) -> dict[tuple[int, int], float]:
    """Upkeep and electricity that budget b really paid in frozen year y, less what the stock should have cost."""
    actuals = instance.scenario.actuals
    if actuals is None or not actuals.upkeep:
        return {}
    book, costs, budgets = ledger(instance), instance.costs, instance.scenario.budgets
    stock = standing(instance, actuals)
    parts = {"opex": costs.opex * stock, "energy": costs.energy * stock + costs.base_energy}
    index = {budget.id: b for b, budget in enumerate(budgets)}
    beside = {}
    for paid in actuals.upkeep:
        b, y = index[paid.budget], actuals.years.index(paid.year)
        cells = np.ix_(book.regions[b], book.assets[b], [y])
        counted = sum(float(parts[kind][cells].sum()) for kind in budgets[b].kinds if kind in parts)
        beside[b, y] = paid.opex_million + paid.energy_million - counted
    return beside
