"""Limits of growth, electricity and staff that have a price: which rows may be exceeded, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.scenario import base_modules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Excesses:
    """Rows with a price, numbered: size in the unit of the row and loss of the objective per size, (n,).

    growth (R, G, V), power (R, T), staff (R, T): number of the row, -1 where it is hard; G pairs of limit and asset.
    """

    size: Floats
    price: Floats
    growth: Ints
    power: Ints
    staff: Ints

    def labels(self) -> tuple[str, ...]:
        return tuple(map(str, range(len(self.size))))


def excesses(instance: Instance, pairs: list[tuple[int, int]]) -> Excesses:
    """All rows of soft limits of an instance; `pairs` of growth limit and asset in the order of the model."""
    scenario, base = instance.scenario, base_modules(instance.scenario)
    regions, orders, times = len(scenario.regions), instance.timeline.orders, len(instance.timeline.year)
    growth = np.full((regions, len(pairs), orders), np.nan)
    growth_price = np.full(growth.shape, np.nan)
    for g, (at, a) in enumerate(pairs):
        limit = scenario.growth_limits[at]
        growth[:, g] = (limit.rate * base[:, a] + limit.seed * base[:, a].sum())[:, None]
        growth_price[:, g] = np.nan if limit.price is None else limit.price
    rooms = [(instance.power_room_gwh, scenario.electricity), (instance.staff_room, scenario.staff)]
    parts = [(growth, growth_price)]
    for room, supply in rooms:
        price = np.nan if supply is None or supply.price is None else supply.price
        size = np.zeros((regions if supply else 0, times)) if room is None else np.asarray(room)
        parts.append((size, np.full(size.shape, price)))
    return _numbered(parts)


def _numbered(parts: list[tuple[Floats, Floats]]) -> Excesses:
    sizes, prices, numbers = [], [], []
    first = 0
    for size, price in parts:
        soft = np.isfinite(price)
        number = np.full(size.shape, -1, np.int64)
        number[soft] = first + np.arange(int(soft.sum()))
        first += int(soft.sum())
        sizes.append(np.where(size[soft] == 0, 1.0, np.abs(size[soft])))
        prices.append(price[soft])
        numbers.append(number)
    return Excesses(np.concatenate(sizes), np.concatenate(prices), *numbers)
