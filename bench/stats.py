"""Interval of a median by the bootstrap, the same for the same samples every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
SEED = 20260101


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
