"""Interval of a median by the bootstrap, the same for the same samples every time, and how samples scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from bench.result import Spread

RESAMPLES = 1000
SEED = 20260101
FENCE = 3.0
TREND_Z = 2.576

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


def median_interval(samples: Sequence[float], confidence: float = 0.95) -> Estimate:
    """Median and its percentile bootstrap interval (Efron 1979), from RESAMPLES draws with a fixed seed.

    Args:
        samples: at least one finite number, any unit.
        confidence: coverage of the interval.

    Raises:
        ValueError: no samples.
    """
    values = np.asarray(samples, dtype=np.float64)
    if values.size == 0:
        raise ValueError("an interval needs at least one sample")
    draws = np.random.default_rng(SEED).integers(0, values.size, size=(RESAMPLES, values.size))
    medians = np.median(values[draws], axis=1)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(medians, [tail, 100 - tail])
    return Estimate(float(np.median(values)), float(low), float(high))


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
    """Correlation of successive values, pooled over parts, each around its own mean; 0 where nothing varies."""
    around = [part - part.mean() for part in parts if part.size > 1]
    energy = sum(float(part @ part) for part in around)
    return sum(float(part[1:] @ part[:-1]) for part in around) / energy if energy else 0.0


def drift(parts: Sequence[Values]) -> float:
    """Change from the first to the last value of a part, in the unit of the values, 0 where there is no trend.

    A trend is what the test of Mann (1945) and Kendall finds, summed over parts as Hirsch and Slack (1984) do for
    seasons, at p < 0.01; its slope is the median over all pairs of one part (Theil 1950, Sen 1968).
    """
    rises = [_rises(part) for part in parts if part.size > 2]
    score = sum(float(np.sign(rise).sum()) for rise, _ in rises)
    variance = sum(_kendall_variance(part) for part in parts if part.size > 2)
    if not variance or abs(score) <= TREND_Z * variance**0.5:
        return 0.0
    slope = float(np.median(np.concatenate([rise / steps for rise, steps in rises])))
    return slope * (max(part.size for part in parts) - 1)


def _rises(part: Values) -> tuple[Values, Values]:
    """Later minus earlier value and the steps between them, over all pairs."""
    early, late = np.triu_indices(part.size, 1)
    return part[late] - part[early], (late - early).astype(np.float64)


def _kendall_variance(part: Values) -> float:
    """Variance of the sum of signs over all pairs, with its correction for ties."""
    ties = np.unique(part, return_counts=True)[1].astype(np.float64)
    n = part.size
    return float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
