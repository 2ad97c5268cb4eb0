"""The mean of the worst-off, which frontier plans trade against total innovation.

    y[r,t]  = ln( innovation[r,t] / people[r] ) = start[r,t] + sum_f beta[f] ln x[r,f,t]
    worst   = sum_t weight[t] * min over c of sum_r c[r] y[r,t]        0 <= c[r] <= share[r] / part,  sum_r c[r] = 1

With equal shares and part = k / R it is the mean of the k regions that have least; with shares of people that of the
worst-off `part` of people, the last region counting partly. It is monotone: nobody's loss raises it. As rows of a
linear program (Ogryczak and Tamir 2003), eta the level between those who count and the others:

    worst   = sum_t weight[t] * ( eta[t] - sum_r share[r] / part * short[r,t] ),   short[r,t] >= eta[t] - y[r,t]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worst:
    """Whose mean: start (R, T) log points; share (R,) sums to one; part in (0, 1]; weight (T,) sums to one."""

    start: Floats
    share: Floats
    part: float
    weight: Floats

    @property
    def most_share(self) -> Floats:
        """Largest weight that a region can have in the mean (R,)."""
        return self.share / self.part


def worst_of(instance: Instance, *, regions: int | None = None, people: float | None = None) -> Worst:
    """The worst-off `regions` of them all, each counting alike, or the worst-off share `people` of people.

    ValueError where there are not so many, or where a region has no innovation to take a logarithm of.
    """
    inn, population = instance.innovation, instance.population
    count = len(population)
    if regions is not None and not 1 <= regions <= count:
        raise ValueError(f"the worst-off {regions} of {count} regions: expected 1 to {count}")
    if people is not None and not 0 < people <= 1:
        raise ValueError(f"the worst-off share {people:g} of people: expected more than 0 and at most 1")
    empty = [instance.scenario.regions[r].id for r in np.flatnonzero(inn.base <= 0)]
    if empty:
        raise ValueError(
            f"no innovation in the base year in {', '.join(empty)}: the worst-off stay at nothing; leave them out"
        )
    start = np.log(inn.base / population)[:, None] + np.log(inn.drift)
    if people is not None:
        return Worst(start, population / population.sum(), people, instance.timeline.weight)
    part = (regions or 1) / count
    return Worst(start, np.full(count, 1.0 / count), part, instance.timeline.weight)


def worst_weights(worst: Worst, y: Floats) -> Floats:
    """Weights c (R, T) that give the least mean of y (R, T); each time sums to one.

    >>> four = Worst(np.zeros((4, 1)), np.full(4, 0.25), 0.5, np.ones(1))
    >>> worst_weights(four, np.array([[3.0], [1.0], [2.0], [4.0]])).ravel().tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    order = np.argsort(y, axis=0, kind="stable")
    most = worst.most_share[order]
    before = np.cumsum(most, axis=0) - most
    weights = np.empty_like(y)
    np.put_along_axis(weights, order, np.clip(1.0 - before, 0.0, most), axis=0)
    return weights


def worst_mean(worst: Worst, log_index: Floats) -> float:
    """The discounted mean of the worst-off (log points) where logs of the index without drift are (R, T)."""
    y = worst.start + log_index
    return float(((worst_weights(worst, y) * y).sum(axis=0) * worst.weight).sum())
