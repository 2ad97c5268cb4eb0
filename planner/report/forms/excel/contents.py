"""The first sheet: what the file is about, its key figures, and the way to every table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from planner.report.blocks import Block, Figures, Fold, Note, Text
from planner.report.document import Report
from planner.report.drawing import INK, RULE
from planner.report.forms.excel.layout import Sheet
from planner.report.forms.excel.styles import (
    HEAD,
    LINKED,
    QUIETLY,
    TITLE,
    WRAPPED,
    Make,
    fitting,
    text_style,
    width_of,
)

WIDTHS = (34, 78, 34)
ACROSS = sum(WIDTHS)
FIGURE = {"bold": True, "font_size": 12, "font_color": INK, "align": "left", "bottom": 4, "bottom_color": RULE}


def write_contents(page: Any, report: Report, sheets: Sequence[Sheet], make: Make) -> None:
    """Fill the first sheet."""
    for at, width in enumerate(WIDTHS):
        page.set_column(at, at, width)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    row = _head(page, report, make)
    row = _opening(page, row, report, make)
    row = _tables(page, row, report, sheets, make)
    _line(page, row + 1, report.footer, make(WRAPPED, QUIETLY))


def _line(page: Any, row: int, text: str, style: Any, height: float = 14.5) -> int:
    """A line of prose over the whole width; the row after it."""
    shown = fitting(text)
    page.merge_range(row, 0, row, len(WIDTHS) - 1, "", style)
    page.write_string(row, 0, shown, style)
    page.set_row(row, height * math.ceil(width_of(shown) / (0.95 * ACROSS)) + 2)
    return row + 1


def _head(page: Any, report: Report, make: Make) -> int:
    page.set_row(1, 26)
    for row, text, style in ((0, report.kicker, QUIETLY), (1, report.title, {**TITLE, "font_size": 18})):
        page.write_string(row, 0, fitting(text), make(style, text_style(text)))
    return _line(page, 2, report.byline, make(WRAPPED, QUIETLY)) + 1


def _opening(page: Any, row: int, report: Report, make: Make) -> int:
    """Key figures, prose and warnings of the first section."""
    blocks = list(_flat(report.sections[0].blocks)) if report.sections else []
    for figure in (figure for block in blocks if isinstance(block, Figures) for figure in block.figures):
        for at, text in enumerate((figure.value, figure.name, figure.remark)):
            style = FIGURE if at == 0 else {**WRAPPED, "valign": "vcenter", "bottom": 4, "bottom_color": RULE}
            page.write_string(row, at, fitting(text), make(style, text_style(text)))
        page.set_row(row, 20)
        row += 1
    row += 1
    for text in (text for block in blocks for text in _prose(block)):
        row = _line(page, row, text, make(WRAPPED))
    return row + 1


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Fold):
            yield from _flat(block.blocks)
        else:
            yield block


def _prose(block: Block) -> tuple[str, ...]:
    return block.paragraphs if isinstance(block, Text) else (block.text,) if isinstance(block, Note) else ()


def _tables(page: Any, row: int, report: Report, sheets: Sequence[Sheet], make: Make) -> int:
    """Sections with their tables, each a link."""
    say = report.words.say
    for at, text in enumerate((say("excel-sheet"), say("excel-table"), say("excel-rows"))):
        page.write_string(row, at, text, make(HEAD, {"align": "right"} if at == 2 else {}))
    row += 1
    for number, section in enumerate(report.sections):
        page.write_string(row, 0, section.title, make({"bold": True, "font_color": INK}, text_style(section.title)))
        page.set_row(row, 22)
        row += 1
        notes = [b.text for b in _flat(section.blocks) if isinstance(b, Note) and number]
        for text in filter(None, (section.lead, *notes)):
            row = _line(page, row, text, make(WRAPPED, QUIETLY))
        for sheet in (sheet for sheet in sheets if sheet.section is section):
            page.write_url(
                row, 0, f"internal:'{sheet.name.replace(chr(39), chr(39) * 2)}'!A1", make(LINKED), sheet.name
            )
            page.write_string(row, 1, fitting(sheet.title), make(WRAPPED, text_style(sheet.title)))
            page.write_number(row, 2, len(sheet.grid.rows), make(num_format="#,##0"))
            row += 1
    return row
