"""Where a factor of innovation has nothing left: no floor, no stock, nothing that could supply it in time.

At a ratio of zero the innovation function has no logarithm and its slope no end, so neither a plan nor a bound could be
told. With a floor above zero no ratio comes near it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance
from planner.projects import portfolio
from planner.solve.search import ZeroRatioError

Flags = NDArray[np.bool_]


class FloorError(Exception):
    """A factor falls to zero; the message names region, factor, year, place and remedy."""


def check_floors(instance: Instance) -> None:
    """Raise FloorError where a factor that counts is zero in the base year, or bound to be zero in a later one."""
    inn, time = instance.innovation, instance.timeline
    counts = inn.beta > 0
    empty = np.argwhere((inn.base_total <= 0) & counts[None])
    if len(empty):
        r, f = empty[0].tolist()
        raise FloorError(_words(instance, r, f, instance.scenario.base_year))
    if (inn.floor > 0).all():
        return
    there = _suppliable(instance)
    near = np.einsum("rj,jft->rft", inn.spillover > 0, there) > 0
    dead = ~there & ~near & (inn.floor <= 0)[:, :, None] & counts[None, :, None]
    if dead.any():
        r, f, t = np.argwhere(dead)[0].tolist()
        raise FloorError(_words(instance, r, f, int(time.year[t])))


@contextmanager
def zeros_named(instance: Instance) -> Iterator[None]:
    """A search whose points all have a ratio of zero, told as FloorError."""
    try:
        yield
    except ZeroRatioError as error:
        r, f, t = error.cell
        raise FloorError(_words(instance, r, f, int(instance.timeline.year[t]))) from None


def _suppliable(instance: Instance) -> Flags:
    """Where something may supply a factor, (R, F, T): old stock, an order or project in service, demand served."""
    inn, time = instance.innovation, instance.timeline
    supplies = inn.supply > 0
    age = time.year[None, None] - time.year[None, : time.orders, None] - instance.lead[:, None, None]
    serves = np.any((age >= 0) & (age < instance.life[:, None, None]), axis=1)
    stands = (instance.base_stock > 0) | np.asarray(serves)[None]
    plans = portfolio(instance)
    build, t = plans.serving(instance)
    stands[plans.region[build], plans.asset[build], t] = True
    built = np.einsum("fa,rat->rft", supplies.astype(float), stands.astype(float)) > 0
    fed = np.einsum("fd,rdt->rft", inn.feed, instance.demand) > 0
    there: Flags = (built | fed) & (inn.usable > 0)
    return there


def _words(instance: Instance, r: int, f: int, year: int) -> str:
    scenario = instance.scenario
    floor, factor = scenario.floor_share, scenario.factors[instance.innovation.factors[f]]
    place = f"{floor.place}: " if floor.place else ""
    return (
        f"{place}floor_share: value {floor.value:g} leaves factor {factor.id!r} of region {scenario.regions[r].id!r} "
        f"at zero in {year}, where innovation has no logarithm; write floor_share: 5 %, or see that something supplies "
        f"the factor there in every year"
    )
