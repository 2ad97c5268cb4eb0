"""CSV tables read strictly: every cell keeps its line and column, numbers are checked when a column is used."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.config.problems import FaultError, Problem, nearest
from planner.config.units import Dimension, check_range

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One row: its first line in the file and its cells, spaces stripped."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A CSV file as text cells.

    file    path as errors show it
    name    path relative to the folder of the config
    header  column names
    rows    rows by the text of their key cell, or by the number of their line where the table has no key column
    """

    file: str
    name: str
    text: str
    header: tuple[str, ...]
    rows: dict[str, Row]

    def cell(self, key: str, column: str) -> str:
        return self.rows[key].cells[self.header.index(column)]

    def problem(self, key: str, column: str, message: str, remedy: str) -> Problem:
        """A problem at a cell, its column counted in characters."""
        row = self.rows[key]
        line, at = cell_place(self.text, row.line, self.header.index(column))
        return Problem(self.file, line, at, column, message, remedy)


def file_problem(table: Table, column: str, message: str, remedy: str) -> Problem:
    """A problem of a table as a whole, at the name of a column."""
    line, at = cell_place(table.text, 1, table.header.index(column))
    return Problem(table.file, line, at, column, message, remedy)


def parse(text: str, file: str, name: str, key: str | None, problems: list[Problem]) -> Table | None:
    """A table keyed by one column, or by its lines; None (and a problem) where header or key do not do.

    Rows with a missing or doubled key or a wrong number of cells are problems and left out.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if not _check_header(header, text, file, key, problems):
            return None
        rows = _rows(reader, header, text, file, key, problems)
    except csv.Error as error:
        line = reader.line_num
        problems.append(Problem(file, line, 1, "", f"malformed CSV: {error}", "check the quotes in this line"))
        return None
    if not rows:
        remedy = "add at least one" if key is None else "add one row for each region"
        problems.append(Problem(file, 1, 1, "", "the table has no rows", remedy))
        return None
    return Table(file, name, text, header, rows)


def number(table: Table, key: str, column: str, dimension: Dimension, problems: list[Problem]) -> float:
    """A cell as number in the canonical unit of a dimension; a stand-in (and one problem a cell) where it is none."""
    text = table.cell(key, column)
    try:
        return parse_number(text, dimension)
    except FaultError as fault:
        found = table.problem(key, column, fault.message, fault.remedy)
        if not any((p.file, p.line, p.column) == (found.file, found.line, found.column) for p in problems):
            problems.append(found)
        return max(dimension.low, 1.0)


def parse_number(text: str, dimension: Dimension) -> float:
    """A finite number within the range of a dimension. Raises FaultError."""
    if not text:
        raise FaultError("the cell is empty", "fill in a number")
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        unit = "" if dimension.canonical == "1" else f" in {dimension.canonical}"
        message = f"value {text!r} is not a number; expected {dimension.name}{unit}"
        raise FaultError(message, "write digits with '.', without unit or separators")
    value = float(text)
    check_range(text, value, dimension)
    return value


def cell_place(text: str, line: int, index: int) -> tuple[int, int]:
    """Line and character column at which the cell with an index begins, in the row that begins at a line."""
    at, column, quoted = line, 1, False
    for at, content in enumerate(io.StringIO(text, newline="").readlines()[line - 1 :], line):
        for column, character in enumerate(content, 1):
            if index == 0:
                return at, column
            quoted ^= character == '"'
            index -= character == "," and not quoted
        column += 1
    return at, column


def _check_header(header: tuple[str, ...], text: str, file: str, key: str | None, problems: list[Problem]) -> bool:
    def report(index: int, message: str, remedy: str) -> None:
        line, column = cell_place(text, 1, index)
        problems.append(Problem(file, line, column, header[index] if header else "", message, remedy))

    before = len(problems)
    for index, name in enumerate(header):
        if not name:
            report(index, f"column {index + 1} has no name", "name it or delete it")
        elif name in header[:index]:
            report(index, f"column {name!r} appears twice", "rename or delete one")
    if key is not None and key not in header:
        split = next((sign for sign in ";\t" if sign in text.partition("\n")[0]), None)
        remedy = "separate the columns by commas" if split and len(header) == 1 else nearest(key, header)
        problems.append(Problem(file, 1, 1, "", f"there is no column {key!r}", remedy))
    return len(problems) == before


def _rows(
    reader: Iterable[list[str]], header: tuple[str, ...], text: str, file: str, key: str | None, problems: list[Problem]
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    at, line = None if key is None else header.index(key), _next_line(reader)
    for cells in reader:
        row = Row(line, tuple(cell.strip() for cell in cells))
        line = _next_line(reader)
        if any(row.cells) and _check_row(row, header, at, rows, (text, file), problems):
            rows[str(row.line) if at is None else row.cells[at]] = row
    return rows


def _next_line(reader: Iterable[list[str]]) -> int:
    return int(getattr(reader, "line_num")) + 1  # noqa: B009


def _check_row(
    row: Row,
    header: tuple[str, ...],
    at: int | None,
    rows: dict[str, Row],
    source: tuple[str, str],
    problems: list[Problem],
) -> bool:
    text, file = source
    if len(row.cells) != len(header):
        message = f"{len(row.cells)} cells; expected {len(header)} as in the header"
        problems.append(Problem(file, row.line, 1, "", message, "count the commas; quote text that holds one"))
        return False
    if at is None:
        return True
    key = row.cells[at]
    line, column = cell_place(text, row.line, at)
    if not key:
        problems.append(Problem(file, line, column, header[at], "the cell is empty", "give the row an id"))
    elif key in rows:
        message = f"{key!r} appears twice (first in line {rows[key].line})"
        problems.append(Problem(file, line, column, header[at], message, "delete one of the rows"))
    return bool(key) and key not in rows
