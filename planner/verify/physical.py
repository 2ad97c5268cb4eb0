"""Orders, stocks, demand and flows: what is physically so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.verify.alone import corrections, is_frozen
from planner.verify.given import asked, delays, gwh_per_unit, in_service, survivors, whole_years
from planner.verify.projects import built
from planner.verify.told import Floats, Record, Told
from planner.verify.verdict import COUNTED, SOLVED, Cells, Check, at_most, equal, stated


def units_are_named(told: Told) -> Check:
    """Orders and stocks are counted in the unit of their asset, levels in that of their factor, and so on."""
    scenario = told.now.scenario
    by_asset = {asset.id: asset.unit for asset in scenario.assets}
    by_factor = {factor.id: factor.unit for factor in scenario.factors}
    rows = [(name, row, by_asset[row["asset"]]) for name in ("orders", "stocks") for row in told.records(name)]
    rows += [("factors", row, by_factor[row["factor"]]) for row in told.records("factors")]
    rows += [("innovation", row, scenario.innovation_unit) for row in told.records("innovation")]
    rows += [("divide", row, "1") for row in told.records("divide")]
    for name, row, unit in rows:
        if row["unit"] != unit:
            place = f"{name}.csv: {', '.join(str(cell) for cell in list(row.values())[:3])}"
            fault = f"unit is {row['unit']!r}, expected {unit!r}"
            return stated("units are named", len(rows), (place, fault))
    return stated("units are named", len(rows), None)


def orders_are_modules(told: Told) -> Check:
    """Units are modules times the units of a module."""
    rows, cells = _rows(told, "orders", "units")
    module = dict(zip(told.now.assets, told.now.asset_amounts("module_units"), strict=True))
    expected = np.array([row["modules"] * module[row["asset"]] for row in rows])
    return equal("orders are modules", cells, _column(rows, "units"), expected, "from its modules", tolerance=COUNTED)


def orders_are_whole(told: Told) -> Check:
    """Where the asset says so, whole modules are ordered; a project builds what it builds."""
    whole = {asset.id for asset in told.now.scenario.assets if asset.integer}
    rows, cells = _decided(told, "modules", among=whole)
    found = _column(rows, "modules")
    reason = "as the asset comes in whole modules"
    return equal("orders are whole", cells, found, np.rint(found), reason, tolerance=SOLVED, unit=1.0)


def orders_serve_after_their_lead(told: Told) -> Check:
    """An order serves from its year plus the lead time of the asset."""
    rows, cells = _ordered(told, "in_service_year")
    lead = {asset.id: whole_years(asset)[0] for asset in told.now.scenario.assets}
    expected = np.array([float(row["year"] + lead[row["asset"]]) for row in rows])
    found = _column(rows, "in_service_year")
    return equal("orders serve after their lead", cells, found, expected, "from year and lead time", tolerance=0.0)


def orders_serve_in_time(told: Told) -> Check:
    """Nothing is ordered that serves only after the last moment the plan looks at."""
    rows, cells = _decided(told, "in_service_year")
    found = _column(rows, "in_service_year")
    last = np.full(len(rows), float(told.now.moments[-1]))
    return at_most("orders serve in time", cells, found, last, "the last year of the plan", tolerance=0.0)


def base_stock_dies(told: Told) -> Check:
    """What is left of the base stock follows a straight line over the life."""
    found, expected = told.array("stocks", "base_units"), survivors(told.now)
    reason = "from base stock and life"
    return equal("base stock dies", _stock_cells(told, "base_units"), found, expected, reason, tolerance=COUNTED)


def stock_is_what_survives(told: Told) -> Check:
    """What stands is what is left of the base stock, as counts correct it, plus every order and project in service."""
    projects, years = built(told), slice(1, 1 + len(told.now.years))
    ordered = (told.array("orders", "units") - projects.units)[:, :, years]
    left = survivors(told.now) + corrections(told.now)
    expected = left + np.einsum("rav,avm->ram", ordered, in_service(told.now)) + projects.standing
    found, module = told.array("stocks", "units"), told.now.asset_amounts("module_units")[:, None]
    cells, reason = _stock_cells(told, "units"), "from base stock and orders"
    return equal("stock is what survives", cells, found, expected, reason, tolerance=SOLVED, unit=module)


def stock_draws_energy(told: Told) -> Check:
    """Electricity of what is left of the base stock at old sites, of the rest at new ones."""
    left, units = told.array("stocks", "base_units"), told.array("stocks", "units")
    new, old = gwh_per_unit(told.now, "pue_new"), gwh_per_unit(told.now, "pue_base")
    expected = new[:, :, None] * (units - left) + old[:, :, None] * left
    cells, found = _stock_cells(told, "energy_gwh"), told.array("stocks", "energy_gwh")
    return equal("stock draws energy", cells, found, expected, "from units, power and PUE", tolerance=COUNTED)


def stock_needs_staff(told: Told) -> Check:
    """People by units in service."""
    expected = told.array("stocks", "units") * told.now.asset_amounts("staff_fte")[:, None]
    cells, found = _stock_cells(told, "staff_fte"), told.array("stocks", "staff_fte")
    return equal("stock needs staff", cells, found, expected, "from units", tolerance=COUNTED)


def demand_follows_drivers(told: Told) -> Check:
    """Demand is the national base by its drivers, grown."""
    found, expected = told.array("demand", "demand_eflops"), asked(told.now)
    cells, reason = _demand_cells(told, "demand_eflops"), "from drivers and growth"
    return equal("demand follows drivers", cells, found[..., 1:], expected[..., 1:], reason, tolerance=COUNTED)


def demand_is_served_or_unmet(told: Told) -> Check:
    """Served and unmet make up the demand."""
    served, unmet = told.array("demand", "served_eflops"), told.array("demand", "unmet_eflops")
    expected = told.array("demand", "demand_eflops") - unmet
    cells, reason = _demand_cells(told, "served_eflops"), "from demand less unmet"
    return equal(
        "demand is served or unmet", cells, served[..., 1:], expected[..., 1:], reason, tolerance=COUNTED, unit=1e-3
    )


def flows_make_up_what_is_served(told: Told) -> Check:
    """What a region receives is the sum of the flows into it."""
    expected = told.array("flows", "flow_eflops").sum(axis=0)
    found, cells = told.array("demand", "served_eflops"), _demand_cells(told, "served_eflops")
    reason = "from the flows into the region"
    return equal(
        "flows make up what is served", cells, found[..., 1:], expected[..., 1:], reason, tolerance=SOLVED, unit=1.0
    )


def flows_have_their_delay(told: Told) -> Check:
    """The delay of a flow follows from the distance."""
    rows, cells = _rows(told, "flows", "delay_ms")
    at, delay = _at(told.now.regions), delays(told.now)
    expected = np.array([delay[at[row["host"]], at[row["region"]]] for row in rows])
    found = _column(rows, "delay_ms")
    return equal("flows have their delay", cells, found, expected, "from the distance", tolerance=COUNTED)


def flows_are_near_enough(told: Told) -> Check:
    """No class is served from beyond its delay limit."""
    rows, cells = _rows(told, "flows", "delay_ms")
    at, delay = _at(told.now.regions), delays(told.now)
    limits = {d.id: np.inf if d.delay_limit_ms is None else d.delay_limit_ms for d in told.now.scenario.demand}
    found = np.array([delay[at[row["host"]], at[row["region"]]] for row in rows])
    limit = np.array([limits[row["class"]] for row in rows])
    return at_most("flows are near enough", cells, found, limit, "the delay limit of the class", tolerance=COUNTED)


def flows_need_traffic(told: Told) -> Check:
    """Bandwidth times distance that a flow needs."""
    rows, cells = _rows(told, "flows", "traffic_gbps_km")
    at, distance = _at(told.now.regions), told.now.scenario.geography.distance_km
    rate = {d.id: d.traffic_gbps_per_eflops.value for d in told.now.scenario.demand}
    km = np.array([distance[at[row["host"]], at[row["region"]]] for row in rows])
    expected = np.array([rate[row["class"]] * row["flow_eflops"] for row in rows]) * km
    found, reason = _column(rows, "traffic_gbps_km"), "from flow and distance"
    return equal("flows need traffic", cells, found, expected, reason, tolerance=COUNTED)


def work_delivers_by_capability(told: Told) -> Check:
    """What busy machines deliver follows from the capability of one unit for the class."""
    rows, cells = _rows(told, "work", "capacity_eflops")
    known = told.now.capability
    expected = np.array([row["busy_units"] * known[row["asset"], row["class"]].eflops_per_unit for row in rows])
    found, reason = _column(rows, "capacity_eflops"), "from busy units and capability"
    return equal("work delivers by capability", cells, found, expected, reason, tolerance=COUNTED)


def flows_come_from_machines_at_work(told: Told) -> Check:
    """What a region sends out for a class stays within what its busy machines deliver for it."""
    sent = told.array("flows", "flow_eflops").sum(axis=1)
    made = told.array("work", "capacity_eflops").sum(axis=1)
    cells = Cells("flows.csv", "flow out of the region", (told.now.regions, told.now.classes, told.now.moments))
    reason = "what its machines at work deliver"
    return at_most("flows come from machines at work", cells, sent, made, reason, tolerance=SOLVED, unit=1.0)


def machines_work_within_stock(told: Told) -> Check:
    """Machines busy with any class are at most those that stand there."""
    busy, stock = told.array("work", "busy_units").sum(axis=2), told.array("stocks", "units")
    cells, module = _stock_cells(told, "busy units"), told.now.asset_amounts("module_units")[:, None]
    cells = Cells("work.csv", cells.quantity, cells.axes)
    return at_most("machines work within stock", cells, busy, stock, "the stock", tolerance=SOLVED, unit=module)


def _rows(told: Told, table: str, quantity: str) -> tuple[list[Record], Cells]:
    """Rows of a table, and their places."""
    return _placed(told.records(table), table, quantity)


def _ordered(told: Told, quantity: str, among: set[str] | None = None) -> tuple[list[Record], Cells]:
    """Orders (of some assets) that belong to no project, and their places."""
    rows = [row for row in told.records("orders") if not row["project"] and (among is None or row["asset"] in among)]
    return _placed(rows, "orders", quantity)


def _decided(told: Told, quantity: str, among: set[str] | None = None) -> tuple[list[Record], Cells]:
    """Orders that the plan decides: those of frozen years are facts."""
    rows, _ = _ordered(told, quantity, among)
    return _placed([row for row in rows if not is_frozen(told.now, row["year"])], "orders", quantity)


def _placed(rows: list[Record], table: str, quantity: str) -> tuple[list[Record], Cells]:
    keys = ("host", "region", "asset", "class", "year")
    labels = [", ".join(str(row[key]) for key in keys if key in row) for row in rows]
    return rows, Cells(f"{table}.csv", quantity, (labels,))


def _column(rows: Sequence[Record], name: str) -> Floats:
    return np.array([row[name] for row in rows], float)


def _at(ids: Sequence[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(ids)}


def _stock_cells(told: Told, quantity: str) -> Cells:
    return Cells("stocks.csv", quantity, (told.now.regions, told.now.assets, told.now.moments))


def _demand_cells(told: Told, quantity: str) -> Cells:
    return Cells("demand.csv", quantity, (told.now.regions, told.now.classes, told.now.later))


CHECKS = (
    units_are_named,
    orders_are_modules,
    orders_are_whole,
    orders_serve_after_their_lead,
    orders_serve_in_time,
    base_stock_dies,
    stock_is_what_survives,
    stock_draws_energy,
    stock_needs_staff,
    demand_follows_drivers,
    demand_is_served_or_unmet,
    flows_make_up_what_is_served,
    flows_have_their_delay,
    flows_are_near_enough,
    flows_need_traffic,
    work_delivers_by_capability,
    flows_come_from_machines_at_work,
    machines_work_within_stock,
)
