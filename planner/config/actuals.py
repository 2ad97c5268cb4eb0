"""What was really ordered, seen and paid: tables of facts, every row checked at its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.config import tables, units
from planner.config.columns import frozen, open_table
from planner.config.context import Context
from planner.config.models import Plan
from planner.config.problems import nearest
from planner.config.tables import Table
from planner.scenario import Actuals, Booked, Budget, Floats

ORDERS = ("region", "asset", "year", "units_ordered", "capex_million")
STOCKS = ("region", "asset", "year", "units")
UPKEEP = ("budget", "year", "opex_million", "energy_million")


@dataclass(frozen=True)
class Axes:
    """What rows of facts can name, and the last year that they can speak of (None: it is not known yet)."""

    regions: tuple[str, ...]
    assets: tuple[str, ...]
    years: tuple[int, ...]
    until: int | None

    @property
    def frozen(self) -> tuple[int, ...]:
        return tuple(year for year in self.years if self.until is None or year <= self.until)

    def cell(self, place: tuple[str, str, int]) -> tuple[int, int, int]:
        """Position of (region, asset, year)."""
        return self.regions.index(place[0]), self.assets.index(place[1]), self.years.index(place[2])


def resolve_actuals(
    context: Context, plan: Plan, regions: tuple[str, ...], years: tuple[int, ...], budgets: tuple[Budget, ...]
) -> Actuals | None:
    """The facts of a config; None where it names none, or where they cannot be read."""
    held = plan.actuals
    if held is None:
        return None
    if held.until is not None and held.until not in years:
        message = f"year {held.until} is outside the horizon {years[0]} to {years[-1]}"
        context.report(("actuals", "until"), message, "name a year of the horizon")
        return None
    axes = Axes(regions, tuple(asset.id for asset in plan.assets), years, held.until)
    table = _open(context, "table", held.table, ORDERS)
    if table is None:
        return None
    rows = _placed(context, table, axes)
    axes = Axes(
        regions, axes.assets, years, held.until or max((year for _, _, year in rows.values()), default=years[0])
    )
    _say_what_is_not_stated(context, table, rows, axes)
    _say_what_cannot_start(context, plan, axes)
    return Actuals(
        until=axes.until or years[0],
        years=axes.frozen,
        units_ordered=_amounts(context, table, rows, "units_ordered", axes, 0.0),
        capex_million=_paid(context, table, rows, axes),
        units_standing=_standing(context, held.stocks, axes),
        upkeep=_upkeep(context, held.upkeep, axes, budgets),
        place=context.label(("actuals",)),
    )


def _open(context: Context, key: str, name: str, wanted: tuple[str, ...]) -> Table | None:
    table = open_table(context, ("actuals", key), name, None)
    if table is None:
        return None
    missing = [column for column in wanted if column not in table.header]
    for column in missing:
        message, remedy = f"there is no column {column!r}", f"the columns are {', '.join(wanted)}"
        context.inputs.problems.append(tables.file_problem(table, table.header[0], message, remedy))
    return None if missing else table


def _placed(context: Context, table: Table, axes: Axes) -> dict[str, tuple[str, str, int]]:
    """Region, asset and year of every row whose place is known and not taken; problems for the others."""
    found: dict[tuple[str, str, int], str] = {}
    for line in table.rows:
        region, asset = table.cell(line, "region"), table.cell(line, "asset")
        known = _known(context, table, line, "region", axes.regions)
        known &= _known(context, table, line, "asset", axes.assets)
        year = _year(context, table, line, axes)
        if not known or year is None:
            continue
        place = (region, asset, year)
        if place in found:
            message = f"{region}, {asset}, {year} stands twice (first in line {found[place]})"
            context.inputs.problems.append(table.problem(line, "region", message, "add them up in one row"))
        found.setdefault(place, line)
    return {line: place for place, line in found.items()}


def _known(context: Context, table: Table, line: str, column: str, names: Iterable[str]) -> bool:
    word, names = table.cell(line, column), tuple(names)
    if word in names:
        return True
    message = f"unknown {column} {word!r}" if word else "the cell is empty"
    context.inputs.problems.append(table.problem(line, column, message, nearest(word, names)))
    return False


def _year(context: Context, table: Table, line: str, axes: Axes) -> int | None:
    """The year of a row, in the horizon and not after the last frozen one; None (and a problem) where it is not."""
    text = table.cell(line, "year")
    message, remedy = "", ""
    if not text.isdecimal():
        message, remedy = f"value {text!r} is not a year", "write e.g. 2026"
    elif int(text) not in axes.years:
        message = f"year {text} is outside the horizon {axes.years[0]} to {axes.years[-1]}"
        remedy = "take the row out: what stood before the horizon is the base stock of the assets"
    elif int(text) not in axes.frozen:
        message = f"year {text} is after {axes.until}, the last year of facts"
        remedy = f"set actuals.until to {text}, or take the row out"
    if message:
        context.inputs.problems.append(table.problem(line, "year", message, remedy))
        return None
    return int(text)


def _amounts(
    context: Context,
    table: Table,
    rows: dict[str, tuple[str, str, int]],
    column: str,
    axes: Axes,
    elsewhere: float,
) -> Floats:
    """A column of a table of facts over (R, A, frozen years)."""
    found = np.full((len(axes.regions), len(axes.assets), len(axes.frozen)), elsewhere)
    for line, place in rows.items():
        found[axes.cell(place)] = tables.number(table, line, column, units.COUNT, context.inputs.problems)
    return frozen(found)


def _paid(context: Context, table: Table, rows: dict[str, tuple[str, str, int]], axes: Axes) -> Floats:
    """What orders cost; money without an order is a problem."""
    before = len(context.inputs.problems)
    units_ordered = _amounts(context, table, rows, "units_ordered", axes, 0.0)
    paid = _amounts(context, table, rows, "capex_million", axes, 0.0)
    if len(context.inputs.problems) == before:
        for line, place in rows.items():
            cell = axes.cell(place)
            if paid[cell] > 0 and units_ordered[cell] == 0:
                message = f"{paid[cell]:g} million were paid, but nothing was ordered"
                remedy = "book it in the year of the order, with the units it bought"
                context.inputs.problems.append(table.problem(line, "capex_million", message, remedy))
    return paid


def _say_what_is_not_stated(context: Context, table: Table, rows: dict[str, tuple[str, str, int]], axes: Axes) -> None:
    pairs = len(axes.regions) * len(axes.assets)
    for year in axes.frozen:
        silent = pairs - sum(place[2] == year for place in rows.values())
        if silent:
            what = f"{silent} of {pairs} pairs of region and asset"
            context.inputs.notices.append(f"{table.name}: nothing is stated in {year} for {what}: taken as no orders")


def _say_what_cannot_start(context: Context, plan: Plan, axes: Axes) -> None:
    past = [p.id for p in plan.projects if not _later(p.years, axes)]
    if plan.projects:
        what = "what projects built by then stands among the orders; none starts in a year that is fact"
        gone = f"; too late for {', '.join(past)}" if past else ""
        context.inputs.notices.append(f"facts until {axes.until}: {what}{gone}")


def _later(years: Any, axes: Axes) -> bool:
    """Whether a window of years (a list, a range, or none: all) reaches beyond the facts."""
    last = max(years) if isinstance(years, tuple) and years else getattr(years, "last", axes.years[-1])
    return bool(last > (axes.until or 0))


def _standing(context: Context, name: str | None, axes: Axes) -> Floats:
    table = None if name is None else _open(context, "stocks", name, STOCKS)
    if table is None:
        return frozen(np.full((len(axes.regions), len(axes.assets), len(axes.frozen)), np.nan))
    return _amounts(context, table, _placed(context, table, axes), "units", axes, np.nan)


def _upkeep(context: Context, name: str | None, axes: Axes, budgets: Sequence[Budget]) -> tuple[Booked, ...]:
    table = None if name is None else _open(context, "upkeep", name, UPKEEP)
    if table is None:
        return ()
    by_id, found = {budget.id: budget for budget in budgets}, {}
    for line in table.rows:
        budget, year = table.cell(line, "budget"), _year(context, table, line, axes)
        if not _known(context, table, line, "budget", by_id) or year is None:
            continue
        if year not in (by_id[budget].scope.years or axes.years):
            message = f"year {year} is not a year of budget {budget!r}"
            context.inputs.problems.append(table.problem(line, "year", message, "take the row out"))
        elif (budget, year) in found:
            message = f"{budget}, {year} stands twice"
            context.inputs.problems.append(table.problem(line, "budget", message, "add them up in one row"))
        else:
            opex, energy = (_booked(context, table, line, by_id[budget], kind) for kind in ("opex", "energy"))
            found[budget, year] = Booked(budget, year, opex, energy)
    return tuple(found.values())


def _booked(context: Context, table: Table, line: str, budget: Budget, kind: str) -> float:
    """Money of a kind that a budget paid; a kind that it does not pay is left empty, or is 0."""
    column = f"{kind}_million"
    if kind in budget.kinds:
        return tables.number(table, line, column, units.COUNT, context.inputs.problems)
    if table.cell(line, column) not in ("", "0", "0.0"):
        message, remedy = f"budget {budget.id!r} does not pay {kind}", f"it pays {', '.join(budget.kinds)}"
        context.inputs.problems.append(table.problem(line, column, message, remedy))
    return 0.0
