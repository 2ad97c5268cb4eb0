"""Excel: one sheet per table, native charts, numbers that stay numbers."""

from __future__ import annotations

from pathlib import Path

from planner.report.document import Report


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes."""
    raise NotImplementedError
