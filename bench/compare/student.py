"""Student's t distribution for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""

from __future__ import annotations

import math

LARGE = 400


def within(t: float, freedom: int) -> float:
    """Probability that |T| < |t|.

    Args:
        t: the statistic.
        freedom: degrees of freedom, at least 1; from LARGE on they count as LARGE.
    """
    freedom = min(freedom, LARGE)
    angle = math.atan(abs(t) / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(odd, freedom - 1, 2):
        total += term
        term *= cosine**2 * (k + 1) / (k + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def two_sided_p(t: float, freedom: int) -> float:
    """Probability that |T| is at least |t|."""
    return min(1.0, max(0.0, 1 - within(t, freedom)))


def quantile(confidence: float, freedom: int) -> float:
    """The t with |T| < t at this probability, by bisection.

    >>> round(quantile(0.95, 4), 3)
    2.776
    """
    low, high = 0.0, 1.0
    while within(high, freedom) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2
