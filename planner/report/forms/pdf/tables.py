"""From a table to what the template sets: text of cells, their marks and bars, widths of columns."""

from __future__ import annotations

import unicodedata
from typing import Any

from planner.report.blocks import Cell, Column, Grid, totals
from planner.report.forms.pdf.columns import ems, fit
from planner.report.language import Language

Laid = dict[str, Any]
UNBROKEN = 14


def plain(text: str) -> str:
    """Text without what no font can show: line breaks become spaces, other control characters go."""
    flat = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(letter for letter in flat if unicodedata.category(letter) not in ("Cc", "Cs", "Co")).strip(" ")


def mark_of(words: Language, mark: str) -> str:
    """A mark as it is read; "" for none."""
    return words.say(f"mark-{mark.replace(' ', '-')}") if mark else ""


def table_of(table: Grid, words: Language, label: str, anchor: str) -> Laid:
    """The table; `label` stands before its caption, `anchor` is where lines elsewhere point to."""
    marks = [_marks(table, at, words) for at in range(len(table.columns))]
    found = fit(table, words, marks)
    return {
        "kind": "table",
        "anchor": anchor,
        "label": label,
        "caption": plain(table.caption),
        "remark": plain(table.remark),
        "size": round(found.size, 2),
        "widths": [round(width, 2) for width in found.widths],
        "sideways": found.sideways,
        "breakable": len(table.rows) > UNBROKEN,
        "heads": [plain(column.name) for column in table.columns],
        "numeric": [column.measure.numeric for column in table.columns],
        "room": [round(marks[at], 2) if c.measure.numeric else 0 for at, c in enumerate(table.columns)],
        "rows": [
            [_cell(cell, head, words) for cell, head in zip(row, table.columns, strict=True)] for row in table.rows
        ],
        "total": _sums(table, words),
    }


def _marks(table: Grid, at: int, words: Language) -> float:
    """Width of the widest mark of a column, in em."""
    found = {row[at].mark for row in table.rows if row[at].mark}
    return max((0.8 * ems(mark_of(words, mark), words) + 1.0 for mark in found), default=0.0)


def _sums(table: Grid, words: Language) -> list[str]:
    if not (table.total and table.rows):
        return []
    sums = totals(table)
    rest = list(enumerate(table.columns))[1:]
    return [words.say("total"), *(words.show(sums[at], head.measure) if at in sums else "" for at, head in rest)]


def _cell(cell: Cell, column: Column, words: Language) -> str | Laid:
    """Plain text, or its parts where there is more to it than text."""
    shown = plain(words.show(cell.value, column.measure))
    if not (cell.mark or cell.hint or cell.share is not None):
        return shown
    return {
        "text": "" if cell.mark and cell.mark == cell.value else shown,
        "mark": cell.mark,
        "said": mark_of(words, cell.mark),
        "hint": plain(cell.hint),
        "bar": None if cell.share is None else round(min(max(cell.share, 0.0), 1.0), 4),
    }
