"""The region table: rows of regions, columns that other parts of a config refer to by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.config import tables
from planner.config.context import Context
from planner.config.models import Plan
from planner.config.problems import FaultError, nearest
from planner.config.tables import Table
from planner.config.tree import Path
from planner.config.units import Dimension
from planner.scenario import Floats


@dataclass(frozen=True)
class Columns:
    """Region ids in the order of the main table, and the tables joined by id."""

    ids: tuple[str, ...]
    tables: tuple[Table, ...]

    def table_of(self, column: str) -> Table | None:
        return next((table for table in self.tables if column in table.header), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for table in self.tables for name in table.header))


def read_columns(context: Context, plan: Plan) -> Columns | None:
    """The region table with the tables joined to it; None where the main table cannot be read."""
    key = plan.regions.id
    main = open_table(context, ("regions", "table"), plan.regions.table, key)
    if main is None:
        return None
    ids = tuple(main.rows)
    joined = [main]
    for index, name in enumerate(plan.regions.also):
        table = open_table(context, ("regions", "also", index), name, key)
        if table is None:
            return None
        _check_join(context, table, joined, key, ids)
        joined.append(table)
    return Columns(ids, tuple(joined))


def open_table(context: Context, path: Path, name: str, key: str | None) -> Table | None:
    """A CSV file named in the config; None (and a problem) where it cannot be used."""
    inputs = context.inputs
    file = inputs.path(name)
    try:
        text = inputs.text(file)
    except FaultError as fault:
        context.report(path, fault.message, fault.remedy)
        return None
    return tables.parse(text, str(file), inputs.relative(file), key, inputs.problems)


def numbers(context: Context, columns: Columns, column: str, dimension: Dimension, path: Path) -> Floats:
    """A numeric column by region, read-only; stand-ins (and problems) where there is none to be had.

    path: the key that names the column
    """
    table = _table(context, columns, column, path)
    problems = context.inputs.problems
    ids = [] if table is None else [row for row in columns.ids if row in table.rows]
    values = [tables.number(table, row, column, dimension, problems) for row in ids] if table is not None else []
    return frozen(values if len(values) == len(columns.ids) else [1.0] * len(columns.ids))


def texts(context: Context, columns: Columns, column: str, path: Path) -> tuple[str, ...]:
    """A text column by region; every cell must hold something."""
    table = _table(context, columns, column, path)
    if table is None:
        return columns.ids
    found = []
    for row in columns.ids:
        text = table.cell(row, column) if row in table.rows else row
        if not text:
            context.inputs.problems.append(table.problem(row, column, "the cell is empty", "fill in text"))
        found.append(text)
    return tuple(found)


def cells(context: Context, columns: Columns, column: str, path: Path) -> tuple[str, ...]:
    """A column as it stands, empty cells included."""
    table = _table(context, columns, column, path)
    return tuple("" if table is None or row not in table.rows else table.cell(row, column) for row in columns.ids)


def numbers_or_one(context: Context, columns: Columns, held: float | str, dimension: Dimension, path: Path) -> Floats:
    """A numeric column by region, or one value for every region."""
    if isinstance(held, str):
        return numbers(context, columns, held, dimension, path)
    return frozen([held] * len(columns.ids))


def frozen(values: object) -> Floats:
    """A read-only array of float64."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def _table(context: Context, columns: Columns, column: str, path: Path) -> Table | None:
    table = columns.table_of(column)
    if table is None:
        files = ", ".join(table.name for table in columns.tables)
        context.report(path, f"there is no column {column!r} in {files}", nearest(column, columns.names))
    return table


def _check_join(context: Context, table: Table, before: list[Table], key: str, ids: tuple[str, ...]) -> None:
    for region in ids:
        if region not in table.rows:
            message, remedy = f"there is no row for region {region!r}", nearest(region, set(table.rows) - set(ids))
            context.inputs.problems.append(tables.file_problem(table, key, message, remedy))
    for name in table.header:
        other = next((held for held in before if name in held.header), None)
        if name != key and other is not None:
            message = f"column {name!r} is in {other.name} already"
            context.inputs.problems.append(tables.file_problem(table, name, message, "rename or delete one"))
