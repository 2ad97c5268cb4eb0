"""A region-year table as arrays: one row per region, one column per year, missing cells as NaN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from planner.config import tables, units
from planner.config.files import read_text
from planner.config.problems import ConfigError, FaultError, Problem, nearest
from planner.config.tables import Table

Floats = NDArray[np.float64]
MISSING = ("", "NA", "NaN", "nan", "..")


@dataclass(frozen=True)
class Panel:
    """Columns by name, each (R, Y); `there` says which region-years the table has."""

    file: str
    regions: tuple[str, ...]
    years: tuple[int, ...]
    columns: dict[str, Floats]
    there: NDArray[np.bool_]


def open_table(path: Path) -> Table:
    """The table of a panel file. Raises ConfigError."""
    problems: list[Problem] = []
    try:
        text = read_text(path).text
    except FaultError as fault:
        raise ConfigError([Problem(str(path), 0, 0, "", fault.message, fault.remedy)]) from None
    table = tables.parse(text, str(path), str(path), None, problems)
    if table is None or problems:
        raise ConfigError(problems)
    return table


def read_panel(
    table: Table, region: str, year: str, names: Iterable[str], named_at: Mapping[str, str] = MappingProxyType({})
) -> Panel:
    """The columns of a table by region and year. `named_at`: where the spec names a column, for errors.

    Raises ConfigError with every problem: a column that is not there, a cell that is no number, a year that is no
    whole number, a region-year that appears twice.
    """
    problems: list[Problem] = []
    wanted = tuple(dict.fromkeys(names))
    _check_columns(table, (region, year, *wanted), named_at, problems)
    if problems:
        raise ConfigError(problems)
    cells = [(key, table.cell(key, region), _year(table, key, year, problems)) for key in table.rows]
    _check_once(table, region, cells, problems)
    regions = tuple(dict.fromkeys(name for _, name, _ in cells))
    years = tuple(sorted({at for _, _, at in cells}))
    shape = (len(regions), len(years))
    columns = {name: np.full(shape, np.nan) for name in wanted}
    there = np.zeros(shape, dtype=bool)
    row_of, column_of = {name: i for i, name in enumerate(regions)}, {at: i for i, at in enumerate(years)}
    for key, name, at in cells:
        spot = row_of[name], column_of[at]
        there[spot] = True
        for column, values in columns.items():
            values[spot] = _number(table, key, column, problems)
    if problems:
        raise ConfigError(problems)
    return Panel(table.file, regions, years, columns, there)


def shifted(values: Floats, years: tuple[int, ...], lag: int) -> Floats:
    """Values of `lag` years ago, (R, Y); NaN where the panel does not go back that far."""
    out = np.full_like(values, np.nan)
    at = {year: i for i, year in enumerate(years)}
    for i, year in enumerate(years):
        if year - lag in at:
            out[:, i] = values[:, at[year - lag]]
    return out


def _check_columns(table: Table, names: tuple[str, ...], named_at: Mapping[str, str], problems: list[Problem]) -> None:
    for name in dict.fromkeys(names):
        if name not in table.header:
            remedy = nearest(name, table.header)
            where = f" ({named_at[name]} asks for it)" if named_at.get(name) else ""
            problems.append(Problem(table.file, 1, 1, "", f"there is no column {name!r}{where}", remedy))


def _check_once(table: Table, region: str, cells: list[tuple[str, str, int]], problems: list[Problem]) -> None:
    first: dict[tuple[str, int], str] = {}
    for key, name, at in cells:
        if not name:
            problems.append(table.problem(key, region, "the cell is empty", "name the region"))
        elif (name, at) in first:
            message = f"{name} {at} appears twice (first in line {table.rows[first[name, at]].line})"
            problems.append(table.problem(key, region, message, "delete one of the rows"))
        first.setdefault((name, at), key)


def _year(table: Table, key: str, column: str, problems: list[Problem]) -> int:
    text = table.cell(key, column)
    if re.fullmatch("[0-9]{4}", text, re.ASCII):
        return int(text)
    problems.append(table.problem(key, column, f"value {text!r} is not a year", "write four digits, e.g. 2023"))
    return 0


def _number(table: Table, key: str, column: str, problems: list[Problem]) -> float:
    text = table.cell(key, column)
    if text in MISSING:
        return float("nan")
    try:
        return tables.parse_number(text, units.ANY)
    except FaultError as fault:
        remedy = f"{fault.remedy}, or leave the cell empty where nothing is known"
        problems.append(table.problem(key, column, fault.message, remedy))
        return float("nan")
