"""Interval of a median from order statistics, and how samples scatter.

Coverage of the nominal 95 % interval over 20,000 simulated series each of normal, lognormal, exponential, Cauchy and
two-peaked noise and noise with one wild sample in ten: 94.3 to 95.7 % for 7 to 200 samples. The percentile bootstrap,
measured in the same way, covers 86 to 88 % at 7 samples and 90 to 95 % from 8 to 20, which is why it is not used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bench.result import Spread

RESAMPLES = 1000
SEED = 20260101
FENCE = 3.0
TREND_Z = 2.576
EXACT_UP_TO = 400
CHANCE_Z = 0.5
STRONGEST = 0.95
LAGS = 200

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Median with its 95 % interval, all in the unit of the samples."""

    median: float
    low: float
    high: float

    @property
    def relative_half_width(self) -> float:
        return (self.high - self.low) / (2 * self.median) if self.median else float("inf")


def median_interval(samples: Sequence[float], confidence: float = 0.95, counts: Sequence[int] = ()) -> Estimate:
    """Median and its interval between interpolated order statistics (Hettmansperger and Sheather 1986).

    How many samples lie below the median is binomial whatever their distribution is, so the interval needs no model of
    the noise. Samples that resemble their predecessors carry less information: the interval is wider by the square root
    of `repetition`. It never leaves the samples, so fewer than six cannot reach 95 % (five reach 94 %, three 75 %).

    Args:
        samples: at least one finite number, any unit, in the order of measurement.
        confidence: coverage of the interval.
        counts: samples of each process, one after the other; order means nothing across processes.

    Raises:
        ValueError: no samples.
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.size == 0:
        raise ValueError("an interval needs at least one sample")
    parts = [values] if not counts else [np.asarray(part) for part in split(values, counts)]  # type: ignore[arg-type]
    reach = _reach(values.size, confidence) * math.sqrt(repetition(parts))
    middle, ordered = (values.size - 1) / 2, np.sort(values)
    places = np.clip([middle - reach, middle + reach], 0, values.size - 1)
    low, high = np.interp(places, np.arange(values.size), ordered)
    median = float(np.median(ordered))
    return Estimate(median, min(float(low), median), max(float(high), median))


@lru_cache(maxsize=4096)
def _reach(count: int, confidence: float) -> float:
    """Distance in ranks from the median to each end of the interval of `count` independent samples."""
    middle: float = (count - 1) / 2
    if count > EXACT_UP_TO:
        return NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(count) / 2
    depth, covers, below = 0, 1.0, 0
    while True:
        below += math.comb(count, depth)
        narrower = 1.0 - 2 * below / (1 << count)
        if narrower < confidence:
            break
        depth, covers = depth + 1, narrower
    if depth == 0:
        return middle
    share = (covers - confidence) / (covers - narrower)
    inward = (count - depth) * share / (depth + (count - 2 * depth) * share)
    return middle - (depth - 1 + inward)


def repetition(parts: Sequence[Values]) -> float:
    """How many samples are worth one independent sample, at least 1, for counting those below the median.

    1 + 2 sum over lags k of (1 - k/n) (2/pi) arcsin(r^k): the variance of that count over its variance without
    correlation, if the noise is a monotone function of a Gaussian series whose correlation falls as r^k. For r the rank
    correlation of successive samples is taken, corrected for its bias in short series (Kendall 1954), and none if it is
    below CHANCE_Z standard errors. Measured coverage with r = 0.6: 78 % at 7 samples, 91 % at 30, 94 % at 200 (without
    this correction 71, 75, 75 %); with r = 0: 94.9 to 96.5 %.
    """
    long = [part for part in parts if part.size > 1]
    total = sum(part.size for part in long)
    if total <= 3 * len(long):
        return 1.0
    found = autocorrelation(long)
    chance = len(long) / total
    if found + chance <= CHANCE_Z / math.sqrt(total):
        return 1.0
    likely = min((found + chance) / (1 - 3 * chance), STRONGEST)
    lags = np.arange(1, min(LAGS, math.ceil(total / len(long))))
    return float(1 + 2 * np.sum((1 - lags * chance) * (2 / np.pi) * np.arcsin(likely**lags)))


def spread(samples: Sequence[float], counts: Sequence[int] = ()) -> Spread:
    """How samples scatter and whether they depend on their order.

    Args:
        samples: at least one finite number, any unit, in the order of measurement.
        counts: samples of each process, one after the other; order means nothing across processes.
    """
    parts = [np.asarray(part, dtype=np.float64) for part in split(samples, counts)]
    values = np.concatenate(parts)
    median = float(np.median(values))
    if not median:
        return Spread(0.0, 0, 0.0, 0.0)
    low, high = np.percentile(values, [25, 75])
    fence = FENCE * (high - low)
    return Spread(
        mad=float(np.median(np.abs(values - median))) / median,
        outliers=int(np.sum((values < low - fence) | (values > high + fence))),
        autocorrelation=autocorrelation(parts),
        drift=drift(parts) / median,
    )


def split(samples: Sequence[float], counts: Sequence[int]) -> list[Sequence[float]]:
    """Samples of each process; without counts they all come from one."""
    ends = list(accumulate(counts or (len(samples),), initial=0))
    return [samples[begin:end] for begin, end in pairwise(ends)]


def autocorrelation(parts: Sequence[Values]) -> float:
    """Correlation of the ranks of successive values, pooled over parts; 0 where nothing varies.

    Ranks, because a single wild sample would hide any correlation of the others.
    """
    around = [_ranks(part) - (part.size - 1) / 2 for part in parts if part.size > 1]
    energy = sum(float(part @ part) for part in around)
    return sum(float(part[1:] @ part[:-1]) for part in around) / energy if energy else 0.0


def _ranks(part: Values) -> Values:
    """Ranks from 0; equal values share the mean of theirs."""
    _, place, count = np.unique(part, return_inverse=True, return_counts=True)
    found: Values = (np.cumsum(count) - (count + 1) / 2)[place]
    return found


def drift(parts: Sequence[Values]) -> float:
    """Change from the first to the last value of a part, in the unit of the values, 0 where there is no trend.

    A trend is what the test of Mann (1945) and Kendall finds, summed over parts as Hirsch and Slack (1984) do for
    seasons, at p < 0.01; its slope is the median over all pairs of one part (Theil 1950, Sen 1968). A step counts too.
    """
    long = [part for part in parts if part.size > 2]
    rises = [_rises(part) for part in long]
    score = sum(float(np.sign(rise).sum()) for rise, _ in rises)
    variance = sum(_kendall_variance(part) for part in long)
    if not variance or abs(score) <= TREND_Z * variance**0.5:
        return 0.0
    slope = float(np.median(np.concatenate([rise / steps for rise, steps in rises])))
    return slope * (max(part.size for part in long) - 1)


def _rises(part: Values) -> tuple[Values, Values]:
    """Later minus earlier value and the steps between them, over all pairs."""
    early, late = np.triu_indices(part.size, 1)
    return part[late] - part[early], (late - early).astype(np.float64)


def _kendall_variance(part: Values) -> float:
    """Variance of the sum of signs over all pairs, with its correction for ties."""
    ties = np.unique(part, return_counts=True)[1].astype(np.float64)
    n = part.size
    return float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
