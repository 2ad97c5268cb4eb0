"""The rooflines of every result."""

from __future__ import annotations

from dataclasses import replace

from planner.report.blocks import Block, Section
from planner.report.measured.context import Context
from planner.report.parts.roofline import rooflines


def section(ctx: Context) -> Section | None:
    """A roofline per precision and result; None where no ceiling or no kernel was measured."""
    blocks: list[Block] = []
    for run in ctx.runs:
        found = rooflines(ctx.words, run.result, ctx.id("roofline", run))
        blocks += [replace(chart, title=ctx.of(chart.title, run)) for chart in found]
    say = ctx.words.say
    return Section("roofline", say("bench-roofline"), say("bench-roofline-lead"), tuple(blocks)) if blocks else None
