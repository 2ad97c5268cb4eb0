"""Word: real styles, captions and heads that repeat, on plain paper or in a template of one's own."""

from __future__ import annotations

import io
import zipfile
from itertools import count
from pathlib import Path
from typing import Any

from planner.report.document import Report
from planner.report.forms.paper.layout import laid_out
from planner.report.forms.paper.moment import EPOCH, moment
from planner.report.forms.word.body import Desk, opening, pieces
from planner.report.forms.word.pages import headed, put, section_at, width_of
from planner.report.forms.word.styles import bare, ensure, lists
from planner.report.forms.word.template import filled, opened, place

EARLIEST = (1980, 1, 1, 0, 0, 0)


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes; the same report and template give the same bytes.

    template  a .docx whose styles, page, headers and footers are kept. A paragraph `{{ report }}` says where the report
              goes (else to the end); `{{ title }}`, `{{ date }}` and `{{ plan }}` are filled in everywhere.
    ReportError where the template cannot be used.
    """
    laid = laid_out(report, lambda text: ("sans-serif",))
    document = _own(report, laid) if template is None else opened(template)
    where = None if template is None else place(document, template)
    titled = template is not None and filled(document, _values(report, laid))
    section = section_at(document, where)
    lists(document)
    desk = Desk(document, ensure(document), report.words, *width_of(section), count(1000), template is None)
    found = [*([] if titled else opening(laid, desk)), *pieces(laid, desk)]
    put(document, where, section, found, desk.names["Section End"])
    return _bytes(document, report)


def _own(report: Report, laid: dict[str, Any]) -> Any:
    """An empty document of A4 with our styles."""
    import docx

    document = docx.Document()
    bare(document, report.words.id)
    headed(document, ensure(document), str(laid["short"]))
    return document


def _values(report: Report, laid: dict[str, Any]) -> dict[str, str]:
    return {"title": laid["title"], "date": report.words.date(report.created), "plan": laid["footer"]}


def _bytes(document: Any, report: Report) -> bytes:
    """The document as a file that carries the time of its plan instead of now."""
    when = moment(report.created) or EPOCH
    properties = document.core_properties
    properties.title, properties.language = report.title[:255], report.words.tag
    properties.created = properties.modified = when.replace(tzinfo=None)
    properties.revision, properties.last_modified_by = 1, "innocap"
    if properties.author == "python-docx":
        properties.author, properties.comments = "innocap", ""
    raw, found = io.BytesIO(), io.BytesIO()
    document.save(raw)
    time = max(EARLIEST, tuple(when.timetuple()[:6]))
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, time), old.read(name), zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]
    return found.getvalue()
