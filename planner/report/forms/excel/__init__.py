"""Excel: a sheet of contents, then one sheet per table, with native charts and numbers that stay numbers.

Text is only ever written as text, so that no name from config or data becomes a formula or a link. The file carries the
time of what it reports on: the same report gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
from pathlib import Path

from planner.report.document import Report
from planner.report.forms.excel.contents import write_contents
from planner.report.forms.excel.layout import sheets_of
from planner.report.forms.excel.sheet import write_sheet
from planner.report.forms.excel.styles import FONTS, styles

SETTINGS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NO_TIME = datetime.datetime(2000, 1, 1)


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes; a template is not used."""
    import xlsxwriter

    buffer = io.BytesIO()
    font = {"font_name": FONTS[report.words.id], "font_size": 10}
    book = xlsxwriter.Workbook(buffer, {**SETTINGS, "default_format_properties": font})
    book.set_properties({"title": report.title, "comments": report.footer, "created": _moment(report.created)})
    found, make = sheets_of(report), styles(book)
    front = book.add_worksheet(report.words.say("contents"))
    for sheet in found:
        book.add_worksheet(sheet.name)
    write_contents(front, report, found, make)
    for sheet in found:
        write_sheet(book, sheet, report.words, make)
    book.close()
    return buffer.getvalue()


def _moment(created: str) -> datetime.datetime:
    """An ISO time, as UTC where it says so; a fixed one where there is none, never the clock's."""
    try:
        found = datetime.datetime.fromisoformat(created.replace("Z", "+00:00"))
    except ValueError:
        return NO_TIME
    return found.astimezone(datetime.UTC).replace(tzinfo=None) if found.tzinfo else found
