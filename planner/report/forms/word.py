"""Word: not written yet, and says so."""

from __future__ import annotations

from pathlib import Path

from planner.report.document import Report, ReportError


def content(report: Report, template: Path | None = None) -> bytes:
    """ReportError: this form cannot be had yet."""
    raise ReportError("the form docx is not written yet; choose among html, pdf, xlsx, md")
