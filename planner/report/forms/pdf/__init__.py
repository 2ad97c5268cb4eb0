"""PDF through typst: vector charts, embedded fonts, fit for archives (PDF/A-2a) and for screen readers (PDF/UA-1).

Text never becomes markup: a fixed template reads the report as JSON, in which all text is plain strings.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from planner.report.document import Report, ReportError
from planner.report.fonts import available, families, lacking
from planner.report.forms.pdf.layout import laid_out, moment

if TYPE_CHECKING:
    from typst import Fonts

STANDARDS = ["a-2a", "ua-1"]
NO_GLYPH = re.compile(r'the text `(".*?")` could not be displayed', re.DOTALL)


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes, set in the fonts of the machine; a template is not used. Errors as in `made`."""
    return made(report, available())


def made(report: Report, fonts: Fonts) -> bytes:
    """The file's bytes, set in `fonts`. The same report and fonts give the same bytes.

    ReportError where no font has a character of the report.
    """
    chosen = families(report.words.id, fonts)
    when = moment(report.created)
    date = list(when.timetuple()[:6]) if when else None
    data = {**laid_out(report, chosen.of), "date": date, "fonts": chosen.text, "fixed": chosen.fixed}
    return compiled(json.dumps(data), fonts, int(when.timestamp()) if when else 0)


def compiled(data: str, fonts: Fonts, timestamp: int) -> bytes:
    """The template filled with JSON. ReportError where no font has a character."""
    import typst

    source = (files("planner.report.forms.pdf") / "report.typ").read_bytes()
    compiler = typst.Compiler(input=source, font_paths=fonts, sys_inputs={"report": data})
    try:
        made: bytes = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=timestamp)
    except typst.TypstError as error:
        if unshown := NO_GLYPH.search(str(error)):
            raise lacking(json.loads(unshown[1])) from error
        raise ReportError(f"typst cannot set the report: {error}") from error
    return made
