"""What a plan maximizes, as a frozen value: one family from total innovation to the lot of the worst-off region.

u[r,t] is innovation per head, or the index (base year = 1) where `of` says so; u0 that of the base year; disc sums to
one over the times; q[r] are the weights, summing to one. All values but `total` and `sen` are zero in the base year.

    alpha     sum_t disc[t] * sum_r share[r] * ( (u[r,t] / u0[r])^(1 - alpha) - 1 ) / (1 - alpha)
              share[r] = q[r] u0[r]^(1 - alpha) / sum_j q[j] u0[j]^(1 - alpha);  a logarithm at alpha = 1
    total     alpha = 0, with the 1 left in: discounted national innovation over that of the base year
    max_min   min_r sum_t disc[t] ln u[r,t] - min_r ln u0[r]
    leximin   the worst-off region as by max_min, then the next worst-off, and so on
    sen       sum_t disc[t] * sum_rs q[r] q[s] min(u[r,t], u[s,t]) / mean of u0: mean * (1 - Gini)

Sources: Atkinson 1970; Mo and Walrand 2000; Sen 1976; Ogryczak and Sliwinski 2006.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Measure = Literal["alpha", "max_min", "leximin", "sen"]
Word = Literal["total", "proportional", "max_min", "leximin", "sen"]
WORDS: tuple[Word, ...] = get_args(Word)


@dataclass(frozen=True)
class Objective:
    """One objective.

    alpha    aversion to inequality: 0 total, 1 proportional, larger looks to those who have less
    weights  "population", "innovation" (of the base year), "equal", or the column that `column` holds
    column   weights by region, empty unless `weights` names a column
    of       "per_head", or "index": each region against its own base year
    """

    measure: Measure = "alpha"
    alpha: float = 0.0
    weights: str = "population"
    column: tuple[float, ...] = ()
    of: Literal["per_head", "index"] = "per_head"

    @property
    def name(self) -> str:
        """One word, or what differs from the plain alpha family."""
        told = self.told
        return told if isinstance(told, str) else ", ".join(f"{key} {value}" for key, value in told.items())

    @property
    def told(self) -> str | dict[str, str | float]:
        """As a config says it: a word, or a small mapping."""
        unusual: dict[str, str | float] = {}
        if self.weights != "population":
            unusual["weights"] = self.weights
        if self.of != "per_head":
            unusual["of"] = self.of
        if self.measure != "alpha":
            return {"measure": self.measure} | unusual if unusual else self.measure
        if not unusual and self.alpha in (0.0, 1.0):
            return "total" if self.alpha == 0.0 else "proportional"
        return {"alpha": self.alpha} | unusual

    @property
    def unit(self) -> str:
        """Unit of its value: index (base year = 1), log points, or what is like log points near the base year."""
        if self.measure == "sen" or (self.measure == "alpha" and self.alpha == 0.0):
            return "index"
        return "log points" if self.measure != "alpha" or self.alpha == 1.0 else "alpha-fair log points"

    def __str__(self) -> str:
        return self.name


def objective_named(word: str) -> Objective:
    """The objective that a word stands for. Raises KeyError for an unknown word."""
    return _NAMED[word]


_NAMED = {
    "total": Objective(alpha=0.0),
    "proportional": Objective(alpha=1.0),
    "max_min": Objective("max_min"),
    "leximin": Objective("leximin"),
    "sen": Objective("sen"),
}
