"""Markdown, for pages that are kept under version control."""

from __future__ import annotations

from pathlib import Path

from planner.report.document import Report


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes."""
    raise NotImplementedError
