"""What binds and what it costs."""

from __future__ import annotations

from dataclasses import replace

from planner.plan import Plan
from planner.report.context import context
from planner.report.language import Language
from planner.report.sections.prices import rule_mark
from tests.planner.report.made_up import changed


def test_rules_on_estimated_supplies_are_marked(plan: Plan, words: Language) -> None:
    """Staff is read from a column of estimates; electricity has a share of its own; growth stands on base stocks."""
    facts = ("file", "e.csv"), ("unit", "FTE"), ("year", "2025"), ("source", "x"), ("note", "")
    source = {**dict(facts), "column": "people", "kind": "estimated"}
    config = "electricity: {column: gwh, share: 0.05}\nstaff: {column: people}\n"
    estimated = context([replace(changed(plan, sources=[source], estimated=[]), config=config)], words)
    marks = {kind: rule_mark(estimated, kind) for kind in ("staff", "power", "growth", "floor")}
    assert marks == {"staff": "estimated", "power": "", "growth": "estimated", "floor": ""}
