"""The report of a plan: one HTML file that opens anywhere without a network.

One section = one file in `planner.report.sections` = one function `section(context) -> Section`. To add one, write
its file and name it in `SECTIONS`. Sections read plans and nothing else; the templates lay out their blocks.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.plan import Plan
from planner.report.blocks import Section
from planner.report.context import context
from planner.report.page import page
from planner.report.sections import (
    allocation,
    assumptions,
    budgets,
    divide,
    flows,
    innovation,
    machines,
    prices,
    robustness,
    solution,
    summary,
)

SECTIONS = (
    summary.section,
    allocation.section,
    budgets.section,
    flows.section,
    innovation.section,
    divide.section,
    prices.section,
    machines.section,
    robustness.section,
    assumptions.section,
    solution.section,
)
DRAWING = {"altair": "altair", "vl_convert": "vl-convert-python"}


class ReportError(Exception):
    """A report that cannot be written; the message names the reason and the remedy."""


def write_html(plans: Sequence[Plan], path: Path, *, bench_result: Mapping[str, Any] | None = None) -> None:
    """Write the report of `plans[0]`; the others are the same scenario under other elasticity sets.

    bench_result  a benchmark result as read from its JSON, for the roofline
    The file appears whole or not at all. ReportError when the drawing packages are missing or the disk refuses.
    """
    if not plans:
        raise ReportError("no plan was given; write one with: innocap plan solve CONFIG -o FOLDER")
    require_drawing()
    _write_whole(path, html(plans, bench_result))


def html(plans: Sequence[Plan], bench_result: Mapping[str, Any] | None = None) -> str:
    """The text of the report."""
    ctx = context(plans, bench_result)
    sections: tuple[Section, ...] = tuple(section(ctx) for section in SECTIONS)
    return page(ctx, sections)


def require_drawing() -> None:
    """ReportError where a package that draws is not installed."""
    missing = [package for module, package in DRAWING.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ReportError(
            f"the report draws with {' and '.join(missing)}, which is not installed; run: pip install 'innocap[report]'"
        )


def _write_whole(path: Path, text: str) -> None:
    staging = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(staging).chmod(0o644)
        Path(staging).replace(path)
    except OSError as error:
        if staging:
            Path(staging).unlink(missing_ok=True)
        raise ReportError(f"{path}: cannot write the report: {error.strerror}; nothing was changed there") from error
