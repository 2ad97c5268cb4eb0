"""What was asked of each plan, and where the questions differ: settings of the configs, files behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from planner.plan import Plan
from planner.report import facts
from planner.report.blocks import Block, Grid, Head, Line, Text, grid
from planner.report.context import Context, settings

MOST = 40
ABSENT = "–"


def blocks(ctx: Context, plans: Sequence[Plan]) -> tuple[Block, ...]:
    """The plans with their letters; every setting and file in which they differ."""
    differences = _differences(ctx, plans)
    if not differences.rows:
        return (_plans(ctx, plans), Text((ctx.words.say("questions-same"),)))
    return (_plans(ctx, plans), differences)


def letter(ctx: Context, at: int) -> str:
    """What a plan is called here: plan A is the plan of the report."""
    return ctx.words.say("questions-plan", letter=chr(ord("A") + at) if at < 26 else str(at + 1))


def _plans(ctx: Context, plans: Sequence[Plan]) -> Grid:
    say, words = ctx.words.say, ctx.words
    body: list[Line] = [
        (
            letter(ctx, at),
            str(plan.summary.get(f"title_{words.id}") or plan.summary["title"]),
            facts.objective_name(words, plan.summary["objective"]),
            str(plan.summary["elasticity_set"]),
            "; ".join(map(str, plan.summary.get("overrides", ()))) or ABSENT,
            words.date(str(plan.summary["created"])),
        )
        for at, plan in enumerate(plans)
    ]
    heads = [say(f"questions-{key}") for key in ("letter", "title", "objective", "set", "overrides", "created")]
    return grid("plans_compared", say("questions-plans"), heads, body)


def _differences(ctx: Context, plans: Sequence[Plan]) -> Grid:
    say = ctx.words.say
    each = [dict(leaves(settings(plan.config))) for plan in plans]
    paths = dict.fromkeys(path for one in each for path in one)
    body: list[Line] = [
        (path, *found) for path in paths if len(set(found := [one.get(path, ABSENT) for one in each])) > 1
    ]
    files = [dict(plan.summary.get("inputs", {})) for plan in plans]
    for name in dict.fromkeys(name for one in files for name in one if not name.endswith((".yaml", ".yml"))):
        if len(set(hashes := [str(one.get(name, ABSENT))[:12] for one in files])) > 1:
            body.append((say("questions-file", name=name), *hashes))
    more = len(body) - MOST
    heads: list[Head] = [say("questions-setting"), *(letter(ctx, at) for at in range(len(plans)))]
    remark = say("questions-more", count=more) if more > 0 else ""
    return grid("questions_compared", say("questions-differences"), heads, body[:MOST], remark=remark)


def leaves(config: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Key path -> value as text; items of lists go by their id."""
    if isinstance(config, dict):
        for key, value in config.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(config, list) and config and all(isinstance(one, dict) and "id" in one for one in config):
        for one in config:
            yield from leaves({k: v for k, v in one.items() if k != "id"}, f"{path}.{one['id']}")
    else:
        yield path, _text(config)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return ABSENT if value is None else str(value)
