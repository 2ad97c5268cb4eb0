"""The shape of a plan config: which keys there are and what each may hold. Meaning is checked in `resolve`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.config import units
from planner.config.objective_models import ObjectiveText
from planner.config.policy_models import Budget, GrowthLimit, Project, Rule
from planner.config.problems import FaultError
from planner.config.quantities import (
    ComputeParameter,
    Count,
    CountParameter,
    Currency,
    DeclineParameter,
    Id,
    InterestParameter,
    MoneyParameter,
    Positive,
    PositiveParameter,
    PowerParameter,
    RateParameter,
    Seconds,
    Share,
    ShareParameter,
    Spillover,
    StaffParameter,
    Strict,
    Text,
    TrafficParameter,
    YearsParameter,
)
from planner.config.region_models import Distances, Geography, Group, Regions
from planner.config.translation import Names
from planner.config.tree import Path
from planner.config.vocabulary import AssetClass, DelayOrNone, Files, Link, NonEmpty, Year, check_sum
from planner.scenario import Kind


class Years(Strict):
    """Base year (what stands now), first and last year of orders."""

    base: Year
    first: Year
    last: Year

    @model_validator(mode="after")
    def _in_order(self) -> Years:
        if not self.base < self.first <= self.last:
            raise FaultError(
                f"years {self.base}, {self.first}, {self.last} are not in order", "write base < first <= last"
            )
        return self


class Tail(Strict):
    """What follows the horizon."""

    mode: Literal["continue", "salvage", "none"] = "continue"
    years: Annotated[int, Field(ge=1, le=200)] | None = None
    points: Annotated[int, Field(ge=1, le=200)] = 6


class Series(Strict):
    """A base level by region with its yearly growth."""

    column: Text
    growth: RateParameter = RateParameter(value=0.0)


class Factor(Strict):
    """A factor of innovation."""

    id: Id
    name: Text
    unit: Text
    series: Series | None = None
    usable_per_talent: CountParameter | None = None


class Threshold(Strict):
    """A level per head, over the national one of the base year, at which a region innovates more by the bonus."""

    id: Id
    name: Text
    factor: Id
    at_least: PositiveParameter
    bonus: ShareParameter
    source: Text = ""


class Nest(Strict):
    """Factors that act as one; `sigma`: 0 only together, 1 as without a nest, above 1 in place of each other."""

    factors: NonEmpty[tuple[Id, ...]]
    sigma: Annotated[Count, Field(le=20)]


class ElasticitySet(Strict):
    """Output elasticities by factor, the strength of spillovers, and factors that need each other."""

    id: Id
    name: Text
    beta: dict[str, Count]
    spillover: Spillover
    nest: Nest | None = None
    source: Text = ""

    @model_validator(mode="after")
    def _concave(self) -> ElasticitySet:
        total = sum(self.beta.values())
        if total > 1 + 1e-9:
            raise FaultError(f"the elasticities sum to {total:g}, which is not concave", "let them sum to at most 1")
        return self


class Housed(Strict):
    """What one unit takes of the asset it stands in."""

    asset: Id
    units_per_unit: Positive


class BaseStock(Strict):
    """What stands in the base year: a column of the region table, or one amount for every region."""

    column: Text | None = None
    value: Count | None = None
    kind: Kind | None = None
    source: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_bare(cls, data: object) -> object:
        return data if isinstance(data, dict) else {"value": data}

    @model_validator(mode="after")
    def _one_way(self) -> BaseStock:
        if (self.column is None) == (self.value is None):
            raise FaultError("expected either 'column' or 'value'", "write {column: NAME} or {value: 0}")
        return self


class Asset(Strict):
    """Something money can build; amounts are per unit."""

    id: Id
    asset_class: AssetClass = Field(alias="class")
    name: Text
    name_zh: Text | None = None
    unit: Text
    module: Positive = 1.0
    integer: bool = False
    capex: MoneyParameter
    price_decline: DeclineParameter = DeclineParameter(value=0.0)
    opex_share: ShareParameter = ShareParameter(value=0.0)
    power_kw: PowerParameter = PowerParameter(value=0.0)
    load_factor: ShareParameter = ShareParameter(value=1.0)
    has_pue: bool = False
    life: YearsParameter
    lead_time: YearsParameter
    staff_fte: StaffParameter = StaffParameter(value=0.0)
    supplies: dict[str, Count] = Field(default_factory=dict)
    housed_in: Housed | None = None
    carries_traffic: bool = False
    machine: Id | None = None
    utilisation: ShareParameter = ShareParameter(value=1.0)
    base_stock: BaseStock

    @model_validator(mode="before")
    @classmethod
    def _capex_of_one_unit(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("unit"), str) or "capex" not in data:
            return data
        unit, capex = data["unit"], data["capex"]
        if isinstance(capex, dict):
            return data | {"capex": {key: units.without_per(value, unit) for key, value in capex.items()}}
        return data | {"capex": units.without_per(capex, unit)}


class Driver(Strict):
    """A column that spreads demand over regions, with its share."""

    column: Text
    share: Share


class Demand(Strict):
    """Compute demand of one kind."""

    id: Id
    name: Text
    name_zh: Text | None = None
    link: Link
    feeds: Id
    delay_limit: DelayOrNone = None
    served_by: NonEmpty[tuple[Id, ...]]
    mix: Id
    base: ComputeParameter
    growth: RateParameter
    drivers: NonEmpty[tuple[Driver, ...]]
    traffic: TrafficParameter
    unmet_price: Count

    @model_validator(mode="after")
    def _whole(self) -> Demand:
        check_sum("the shares of the drivers", [driver.share for driver in self.drivers])
        return self


class Supply(Strict):
    """Something a region has of its own: a column, its yearly growth, the usable share."""

    column: Text
    growth: RateParameter = RateParameter(value=0.0)
    share: ShareParameter = ShareParameter(value=1.0)
    price: Count | None = None


class Actuals(Strict):
    """Tables of what was really ordered, seen and paid, up to a year (default: the last one that `table` names)."""

    table: Text
    until: Year | None = None
    stocks: Text | None = None
    upkeep: Text | None = None


class Plan(Strict):
    """A whole plan config."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Id
    title: Text
    title_zh: Text | None = None
    currency: Currency
    price_year: Year
    years: Years
    discount_rate: InterestParameter
    tail: Tail = Field(default_factory=Tail)
    objective: ObjectiveText
    gap: Annotated[Positive, Field(le=0.5)] = 1e-4
    time_limit: Seconds = 600.0
    regions: Regions
    groups: tuple[Group, ...] = ()
    distances: Distances
    geography: Geography = Geography()
    floor_share: ShareParameter
    factors: tuple[Factor, ...]
    thresholds: tuple[Threshold, ...] = ()
    elasticities: Id
    elasticity_sets: tuple[ElasticitySet, ...]
    assets: tuple[Asset, ...]
    demand: tuple[Demand, ...] = ()
    mixes: Files = ()
    machines: Files = ()
    records: dict[str, Text] = Field(default_factory=dict)
    electricity: Supply | None = None
    staff: Supply | None = None
    budgets: tuple[Budget, ...] = ()
    rules: tuple[Rule, ...] = ()
    growth_limits: tuple[GrowthLimit, ...] = ()
    projects: tuple[Project, ...] = ()
    actuals: Actuals | None = None
    sources: Text | None = None
    references: Text | None = None
    names_zh: Names = Names()


STAND_INS: Mapping[Path, object] = {
    ("schema",): 1,
    ("id",): "unknown",
    ("title",): "unknown",
    ("currency",): "CNY",
    ("price_year",): 2000,
    ("discount_rate",): 0,
    ("objective",): "total",
    ("floor_share",): 0,
    ("regions", "energy_price"): 0,
    ("regions", "pue_base"): 1,
    ("regions", "pue_new"): 1,
}
"""What takes the place of a wrong or missing value while the rest of a config is checked; never part of a scenario."""
