"""Facts that a plan cannot change, as frozen values; arrays over regions R, assets A and frozen years Y."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Booked:
    """What a budget really paid for upkeep and electricity in a year that is past."""

    budget: str
    year: int
    opex_million: float
    energy_million: float


@dataclass(frozen=True)
class Actuals:
    """What was really ordered, paid and seen in the years up to `until`: facts that a plan cannot change.

    years            the years of the horizon that are frozen
    units_ordered    (R, A, Y) over them; zero where nothing was stated
    capex_million    (R, A, Y) what the orders really cost
    units_standing   (R, A, Y) what really stood, nan where nobody counted: the accounting holds there
    upkeep           what budgets really paid for upkeep and electricity, where it was booked
    """

    until: int
    years: tuple[int, ...]
    units_ordered: Floats
    capex_million: Floats
    units_standing: Floats
    upkeep: tuple[Booked, ...]
    place: str
