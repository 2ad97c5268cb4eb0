"""The scenario read a second time, from its values alone: what every promise of a plan is held against.

Arrays run over regions R, assets A, demand classes D, supplied factors F, years of orders V and moments M: the base
year, the years of orders, the points of the tail. All amounts are in the units of the tables, never in modules.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.capability import Capability, capabilities
from planner.scenario import Asset, ElasticitySet, Scenario, Scope, Supply

Floats = NDArray[np.float64]

HOURS = 8760.0


@dataclass(frozen=True)
class Given:
    """A scenario with its axes.

    moments, phases  (M,), the base year first; weight (M,) discounted share in the objective, zero for the base year
    growth           (M,) years of growth since the base year; it stops with the last year of orders
    factors          ids of the factors that the plan supplies; capability by (asset, class)
    """

    scenario: Scenario
    regions: tuple[str, ...]
    assets: tuple[str, ...]
    classes: tuple[str, ...]
    factors: tuple[str, ...]
    moments: tuple[int, ...]
    phases: tuple[str, ...]
    weight: Floats
    growth: Floats
    population: Floats
    capability: dict[tuple[str, str], Capability]

    @property
    def years(self) -> tuple[int, ...]:
        return self.scenario.years

    @property
    def later(self) -> tuple[int, ...]:
        """All moments but the base year."""
        return self.moments[1:]

    @property
    def tail(self) -> tuple[int, ...]:
        return self.moments[1 + len(self.years) :]

    @property
    def elasticities(self) -> ElasticitySet:
        return next(s for s in self.scenario.elasticity_sets if s.id == self.scenario.elasticity_set)

    def region_amounts(self, name: str) -> Floats:
        """A number of every region, (R,)."""
        return np.array([getattr(region, name) for region in self.scenario.regions], float)

    def asset_amounts(self, name: str) -> Floats:
        """A parameter or number of every asset, (A,)."""
        found = (getattr(asset, name) for asset in self.scenario.assets)
        return np.array([getattr(value, "value", value) for value in found], float)


def given(scenario: Scenario) -> Given:
    """Axes, weights and growth of a scenario.

    Tail of mode `continue`: its years are cut into blocks that end after rint(years * (i / points) ^ 1.5) years; each
    is seen at its middle year, rounded down, and weighs what its years weigh together. Weights sum to one.
    """
    first, last = scenario.years[0], scenario.years[-1]
    blocks = [(year, year) for year in scenario.years] + _tail_blocks(scenario)
    middle = [(start + end) // 2 for start, end in blocks]
    discount = 1.0 + scenario.discount_rate.value
    weight = np.array([0.0] + [sum(discount ** (first - y) for y in range(a, b + 1)) for a, b in blocks])
    moments = (scenario.base_year, *middle)
    return Given(
        scenario=scenario,
        regions=tuple(region.id for region in scenario.regions),
        assets=tuple(asset.id for asset in scenario.assets),
        classes=tuple(demand.id for demand in scenario.demand),
        factors=tuple(factor.id for factor in scenario.factors if factor.series is None),
        moments=moments,
        phases=("base", *("plan" for _ in scenario.years), *("tail" for _ in blocks[len(scenario.years) :])),
        weight=weight / weight.sum(),
        growth=np.array([min(year, last) - scenario.base_year for year in moments], float),
        population=np.array([region.population_10k for region in scenario.regions], float),
        capability={(c.asset, c.demand_class): c for c in capabilities(scenario)},
    )


def _tail_blocks(scenario: Scenario) -> list[tuple[int, int]]:
    tail, last = scenario.tail, scenario.years[-1]
    if tail.mode != "continue" or tail.years < 1:
        return []
    points = min(tail.points, tail.years)
    ends = sorted({round(tail.years * (i / points) ** 1.5) for i in range(points + 1)})
    return [(last + start + 1, last + end) for start, end in pairwise(ends)]


def whole_years(asset: Asset) -> tuple[int, int]:
    """Lead time and life in whole years, halves to even."""
    return round(asset.lead_years.value), round(asset.life_years.value)


def in_service(now: Given) -> Floats:
    """1 where an order of year v serves at moment m: v + lead <= m < v + lead + life. Shape (A, V, M)."""
    serves = np.zeros((len(now.assets), len(now.years), len(now.moments)))
    for a, asset in enumerate(now.scenario.assets):
        lead, life = whole_years(asset)
        for v, year in enumerate(now.years):
            serves[a, v] = [float(0 <= moment - year - lead < life) for moment in now.moments]
    return serves


def survivors(now: Given) -> Floats:
    """Units left of the base stock, (R, A, M): a straight line to zero over the life."""
    age = np.array(now.moments, float) - now.scenario.base_year
    left = np.maximum(0.0, 1.0 - age[None, :] / now.asset_amounts("life_years")[:, None])
    base = np.array([asset.base_stock for asset in now.scenario.assets], float).T
    return np.asarray(base[:, :, None] * left[None])


def prices(now: Given) -> Floats:
    """Million per unit, (R, A, M): capex * (1 - decline) ^ (year - price year) * price factor of the region."""
    age = np.array(now.moments, float) - now.scenario.price_year
    path = (1.0 - now.asset_amounts("price_decline"))[:, None] ** age[None, :]
    capex = now.asset_amounts("capex")[:, None] * path
    return np.asarray(now.region_amounts("price_factor")[:, None, None] * capex[None])


def charged(now: Given) -> Floats:
    """Share of the price that an order is charged, (A, V): all, or for `salvage` its life before the end."""
    share = np.ones((len(now.assets), len(now.years)))
    if now.scenario.tail.mode == "salvage":
        for a, asset in enumerate(now.scenario.assets):
            served = now.years[-1] + 1.0 - np.array(now.years, float) - whole_years(asset)[0]
            share[a] = np.minimum(np.maximum(served / asset.life_years.value, 0.0), 1.0)
    return share


def gwh_per_unit(now: Given, site: str) -> Floats:
    """Electricity of a unit in a year at `pue_new` or `pue_base` sites, (R, A)."""
    drawn = now.asset_amounts("power_kw") * now.asset_amounts("load_factor") * HOURS / 1e6
    cooled = now.asset_amounts("has_pue")
    return np.asarray(drawn * (1.0 + cooled * (now.region_amounts(site)[:, None] - 1.0)))


def delays(now: Given) -> Floats:
    """One-way delay, ms (R, R)."""
    geography = now.scenario.geography
    per_km = geography.delay_ms_per_km.value * geography.route_factor.value
    return np.asarray(geography.delay_offset_ms.value + per_km * geography.distance_km)


def asked(now: Given) -> Floats:
    """Demand, sustained EFLOPS (R, D, M)."""
    demand = np.zeros((len(now.regions), len(now.classes), len(now.moments)))
    for d, found in enumerate(now.scenario.demand):
        for driver in found.drivers:
            spread = driver.share * driver.values / driver.values.sum()
            demand[:, d] += found.base_eflops.value * np.outer(spread, (1.0 + found.growth.value) ** now.growth)
    return demand


def own_supply(supply: Supply, now: Given) -> Floats:
    """What regions have of their own and may use, (R, M)."""
    return np.outer(supply.base * supply.share.value, (1.0 + supply.growth.value) ** now.growth)


def inside(scope: Scope, now: Given) -> Floats:
    """1 for the regions and assets of a scope, (R, A)."""
    regions = [not scope.regions or region in scope.regions for region in now.regions]
    assets = [not scope.assets or asset in scope.assets for asset in now.assets]
    return np.outer(regions, assets).astype(float)
