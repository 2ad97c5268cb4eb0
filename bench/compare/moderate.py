"""How much the units of one case scatter, helped by how much those of all the other cases do.

Two processes a side say little about their scatter; a hundred cases of two processes say much. Empirical Bayes as by
Smyth (2004), "Linear models and empirical Bayes methods", Statistical Applications in Genetics 3(1): variances of
cases follow an inverse chi-square with d0 degrees of freedom around s0^2, both found from the moments of log s^2;
a case's variance is then (d0 s0^2 + d s^2) / (d0 + d) with d0 + d degrees of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

FEWEST = 8
MOST_FREEDOM = 400.0
SMALLEST_SHARE = 1e-3


@dataclass(frozen=True)
class Scatter:
    """Variance of the logs of a case's units around their side's mean, and its degrees of freedom."""

    variance: float
    freedom: float

    def moderated(self, prior: Scatter | None) -> Scatter:
        """With the prior weighed in by its degrees of freedom."""
        if prior is None:
            return self
        freedom = prior.freedom + self.freedom
        mean = (prior.freedom * prior.variance + self.freedom * self.variance) / freedom
        return Scatter(mean, min(freedom, MOST_FREEDOM))


def prior(cases: Sequence[Scatter]) -> Scatter | None:
    """What all cases together say; None for fewer than FEWEST cases, or where their scatters have nothing in common."""
    middle = sorted(case.variance for case in cases)[len(cases) // 2] if cases else 0.0
    if len(cases) < FEWEST or not middle:
        return None
    least = SMALLEST_SHARE * middle
    logs = [math.log(max(case.variance, least)) - _bias(case.freedom) for case in cases]
    excess = variance(logs) - fmean(_trigamma(case.freedom / 2) for case in cases)
    freedom = min(2 * _inverse_trigamma(excess), MOST_FREEDOM) if excess > 0 else MOST_FREEDOM
    return Scatter(math.exp(fmean(logs) + _bias(freedom)), freedom)


def _bias(freedom: float) -> float:
    """Mean of log(s^2) - log(sigma^2) for s^2 with these degrees of freedom."""
    return _digamma(freedom / 2) - math.log(freedom / 2)


def _digamma(x: float) -> float:
    shift = 0.0
    while x < 10:
        shift, x = shift - 1 / x, x + 1
    return shift + math.log(x) - 1 / (2 * x) - 1 / (12 * x**2) + 1 / (120 * x**4) - 1 / (252 * x**6)


def _trigamma(x: float) -> float:
    shift = 0.0
    while x < 10:
        shift, x = shift + 1 / x**2, x + 1
    return shift + 1 / x + 1 / (2 * x**2) + 1 / (6 * x**3) - 1 / (30 * x**5) + 1 / (42 * x**7)


def _inverse_trigamma(value: float) -> float:
    """The x with trigamma(x) = value, by bisection of its logarithm; trigamma falls."""
    low, high = math.log(1e-4), math.log(1e4)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _trigamma(math.exp(middle)) > value else (low, middle)
    return math.exp((low + high) / 2)
