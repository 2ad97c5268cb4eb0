"""The digital divide in numbers: how unevenly innovation per head is spread over regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def indicators(innovation: Floats, population: Floats) -> dict[str, float]:
    """Gini, Theil, max over min and the share of the worst-off fifth of people, population-weighted.

    >>> {name: round(value, 3) for name, value in indicators(np.array([1.0, 1.0]), np.array([2.0, 2.0])).items()}
    {'gini': 0.0, 'theil': 0.0, 'max_over_min': 1.0, 'worst_fifth_share': 0.2}
    """
    per_head = innovation / population
    return {
        "gini": gini(per_head, population),
        "theil": theil(per_head, population),
        "max_over_min": float(per_head.max() / per_head.min()),
        "worst_fifth_share": worst_share(per_head, population, 0.2),
    }


def gini(per_head: Floats, population: Floats) -> float:
    """Weighted Gini: sum over pairs r < s of p_r p_s |y_r - y_s| / (P * sum p_r y_r)."""
    spread = np.abs(per_head[:, None] - per_head[None, :]) * population[:, None] * population[None, :]
    return float(spread.sum() / 2 / (population.sum() * (population @ per_head)))


def theil(per_head: Floats, population: Floats) -> float:
    """Theil T: sum of income share * ln(income share / population share)."""
    part = population * per_head / (population @ per_head)
    people = population / population.sum()
    return float((part * np.log(part / people)).sum())


def worst_share(per_head: Floats, population: Floats, fifth: float) -> float:
    """Share of innovation that the worst-off `fifth` of people have, regions taken whole but for the last."""
    order = np.argsort(per_head)
    people = population[order] / population.sum()
    taken = np.clip(fifth - (np.cumsum(people) - people), 0.0, people)
    return float((taken * per_head[order]).sum() / (people * per_head[order]).sum())
