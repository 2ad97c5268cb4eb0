"""The forms of a report. One form = one file = one function `content(report, template) -> bytes`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.report.document import Report, ReportError, require, write_whole
from planner.report.forms import excel, html, markdown, pdf, word


@dataclass(frozen=True)
class Form:
    """A form: its id, the suffix of its file, what makes it, and the packages (module, name) it needs.

    styled  whether it takes a template of the user
    """

    id: str
    suffix: str
    content: Callable[[Report, Path | None], bytes]
    needs: tuple[tuple[str, str], ...]
    styled: bool = False

    def write(self, report: Report, path: Path, template: Path | None = None) -> Path:
        """Write the report to a file. ReportError where a package is missing or the disk refuses."""
        require(f"the form {self.id}", self.needs)
        return write_whole(path, self.content(report, template if self.styled else None))


DRAWING = (("vl_convert", "vl-convert-python"),)

FORMS = (
    Form("html", ".html", html.content, DRAWING),
    Form("pdf", ".pdf", pdf.content, (("typst", "typst"), *DRAWING)),
    Form("docx", ".docx", word.content, (("docx", "python-docx"), *DRAWING), styled=True),
    Form("xlsx", ".xlsx", excel.content, (("xlsxwriter", "xlsxwriter"),)),
    Form("md", ".md", markdown.content, ()),
)


def form_of(id: str) -> Form:
    """The form of this id. ReportError for another."""
    found = {form.id: form for form in FORMS}
    if id not in found:
        raise ReportError(f"--format {id}: expected one or more of {', '.join(found)}, separated by commas")
    return found[id]
