"""Rank test of two groups of samples, and how many tests at once keep their level."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

EXACT_PAIRS = 400

Values = NDArray[np.float64]


def mann_whitney(first: Sequence[float], second: Sequence[float], inflation: float = 1.0) -> float:
    """Two-sided p-value of the test of Mann and Whitney (1947): do values of one group tend to be larger?

    Exact for up to EXACT_PAIRS pairs without ties, else the normal approximation with correction for ties and
    continuity.

    Args:
        first: at least one number.
        second: at least one number, same unit.
        inflation: factor on the variance of the statistic, above 1 where successive samples depend on each other.

    Raises:
        ValueError: a group is empty.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if not a.size or not b.size:
        raise ValueError("the rank test needs samples on both sides")
    values, where, ties = np.unique(np.concatenate([a, b]), return_inverse=True, return_counts=True)
    ends = np.cumsum(ties).astype(np.float64)
    ranks = (ends - (ties - 1) / 2)[where]
    larger = float(ranks[: a.size].sum()) - a.size * (a.size + 1) / 2
    larger = max(larger, a.size * b.size - larger)
    if inflation <= 1 and values.size == a.size + b.size and a.size * b.size <= EXACT_PAIRS:
        return _exact_p(int(larger), a.size, b.size)
    return _normal_p(larger, a.size, b.size, ties.astype(np.float64), inflation)


def _normal_p(larger: float, n: int, m: int, ties: Values, inflation: float) -> float:
    """Variance n m / 12 ((N + 1) - sum (t^3 - t) / (N (N - 1))), N = n + m, t the sizes of the ties."""
    total = n + m
    variance = n * m / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = (larger - n * m / 2 - 0.5) / (variance * max(inflation, 1.0)) ** 0.5
    return min(1.0, 2 * NormalDist().cdf(-z))


def _exact_p(larger: int, n: int, m: int) -> float:
    counts = _arrangements(n, m)
    return min(1.0, 2 * int(counts[larger:].sum()) / int(counts.sum()))


def _arrangements(n: int, m: int) -> NDArray[np.int64]:
    """How many orders of n + m values give each value of the statistic: the Gaussian binomial coefficients."""
    counts = np.zeros(n * m + 1, dtype=np.int64)
    counts[0] = 1
    for step in range(1, min(n, m) + 1):
        longer = max(n, m) + step
        counts[longer:] = counts[longer:] - counts[: counts.size - longer]
        for start in range(step):
            counts[start::step] = np.cumsum(counts[start::step])
    return counts


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """p-values adjusted by Holm (1979): the chance that any of them falls below the level by luck keeps to it.

    It holds however the tests depend on each other.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, highest = [1.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return tuple(adjusted)
