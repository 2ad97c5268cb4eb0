"""A report as a value: what all forms write."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.report.blocks import Section
from planner.report.language import Language


class ReportError(Exception):
    """A report that cannot be written; the message names the reason and the remedy."""


@dataclass(frozen=True)
class Report:
    """What all forms write.

    words    its language
    kicker   the line above the title; byline the one below; footer the last line
    version  innocap's version
    created  ISO time of what is reported on, which files carry as their own, so that their bytes repeat
    """

    words: Language
    title: str
    kicker: str
    byline: str
    footer: str
    version: str
    sections: tuple[Section, ...]
    created: str = ""


def require(what: str, packages: Sequence[tuple[str, str]]) -> None:
    """ReportError where a package that `what` needs is not installed; packages are (module, name)."""
    missing = [name for module, name in packages if not _installed(module)]
    if missing:
        told = f"{' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed"
        raise ReportError(f"{what} needs {told}; run: pip install 'innocap[report]'")


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


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
