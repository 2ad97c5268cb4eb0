"""Compute demand over regions and years from drivers and growth: pure arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.scenario import DemandClass

Floats = NDArray[np.float64]


def regional_shares(demand: DemandClass) -> Floats:
    """Share of each region in a class, shape (R,), sum 1: its drivers, each normalized, mixed by their shares."""
    return np.asarray(sum(driver.share * driver.values / driver.values.sum() for driver in demand.drivers))


def base_eflops(demand: DemandClass) -> Floats:
    """Sustained EFLOPS asked in the base year, shape (R,)."""
    return demand.base_eflops.value * regional_shares(demand)


def demand_eflops(demand: DemandClass, years_ahead: Floats) -> Floats:
    """Sustained EFLOPS asked, shape (R, T): base * (1 + growth) ^ years after the base year."""
    return base_eflops(demand)[:, None] * (1.0 + demand.growth.value) ** np.asarray(years_ahead, float)[None, :]
