"""The years a plan looks at: years of orders, then a tail in which what was ordered lives on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.finance import discount_factor
from planner.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """Points in time, shape (T,): the years of orders come first.

    year          calendar year of each point
    weight        discounted share of each point in the objective; the weights sum to one
    growth_years  years of growth since the base year; growth stops with the last year of orders
    orders        number of points that are years of orders
    """

    year: NDArray[np.int64]
    weight: Floats
    growth_years: Floats
    orders: int

    @property
    def phases(self) -> tuple[str, ...]:
        return ("plan",) * self.orders + ("tail",) * (len(self.year) - self.orders)


def timeline(scenario: Scenario) -> Timeline:
    """Years of orders, then the representative years of the tail, each weighted by the years it stands for."""
    orders = len(scenario.years)
    blocks = [(year, year) for year in scenario.years]
    if scenario.tail.mode == "continue" and scenario.tail.years:
        blocks += tail_blocks(scenario.years[-1], scenario.tail.years, scenario.tail.points)
    year = np.array([(first + last) // 2 for first, last in blocks])
    rate = scenario.discount_rate.value
    weight = np.array([discount_factor(rate, np.arange(a, b + 1.0) - scenario.years[0]).sum() for a, b in blocks])
    growth = np.minimum(year, scenario.years[-1]) - scenario.base_year
    return Timeline(year, weight / weight.sum(), growth.astype(float), orders)


def tail_blocks(last_year: int, years: int, points: int) -> list[tuple[int, int]]:
    """Cut the tail into blocks that grow longer: first and last calendar year of each.

    >>> tail_blocks(2030, 6, 3)
    [(2031, 2031), (2032, 2033), (2034, 2036)]
    """
    points = min(points, years)
    edges = np.unique(np.rint(years * (np.arange(points + 1) / points) ** 1.5).astype(int))
    return [(last_year + int(a) + 1, last_year + int(b)) for a, b in pairwise(edges)]
