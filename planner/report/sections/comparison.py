"""Two or more plans side by side: what changed in the inputs, what moved in the plan."""

from __future__ import annotations

from planner.report.blocks import Section
from planner.report.context import Context


def section(ctx: Context) -> Section | None:
    """The section; None where there is nothing to say."""
    return None
