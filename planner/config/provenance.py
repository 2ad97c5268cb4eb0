"""Where every column of every table comes from, checked against the tables."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from planner.config.columns import Columns
from planner.config.context import Context
from planner.config.problems import FaultError, Problem, nearest
from planner.config.tables import Table
from planner.scenario import ColumnSource

FIELDS = ("file", "column", "unit", "year", "source", "kind", "note")


def resolve_sources(context: Context, name: str | None) -> tuple[ColumnSource, ...]:
    """Rows of the sources file, files named relative to the folder of the config; none where no file is given."""
    if name is None:
        return ()
    inputs = context.inputs
    file = inputs.path(name)
    try:
        text = inputs.text(file)
        return _rows(text, file, context)
    except FaultError as fault:
        context.report(("sources",), fault.message, fault.remedy)
    except csv.Error as error:
        context.report(("sources",), f"malformed CSV in {name}: {error}", "check its quotes")
    return ()


def check_sources(context: Context, sources: tuple[ColumnSource, ...], columns: Columns, matrices: list[str]) -> None:
    """Note every column without a source. A matrix needs one row for the whole file."""
    stated = {(source.file, source.column) for source in sources}
    files = {source.file for source in sources}
    for table in columns.tables:
        for column in table.header:
            if not {(table.name, column), (table.name, "*")} & stated:
                _report(context, table, column)
    for name in matrices:
        if name not in files:
            context.report(("sources",), f"no row tells where {name} comes from", f"add a row with file {name}")


def _rows(text: str, file: Path, context: Context) -> tuple[ColumnSource, ...]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [cell.strip() for cell in next(reader, [])]
    missing = [name for name in FIELDS if name not in header]
    if missing:
        raise FaultError(f"{file.name} has no column {missing[0]!r}", nearest(missing[0], header))
    found = []
    for cells in reader:
        if len(cells) != len(header):
            message = f"{len(cells)} cells; expected {len(header)} as in the header"
            remedy = "count the commas; quote text that holds one"
            context.inputs.problems.append(Problem(str(file), reader.line_num, 1, "", message, remedy))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        row["file"] = context.inputs.relative(Path(os.path.normpath(file.parent / row["file"])))
        found.append(ColumnSource(**{name: row[name] for name in FIELDS}))
    return tuple(found)


def _report(context: Context, table: Table, column: str) -> None:
    message = f"no source is given for column {column!r} of {table.name}"
    context.report(("sources",), message, f"add a row with file {table.name}, column {column}")
