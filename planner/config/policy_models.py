"""The shape of budgets, policy rules, growth limits and candidate projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator

from planner.config.problems import FaultError
from planner.config.quantities import (
    Count,
    Id,
    Interest,
    Money,
    Positive,
    Quantity,
    Rate,
    Strict,
    Text,
    quantity_schema,
)
from planner.config.units import MONEY, YEARS
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


Years = Annotated[Annotated[tuple[Year, ...], Tag("list")] | Annotated[YearRange, Tag("mapping")], ByForm]
Counted = Literal["stock", "order", "capex"]


class Scope(Strict):
    """What a budget or rule speaks of; what is not named is not restricted."""

    assets: tuple[Id, ...] = ()
    classes: tuple[AssetClass, ...] = ()
    regions: tuple[Id, ...] = ()
    groups: tuple[Id, ...] = ()
    years: Years = ()


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


RuleKind = Literal["floor", "cap", "convergence", "eligibility", "precedence", "matching"]

_OF_AMOUNTS = ("each", "share_of", "ratio_to", "ratio_quantity", "scaled_by", "per_10k_people")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "floor": ("quantity", "limit"),
    "cap": ("quantity", "limit"),
    "convergence": ("scope", "limit"),
    "eligibility": ("scope",),
    "precedence": ("scope", "needs", "limit"),
    "matching": ("budget", "of", "limit"),
}
"""Keys that each kind of rule must have."""
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "floor": ("scope", *_OF_AMOUNTS),
    "cap": ("scope", *_OF_AMOUNTS),
    "convergence": ("quantity",),
    "eligibility": (),
    "precedence": ("within",),
    "matching": ("period",),
}
"""Keys that it may have beside those, and id, name, kind, price and source."""


class Rule(Strict):
    """A policy rule; which keys go with which kind is in NEEDED and ALLOWED.

    floor, cap   a quantity over a scope, at least or at most a limit, a share of a whole, or a multiple of another
    convergence  every region of the scope reaches a share of the national mean per head
    eligibility  the assets of the scope are ordered in its regions, groups and years only
    precedence   orders of the scope stay within a multiple of the stock of what they need, in the region or `within`
    matching     a budget spends at most a multiple of what another one spends
    """

    id: Id
    name: Text
    kind: RuleKind
    quantity: Counted | None = None
    scope: Scope | None = None
    each: Literal["nation", "region"] = "nation"
    limit: Amount | None = None
    per_10k_people: bool = False
    share_of: Scope | None = None
    ratio_to: Scope | None = None
    ratio_quantity: Counted | None = None
    scaled_by: Literal["population"] | None = None
    needs: Scope | None = None
    within: tuple[Id, ...] = ()
    budget: Id | None = None
    of: Id | None = None
    period: Literal["year", "total"] = "year"
    price: Count | None = None
    source: Text = ""

    @model_validator(mode="after")
    def _keys_fit_kind(self) -> Rule:
        given = self.model_fields_set - {"id", "name", "kind", "price", "source"}
        missing = [key for key in NEEDED[self.kind] if key not in given]
        if missing:
            raise FaultError(f"a rule of kind {self.kind} has no key {missing[0]!r}", f"add {missing[0]}: ...")
        odd = sorted(given - {*NEEDED[self.kind], *ALLOWED[self.kind]})
        if odd:
            raise FaultError(f"{odd[0]!r} does not go with kind {self.kind}", f"take {odd[0]} out")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Rule:
        if self.scaled_by is not None and self.share_of is None:
            raise FaultError("'scaled_by' goes with 'share_of' only", "add share_of or take scaled_by out")
        if self.ratio_quantity is not None and self.ratio_to is None:
            raise FaultError("'ratio_quantity' goes with 'ratio_to' only", "add ratio_to or take ratio_quantity out")
        sides = [key for key in ("share_of", "ratio_to") if getattr(self, key) is not None]
        sides += ["per_10k_people"] * self.per_10k_people
        if len(sides) > 1:
            raise FaultError(f"'{sides[1]}' does not go with '{sides[0]}'", "take one of them out")
        return self

    @model_validator(mode="after")
    def _is_narrow(self) -> Rule:
        scope = self.scope or Scope()
        if self.kind == "eligibility" and not (scope.regions or scope.groups or scope.years):
            raise FaultError(
                "the eligibility names no regions, groups or years", "say where or when orders are allowed"
            )
        if self.kind in ("eligibility", "precedence", "convergence") and not (scope.assets or scope.classes):
            raise FaultError(f"the {self.kind} names no assets", "add assets or classes to its scope")
        return self


class Project(Strict):
    """A candidate project: taken as a whole in one of its years, or left."""

    id: Id
    name: Text
    region: Id
    units: dict[Id, Positive]
    capex: Money | None = None
    opex: Money = 0.0
    years: Years = ()
    lead_time: Annotated[float, Quantity(YEARS)] = 0.0
    excludes: tuple[Id, ...] = ()
    needs: tuple[Id, ...] = ()
    must: bool = False
    source: Text = ""

    @model_validator(mode="after")
    def _builds_something(self) -> Project:
        if not self.units:
            raise FaultError("the project builds nothing", "name at least one asset with its units")
        if self.lead_time != round(self.lead_time):
            raise FaultError(f"a lead time of {self.lead_time:g} years is no whole number", "write whole years")
        return self


class GrowthLimit(Strict):
    """Orders of an asset in a region stay within a rate of its stock plus a seed."""

    id: Id
    assets: NonEmpty[tuple[Id, ...]]
    rate: Rate
    seed: Count
    price: Count | None = None
    source: Text = ""
