"""The question a plan answers, as frozen values: what `planner.config` reads and everything else uses.

Money is million units of the currency in prices of `price_year`; power per unit is kW; demand and flows are
EFLOPS of sustained (delivered) compute; distances are great-circle km; delays are one-way ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.actuals import Actuals as Actuals
from planner.actuals import Booked as Booked
from planner.candidate import Project as Project
from planner.nest import Nest
from planner.objective import Objective as Objective
from planner.objective import objective_named
from planner.sources import ColumnSource, Reference

Kind = Literal["found", "derived", "recalled", "assumption", "estimated", "published", "measured"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """A number with its range and its evidence; `place` is the file and line it was read from."""

    value: float
    low: float | None = None
    high: float | None = None
    kind: Kind = "assumption"
    source: str = ""
    place: str = ""


@dataclass(frozen=True)
class Region:
    """One region: people, place, prices and what its sites are like."""

    id: str
    name: str
    name_zh: str
    population_10k: float
    innovation: float
    tile: tuple[int, int] | None
    price_factor: float
    energy_price_per_kwh: float
    pue_base: float
    pue_new: float


@dataclass(frozen=True)
class Group:
    """A named set of regions: a macro-region, the hub nodes, a province's neighbours."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Factor:
    """A factor of innovation. `series` is its exogenous base level by region (None: supplied by the plan).

    usable_per_talent  kappa: at most this much of the factor is usable per unit of the factor `talent` (None: no cap)
    """

    id: str
    name: str
    unit: str
    series: Floats | None
    growth: Parameter | None
    usable_per_talent: Parameter | None


@dataclass(frozen=True)
class ElasticitySet:
    """One set of output elasticities beta[f] with the strength phi of spillovers, and perhaps a nest of factors."""

    id: str
    name: str
    beta: Mapping[str, float]
    spillover: float
    source: str
    place: str
    nest: Nest | None = None


@dataclass(frozen=True)
class Threshold:
    """A level of a factor at which a region innovates more, by the share `bonus`, as long as it stays there.

    at_least  the region's own level per head, over the national level per head of the base year
    """

    id: str
    name: str
    factor: str
    at_least: Parameter
    bonus: Parameter
    source: str
    place: str


@dataclass(frozen=True)
class Asset:
    """Something money can build. All amounts are per unit; `module_units` units are ordered together."""

    id: str
    asset_class: str
    name: str
    name_zh: str
    unit: str
    module_units: float
    integer: bool
    capex: Parameter
    price_decline: Parameter
    opex_share: Parameter
    power_kw: Parameter
    load_factor: Parameter
    has_pue: bool
    life_years: Parameter
    lead_years: Parameter
    staff_fte: Parameter
    supplies: Mapping[str, float]
    housed_in: str | None
    housing_per_unit: float
    carries_traffic: bool
    machine: str | None
    utilisation: Parameter
    base_stock: Floats
    base_stock_kind: Kind
    base_stock_source: str


@dataclass(frozen=True)
class Driver:
    """A column of the region table that spreads a demand class over regions, with its share."""

    column: str
    share: float
    values: Floats


@dataclass(frozen=True)
class DemandClass:
    """Compute demand of one kind: where it arises, how near it must be served, what it is made of."""

    id: str
    name: str
    name_zh: str
    link: str
    feeds: str
    delay_limit_ms: float | None
    served_by: tuple[str, ...]
    mix: str
    base_eflops: Parameter
    growth: Parameter
    drivers: tuple[Driver, ...]
    traffic_gbps_per_eflops: Parameter
    unmet_price: float


@dataclass(frozen=True)
class Mix:
    """A workload mix: shares of kernels in floating-point operations, summing to one."""

    id: str
    name: str
    precision: str
    shares: Mapping[str, float]
    source: str


@dataclass(frozen=True)
class Machine:
    """A machine with its nameplate peaks, published fractions of peak by kernel, and perhaps a measured record."""

    id: str
    name: str
    peak_tflops: Mapping[str, Parameter]
    fraction_of_peak: Mapping[str, Parameter]
    machines_per_unit: float
    source: str
    record: str | None
    place: str


@dataclass(frozen=True)
class Scope:
    """What a budget or rule speaks of; an empty tuple means all."""

    assets: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Budget:
    """Money that may be spent on `kinds` within `scope`.

    period    "year": limit holds each year, "total": one limit over the years of the scope
    limits    one value per year of the scope, or a single total; million currency units
    carry_over_interest  None: what a year leaves is lost; else it carries over with this yearly interest
    price     None: hard; else loss of the objective per million spent above the limit
    """

    id: str
    name: str
    kinds: tuple[Literal["capex", "opex", "energy"], ...]
    scope: Scope
    period: Literal["year", "total"]
    limits: tuple[float, ...]
    carry_over_interest: float | None
    price: float | None
    source: str
    place: str


@dataclass(frozen=True)
class Rule:
    """A policy rule: quantity over scope, one row per year and per `each`, at least (floor) or at most (cap) a limit.

    quantity   "stock" or "order" in units, "capex" in million currency units
    limit      a number of units; per 10,000 people where `per_10k_people`; a share where `share_of` is given
    share_of   the scope whose quantity is the whole of the share (its regions empty: the nation)
    scaled_by  "population": the share is multiplied by the share of the row's regions in the population of the whole
    each       "nation": one row; "region": one row per region of the scope
    price      None: hard; else loss of the objective per unit of shortfall, relative to the row's limit
    kind       what a plan calls the rule where that is not its sense; an eligibility has one row for every region and
               year that its scope does not name
    ratio_to   the scope whose quantity the limit is a multiple of (its regions empty: those of the row)
    ratio_quantity  what is counted of `ratio_to`, where that is not `quantity`
    within     sets of regions: a row of a region counts `ratio_to` over all sets that hold the region
    """

    id: str
    name: str
    sense: Literal["floor", "cap"]
    quantity: Literal["stock", "order", "capex"]
    scope: Scope
    each: Literal["nation", "region"]
    limit: float
    per_10k_people: bool
    share_of: Scope | None
    scaled_by: Literal["population"] | None
    price: float | None
    source: str
    place: str
    kind: Literal["", "convergence", "eligibility", "precedence"] = ""
    ratio_to: Scope | None = None
    ratio_quantity: Literal["stock", "order", "capex"] | None = None
    within: tuple[tuple[str, ...], ...] = ()

    @property
    def word(self) -> str:
        """What tables and reports call the rule."""
        return self.kind or self.sense


@dataclass(frozen=True)
class Matching:
    """Matching funds: `budget` spends at most `ratio` times what the budget `of` spends.

    period  "year": in every year of `budget`; "total": over all years of both
    price   None: hard; else loss of the objective per million spent above
    """

    id: str
    name: str
    budget: str
    of: str
    ratio: float
    period: Literal["year", "total"]
    price: float | None
    source: str
    place: str


@dataclass(frozen=True)
class Growth:
    """Orders of an asset in a region stay within `rate` of its stock a year before plus `seed` of the national base.

    price  None: hard; else loss of the objective for exceeding by as much as the base stock allows
    """

    id: str
    assets: tuple[str, ...]
    rate: float
    seed: float
    source: str
    place: str
    price: float | None = None


@dataclass(frozen=True)
class Supply:
    """Something a region has of its own (electricity, staff): base amount, yearly growth, usable share.

    price  None: its limit is hard; else loss of the objective for exceeding it by as much as it is, in a year
    """

    base: Floats
    growth: Parameter
    share: Parameter
    price: float | None = None


@dataclass(frozen=True)
class Geography:
    """Delay and spillover by distance: delay_ms = delay_ms_per_km * route_factor * km + delay_offset_ms."""

    distance_km: Floats
    route_factor: Parameter
    delay_ms_per_km: Parameter
    delay_offset_ms: Parameter
    spillover_decay_km: Parameter
    spillover_reach_km: Parameter


@dataclass(frozen=True)
class Tail:
    """What follows the horizon: `years` without orders, seen at `points` representative years; or salvage; or none."""

    mode: Literal["continue", "salvage", "none"]
    years: int
    points: int


@dataclass(frozen=True)
class Scenario:
    """Everything a plan depends on. Order of regions, assets, factors and classes is the order of all arrays."""

    id: str
    title: str
    title_zh: str
    currency: str
    price_year: int
    base_year: int
    years: tuple[int, ...]
    discount_rate: Parameter
    tail: Tail
    objective: Objective
    gap: float
    time_limit_s: float
    elasticity_set: str
    elasticity_sets: tuple[ElasticitySet, ...]
    floor_share: Parameter
    factors: tuple[Factor, ...]
    regions: tuple[Region, ...]
    groups: tuple[Group, ...]
    geography: Geography
    assets: tuple[Asset, ...]
    demand: tuple[DemandClass, ...]
    mixes: Mapping[str, Mix]
    machines: Mapping[str, Machine]
    electricity: Supply | None
    staff: Supply | None
    budgets: tuple[Budget, ...]
    rules: tuple[Rule, ...]
    growth_limits: tuple[Growth, ...]
    sources: tuple[ColumnSource, ...]
    innovation_unit: str
    files: Mapping[str, str]
    overrides: tuple[str, ...]
    notices: tuple[str, ...]
    matching_funds: tuple[Matching, ...] = ()
    projects: tuple[Project, ...] = ()
    actuals: Actuals | None = None
    thresholds: tuple[Threshold, ...] = ()
    references: tuple[Reference, ...] = ()
    innovation_unit_zh: str = ""
    names_zh: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A word stands for its objective."""
        if isinstance(self.objective, str):
            object.__setattr__(self, "objective", objective_named(self.objective))


def base_modules(scenario: Scenario) -> Floats:
    """Stock of the base year in modules, (R, A)."""
    return np.stack([asset.base_stock / asset.module_units for asset in scenario.assets], axis=1)
