"""A report as a value: what all forms write."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from planner.report.blocks import Section
from planner.report.language import Language


class ReportError(Exception):
    """A report that cannot be written; the message names the reason and the remedy."""


@dataclass(frozen=True)
class Report:
    """Language, title, the line above it and the one below it, a last line, innocap's version, sections."""

    words: Language
    title: str
    kicker: str
    byline: str
    footer: str
    version: str
    sections: tuple[Section, ...]


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file that appears whole or not at all. ReportError where the disk refuses."""
    staging = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(staging).chmod(0o644)
        Path(staging).replace(path)
    except OSError as error:
        if staging:
            Path(staging).unlink(missing_ok=True)
        raise ReportError(f"{path}: cannot write the report: {error.strerror}; nothing was changed there") from error
    return path
