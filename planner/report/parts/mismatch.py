"""A remark where a study answers another question than the plan."""

from __future__ import annotations

from planner.report.blocks import Note
from planner.report.context import Context
from planner.report.studies import Study, differences


def mismatch(ctx: Context, study: Study) -> tuple[Note, ...]:
    """The remark, or nothing where the same question was asked."""
    found = differences(study, ctx.summary)
    if not found:
        return ()
    say = ctx.words.say
    named = ctx.words.listed([say(f"study-differs-{what}") for what in found])
    return (Note(say("study-differs", study=say(f"study-{study.kind}"), what=named)),)
