"""Distance made into delay, reach and spillover: pure arrays over pairs of regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def delay_ms(distance_km: Floats, ms_per_km: float, route_factor: float, offset_ms: float) -> Floats:
    """One-way delay between regions, shape (R, R).

    delay = ms_per_km * route_factor * great-circle km + offset

    >>> delay_ms(np.array([1000.0]), 0.0049, 1.4, 0.5).round(2).tolist()
    [7.36]
    """
    return ms_per_km * route_factor * np.asarray(distance_km, float) + offset_ms


def spillover_weights(distance_km: Floats, decay_km: float, reach_km: float) -> Floats:
    """How much the level of region j counts in region r, shape (R, R), zero on the diagonal.

    w[r,j] ~ exp(-d[r,j] / decay) for d <= reach; rows sum to one, or to zero where nobody is in reach.
    """
    distance = np.asarray(distance_km, float)
    weights = np.where(distance <= reach_km, np.exp(-distance / decay_km), 0.0)
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))
