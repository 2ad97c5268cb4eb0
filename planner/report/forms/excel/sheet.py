"""One sheet: title, way back, remark, the table, its sums, and the chart beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planner.report.blocks import Cell, Column, Grid, Value, totals
from planner.report.drawing import tint
from planner.report.forms.excel.layout import Sheet
from planner.report.forms.excel.native import add_chart
from planner.report.forms.excel.styles import (
    BODY,
    HEAD,
    LINKED,
    QUIETLY,
    TITLE,
    TOTAL,
    WRAPPED,
    Make,
    fitting,
    number_format,
    text_style,
    width_of,
)
from planner.report.language import Language

HEAD_ROW = 4
NARROWEST, WIDEST, REMARK_COLUMNS = 9, 56, 8
LINE = 14.0
BAR, DEEP = "#9db8d2", "#2f6690"


@dataclass(frozen=True)
class Placed:
    """Where a table stands: columns of the sheet by column of the table, where its marks stand, first and last row."""

    columns: tuple[int, ...]
    marks: dict[int, int]
    first: int
    last: int

    @property
    def width(self) -> int:
        return max((*self.columns, *self.marks.values())) + 1


def write_sheet(book: Any, sheet: Sheet, words: Language, make: Make) -> None:
    """Fill the sheet that `book` already has under this name."""
    page, grid, placed = book.get_worksheet_by_name(sheet.name), sheet.grid, place(sheet.grid)
    _above(page, sheet, words, make)
    _heads(page, grid, placed, words, make)
    for row, cells in enumerate(grid.rows, placed.first):
        for at, cell in enumerate(cells):
            _cell(page, row, at, cell, grid, placed, words, make)
    _sums(page, grid, placed, words, make)
    _bars(page, grid, placed, words)
    if sheet.shaded:
        _shades(page, grid, placed)
    _sizes(page, grid, placed, words)
    _frame(page, placed)
    if sheet.chart and sheet.chart.native and grid.rows:
        add_chart(book, page, sheet, placed.columns, placed.first, placed.last, placed.width + 1)


def place(grid: Grid) -> Placed:
    """A column with marks has a narrow one for them on its right."""
    columns, marks, at = [], {}, 0
    for column in range(len(grid.columns)):
        columns.append(at)
        at += 1
        if any(row[column].mark and row[column].mark != row[column].value for row in grid.rows):
            marks[column] = at
            at += 1
    return Placed(tuple(columns), marks, HEAD_ROW + 1, HEAD_ROW + len(grid.rows))


def _above(page: Any, sheet: Sheet, words: Language, make: Make) -> None:
    contents = words.say("contents")
    page.write_string(0, 0, fitting(sheet.title), make(TITLE, text_style(sheet.title)))
    page.write_url(1, 0, f"internal:'{contents}'!A1", make(LINKED), f"← {contents}")
    if sheet.remark:
        shown = fitting(sheet.remark)
        page.merge_range(2, 0, 2, REMARK_COLUMNS, "", make(WRAPPED, QUIETLY))
        page.write_string(2, 0, shown, make(WRAPPED, QUIETLY, text_style(shown)))
        page.set_row(2, 14 * math.ceil(width_of(shown) / 100) + 2)
    if sheet.chart:
        page.write_string(3, 0, fitting(sheet.grid.caption), make(QUIETLY, text_style(sheet.grid.caption)))


def _heads(page: Any, grid: Grid, placed: Placed, words: Language, make: Make) -> None:
    for at, column in enumerate(grid.columns):
        align = {"align": "right"} if column.measure.numeric else _apart(at)
        page.write_string(HEAD_ROW, placed.columns[at], column.name, make(HEAD, align, text_style(column.name)))
        if column.hint:
            page.write_comment(HEAD_ROW, placed.columns[at], fitting(column.hint))
    for at in placed.marks.values():
        page.write_string(HEAD_ROW, at, words.say("excel-mark"), make(HEAD, {"indent": 1}))


def _cell(page: Any, row: int, at: int, cell: Cell, grid: Grid, placed: Placed, words: Language, make: Make) -> None:
    where, column = placed.columns[at], grid.columns[at]
    told = cell.mark and cell.mark == cell.value
    shown = mark_name(words, cell.mark) if told else cell.value
    _value(page, row, where, shown, column, words, make, _apart(at))
    if at in placed.marks:
        mark = "" if told or not cell.mark else mark_name(words, cell.mark)
        page.write_string(row, placed.marks[at], mark, make(BODY, QUIETLY, {"indent": 1}))
    if cell.hint:
        page.write_comment(row, where, fitting(cell.hint), {"x_scale": 2})


def _apart(at: int) -> dict[str, int]:
    """Text keeps away from a number on its left."""
    return {"indent": 1} if at else {}


def _value(
    page: Any, row: int, where: int, value: Value, column: Column, words: Language, make: Make, apart: dict[str, int]
) -> None:
    if isinstance(value, str):
        shown = fitting(value)
        page.write_string(row, where, shown, make(BODY, {"text_wrap": True}, apart, text_style(shown)))
    elif value is None or not math.isfinite(value):
        page.write_blank(row, where, None, make(BODY))
    else:
        shape = number_format(value, column.measure, words)
        page.write_number(row, where, words.stored(value, column.measure), make(BODY, num_format=shape))


def mark_name(words: Language, mark: str) -> str:
    """A mark in full: estimated, measured by the benchmark harness."""
    return words.say(f"mark-{mark.replace(' ', '-')}-long")


def _sums(page: Any, grid: Grid, placed: Placed, words: Language, make: Make) -> None:
    """A last row of formulas, each with its value for readers that do not calculate."""
    if not grid.total or not grid.rows:
        return
    from xlsxwriter.utility import xl_range

    row = placed.last + 1
    for where in range(placed.width):
        page.write_blank(row, where, None, make(TOTAL))
    page.write_string(row, 0, words.say("total"), make(TOTAL))
    for at, value in totals(grid).items():
        where, measure = placed.columns[at], grid.columns[at].measure
        shape = make(TOTAL, num_format=number_format(value, measure, words))
        cells = xl_range(placed.first, where, placed.last, where)
        page.write_formula(row, where, f"=SUM({cells})", shape, words.stored(value, measure))


def _bars(page: Any, grid: Grid, placed: Placed, words: Language) -> None:
    """Bars in the cells that the report gives a share of the width; the longest is as long as there."""
    for at in range(len(grid.columns)):
        longest = max((stored / share for stored, share in _shared(grid, at, words)), default=0.0)
        if longest > 0:
            where = placed.columns[at]
            bar = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": BAR}
            ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": longest}
            page.conditional_format(placed.first, where, placed.last, where, {**bar, **ends})


def _shared(grid: Grid, at: int, words: Language) -> Iterator[tuple[float, float]]:
    """Stored values and shares of the cells of a column that have both."""
    for row in grid.rows:
        value, share = row[at].value, row[at].share
        if share and isinstance(value, int | float) and math.isfinite(value):
            yield words.stored(abs(value), grid.columns[at].measure), share


def _shades(page: Any, grid: Grid, placed: Placed) -> None:
    """Darker is more: one scale for neighbouring columns of the same kind, as in a matrix."""
    for first, last in _runs(grid.columns):
        area = (placed.first, placed.columns[first], placed.last, placed.columns[last])
        scale = {"type": "2_color_scale", "min_color": tint(DEEP, 0.04), "max_color": tint(DEEP, 0.75)}
        page.conditional_format(*area, scale)


def _runs(columns: Sequence[Column]) -> Iterator[tuple[int, int]]:
    start = None
    for at, column in enumerate(columns):
        scaled = column.measure.numeric and column.measure.kind != "year"
        if start is not None and column.measure != columns[start].measure:
            yield start, at - 1
            start = None
        if scaled and start is None:
            start = at
    if start is not None:
        yield start, len(columns) - 1


def _sizes(page: Any, grid: Grid, placed: Placed, words: Language) -> None:
    """Columns as wide as what they hold, up to a limit; rows as high as the text that wraps there needs."""
    texts = [[_text(cell, column, words) for cell, column in zip(row, grid.columns, strict=True)] for row in grid.rows]
    widths = []
    for at, column in enumerate(grid.columns):
        most = max((width_of(row[at]) for row in texts), default=0) + 2
        head = min(width_of(column.name) + 3, 18)
        widths.append(min(max(most, head, NARROWEST), WIDEST))
        page.set_column(placed.columns[at], placed.columns[at], widths[-1])
    for at in placed.marks.values():
        page.set_column(at, at, NARROWEST + 1)
    page.set_row(HEAD_ROW, LINE * max(_lines(c.name, w - 2) for c, w in zip(grid.columns, widths, strict=True)) + 3)
    for row, cells in enumerate(texts, placed.first):
        lines = max(_lines(text, width) for text, width in zip(cells, widths, strict=True))
        if lines > 1:
            page.set_row(row, LINE * lines)


def _text(cell: Cell, column: Column, words: Language) -> str:
    told = cell.mark and cell.mark == cell.value
    return mark_name(words, cell.mark) if told else words.show(cell.value, column.measure)


def _lines(text: str, width: float) -> int:
    return sum(max(math.ceil(width_of(part) / width), 1) for part in text.split("\n"))


def _frame(page: Any, placed: Placed) -> None:
    """What helps to read and print: heads stay in sight and on every page, rows can be filtered."""
    page.hide_gridlines(2)
    page.freeze_panes(placed.first, 1)
    if placed.last >= placed.first:
        page.autofilter(HEAD_ROW, 0, placed.last, placed.width - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    page.set_footer("&L&A&R&P / &N")
