"""Money over time: pure functions of numbers and arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def price_path_million(price_million: float, decline: float, price_year: int, years: Floats) -> Floats:
    """Price of a unit in each year, falling by a constant rate from the price year.

    price[t] = price * (1 - decline) ^ (t - price_year)

    >>> price_path_million(100.0, 0.1, 2024, np.array([2024.0, 2026.0])).tolist()
    [100.0, 81.0]
    """
    return price_million * (1.0 - decline) ** (np.asarray(years, float) - price_year)


def discount_factor(rate: float, years_ahead: Floats) -> Floats:
    """Weight of something that happens `years_ahead` years from now.

    >>> discount_factor(0.25, np.array([0.0, 1.0, 2.0])).tolist()
    [1.0, 0.8, 0.64]
    """
    return (1.0 + rate) ** -np.asarray(years_ahead, float)


def surviving_share(life_years: float, years_since: Floats) -> Floats:
    """Share of an evenly aged stock that is left after some years: straight line to zero at the end of life.

    >>> surviving_share(4.0, np.array([0.0, 1.0, 4.0, 5.0])).tolist()
    [1.0, 0.75, 0.0, 0.0]
    """
    return np.maximum(0.0, 1.0 - np.asarray(years_since, float) / life_years)


def life_within(first_year: Floats, life_years: float, last_year: int) -> Floats:
    """Share of a life that falls into the horizon, for straight-line salvage at its end.

    >>> life_within(np.array([2026.0, 2029.0, 2031.0]), 4.0, 2030).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.clip((last_year + 1 - np.asarray(first_year, float)) / life_years, 0.0, 1.0)


def energy_gwh(power_kw: float, load_factor: float, pue: float | Floats) -> float | Floats:
    """Electricity that one unit draws from the grid in a year: power * load * PUE * 8760 h.

    >>> energy_gwh(1000.0, 0.5, 1.25)
    5.475
    """
    return power_kw * load_factor * pue * 8760.0 / 1e6
