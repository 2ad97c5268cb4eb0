"""What goes along with the moves between plans: which limits became dear, which no longer bind."""

from __future__ import annotations

from collections.abc import Sequence

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Column, Head, Line, Note, Text, grid
from planner.report.context import Context
from planner.report.measures import COUNT, SHARE
from planner.report.parts.questions import letter

MOST = 12


def blocks(ctx: Context, plans: Sequence[Plan]) -> tuple[Block, ...]:
    """Limits whose worth differs most between plans of one objective."""
    say, found = ctx.words.say, [{b.rule: b for b in facts.binding(plan)} for plan in plans]
    if len({str(plan.summary.get("bounds", {}).get("unit")) for plan in plans}) > 1:
        return (Note(say("reasons-unlike")),)
    rules = list(dict.fromkeys(rule for one in found for rule in one))
    worth = {rule: [one[rule].worth if rule in one else 0.0 for one in found] for rule in rules}
    order = sorted(rules, key=lambda rule: min(worth[rule]) - max(worth[rule]))[:MOST]
    body: list[Line] = [
        (facts.rule_name(ctx, rule), *worth[rule], *(len(one[rule].rows) if rule in one else 0 for one in found))
        for rule in order
    ]
    if not body:
        return (Text((say("reasons-none"),)),)
    each = range(len(plans))
    heads: list[Head] = [
        say("reasons-rule"),
        *(Column(say("reasons-worth", plan=letter(ctx, at)), SHARE) for at in each),
        *(Column(say("reasons-rows", plan=letter(ctx, at)), COUNT) for at in each),
    ]
    return (grid("reasons", say("reasons"), heads, body, remark=say("reasons-remark")),)
