"""Where data comes from: columns of tables, and works that sources cite."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnSource:
    """Where a column of a data table comes from."""

    file: str
    column: str
    unit: str
    year: str
    source: str
    kind: str
    note: str


@dataclass(frozen=True)
class Reference:
    """A work that sources cite by its id, such as S7; `read_on` is the date on which it was read."""

    id: str
    text: str
    address: str
    read_on: str
