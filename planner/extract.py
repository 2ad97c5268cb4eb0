"""From the point that the solver found to the tables of a plan: pure arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.budgets import ledger
from planner.divide import indicators
from planner.facts import booked_beside_million
from planner.innovation import index_at, innovation_index
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.parameter_units import unit_of
from planner.projects import portfolio
from planner.scenario import Parameter
from planner.tables import Table, table
from planner.without import levels_without_orders

Floats = NDArray[np.float64]
Row = tuple[Any, ...]

SMALL = 1e-9


@dataclass(frozen=True)
class Point:
    """Values of all variables as arrays over their sets, and prices (duals) of all rows by rule."""

    values: Mapping[str, Floats]
    prices: Mapping[str, Floats]


def point_of(program: LinearProgram, values: Floats, row_duals: Floats) -> Point:
    """Cut flat vectors into arrays; what the solver left within its tolerance below zero becomes zero."""
    clean = np.where(np.abs(values) < SMALL, 0.0, values)
    shaped = {name: _bounded(program, name, clean) for name in program.variables}
    prices = {name: row_duals[block.indices] for name, block in program.rows.items()}
    return Point(shaped, prices)


def _bounded(program: LinearProgram, name: str, values: Floats) -> Floats:
    at = program.variables[name].indices
    return np.clip(values[at], program.lower[at], program.upper[at])


def tables_of(instance: Instance, point: Point) -> dict[str, Table]:
    """All tables of a plan but `rules`, which `planner.binding` writes."""
    return {
        "orders": table("orders", _orders(instance, point)),
        "projects": table("projects", _projects(instance, point)),
        "stocks": table("stocks", _stocks(instance, point)),
        "spending": table("spending", _spending(instance, point)),
        "budgets": table("budgets", _budgets(instance, point)),
        "demand": table("demand", _demand(instance, point)),
        "flows": table("flows", _flows(instance, point)),
        "work": table("work", _work(instance, point)),
        "innovation": table("innovation", _innovation(instance, point)),
        "factors": table("factors", _factors(instance, point)),
        "thresholds": table("thresholds", _thresholds(instance, point)),
        "divide": table("divide", _divide(instance, point)),
        "capability": table("capability", _capability(instance)),
        "assumptions": table("assumptions", _assumptions(instance)),
    }


def _points(instance: Instance) -> list[tuple[int, int, str]]:
    time = instance.timeline
    return [(t, int(year), phase) for t, (year, phase) in enumerate(zip(time.year, time.phases, strict=True))]


def _orders(instance: Instance, point: Point) -> Iterator[Row]:
    scenario, order = instance.scenario, point.values["order"]
    for r, a, v in np.argwhere(order > SMALL):
        asset, year = scenario.assets[a], scenario.years[v]
        modules = float(order[r, a, v])
        paid = modules * float(instance.costs.capex[r, a, v])
        units = modules * asset.module_units
        serves = year + int(instance.lead[a])
        yield scenario.regions[r].id, asset.id, year, serves, modules, units, asset.unit, paid, ""
    plans = portfolio(instance)
    for n in np.flatnonzero(point.values["start"][plans.start] > 0.5):
        asset, at = scenario.assets[plans.asset[n]], plans.starts[plans.start[n]]
        modules, units, paid = (float(x[n]) for x in (plans.modules, plans.units, plans.capex_million))
        project, year, serves = scenario.projects[at[0]].id, scenario.years[at[1]], int(plans.serves[n])
        yield scenario.regions[plans.region[n]].id, asset.id, year, serves, modules, units, asset.unit, paid, project


def _projects(instance: Instance, point: Point) -> Iterator[Row]:
    plans, years = portfolio(instance), instance.scenario.years
    taken = {int(p): (k, years[v]) for k, (p, v) in enumerate(plans.starts) if point.values["start"][k] > 0.5}
    for p, project in enumerate(instance.scenario.projects):
        k, year = taken.get(p, (-1, 0))
        paid, cost = (float(x[plans.start == k].sum()) for x in (plans.capex_million, plans.opex_million))
        serves = year + project.lead_years if year else 0
        yield project.id, project.region, int(k >= 0), year, serves, paid, cost


def _stocks(instance: Instance, point: Point) -> Iterator[Row]:
    scenario, stock = instance.scenario, point.values["stock"]
    for r, region in enumerate(scenario.regions):
        for a, asset in enumerate(scenario.assets):
            units = float(asset.base_stock[r])
            gwh = _gwh(instance, r, a, 0.0, units)
            yield (
                region.id,
                asset.id,
                scenario.base_year,
                "base",
                units,
                units,
                asset.unit,
                gwh,
                units * asset.staff_fte.value,
            )
            for t, year, phase in _points(instance):
                units = float(stock[r, a, t]) * asset.module_units
                base = float(instance.base_stock[r, a, t]) * asset.module_units
                gwh = _gwh(instance, r, a, units - base, base)
                yield region.id, asset.id, year, phase, units, base, asset.unit, gwh, units * asset.staff_fte.value


def _gwh(instance: Instance, r: int, a: int, new_units: float, base_units: float) -> float:
    region, asset = instance.scenario.regions[r], instance.scenario.assets[a]
    new, old = (region.pue_new, region.pue_base) if asset.has_pue else (1.0, 1.0)
    per_unit = asset.power_kw.value * asset.load_factor.value * 8760.0 / 1e6
    return per_unit * (new_units * new + base_units * old)


def _spending(instance: Instance, point: Point) -> Iterator[Row]:
    capex, opex, energy = spending_million(instance, point)
    for r, region in enumerate(instance.scenario.regions):
        for a, asset in enumerate(instance.scenario.assets):
            for t, year, phase in _points(instance):
                paid = (float(part[r, a, t]) for part in (capex, opex, energy))
                yield region.id, asset.id, year, phase, *paid


def spending_million(instance: Instance, point: Point) -> tuple[Floats, Floats, Floats]:
    """Capex, opex and energy, each (R, A, T), million currency units; nothing is ordered in the tail."""
    costs, stock = instance.costs, point.values["stock"]
    capex = np.zeros_like(stock)
    capex[:, :, : instance.timeline.orders] = costs.capex * point.values["order"]
    opex, plans, start = costs.opex * stock, portfolio(instance), point.values["start"]
    np.add.at(capex, (plans.region, plans.asset, plans.year), plans.capex_million * start[plans.start])
    build, t = plans.serving(instance)
    own = plans.opex_million[build] * start[plans.start[build]]
    np.add.at(opex, (plans.region[build], plans.asset[build], t), own)
    return capex, opex, costs.energy * stock + costs.base_energy


def _budgets(instance: Instance, point: Point) -> Iterator[Row]:
    scenario, book, time = instance.scenario, ledger(instance), instance.timeline
    parts = dict(zip(("capex", "opex", "energy"), spending_million(instance, point), strict=True))
    beside = booked_beside_million(instance)

    def spent(b: int, t: int) -> float:
        cells = np.ix_(book.regions[b], book.assets[b], [t])
        counted = float(sum(parts[kind][cells].sum() for kind in scenario.budgets[b].kinds))
        return counted + beside.get((b, t), 0.0)

    carried, exceeded = 1e3 * point.values["carried"], 1e3 * point.values["exceeded"]
    for g, grant in enumerate(book.grants):
        budget = scenario.budgets[grant.budget]
        growth = 1.0 + (budget.carry_over_interest or 0.0)
        brought = 0.0 if grant.before is None else growth * float(carried[grant.before])
        price = float(point.prices["spending_is_within_budget"][g])
        money = spent(grant.budget, grant.year)
        left = float(carried[g])
        yield (
            budget.id,
            scenario.years[grant.year],
            "plan",
            grant.limit_million,
            brought,
            money,
            left,
            float(exceeded[g]),
            price,
        )
    for k, total in enumerate(book.totals):
        money = sum(spent(total.budget, v) for v in total.years)
        price = float(point.prices["total_spending_is_within_budget"][k])
        over = 1e3 * float(point.values["exceeded_total"][k])
        yield scenario.budgets[total.budget].id, 0, "plan", total.limit_million, 0.0, money, 0.0, over, price
    for u, row in enumerate(book.upkeeps):
        money = spent(row.budget, row.time)
        price = float(point.prices["tail_upkeep_is_within_last_grant"][u])
        yield (
            scenario.budgets[row.budget].id,
            int(time.year[row.time]),
            "tail",
            row.limit_million,
            0.0,
            money,
            0.0,
            1e3 * float(point.values["exceeded_upkeep"][u]),
            price,
        )


def _demand(instance: Instance, point: Point) -> Iterator[Row]:
    for r, region in enumerate(instance.scenario.regions):
        for d, demand in enumerate(instance.scenario.demand):
            for t, year, phase in _points(instance):
                asked, unmet = float(instance.demand[r, d, t]), float(point.values["unmet"][r, d, t])
                yield region.id, demand.id, year, phase, asked, asked - unmet, unmet


def _flows(instance: Instance, point: Point) -> Iterator[Row]:
    net, scenario, flow = instance.network, instance.scenario, point.values["flow"]
    points = _points(instance)
    for n, t in np.argwhere(flow > SMALL):
        host, user = scenario.regions[net.host[n]].id, scenario.regions[net.user[n]].id
        demand, (_, year, phase), sent = scenario.demand[net.demand_class[n]].id, points[t], float(flow[n, t])
        yield host, user, demand, year, phase, sent, float(net.delay_ms[n]), sent * float(net.gbps_km[n])


def _work(instance: Instance, point: Point) -> Iterator[Row]:
    net, scenario, work = instance.network, instance.scenario, point.values["work"]
    points = _points(instance)
    for k, t in np.argwhere(work > SMALL):
        asset = scenario.assets[net.post_asset[k]]
        region, demand = scenario.regions[net.post_region[k]].id, scenario.demand[net.post_class[k]].id
        busy, (_, year, phase) = float(work[k, t]), points[t]
        yield region, asset.id, demand, year, phase, busy * asset.module_units, busy * float(net.capacity[k])


def index_with_plan(instance: Instance, point: Point) -> Floats:
    """Innovation over that of the base year, (R, T)."""
    return innovation_index(instance.innovation, point.values["ratio"], np.rint(point.values["reached"]))


def _innovation(instance: Instance, point: Point) -> Iterator[Row]:
    with_plan = index_with_plan(instance, point)
    without = index_at(instance.innovation, levels_without_orders(instance))
    for r, region in enumerate(instance.scenario.regions):
        yield (
            region.id,
            instance.scenario.base_year,
            "base",
            region.innovation,
            1.0,
            region.innovation / region.population_10k,
            region.innovation,
            instance.scenario.innovation_unit,
        )
        for t, year, phase in _points(instance):
            index = float(with_plan[r, t])
            amount = region.innovation * index
            yield (
                region.id,
                year,
                phase,
                amount,
                index,
                amount / region.population_10k,
                region.innovation * float(without[r, t]),
                instance.scenario.innovation_unit,
            )


def _factors(instance: Instance, point: Point) -> Iterator[Row]:
    inn, scenario = instance.innovation, instance.scenario
    level, ratio, base = point.values["level"], point.values["ratio"], inn.base_level
    for r, region in enumerate(scenario.regions):
        for at, f in enumerate(inn.factors):
            factor, unit = scenario.factors[f].id, scenario.factors[f].unit
            yield region.id, factor, scenario.base_year, "base", float(base[r, at]) / inn.scale[at], unit, 1.0
            for t, year, phase in _points(instance):
                own = float(level[r, at, t]) / inn.scale[at]
                yield region.id, factor, year, phase, own, unit, float(ratio[r, at, t])


def _thresholds(instance: Instance, point: Point) -> Iterator[Row]:
    inn, scenario = instance.innovation, instance.scenario
    bonus, there = inn.bonus, np.rint(point.values["reached"])
    share = 100.0 * instance.population / instance.population.sum()
    for k, asked in enumerate(scenario.thresholds):
        level, f, own = point.values["level"], int(bonus.factor[k]), 1.0 + asked.bonus.value
        for r, region in enumerate(scenario.regions):
            key, start = (asked.id, region.id), float(bonus.start[r, k])
            per_head = float(inn.base_level[r, f] / share[r])
            yield *key, scenario.base_year, "base", per_head, asked.at_least.value, int(start), 1.0
            for t, year, phase in _points(instance):
                per_head, now = float(level[r, f, t] / share[r]), float(there[r, k, t])
                yield *key, year, phase, per_head, asked.at_least.value, int(now), own ** (now - start)


def _divide(instance: Instance, point: Point) -> Iterator[Row]:
    people = instance.population
    amount = instance.innovation.base[:, None]
    with_plan = amount * index_with_plan(instance, point)
    without = amount * index_at(instance.innovation, levels_without_orders(instance))
    for name, value in indicators(instance.innovation.base, people).items():
        yield instance.scenario.base_year, name, value, value, "1"
    for t, year, _ in _points(instance)[: instance.timeline.orders]:
        planned, idle = indicators(with_plan[:, t], people), indicators(without[:, t], people)
        for name, value in planned.items():
            yield year, name, value, idle[name], "1"


def _capability(instance: Instance) -> Iterator[Row]:
    for c in instance.capabilities:
        pflops = c.eflops_per_unit * 1e3
        yield (
            c.asset,
            c.demand_class,
            c.machine,
            c.mix,
            c.peak_tflops,
            c.sustained,
            c.low,
            c.high,
            c.utilisation,
            pflops,
            c.origin,
            c.evidence,
        )


def _assumptions(instance: Instance) -> Iterator[Row]:
    for path, given in parameters(instance.scenario, ""):
        low, high = (float("nan") if end is None else end for end in (given.low, given.high))
        unit = unit_of(path, instance.scenario.currency)
        yield path, given.value, low, high, unit, given.kind, given.source, given.place


def parameters(value: Any, path: str) -> Iterator[tuple[str, Parameter]]:
    """Every Parameter inside a scenario with its path; records are named by their id."""
    if isinstance(value, Parameter):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from parameters(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for inner in value:
            if hasattr(inner, "id"):
                yield from parameters(inner, f"{path}.{inner.id}")
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from parameters(getattr(value, name), f"{path}.{name}".lstrip("."))
