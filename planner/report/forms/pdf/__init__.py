"""PDF through typst: vector charts, embedded fonts, fit for archives (PDF/A-2a) and for screen readers (PDF/UA-1).

Text never becomes markup: a fixed template reads the report as JSON, in which all text is plain strings.
"""

from __future__ import annotations

import datetime
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from planner.report.document import Report, ReportError
from planner.report.forms.pdf.fonts import available, families, lacking
from planner.report.forms.pdf.layout import laid_out

if TYPE_CHECKING:
    from typst import Fonts

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
CODE = re.compile(r"\\u\{([0-9a-f]+)\}")


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes, set in the fonts of the machine; a template is not used. Errors as in `made`."""
    return made(report, available())


def made(report: Report, fonts: Fonts) -> bytes:
    """The file's bytes, set in `fonts`. The same report and fonts give the same bytes.

    ReportError where no font has a character of the report.
    """
    chosen = families(report.words.id, fonts)
    when = moment(report.created) or EPOCH
    date = list(when.timetuple()[:6])
    data = {**laid_out(report, chosen.of), "date": date, "fonts": chosen.text, "fixed": chosen.fixed}
    return compiled(json.dumps(data), fonts, int(when.timestamp()))


def compiled(data: str, fonts: Fonts, timestamp: int) -> bytes:
    """The template filled with JSON. ReportError where no font has a character."""
    import typst

    source = (files("planner.report.forms.pdf") / "report.typ").read_bytes()
    compiler = typst.Compiler(input=source, font_paths=fonts, sys_inputs={"report": data})
    try:
        return cast(bytes, compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=timestamp))
    except typst.TypstError as error:
        if unshown := NO_GLYPH.search(str(error)):
            raise lacking(CODE.sub(lambda code: chr(int(code[1], 16)), unshown[1])) from error
        raise ReportError(f"typst cannot set the report: {error}") from error


def moment(created: str) -> datetime.datetime | None:
    """An ISO time as UTC, for the file's properties; None where it is none."""
    try:
        found = datetime.datetime.fromisoformat(created)
    except ValueError:
        return None
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
