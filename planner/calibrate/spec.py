"""What a calibration asks: columns of the panel, lags, stocks, years, and the elasticities it takes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["pooled", "two_way", "long_difference", "between"]
METHODS: tuple[Method, ...] = ("pooled", "two_way", "long_difference", "between")
METHOD_NAMES = {
    "pooled": "pooled, year effects",
    "two_way": "two-way fixed effects",
    "long_difference": "long difference",
    "between": "between regions",
}


@dataclass(frozen=True)
class Inventory:
    """A stock made of yearly spending: share that decays in a year, growth before the first year."""

    decay: float
    growth: float


@dataclass(frozen=True)
class Variable:
    """A regressor: the log of a column, or of its stock, over another column where one is named, `lag` years ago.

    is_factor  whether its coefficient is an elasticity; else it is a control
    place      where the spec names it, for errors
    """

    id: str
    name: str
    column: str
    unit: str = ""
    lag: int = 0
    stock: Inventory | None = None
    over: str | None = None
    is_factor: bool = True
    place: str = ""


@dataclass(frozen=True)
class Assumed:
    """An elasticity that the panel cannot give, with its source."""

    beta: float
    source: str


@dataclass(frozen=True)
class Spec:
    """A whole calibration; `years` are those of the outcome, both included; `write` is the estimate that is written."""

    region: str
    year: str
    outcome: str
    variables: tuple[Variable, ...]
    years: tuple[int | None, int | None] = (None, None)
    leave_out: tuple[str, ...] = ()
    write: Method = "two_way"
    level: float = 0.95
    assumed: tuple[tuple[str, Assumed], ...] = ()
    source: str = ""

    @property
    def factors(self) -> tuple[Variable, ...]:
        return tuple(v for v in self.variables if v.is_factor)
