"""One offline page: everything inlined and everything escaped."""

from __future__ import annotations

from pathlib import Path

from planner.report.document import Report
from planner.report.forms.html.page import page


def content(report: Report, template: Path | None = None) -> bytes:
    """The page in UTF-8."""
    return page(report).encode()
