"""A stock from yearly spending: perpetual inventory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def perpetual_inventory(spending: Floats, decay: float, growth: float) -> Floats:
    """Stock at the end of each year, shape of `spending` (R, Y), consecutive years.

    K[first] = R[first] / (growth + decay) ;  K[t] = (1 - decay) K[t-1] + R[t]

    `first` is the first year of a region with a number; after a year without one the stock is not known (NaN).
    Raises ValueError where growth + decay is not above 0.
    Source: Griliches 1979, Bell Journal of Economics 10.

    >>> perpetual_inventory(np.array([[27.0, 10.0]]), 0.15, 0.12).round(6).tolist()
    [[100.0, 95.0]]
    """
    if growth + decay <= 0:
        raise ValueError(f"growth {growth:g} + decay {decay:g} is not above 0, so no start value exists")
    stock = np.full(spending.shape, np.nan)
    begun = np.zeros(len(spending), dtype=bool)
    for t in range(spending.shape[1]):
        now = spending[:, t]
        starts = ~begun & ~np.isnan(now)
        stock[starts, t] = now[starts] / (growth + decay)
        if t:
            stock[begun, t] = (1 - decay) * stock[begun, t - 1] + now[begun]
        begun |= starts
    return stock
