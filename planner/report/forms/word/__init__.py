"""Word, with real styles, captions and tables."""

from __future__ import annotations

from pathlib import Path

from planner.report.document import Report


def content(report: Report, template: Path | None = None) -> bytes:
    """The file's bytes."""
    raise NotImplementedError
