"""How sure the plan is: other elasticities, plans nearly as good, other budgets, other scenarios."""

from __future__ import annotations

from planner.report.blocks import Section
from planner.report.context import Context
from planner.report.parts import alternatives, ladder, sets, sweep


def section(ctx: Context) -> Section:
    """What survives other elasticities; then each study that was given."""
    parts = (sets, alternatives, ladder, sweep)
    blocks = tuple(block for part in parts for block in part.blocks(ctx))
    return Section("robustness", ctx.words.say("robustness"), ctx.words.say("robustness-lead"), blocks)
