"""Demand for compute and what is served of it, by production, distribution, circulation and consumption."""

from __future__ import annotations

from planner.report.blocks import Section
from planner.report.context import Context


def section(ctx: Context) -> Section | None:
    """The section; None where there is nothing to say."""
    return None
