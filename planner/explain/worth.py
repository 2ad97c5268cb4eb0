"""What one more module of an order is worth at the prices of an optimum, and where that worth comes from.

With y the price of every row and A the program, an order j is worth  - sum( y[i] * A[i,j] )  over all rows but those
that charge its price, and costs  sum( y[i] * A[i,j] )  over those that do. What stands in a year is worth what its own
column says, row by row. At an optimum an order that is placed is worth what it costs; one that is not, no more.

Where nothing stands, flows or counts, a solver may put any price that is high enough on the row that says so. The
prices used here are the least: what the first unit would bring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.explain.limits import Cell, limits_of
from planner.formulation.sets import host_of_post
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.policies import policy_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONEY = (
    "spending_is_within_budget",
    "total_spending_is_within_budget",
    "tail_upkeep_is_within_last_grant",
    "funds_are_matched",
)
FLOORS_AND_CAPS = (("floor_is_reached", "floor"), ("cap_is_kept", "cap"))


@dataclass(frozen=True)
class Share:
    """A part of the worth of a module: the words for it, in units of the objective, and the year it comes in.

    cell  the row of a limit that takes it away or adds it; None where it is innovation or money
    """

    words: str
    worth: float
    year: int
    cell: Cell | None = None


@dataclass(frozen=True)
class Prices:
    """An optimum with its prices: values (n,), duals of rows (m,), and the worth and cost (n,) of every column.

    charges (m,) marks the rows whose coefficients on orders are prices: budgets, and rules that count money; cells are
    the limits by row.
    """

    instance: Instance
    program: LinearProgram
    cells: Mapping[int, Cell]
    values: Floats
    duals: Floats
    charges: NDArray[np.bool_]
    worth: Floats
    cost: Floats


def prices_of(instance: Instance, program: LinearProgram, values: Floats, row_duals: Floats) -> Prices:
    """The prices of an optimum; duals of tangents behind the rows of the program are left out."""
    duals, limits = _least(instance, program, row_duals[: len(program.row_lower)]), limits_of(instance, program)
    charges = _charges(instance, program)
    weighted = np.repeat(np.where(charges, 0.0, -duals), np.diff(program.starts)) * program.values
    charged = np.repeat(np.where(charges, duals, 0.0), np.diff(program.starts)) * program.values
    columns = len(program.cost)
    return Prices(
        instance=instance,
        program=program,
        cells=dict(zip(limits.rows.tolist(), limits.cells, strict=True)),
        values=values,
        duals=duals,
        charges=charges,
        worth=np.asarray(np.bincount(program.columns, weighted, columns), np.float64),
        cost=np.asarray(np.bincount(program.columns, charged, columns), np.float64),
    )


def _least(instance: Instance, program: LinearProgram, duals: Floats) -> Floats:
    """Duals with the least prices of rows whose only use may be none, from demand back to what stands."""
    net, least = instance.network, duals.copy()
    flows, works = program.rows["flows_come_from_machines_at_work"], program.rows["machines_work_within_stock"]
    times = np.arange(len(instance.timeline.year))
    if len(net.host):
        sent = flows.indices[net.host, net.demand_class]
        _lower(program, least, program.variables["flow"].indices, sent)
    if len(net.post_region):
        hosts = host_of_post(instance)[:, None] * len(times) + times
        _lower(program, least, program.variables["work"].indices, works.start + hosts)
    levels, supplied = program.variables["level"].indices, program.rows["level_is_what_is_supplied"].indices
    least[supplied] = np.maximum(_brought(program, least, levels, supplied), 0.0)
    stocks, standing = program.variables["stock"].indices, program.rows["stock_is_what_survives"].indices
    least[standing] = _brought(program, least, stocks, standing)
    return least


def _lower(program: LinearProgram, duals: Floats, columns: Ints, rows: Ints) -> None:
    """Lower the price of rows to the most that one of their columns would bring, or to nothing."""
    most = np.zeros(len(duals))
    np.maximum.at(most, rows.ravel(), _brought(program, duals, columns, rows).ravel())
    duals[rows] = np.minimum(duals[rows], most[rows])


def _brought(program: LinearProgram, duals: Floats, columns: Ints, rows: Ints) -> Floats:
    """What one more of a column brings by all rows but its own, in which its coefficient is one."""
    priced = np.repeat(duals, np.diff(program.starts)) * program.values
    return np.asarray(duals[rows] - np.bincount(program.columns, priced, len(program.cost))[columns])


def _charges(instance: Instance, program: LinearProgram) -> NDArray[np.bool_]:
    charges = np.zeros(len(program.row_lower), bool)
    for name in MONEY:
        charges[program.rows[name].indices.ravel()] = True
    rows = policy_rows(instance)
    for name, sense in FLOORS_AND_CAPS:
        own = [row.rule.quantity == "capex" for row in rows if row.rule.sense == sense]
        charges[program.rows[name].indices.ravel()[own]] = True
    return charges


def shares_of(prices: Prices, region: int, asset: int, year: int) -> list[Share]:
    """Where the worth of one more module ordered in a year comes from; they sum to worth - cost of its column."""
    program = prices.program
    column = int(program.variables["order"].indices[region, asset, year])
    ordered = prices.instance.scenario.years[year]
    shares: list[Share] = []
    for row, value in _entries(program, column):
        if row in _rows(program, "stock_is_what_survives"):
            shares += _standing(prices, region, asset, row)
        else:
            shares.append(_direct(prices, row, -prices.duals[row] * value, ordered, "price of the order"))
    return [share for share in shares if share.worth != 0.0]


def _standing(prices: Prices, region: int, asset: int, row: int) -> list[Share]:
    """What a module that stands in a year is worth, row by row of its own column."""
    program, block = prices.program, prices.program.rows["stock_is_what_survives"]
    time = (row - block.start) % block.shape[-1]
    year = int(prices.instance.timeline.year[time])
    column = int(program.variables["stock"].indices[region, asset, time])
    shares: list[Share] = []
    for at, value in _entries(program, column):
        worth = -prices.duals[at] * value
        if at == row or worth == 0.0:
            continue
        if at in _rows(program, "level_is_what_is_supplied"):
            shares += _innovation(prices, at, value, year)
        elif at in _rows(program, "machines_work_within_stock"):
            shares += [Share(f"computing sold to {name}", worth * part, year) for name, part in _work(prices, at, time)]
        else:
            shares.append(_direct(prices, at, worth, year, "upkeep and electricity"))
    return shares


def _innovation(prices: Prices, row: int, value: float, year: int) -> list[Share]:
    """A level of a factor: what it adds at home, what spills over to neighbours, what talent cannot use."""
    program, scenario = prices.program, prices.instance.scenario
    home, factor, time = _cell(program, "level_is_what_is_supplied", row)
    name = scenario.factors[prices.instance.innovation.factors[factor]].name.lower()
    per_level, shares = -value, []
    for at, coefficient in _entries(program, int(program.variables["level"].indices[home, factor, time])):
        worth = -prices.duals[at] * coefficient * per_level
        if at in _rows(program, "ratio_follows_levels"):
            place = _cell(program, "ratio_follows_levels", at)[0]
            where = scenario.regions[home].name if place == home else f"neighbours of {scenario.regions[home].name}"
            shares.append(Share(f"innovation through {name} in {where}", worth, year))
        elif at != row:
            shares.append(Share(f"{name} that talent in {scenario.regions[home].name} cannot use", worth, year))
    return shares


def _work(prices: Prices, row: int, time: int) -> Iterable[tuple[str, float]]:
    """Demand classes that the machines of a host work for, by their share of the work."""
    program, scenario, net = prices.program, prices.instance.scenario, prices.instance.network
    posts = [column for column, _ in _row(program, row) if column in _columns(program, "work")]
    first, count = program.variables["work"].start, program.variables["work"].shape[-1]
    busy: dict[str, float] = {}
    for column in posts:
        name = scenario.demand[net.post_class[(column - first) // count]].name
        busy[name] = busy.get(name, 0.0) + float(prices.values[column])
    total = sum(busy.values())
    if total <= 1e-9:
        return [("whoever pays most", 1.0)]
    return [(name, amount / total) for name, amount in busy.items() if amount > 0]


def _direct(prices: Prices, row: int, worth: float, year: int, money: str) -> Share:
    """A row of a limit: money where it charges, else the limit itself."""
    cell = prices.cells.get(row)
    if cell is None:
        return Share(prices.program.row_name(row).split("(")[0].replace("_", " "), float(worth), year)
    if prices.charges[row]:
        return Share(f"{money}, paid by {cell.limit.words}", float(worth), year, cell)
    later = "room for later orders under " if cell.limit.kind == "growth" and worth > 0 else ""
    return Share(later + cell.limit.words, float(worth), year, cell)


def _entries(program: LinearProgram, column: int) -> list[tuple[int, float]]:
    """Rows and coefficients of a column."""
    at = np.flatnonzero(program.columns == column)
    rows = np.searchsorted(program.starts, at, side="right") - 1
    return list(zip(rows.tolist(), program.values[at].tolist(), strict=True))


def _row(program: LinearProgram, row: int) -> list[tuple[int, float]]:
    part = slice(int(program.starts[row]), int(program.starts[row + 1]))
    return list(zip(program.columns[part].tolist(), program.values[part].tolist(), strict=True))


def _rows(program: LinearProgram, name: str) -> range:
    block = program.rows[name]
    return range(block.start, block.start + block.size)


def _columns(program: LinearProgram, name: str) -> range:
    block = program.variables[name]
    return range(block.start, block.start + block.size)


def _cell(program: LinearProgram, name: str, row: int) -> tuple[int, ...]:
    block = program.rows[name]
    return tuple(int(i) for i in np.unravel_index(row - block.start, block.shape))
