"""The shape of budgets, policy rules and growth limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator

from planner.config.problems import FaultError
from planner.config.quantities import Count, Id, Interest, Money, Rate, Strict, Text, quantity_schema
from planner.config.units import MONEY
from planner.config.vocabulary import Amount, AssetClass, ByForm, NonEmpty, Spending, Year


class YearRange(Strict):
    """Years from one to another, both included."""

    first: Year = Field(alias="from")
    last: Year = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> YearRange:
        if self.first > self.last:
            raise FaultError(f"from {self.first} to {self.last} holds no year", "write from <= to")
        return self


class Scope(Strict):
    """What a budget or rule speaks of; what is not named is not restricted."""

    assets: tuple[Id, ...] = ()
    classes: tuple[AssetClass, ...] = ()
    regions: tuple[Id, ...] = ()
    groups: tuple[Id, ...] = ()
    years: Annotated[Annotated[tuple[Year, ...], Tag("list")] | Annotated[YearRange, Tag("mapping")], ByForm] = ()


class FirstLimit(Strict):
    """Money of the first year of the scope, growing from year to year."""

    first: Money
    growth: Rate = 0.0


def _limit_form(value: object) -> str:
    if not isinstance(value, dict):
        return "money"
    return "by_year" if any(isinstance(key, int) for key in value) else "growing"


_BY_YEAR = {
    "type": "object",
    "patternProperties": {"^[0-9]{4}$": quantity_schema(MONEY)},
    "additionalProperties": False,
}
Limit = Annotated[
    Annotated[Money, Tag("money")]
    | Annotated[dict[Year, Money], Tag("by_year"), WithJsonSchema(_BY_YEAR)]
    | Annotated[FirstLimit, Tag("growing")],
    Discriminator(_limit_form),
]


class CarryOver(Strict):
    """What a year leaves goes to the next with interest."""

    interest: Interest = 0.0


class Budget(Strict):
    """Money that may be spent within a scope."""

    id: Id
    name: Text
    kinds: NonEmpty[tuple[Spending, ...]]
    scope: Scope = Scope()
    period: Literal["year", "total"]
    limit: Limit
    carry_over: CarryOver | None = None
    price: Count | None = None
    source: Text = ""

    @model_validator(mode="after")
    def _period_fits(self) -> Budget:
        if self.period == "total" and self.carry_over is not None:
            raise FaultError("'carry_over' goes with 'period: year' only", "take carry_over out")
        if self.period == "total" and not isinstance(self.limit, float):
            raise FaultError("'period: total' takes one amount as limit", "write one amount of money")
        return self


class Rule(Strict):
    """A policy rule: a quantity over a scope, at least or at most a limit."""

    id: Id
    name: Text
    kind: Literal["floor", "cap"]
    quantity: Literal["stock", "order", "capex"]
    scope: Scope = Scope()
    each: Literal["nation", "region"] = "nation"
    limit: Amount
    per_10k_people: bool = False
    share_of: Scope | None = None
    scaled_by: Literal["population"] | None = None
    price: Count | None = None
    source: Text = ""

    @model_validator(mode="after")
    def _fits(self) -> Rule:
        if self.scaled_by is not None and self.share_of is None:
            raise FaultError("'scaled_by' goes with 'share_of' only", "add share_of or take scaled_by out")
        if self.per_10k_people and self.share_of is not None:
            raise FaultError("'per_10k_people' does not go with 'share_of'", "take one of them out")
        return self


class GrowthLimit(Strict):
    """Orders of an asset in a region stay within a rate of its stock plus a seed."""

    id: Id
    assets: NonEmpty[tuple[Id, ...]]
    rate: Rate
    seed: Count
    source: Text = ""
