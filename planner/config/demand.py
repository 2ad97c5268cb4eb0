"""Compute demand by class, and what regions have of their own: electricity and staff."""

from __future__ import annotations

from collections.abc import Mapping

from planner.config import units
from planner.config.columns import Columns, numbers
from planner.config.context import Context
from planner.config.models import Demand, Plan
from planner.config.models import Supply as SupplyText
from planner.config.tree import Path
from planner.config.units import Dimension
from planner.scenario import Asset, DemandClass, Driver, Machine, Mix, Supply


def resolve_demand(
    context: Context, plan: Plan, columns: Columns, mixes: Mapping[str, Mix] | None
) -> tuple[DemandClass, ...]:
    """All demand classes with the values of their drivers."""
    return tuple(_class(context, held, columns, mixes) for held in plan.demand)


def resolve_supply(
    context: Context, key: str, held: SupplyText | None, columns: Columns, dimension: Dimension
) -> Supply | None:
    """Electricity or staff of the regions; None where the config has no such section."""
    if held is None:
        return None
    return Supply(
        base=numbers(context, columns, held.column, dimension, (key, "column")),
        growth=context.parameter(held.growth, (key, "growth")),
        share=context.parameter(held.share, (key, "share")),
        price=held.price,
    )


def check_service(
    context: Context,
    classes: tuple[DemandClass, ...],
    assets: tuple[Asset, ...],
    mixes: Mapping[str, Mix],
    machines: Mapping[str, Machine],
) -> None:
    """Note every asset that serves a class without a machine, or whose machine lacks what the mix needs."""
    by_id = {asset.id: asset for asset in assets}
    for held in classes:
        for index, name in enumerate(held.served_by):
            path: Path = ("demand", held.id, "served_by", index)
            machine = by_id[name].machine
            if machine is None:
                context.report(path, f"asset {name!r} names no machine", f"add machine: ... to asset {name}")
            else:
                _check_machine(context, path, machines[machine], mixes[held.mix])


def _check_machine(context: Context, path: Path, machine: Machine, mix: Mix) -> None:
    if machine.record is not None:
        return
    if mix.precision not in machine.peak_tflops:
        message = f"machine {machine.id!r} has no peak_tflops for {mix.precision!r}, which mix {mix.id!r} needs"
        context.report(path, message, f"add it to {machine.place}")
    missing = [kernel for kernel in mix.shares if kernel not in machine.fraction_of_peak]
    if missing:
        message = f"machine {machine.id!r} has no fraction_of_peak for {', '.join(missing)} of mix {mix.id!r}"
        context.report(path, message, f"add it to {machine.place}, or name a measured record under records")


def _class(context: Context, held: Demand, columns: Columns, mixes: Mapping[str, Mix] | None) -> DemandClass:
    path: Path = ("demand", held.id)
    context.known((*path, "feeds"), held.feeds, "factor", context.ids("factors"))
    for index, asset in enumerate(held.served_by):
        context.known((*path, "served_by", index), asset, "asset", context.ids("assets"))
    if mixes is not None:
        context.known((*path, "mix"), held.mix, "mix", mixes)
    return DemandClass(
        id=held.id,
        name=held.name,
        name_zh=held.name_zh or held.name,
        link=held.link,
        feeds=held.feeds,
        delay_limit_ms=held.delay_limit,
        served_by=held.served_by,
        mix=held.mix,
        base_eflops=context.parameter(held.base, (*path, "base")),
        growth=context.parameter(held.growth, (*path, "growth")),
        drivers=tuple(_driver(context, held, i, columns) for i in range(len(held.drivers))),
        traffic_gbps_per_eflops=context.parameter(held.traffic, (*path, "traffic")),
        unmet_price=held.unmet_price,
    )


def _driver(context: Context, held: Demand, index: int, columns: Columns) -> Driver:
    driver = held.drivers[index]
    path: Path = ("demand", held.id, "drivers", index, "column")
    values = numbers(context, columns, driver.column, units.COUNT, path)
    if values.sum() <= 0:
        context.report(path, f"column {driver.column!r} is 0 everywhere", "choose a column with values")
    return Driver(driver.column, driver.share, values)
