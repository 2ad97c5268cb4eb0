"""Regions, groups of regions and the distances between them."""

from __future__ import annotations

import numpy as np

from planner.config import tables, units
from planner.config.columns import Columns, cells, frozen, numbers, numbers_or_one, open_table, texts
from planner.config.context import Context
from planner.config.models import Plan
from planner.config.problems import FaultError, nearest
from planner.config.region_models import Group as GroupText
from planner.config.tables import Table
from planner.config.tree import Path
from planner.scenario import Floats, Geography, Group, Parameter, Region


def resolve_regions(context: Context, plan: Plan, columns: Columns) -> tuple[Region, ...]:
    """All regions in the order of the main table."""
    held = plan.regions

    def column(key: str, name: str, dimension: units.Dimension) -> Floats:
        return numbers(context, columns, name, dimension, ("regions", key))

    def column_or_one(key: str, value: float | str, dimension: units.Dimension) -> Floats:
        return numbers_or_one(context, columns, value, dimension, ("regions", key))

    names = texts(context, columns, held.name, ("regions", "name"))
    zh = names if held.name_zh is None else texts(context, columns, held.name_zh, ("regions", "name_zh"))
    figures = zip(
        column("population_10k", held.population_10k, units.PEOPLE),
        column("innovation", held.innovation, units.COUNT),
        column_or_one("price_factor", held.price_factor, units.POSITIVE),
        column_or_one("energy_price", held.energy_price, units.in_currency(units.PRICE, plan.currency)),
        column_or_one("pue_base", held.pue_base, units.AT_LEAST_ONE),
        column_or_one("pue_new", held.pue_new, units.AT_LEAST_ONE),
        strict=True,
    )
    tiles = _tiles(context, plan, columns)
    rows = zip(columns.ids, names, zh, tiles, figures, strict=True)
    return tuple(
        Region(r, name, name_zh, float(pop), float(innovation), tile, *map(float, rest))
        for r, name, name_zh, tile, (pop, innovation, *rest) in rows
    )


def resolve_groups(context: Context, plan: Plan, columns: Columns) -> tuple[Group, ...]:
    """All groups with their members in the order of regions."""
    return tuple(Group(g.id, g.name, _members(context, g, columns)) for g in plan.groups)


def resolve_geography(context: Context, plan: Plan, columns: Columns) -> Geography:
    """Distances and what delay and spillover make of them."""
    held = plan.geography

    def parameter(key: str, default: float) -> Parameter:
        text = getattr(held, key)
        if text is None:
            return Parameter(default, source="default")
        return context.parameter(text, ("geography", key))

    return Geography(
        distance_km=_distances(context, plan, columns),
        route_factor=parameter("route_factor", 1.4),
        delay_ms_per_km=parameter("delay_ms_per_km", 0.0049),
        delay_offset_ms=parameter("delay_offset", 0.5),
        spillover_decay_km=parameter("spillover_decay_km", 500.0),
        spillover_reach_km=parameter("spillover_reach_km", 1000.0),
    )


def _tiles(context: Context, plan: Plan, columns: Columns) -> list[tuple[int, int] | None]:
    held = plan.regions.tile
    if held is None:
        return [None] * len(columns.ids)
    at = [numbers(context, columns, name, units.COUNT, ("regions", "tile", i)) for i, name in enumerate(held)]
    for i, values in enumerate(at):
        if np.any(values != np.round(values)):
            context.report(("regions", "tile", i), f"column {held[i]!r} holds fractions", "write whole numbers")
    return [(int(x), int(y)) for x, y in zip(*at, strict=True)]


def _members(context: Context, group: GroupText, columns: Columns) -> tuple[str, ...]:
    path: Path = ("groups", group.id)
    if group.regions is not None:
        for index, region in enumerate(group.regions):
            context.known((*path, "regions", index), region, "region", columns.ids)
        return tuple(region for region in columns.ids if region in group.regions)
    if group.ends != (None, None):
        return _beyond(context, group, columns, path)
    values = cells(context, columns, str(group.column), (*path, "column"))
    wanted = {_comparable(value) for value in _wanted(group)}
    hit = [(_comparable(value) in wanted) != (group.not_equals is not None) for value in values]
    members = tuple(region for region, inside in zip(columns.ids, hit, strict=True) if inside)
    if not members and columns.table_of(str(group.column)) is not None:
        key = "equals" if group.equals is not None else "not_equals" if group.not_equals is not None else "in"
        message = f"no region has such a value in column {group.column!r}"
        context.report((*path, key), message, nearest(next(iter(_wanted(group)), ""), values))
    return members


def _beyond(context: Context, group: GroupText, columns: Columns, path: Path) -> tuple[str, ...]:
    """Regions whose column reaches a threshold, or stays within one."""
    key, text = ("at_least", group.at_least) if group.at_least is not None else ("at_most", group.at_most)
    values = numbers(context, columns, str(group.column), units.SIGNED, (*path, "column"))
    try:
        limit = units.quantity(text, units.SIGNED)
    except FaultError as fault:
        context.report((*path, key), fault.message, fault.remedy)
        return ()
    inside = values >= limit if key == "at_least" else values <= limit
    members = tuple(region for region, there in zip(columns.ids, inside, strict=True) if there)
    if not members and columns.table_of(str(group.column)) is not None:
        ends = f"{values.min():g} to {values.max():g}"
        message = f"no region has {key.replace('_', ' ')} {limit:g} in column {group.column!r}"
        context.report((*path, key), message, f"the column runs from {ends}")
    return members


def _wanted(group: GroupText) -> tuple[str, ...]:
    single = group.equals if group.equals is not None else group.not_equals
    return (single,) if single is not None else group.among or ()


def _comparable(text: str) -> str | float:
    try:
        return tables.parse_number(text, units.ANY)
    except FaultError:
        return text


def _distances(context: Context, plan: Plan, columns: Columns) -> Floats:
    table = open_table(context, ("distances", "table"), plan.distances.table, "from")
    size = len(columns.ids)
    if table is None or not _has_all(context, table, columns.ids):
        return frozen(np.zeros((size, size)))
    problems = context.inputs.problems
    before = len(problems)
    rows = [[tables.number(table, a, b, units.DISTANCE, problems) for b in columns.ids] for a in columns.ids]
    if len(problems) == before:
        _check_metric(context, table, columns.ids, rows)
    return frozen(rows)


def _has_all(context: Context, table: Table, ids: tuple[str, ...]) -> bool:
    problems = context.inputs.problems
    missing_rows = [region for region in ids if region not in table.rows]
    missing_columns = [region for region in ids if region not in table.header]
    for what, missing, there in (("row", missing_rows, table.rows), ("column", missing_columns, table.header)):
        for region in missing:
            message, remedy = f"there is no {what} for region {region!r}", nearest(region, set(there) - set(ids))
            problems.append(tables.file_problem(table, "from", message, remedy))
    return not (missing_rows or missing_columns)


def _check_metric(context: Context, table: Table, ids: tuple[str, ...], rows: list[list[float]]) -> None:
    for i, a in enumerate(ids):
        if rows[i][i] != 0:
            problem = table.problem(a, a, f"value {rows[i][i]:g} is the distance to itself; expected 0", "write 0")
            context.inputs.problems.append(problem)
        for j, b in enumerate(ids[:i]):
            if abs(rows[i][j] - rows[j][i]) > 1e-6:
                message = f"value {rows[i][j]:g}, but the way back is {rows[j][i]:g}"
                problem = table.problem(a, b, message, "make the table symmetric")
                context.inputs.problems.append(problem)
