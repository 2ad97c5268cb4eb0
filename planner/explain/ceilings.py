"""The most that could stand or be ordered under one limit alone: upper bounds by arithmetic, no solver.

Each function gives ceilings on orders (R, A, V) and stocks (R, A, T) in modules, infinite where its limit says nothing.
A floor above such a ceiling contradicts that limit, whatever else a plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.explain.limits import Limit, growth_limit, hall_limit, power_limit, rule_limit, staff_limit
from planner.formulation.sets import growing_assets, halls
from planner.instance import Instance
from planner.policies import policy_rows
from planner.scenario import Supply, base_modules
from planner.sheets import PolicyRow

Floats = NDArray[np.float64]

INF = float("inf")

NOTHING = Limit("lead time", "lead_time", "lead times and what stands already", "")


@dataclass(frozen=True)
class Ceiling:
    """The most that can be ordered (R, A, V) and stand (R, A, T) under some limits."""

    limits: tuple[Limit, ...]
    orders: Floats
    stocks: Floats


def ceilings(instance: Instance) -> Iterator[Ceiling]:
    """The ceilings of every limit that knows one."""
    for ceilings_of in CEILINGS:
        yield from ceilings_of(instance)


def unlimited(instance: Instance) -> Floats:
    """Orders (R, A, V) without any limit: infinite wherever what is ordered still comes into service."""
    time = instance.timeline
    serves = time.year[None, : time.orders] + instance.lead[:, None] <= time.year[-1]
    shape = (len(instance.scenario.regions), *serves.shape)
    return np.broadcast_to(np.where(serves, INF, 0.0), shape).copy()


def standing(instance: Instance, orders: Floats) -> Floats:
    """Stocks (R, A, T) that orders leave standing beside the base stock."""
    time, stocks = instance.timeline, instance.base_stock.copy()
    for a in range(stocks.shape[1]):
        first = time.year[: time.orders] + instance.lead[a]
        alive = (first[:, None] <= time.year[None]) & (time.year[None] < first[:, None] + instance.life[a])
        for v in range(time.orders):
            stocks[:, a] += np.where(alive[v][None], orders[:, a, v, None], 0.0)
    return stocks


def _lead_times(instance: Instance) -> Iterator[Ceiling]:
    orders = unlimited(instance)
    yield Ceiling((NOTHING,), orders, standing(instance, orders))


def _growth(instance: Instance) -> Iterator[Ceiling]:
    """Orders at the limit from the first year on."""
    scenario = instance.scenario
    for g, limit in enumerate(scenario.growth_limits):
        if limit.price is not None:
            continue
        orders = unlimited(instance)
        for at, a in growing_assets(instance):
            if at == g:
                orders[:, a] = np.minimum(orders[:, a], _fastest(instance, a, limit.rate, limit.seed))
        yield Ceiling((growth_limit(scenario, g),), orders, standing(instance, orders))


def _fastest(instance: Instance, a: int, rate: float, seed: float) -> Floats:
    """Orders (R, V) of an asset that grows as fast as it may."""
    base, open_years = base_modules(instance.scenario)[:, a], unlimited(instance)[:, a] > 0
    orders = np.zeros((len(base), instance.timeline.orders))
    for v in range(orders.shape[1]):
        full = np.zeros((len(base), instance.base_stock.shape[1], orders.shape[1]))
        full[:, a] = orders
        before = base if v == 0 else standing(instance, full)[:, a, v - 1]
        orders[:, v] = np.where(open_years[:, v], rate * before + seed * base.sum(), 0.0)
    return orders


def _caps(instance: Instance) -> Iterator[Ceiling]:
    """A cap on a sum limits each of its parts."""
    rows = [row for row in policy_rows(instance) if row.rule.sense == "cap" and row.rule.price is None]
    for rule in dict.fromkeys(row.rule.id for row in rows):
        own = [row for row in rows if row.rule.id == rule and row.whole is None]
        if own:
            yield _cap(instance, own)


def _cap(instance: Instance, rows: list[PolicyRow]) -> Ceiling:
    orders, stocks = unlimited(instance), np.full(instance.base_stock.shape, INF)
    for row in rows:
        target = stocks if row.on_stock else orders
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(row.part > 0, row.limit * row.scale / row.part, INF)
        target[:, :, row.year] = np.minimum(target[:, :, row.year], most)
    return Ceiling((rule_limit(rows[0].rule),), orders, np.minimum(stocks, standing(instance, orders)))


def _power(instance: Instance) -> Iterator[Ceiling]:
    room = instance.power_room_gwh
    if room is not None and _is_hard(instance.scenario.electricity):
        yield _room(instance, power_limit(instance.scenario), instance.computing_gwh, room)


def _is_hard(supply: Supply | None) -> bool:
    return supply is not None and supply.price is None


def _staff(instance: Instance) -> Iterator[Ceiling]:
    room = instance.staff_room
    if room is not None and _is_hard(instance.scenario.staff):
        each = np.broadcast_to(instance.staff, instance.base_stock.shape[:2])
        yield _room(instance, staff_limit(instance.scenario), each, room)


def _room(instance: Instance, limit: Limit, each: Floats, room: Floats) -> Ceiling:
    """Stocks (R, A, T) when all room (R, T) that base stocks of other assets leave goes to one asset."""
    used = each[:, :, None] * instance.base_stock
    left = room[:, None] - (used.sum(axis=1, keepdims=True) - used)
    with np.errstate(divide="ignore", invalid="ignore"):
        stocks = np.where(each[:, :, None] > 0, left / each[:, :, None], INF)
    return Ceiling((limit,), unlimited(instance), stocks)


def _housing(instance: Instance) -> Iterator[Ceiling]:
    """Machines in all halls that could stand, if halls are ordered at once."""
    scenario = instance.scenario
    ids = [asset.id for asset in scenario.assets]
    reached = [Ceiling((), orders := unlimited(instance), standing(instance, orders)), *_growth(instance)]
    for ceiling in reached:
        stocks = np.full(instance.base_stock.shape, INF)
        for h in halls(instance):
            for a, asset in enumerate(scenario.assets):
                if asset.housed_in == ids[h] and asset.housing_per_unit > 0:
                    space = asset.housing_per_unit * instance.module[a] / instance.module[h]
                    stocks[:, a] = ceiling.stocks[:, h] / space
        named = (*(hall_limit(scenario, h) for h in halls(instance)), *ceiling.limits)
        yield Ceiling(named, unlimited(instance), stocks)


CEILINGS: tuple[Callable[[Instance], Iterator[Ceiling]], ...] = (
    _lead_times,
    _growth,
    _caps,
    _power,
    _staff,
    _housing,
)
