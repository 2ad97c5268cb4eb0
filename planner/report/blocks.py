"""What a report is made of: sections of text, key figures, charts and tables. Frozen values that every form lays out.

Text is in the language of the report. Numbers of tables stay numbers, in the plan's units, with the measure of their
column; a form asks the language how to show them (`Language.show`) or, in a spreadsheet, how to store them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from planner.report.measures import TEXT, Measure

Value = str | float | int | None


@dataclass(frozen=True)
class Text:
    """Paragraphs of prose."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Points:
    """A list of short statements."""

    items: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Note:
    """A remark that must not be overlooked: a limit of what the numbers can carry."""

    text: str


@dataclass(frozen=True)
class Figure:
    """One key figure: a number as it is read, what it is, what to compare it with."""

    value: str
    name: str
    remark: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Figures:
    """Four to six key figures in a row."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, with the unit, and how its numbers are shown."""

    name: str
    measure: Measure = TEXT
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """A table cell: a value in the plan's unit, perhaps a mark, a bar of `share` of the width, a longer `hint`."""

    value: Value
    mark: str = ""
    share: float | None = None
    hint: str = ""


@dataclass(frozen=True)
class Grid:
    """A table. The first cell of a row names it.

    id          lower-case words joined by "_", unique in a report: sheet name, anchor
    rows        as many cells as columns each
    total       the columns (numbers) whose sum stands in a last row, made by the form; () for no such row
    filterable  a form that can gives the table a search field
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remark: str = ""
    total: tuple[int, ...] = ()
    filterable: bool = False


@dataclass(frozen=True)
class Panel:
    """One drawing: a Vega-Lite specification, what it shows in words, a title where there are several.

    wide  the drawing may be as wide as the page; otherwise it takes half of it
    """

    spec: Mapping[str, Any]
    alt: str
    title: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Chart:
    """A figure: a title that says what is shown, panels, a legend, and a caption that says what to conclude.

    data    the numbers drawn: first column the categories, one column per series
    native  how a spreadsheet draws `data`: stacked columns, stacked bars, lines, dots; "" for a table alone
    """

    id: str
    title: str
    panels: tuple[Panel, ...]
    conclusion: str
    data: Grid
    native: Literal["columns", "bars", "lines", "dots", ""] = ""
    legend: tuple[tuple[str, str], ...] = ()
    estimates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """One stop of a slider: what it is called, its key figures and its drawing."""

    name: str
    figures: tuple[Figure, ...]
    panel: Panel


@dataclass(frozen=True)
class Slider:
    """The same figures and drawing for several years or scenarios; where nothing moves, `shown` is the frame."""

    id: str
    title: str
    label: str
    frames: tuple[Frame, ...]
    data: Grid
    shown: int = -1


@dataclass(frozen=True)
class Fold:
    """Blocks behind a line that opens on a click."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Commands:
    """Shell commands to copy."""

    lines: tuple[str, ...]


Block = Text | Points | Note | Figures | Chart | Slider | Grid | Fold | Commands


@dataclass(frozen=True)
class Section:
    """A section of the report: what it is called, what one should take away, and its blocks."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


Head = Column | str
Line = Sequence[Cell | Value]


def grid(
    id: str,
    caption: str,
    columns: Sequence[Head],
    rows: Sequence[Line],
    *,
    remark: str = "",
    total: Sequence[int] = (),
    filterable: bool = False,
) -> Grid:
    """A table from plain values. ValueError where a row has not as many cells as there are columns."""
    heads = tuple(column if isinstance(column, Column) else Column(column) for column in columns)
    cells = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    for row in cells:
        if len(row) != len(heads):
            raise ValueError(f"table {id}: {len(row)} cells in a row of {len(heads)} columns")
    return Grid(id, caption, heads, cells, remark, tuple(total), filterable)


def totals(table: Grid) -> dict[int, float]:
    """Column -> sum of its known numbers, for every column whose total is asked for."""
    known = {at: [row[at].value for row in table.rows] for at in table.total}
    return {at: math.fsum(v for v in values if isinstance(v, int | float) and v == v) for at, values in known.items()}


def grids(blocks: Sequence[Block]) -> list[Grid]:
    """Every table in order, those behind charts, sliders and folds included."""
    found: list[Grid] = []
    for block in blocks:
        if isinstance(block, Grid):
            found.append(block)
        elif isinstance(block, Chart | Slider):
            found.append(block.data)
        elif isinstance(block, Fold):
            found += grids(block.blocks)
    return found
