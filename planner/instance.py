"""A scenario as arrays: all that the formulation, the tangents and the tables need, in the order of the scenario.

Stocks and orders are in modules of the asset, demand in sustained EFLOPS, money in millions, levels of factors in
percent of the national level of the base year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.capability import Capability, capabilities
from planner.demand import base_eflops, demand_eflops
from planner.finance import energy_gwh, life_within, price_path_million, surviving_share
from planner.geography import delay_ms
from planner.innovation import Innovation, build_innovation
from planner.scenario import Actuals, Asset, ElasticitySet, Scenario, Supply, base_modules
from planner.timeline import Timeline, timeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Costs:
    """Million currency units per module. capex (R, A, V) of an order; opex and energy (R, A, T) of a module in service.

    base_energy (R, A, T) is what the old sites of the base stock use beyond new ones.
    """

    capex: Floats
    opex: Floats
    energy: Floats
    base_energy: Floats


@dataclass(frozen=True)
class Network:
    """Who can serve whom. Arc n carries class[n] from host[n] to user[n]; a post is an asset working for a class.

    capacity (P,) is EFLOPS per module of post p = (post_region, post_asset, post_class). Bandwidth is counted in units
    of a hundredth of the national bandwidth of the base year, so that its rows are of the size of the others.
    """

    host: Ints
    user: Ints
    demand_class: Ints
    delay_ms: Floats
    gbps_km: Floats
    bandwidth_unit_gbps_km: float
    post_region: Ints
    post_asset: Ints
    post_class: Ints
    capacity: Floats


@dataclass(frozen=True)
class Instance:
    """Arrays over regions R, assets A, times T (orders V = timeline.orders come first), classes D, factors F."""

    scenario: Scenario
    timeline: Timeline
    elasticities: ElasticitySet
    capabilities: tuple[Capability, ...]
    module: Floats
    lead: Ints
    life: Ints
    base_stock: Floats
    price_million: Floats
    costs: Costs
    demand: Floats
    base_served: Floats
    network: Network
    innovation: Innovation
    computing_gwh: Floats
    computing_base_gwh: Floats
    power_room_gwh: Floats | None
    staff: Floats
    staff_room: Floats | None
    population: Floats


def build_instance(scenario: Scenario, known: tuple[Capability, ...] | None = None) -> Instance:
    """Turn a scenario into arrays. `known` replaces the capabilities that the config would give."""
    time = timeline(scenario)
    found = capabilities(scenario) if known is None else known
    elasticities = next(s for s in scenario.elasticity_sets if s.id == scenario.elasticity_set)
    assets = scenario.assets
    module = np.array([asset.module_units for asset in assets])
    base = base_modules(scenario)
    left = np.stack([surviving_share(a.life_years.value, time.year.astype(float) - scenario.base_year) for a in assets])
    base_stock = base[:, :, None] * left[None]
    price = np.stack([_price(scenario, asset, time) for asset in assets])
    network = _network(scenario, found)
    demand = _stack(
        [demand_eflops(d, time.growth_years) for d in scenario.demand], (len(scenario.regions), 0, len(time.year))
    )
    served = _base_served(scenario, found)
    computing, computing_base = _computing_gwh(scenario)
    staff = module * np.array([a.staff_fte.value for a in assets])
    return Instance(
        scenario=scenario,
        timeline=time,
        elasticities=elasticities,
        capabilities=found,
        module=module,
        lead=np.array([round(a.lead_years.value) for a in assets], dtype=np.int64),
        life=np.array([round(a.life_years.value) for a in assets], dtype=np.int64),
        base_stock=base_stock,
        price_million=price,
        costs=_costs(scenario, time, price, base_stock),
        demand=demand,
        base_served=served,
        network=network,
        innovation=build_innovation(scenario, elasticities, time, served),
        computing_gwh=computing,
        computing_base_gwh=computing_base,
        power_room_gwh=_power_room(scenario, time, base, base_stock, computing, computing_base),
        staff=staff,
        staff_room=_staff_room(scenario, time, base @ staff),
        population=np.array([region.population_10k for region in scenario.regions]),
    )


def _stack(rows: list[Floats], empty: tuple[int, ...]) -> Floats:
    return np.stack(rows, axis=1) if rows else np.zeros(empty)


def _price(scenario: Scenario, asset: Asset, time: Timeline) -> Floats:
    path = price_path_million(
        asset.capex.value, asset.price_decline.value, scenario.price_year, time.year.astype(float)
    )
    return path * asset.module_units


def _costs(scenario: Scenario, time: Timeline, price: Floats, base_stock: Floats) -> Costs:
    factor = np.array([region.price_factor for region in scenario.regions])
    tariff = np.array([region.energy_price_per_kwh for region in scenario.regions])
    opex_share = np.array([asset.opex_share.value for asset in scenario.assets])
    new, old = _energy_per_module(scenario)
    charged = np.stack([_charged_share(scenario, asset, time) for asset in scenario.assets])
    opex = factor[:, None, None] * (opex_share[:, None] * price)[None]
    energy = (tariff[:, None] * new)[:, :, None] * np.ones(len(time.year))
    capex = factor[:, None, None] * (price[:, : time.orders] * charged)[None]
    return Costs(
        capex=capex if scenario.actuals is None else _really_paid(scenario.actuals, capex, scenario.assets),
        opex=opex,
        energy=energy,
        base_energy=(tariff[:, None] * (old - new))[:, :, None] * base_stock,
    )


def _really_paid(actuals: Actuals, capex: Floats, assets: tuple[Asset, ...]) -> Floats:
    """Capex per module, in frozen years what the orders really cost."""
    modules = actuals.units_ordered / np.array([asset.module_units for asset in assets])[None, :, None]
    planned = capex[:, :, : len(actuals.years)]
    paid = np.divide(actuals.capex_million, modules, out=planned.copy(), where=modules > 0)
    return np.concatenate([paid, capex[:, :, len(actuals.years) :]], axis=2)


def _charged_share(scenario: Scenario, asset: Asset, time: Timeline) -> Floats:
    """Share of the price an order is charged: all of it, or without the straight-line salvage at the end."""
    years = time.year[: time.orders].astype(float)
    if scenario.tail.mode != "salvage":
        return np.ones_like(years)
    return life_within(years + round(asset.lead_years.value), asset.life_years.value, scenario.years[-1])


def _energy_per_module(scenario: Scenario) -> tuple[Floats, Floats]:
    """GWh per module and year at new and at old sites, shape (R, A); GWh times a price per kWh is millions."""
    new = np.array([[_asset_gwh(a, r.pue_new) for a in scenario.assets] for r in scenario.regions])
    old = np.array([[_asset_gwh(a, r.pue_base) for a in scenario.assets] for r in scenario.regions])
    return new, old


def _asset_gwh(asset: Asset, pue: float) -> float:
    per_unit = energy_gwh(asset.power_kw.value, asset.load_factor.value, pue if asset.has_pue else 1.0)
    return float(per_unit) * asset.module_units


def _computing_gwh(scenario: Scenario) -> tuple[Floats, Floats]:
    computing = np.array([asset.has_pue for asset in scenario.assets])
    new, old = _energy_per_module(scenario)
    return new * computing, old * computing


def _power_room(
    scenario: Scenario, time: Timeline, base: Floats, base_stock: Floats, new: Floats, old: Floats
) -> Floats | None:
    """GWh that computing may use in (R, T): a share of the region's electricity, never less than it uses today."""
    if scenario.electricity is None:
        return None
    limit = _supply(scenario.electricity, time)
    today = (base * old).sum(axis=1)
    old_sites = ((old - new)[:, :, None] * base_stock).sum(axis=1)
    return np.asarray(np.maximum(limit, today[:, None]) - old_sites)


def _staff_room(scenario: Scenario, time: Timeline, today: Floats) -> Floats | None:
    if scenario.staff is None:
        return None
    return np.maximum(_supply(scenario.staff, time), today[:, None])


def _supply(supply: Supply, time: Timeline) -> Floats:
    grown = (1.0 + supply.growth.value) ** time.growth_years
    return supply.share.value * supply.base[:, None] * grown[None]


def _network(scenario: Scenario, found: tuple[Capability, ...]) -> Network:
    geography = scenario.geography
    distance = geography.distance_km
    delay = delay_ms(
        distance, geography.delay_ms_per_km.value, geography.route_factor.value, geography.delay_offset_ms.value
    )
    limits = [np.inf if d.delay_limit_ms is None else d.delay_limit_ms for d in scenario.demand]
    arcs = [np.nonzero(delay <= limit) for limit in limits]
    none = np.zeros(0, np.int64)
    host = np.concatenate([none, *(arc[0] for arc in arcs)])
    user = np.concatenate([none, *(arc[1] for arc in arcs)])
    which = np.repeat(np.arange(len(arcs)), [len(arc[0]) for arc in arcs]).astype(np.int64)
    traffic = np.array([d.traffic_gbps_per_eflops.value for d in scenario.demand])
    regions, posts = len(scenario.regions), _posts(scenario, found)
    return Network(
        host=host,
        user=user,
        demand_class=which,
        delay_ms=delay[host, user],
        gbps_km=traffic[which] * distance[host, user] if len(which) else np.zeros(0),
        bandwidth_unit_gbps_km=sum(float(a.base_stock.sum()) for a in scenario.assets if a.carries_traffic) / 100
        or 1.0,
        post_region=np.repeat(np.arange(regions), len(posts)),
        post_asset=np.tile(np.array([a for a, _, _ in posts], np.int64), regions),
        post_class=np.tile(np.array([d for _, d, _ in posts], np.int64), regions),
        capacity=np.tile(np.array([c for _, _, c in posts], float), regions),
    )


def _posts(scenario: Scenario, found: tuple[Capability, ...]) -> list[tuple[int, int, float]]:
    asset_at = {asset.id: a for a, asset in enumerate(scenario.assets)}
    class_at = {demand.id: d for d, demand in enumerate(scenario.demand)}
    module = [asset.module_units for asset in scenario.assets]
    pairs = [(asset_at[c.asset], class_at[c.demand_class], c.eflops_per_unit) for c in found]
    return [(a, d, eflops * module[a]) for a, d, eflops in pairs]


def _base_served(scenario: Scenario, found: tuple[Capability, ...]) -> Floats:
    """Demand served in the base year, (R, D): all of it, or the share that the machines of the first asset reach.

    Machines are shared by time: sum_d served[d] / capacity[a,d] <= stock[a], filled equally over the classes.
    """
    if not scenario.demand:
        return np.zeros((len(scenario.regions), 0))
    asked = np.stack([base_eflops(d) for d in scenario.demand], axis=1)
    per_unit = {(c.asset, c.demand_class): c.eflops_per_unit for c in found}
    stock = {asset.id: float(asset.base_stock.sum()) for asset in scenario.assets}
    needed: dict[str, float] = dict.fromkeys(stock, 0.0)
    for d, demand in enumerate(scenario.demand):
        home = demand.served_by[0]
        needed[home] += asked[:, d].sum() / per_unit[home, demand.id]
    filled = [min(1.0, stock[d.served_by[0]] / needed[d.served_by[0]]) for d in scenario.demand]
    return np.asarray(asked * np.array(filled))
