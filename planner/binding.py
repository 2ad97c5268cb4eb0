"""Which limits bind and what they cost: the `rules` table of a plan, from values and prices of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.excesses import excesses
from planner.extract import Point, spending_million
from planner.formulation.project_symbols import exclusions, needs
from planner.formulation.sets import capped_factors, growing_assets, halls
from planner.instance import Instance
from planner.policies import policy_rows, unit_of
from planner.projects import portfolio
from planner.scenario import base_modules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = tuple[Any, ...]

TIGHT = 1e-6
PLAN = "plan"


def rule_rows(instance: Instance, point: Point) -> list[Row]:
    """Rows of the `rules` table: policy rules first, then the physical limits in the order of SECTIONS."""
    return [row for section in SECTIONS for row in section(instance, point)]


def status_of(value: float, limit: float, shortfall: float) -> str:
    """Whether a row is kept with room left, binding, or missed; to 1e-6 of its limit.

    >>> status_of(1.0, 2.0, 0.0), status_of(2.0, 2.0, 0.0), status_of(1.0, 2.0, 1.0)
    ('kept', 'binding', 'missed')
    """
    near = TIGHT * max(1.0, abs(limit))
    if shortfall > near:
        return "missed"
    return "binding" if abs(value - limit) <= near else "kept"


def _ends(value: float, limit: float, missed: float, unit: str, price: float) -> tuple[Any, ...]:
    """The last columns of a row."""
    return value, limit, missed, unit, status_of(value, limit, missed), price + 0.0


def _policies(instance: Instance, point: Point) -> Iterator[Row]:
    prices = {"floor": iter(point.prices["floor_is_reached"]), "cap": iter(point.prices["cap_is_kept"])}
    plans = portfolio(instance)
    for row, missed in zip(policy_rows(instance), point.values["shortfall"], strict=True):
        gain = 1.0 if row.rule.sense == "cap" else -1.0
        price = gain * float(next(prices[row.rule.sense])) / row.scale
        value, limit = row.values(plans, point.values)
        region = "" if row.region is None else instance.scenario.regions[row.region].id
        year, unit = instance.scenario.years[row.year], unit_of(instance.scenario, row.rule)
        ends = _ends(value, limit, float(missed) * row.scale, unit, price)
        yield row.rule.id, row.rule.word, region, "", year, PLAN, *ends


def _matching(instance: Instance, point: Point) -> Iterator[Row]:
    scenario, book = instance.scenario, ledger(instance)
    parts = dict(zip(("capex", "opex", "energy"), spending_million(instance, point), strict=True))

    def spent(b: int, years: tuple[int, ...]) -> float:
        cells = np.ix_(book.regions[b], book.assets[b], years)
        return float(sum(parts[kind][cells].sum() for kind in scenario.budgets[b].kinds))

    prices, unit = point.prices["funds_are_matched"] / 1e3, f"million {scenario.currency}"
    for k, row in enumerate(book.matches):
        value, limit = spent(row.budget, row.years), row.ratio * spent(row.of, row.of_years)
        name, year = row.label.rsplit(":", 1)[0], 0 if row.year is None else scenario.years[row.year]
        ends = _ends(value, limit, 1e3 * float(point.values["unmatched"][k]), unit, float(prices[k]))
        yield name, "matching", "", "", year, PLAN, *ends


def _growth(instance: Instance, point: Point) -> Iterator[Row]:
    scenario = instance.scenario
    base = base_modules(scenario)
    stock = np.concatenate([base[:, :, None], point.values["stock"]], axis=2)
    order, prices = _ordered(instance, point), point.prices["orders_grow_at_a_limited_rate"]
    missed = _excess(instance, point, "growth")
    for g, (at, a) in enumerate(growing_assets(instance)):
        limit, asset, unit = scenario.growth_limits[at], scenario.assets[a], instance.module[a]
        for r, region in enumerate(scenario.regions):
            for v, year in enumerate(scenario.years):
                value = float(order[r, a, v]) * unit
                room = (limit.rate * stock[r, a, v] + limit.seed * base[:, a].sum()) * unit
                ends = _ends(value, room, float(missed[r, g, v]) * unit, asset.unit, float(prices[r, g, v]) / unit)
                yield limit.id, "growth", region.id, asset.id, year, PLAN, *ends


def _ordered(instance: Instance, point: Point) -> Floats:
    """Modules ordered, those of projects included (R, A, V)."""
    order, plans = point.values["order"].copy(), portfolio(instance)
    started = plans.modules * point.values["start"][plans.start]
    np.add.at(order, (plans.region, plans.asset, plans.year), started)
    return np.asarray(order)


def _excess(instance: Instance, point: Point, of: str) -> Floats:
    """By how much limits are exceeded, in the unit of their row."""
    soft = excesses(instance, growing_assets(instance))
    number: Ints = getattr(soft, of)
    above = np.append(soft.size * point.values["excess"], 0.0)
    return np.asarray(above[number])


def _by_region(
    name: str,
    kind: str,
    unit: str,
    value: Callable[[Instance, Point], Floats],
    limit: Callable[[Instance, Point], Floats | None],
    row_unit: Callable[[Instance], float] = lambda _: 1.0,
) -> Callable[[Instance, Point], Iterator[Row]]:
    """Rows of a limit that holds in every region and point of time; a row of the program counts in `row_unit`s."""

    def rows(instance: Instance, point: Point) -> Iterator[Row]:
        room = limit(instance, point)
        if room is None:
            return
        values, time = value(instance, point), instance.timeline
        prices = point.prices[name] / row_unit(instance)
        missed = _excess(instance, point, kind) if kind in ("power", "staff") else np.zeros_like(prices)
        for r, region in enumerate(instance.scenario.regions):
            for t, (year, phase) in enumerate(zip(time.year.tolist(), time.phases, strict=True)):
                found, most, above, price = (float(array[r, t]) for array in (values, room, missed, prices))
                yield name, kind, region.id, "", year, phase, *_ends(found, most, above, unit, price)

    return rows


def _used_gwh(instance: Instance, point: Point) -> Floats:
    return np.asarray(np.einsum("ra,rat->rt", instance.computing_gwh, point.values["stock"]))


def _staff(instance: Instance, point: Point) -> Floats:
    return np.asarray(np.einsum("a,rat->rt", instance.staff, point.values["stock"]))


def _traffic(instance: Instance, point: Point) -> Floats:
    net, flow = instance.network, point.values["flow"]
    traffic = np.zeros((len(instance.scenario.regions), flow.shape[1]))
    np.add.at(traffic, net.host, net.gbps_km[:, None] * flow)
    return traffic


def _bandwidth(instance: Instance, point: Point) -> Floats:
    carried = np.array([asset.carries_traffic for asset in instance.scenario.assets]) * instance.module
    return np.asarray(np.einsum("a,rat->rt", carried, point.values["stock"]))


def _bandwidth_unit(instance: Instance) -> float:
    return instance.network.bandwidth_unit_gbps_km


def _talent(instance: Instance, point: Point) -> Iterator[Row]:
    inn, time = instance.innovation, instance.timeline
    prices = point.prices["level_is_usable_by_talent"]
    for c, f in enumerate(capped_factors(instance)):
        factor = instance.scenario.factors[inn.factors[f]]
        for r, region in enumerate(instance.scenario.regions):
            for t, (year, phase) in enumerate(zip(time.year.tolist(), time.phases, strict=True)):
                value, room = (float(x[r, f, t] / inn.scale[f]) for x in (point.values["level"], inn.usable))
                ends = _ends(value, room, 0.0, factor.unit, float(prices[r, c, t] * inn.scale[f]))
                yield f"{factor.id}_usable_by_talent", "talent", region.id, "", year, phase, *ends


def _housing(instance: Instance, point: Point) -> Iterator[Row]:
    assets, time, stock = instance.scenario.assets, instance.timeline, point.values["stock"]
    ids = [asset.id for asset in assets]
    prices = point.prices["halls_house_the_machines"]
    for at, h in enumerate(halls(instance)):
        need = np.array([asset.housing_per_unit * (asset.housed_in == ids[h]) for asset in assets]) * instance.module
        used, room = np.einsum("a,rat->rt", need, stock), stock[:, h] * instance.module[h]
        for r, region in enumerate(instance.scenario.regions):
            for t, (year, phase) in enumerate(zip(time.year.tolist(), time.phases, strict=True)):
                value, limit, price = float(used[r, t]), float(room[r, t]), float(prices[r, at, t]) / instance.module[h]
                ends = _ends(value, limit, 0.0, assets[h].unit, price)
                yield "halls_house_the_machines", "housing", region.id, ids[h], year, phase, *ends


def _projects(instance: Instance, point: Point) -> Iterator[Row]:
    """What projects must, exclude and need; as taken or left they have no price."""
    projects, years = instance.scenario.projects, instance.scenario.years
    starts, start = portfolio(instance).starts, point.values["start"]
    by_year = np.zeros((len(projects), len(years)))
    np.add.at(by_year, (starts[:, 0], starts[:, 1]), start)
    until = by_year.cumsum(axis=1)
    for p, project in enumerate(projects):
        if project.must:
            ends = _ends(float(until[p, -1]), 1.0, 0.0, "project", 0.0)
            yield project.id, "must", project.region, "", 0, PLAN, *ends
    for p, other in exclusions(instance):
        ends = _ends(float(until[p, -1] + until[other, -1]), 1.0, 0.0, "project", 0.0)
        yield f"{projects[p].id} or {projects[other].id}", "exclusion", "", "", 0, PLAN, *ends
    for p, other in needs(instance):
        for v, year in enumerate(years):
            ends = _ends(float(until[p, v]), float(until[other, v]), 0.0, "project", 0.0)
            yield f"{projects[p].id} needs {projects[other].id}", "prerequisite", "", "", year, PLAN, *ends


SECTIONS = (
    _policies,
    _matching,
    _growth,
    _by_region(
        "computing_is_within_power_headroom", "power", "GWh", _used_gwh, lambda instance, _: instance.power_room_gwh
    ),
    _by_region("staff_is_enough", "staff", "FTE", _staff, lambda instance, _: instance.staff_room),
    _talent,
    _housing,
    _by_region("traffic_is_within_bandwidth", "bandwidth", "Gbit/s km", _traffic, _bandwidth, _bandwidth_unit),
    _projects,
)
