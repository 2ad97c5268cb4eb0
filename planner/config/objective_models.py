"""The shape of the objective of a plan config: a word, or a mapping that says how much those who have less weigh."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from planner.config.problems import FaultError
from planner.config.quantities import Count, Strict, Text
from planner.objective import Measure, Word

MOST_ALPHA = 20.0
"""Beyond it the worst-off region alone decides; `max_min` says so and is solved faster."""


class WeightColumn(Strict):
    """Weights from a column of the region table."""

    column: Text


class Fairness(Strict):
    """Aversion to inequality, weights of regions, and what is compared; or another measure of the same."""

    measure: Measure = "alpha"
    alpha: Annotated[Count, Field(le=MOST_ALPHA)] | None = None
    weights: (
        Annotated[
            Annotated[Literal["population", "innovation", "equal"], Tag("word")]
            | Annotated[WeightColumn, Tag("mapping")],
            Discriminator(lambda value: _form(value)),
        ]
        | None
    ) = None
    of: Literal["per_head", "index"] = "per_head"

    @model_validator(mode="after")
    def _sensible(self) -> Fairness:
        if (self.measure == "alpha") != (self.alpha is not None):
            remedy = "write {alpha: 0.5}, or {measure: max_min} without alpha"
            raise FaultError("expected either 'alpha' or another 'measure'", remedy)
        if self.measure in ("max_min", "leximin") and self.weights is not None:
            raise FaultError(f"'weights' mean nothing to {self.measure}: every region counts", "leave 'weights' out")
        return self


def _form(value: object) -> str:
    """The tag of a value that may be a word or a mapping."""
    return "mapping" if isinstance(value, dict | Strict) else "word"


ObjectiveText = Annotated[
    Annotated[Word, Tag("word")] | Annotated[Fairness, Tag("mapping")],
    Discriminator(_form),
]
