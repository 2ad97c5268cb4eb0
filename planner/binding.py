"""Which limits bind and what they cost: the `rules` table of a plan, from values and prices of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.extract import Point
from planner.formulation.sets import capped_factors, growing_assets, halls
from planner.instance import Instance
from planner.policies import PolicyRow, policy_rows
from planner.scenario import base_modules

Floats = NDArray[np.float64]
Row = tuple[Any, ...]

TIGHT = 1e-6


def rule_rows(instance: Instance, point: Point) -> list[Row]:
    """Rows of the `rules` table: policy rules first, then the physical limits in the order of SECTIONS."""
    return [row for section in SECTIONS for row in section(instance, point)]


def _row(
    name: str, kind: str, region: str, asset: str, year: int, phase: str, value: float, limit: float, price: float
) -> Row:
    binds = int(abs(value - limit) <= TIGHT * max(1.0, abs(limit)))
    return name, kind, region, asset, year, phase, value, limit, 0.0, binds, price


def _policies(instance: Instance, point: Point) -> Iterator[Row]:
    prices = {"floor": iter(point.prices["floor_is_reached"]), "cap": iter(point.prices["cap_is_kept"])}
    for row, missed in zip(policy_rows(instance), point.values["shortfall"], strict=True):
        gain = 1.0 if row.rule.sense == "cap" else -1.0
        price = gain * float(next(prices[row.rule.sense]))
        value, limit = _sides(point, row)
        region = "" if row.region is None else instance.scenario.regions[row.region].id
        year = instance.scenario.years[row.year]
        name, kind, _, _, _, _, *rest = _row(row.rule.id, row.rule.sense, region, "", year, "plan", value, limit, 0.0)
        binds = int(abs(value - limit) <= TIGHT * max(1.0, abs(limit)) or missed > 0)
        yield name, kind, region, "", year, "plan", rest[0], limit, float(missed) * row.scale, binds, price / row.scale


def _sides(point: Point, row: PolicyRow) -> tuple[float, float]:
    """Value and limit of a policy row in the unit of its rule; the limit of a share is the share of the whole."""
    amounts = point.values["stock" if row.on_stock else "order"][:, :, row.year]
    value = float((row.part * amounts).sum())
    if row.whole is None:
        return value, row.limit * row.scale
    return value, row.share * float((row.whole * amounts).sum())


def _growth(instance: Instance, point: Point) -> Iterator[Row]:
    scenario = instance.scenario
    assets = [asset.id for asset in scenario.assets]
    base = base_modules(scenario)
    stock = np.concatenate([base[:, :, None], point.values["stock"]], axis=2)
    prices = point.prices["orders_grow_at_a_limited_rate"]
    for g, (at, a) in enumerate(growing_assets(instance)):
        limit = scenario.growth_limits[at]
        unit = instance.module[a]
        for r, region in enumerate(scenario.regions):
            for v, year in enumerate(scenario.years):
                value = float(point.values["order"][r, a, v]) * unit
                room = (limit.rate * stock[r, a, v] + limit.seed * base[:, a].sum()) * unit
                yield _row(
                    limit.id, "growth", region.id, assets[a], year, "plan", value, room, float(prices[r, g, v]) / unit
                )


def _by_region(
    name: str,
    kind: str,
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
        for r, region in enumerate(instance.scenario.regions):
            for t, (year, phase) in enumerate(zip(time.year.tolist(), time.phases, strict=True)):
                price = float(prices[r, t])
                yield _row(name, kind, region.id, "", year, phase, float(values[r, t]), float(room[r, t]), price)

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
    for c, f in enumerate(capped_factors(instance)):
        name, prices = (
            f"{instance.scenario.factors[inn.factors[f]].id}_usable_by_talent",
            point.prices["level_is_usable_by_talent"],
        )
        for r, region in enumerate(instance.scenario.regions):
            for t, (year, phase) in enumerate(zip(time.year.tolist(), time.phases, strict=True)):
                value, room = (float(x[r, f, t] / inn.scale[f]) for x in (point.values["level"], inn.usable))
                price = float(prices[r, c, t] * inn.scale[f])
                yield _row(name, "talent", region.id, "", year, phase, value, room, price)


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
                yield _row("halls_house_the_machines", "housing", region.id, ids[h], year, phase, value, limit, price)


SECTIONS = (
    _policies,
    _growth,
    _by_region("computing_is_within_power_headroom", "power", _used_gwh, lambda instance, _: instance.power_room_gwh),
    _by_region("staff_is_enough", "staff", _staff, lambda instance, _: instance.staff_room),
    _talent,
    _housing,
    _by_region("traffic_is_within_bandwidth", "bandwidth", _traffic, _bandwidth, _bandwidth_unit),
)
