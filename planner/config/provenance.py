"""Where every column of every table comes from, checked against the tables; the works that sources cite."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from planner.config.columns import Columns
from planner.config.context import Context
from planner.config.problems import FaultError, Problem, nearest
from planner.config.tables import Table
from planner.sources import ColumnSource, Reference

FIELDS = ("file", "column", "unit", "year", "source", "kind", "note")
WORK = ("id", "text", "address", "read_on")


def resolve_sources(context: Context, name: str | None) -> tuple[ColumnSource, ...]:
    """Rows of the sources file, files named relative to the folder of the config; none where no file is given."""
    found = []
    for row in _rows(context, "sources", name, FIELDS):
        file = context.inputs.path(name or "").parent / row["file"]
        row["file"] = context.inputs.relative(Path(os.path.normpath(file)))
        found.append(ColumnSource(**row))
    return tuple(found)


def resolve_references(context: Context, name: str | None) -> tuple[Reference, ...]:
    """The works that sources cite by their id; none where no file is given."""
    found: dict[str, Reference] = {}
    for row in _rows(context, "references", name, WORK):
        if not row["id"] or row["id"] in found:
            message = f"id {row['id']!r} in {name} is {'there twice' if row['id'] else 'empty'}"
            context.report(("references",), message, "give every work an id of its own")
        found[row["id"]] = Reference(**row)
    return tuple(found.values())


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


def _rows(context: Context, key: str, name: str | None, fields: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV file that the config names under `key`, cut to its fields; faults are noted."""
    if name is None:
        return []
    file = context.inputs.path(name)
    try:
        return _read(context.inputs.text(file), file, context, fields)
    except FaultError as fault:
        context.report((key,), fault.message, fault.remedy)
    except csv.Error as error:
        context.report((key,), f"malformed CSV in {name}: {error}", "check its quotes")
    return []


def _read(text: str, file: Path, context: Context, fields: Sequence[str]) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [cell.strip() for cell in next(reader, [])]
    missing = [name for name in fields if name not in header]
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
        found.append({field: row[field] for field in fields})
    return found


def _report(context: Context, table: Table, column: str) -> None:
    message = f"no source is given for column {column!r} of {table.name}"
    context.report(("sources",), message, f"add a row with file {table.name}, column {column}")
