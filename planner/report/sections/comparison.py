"""Two or more plans side by side: what changed in the inputs, what moved in the plan, what goes along with it."""

from __future__ import annotations

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Note, Section
from planner.report.context import Context
from planner.report.parts import moves, questions, reasons


def section(ctx: Context) -> Section | None:
    """Plans that differ from the first in more than the elasticity set; None where there is none."""
    plans = compared(ctx)
    if len(plans) < 2:
        return None
    say = ctx.words.say
    blocks = (
        *_unlike(ctx, plans),
        *questions.blocks(ctx, plans),
        *moves.blocks(ctx, plans),
        *reasons.blocks(ctx, plans),
    )
    return Section("comparison", say("comparison"), say("comparison-lead", count=len(plans) - 1), blocks)


def compared(ctx: Context) -> tuple[Plan, ...]:
    """The plan, then those that are not shown as its robustness."""
    robust = facts.elasticity_plans(ctx)
    return (ctx.plan, *(plan for plan in ctx.plans[1:] if all(plan is not one for one in robust)))


def _unlike(ctx: Context, plans: tuple[Plan, ...]) -> tuple[Block, ...]:
    """One remark per plan of which something cannot be compared."""
    told = []
    for at, plan in enumerate(plans[1:], start=1):
        if unlike := [ctx.words.say(f"comparison-unlike-{key}") for key in moves.unlike(ctx.plan, plan)]:
            told.append(
                Note(
                    ctx.words.say(
                        "comparison-unlike", plan=questions.letter(ctx, at), what=ctx.words.listed(unlike, most=9)
                    )
                )
            )
    return tuple(told)
