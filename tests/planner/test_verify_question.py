"""A plan does not pass for a stricter question, nor with a false plan.json."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from planner.plan import Plan
from planner.scenario import Scenario
from planner.verify import verify
from tests.planner.toys import budget
from tests.planner.verify_cases import problems, rich, rich_plan, with_bounds, with_summary

HUGE = 1e9

STRICTER = [
    ("growth is limited", lambda s: replace(s, growth_limits=(replace(s.growth_limits[0], rate=0.0, seed=0.0),))),
    ("computing is within power headroom", lambda s: replace(s, electricity=_none(s.electricity))),
    ("staff is enough", lambda s: replace(s, staff=_none(s.staff))),
    ("caps are kept", lambda s: replace(s, rules=(*s.rules[:2], replace(s.rules[2], limit=0.3), *s.rules[3:]))),
    ("floors are reached", lambda s: replace(s, rules=(replace(s.rules[0], limit=HUGE), *s.rules[1:]))),
    ("spending is within budget", lambda s: replace(s, budgets=(budget(1.0), *s.budgets[1:]))),
    ("orders are whole", lambda s: replace(s, assets=tuple(replace(a, integer=True) for a in s.assets))),
    ("levels are usable by talent", lambda s: replace(s, factors=_capped(s, 1e-9))),
    ("halls house the machines", lambda s: replace(s, assets=_assets(s, "server", housing_per_unit=1.0))),
    ("traffic is within bandwidth", lambda s: replace(s, assets=_assets(s, "link", carries_traffic=False))),
    ("inputs are unchanged", lambda s: replace(s, files={"plan.yaml": "cd" * 32})),
    ("inputs are unchanged", lambda s: replace(s, files={"other.yaml": "ab" * 32})),
    ("question is the same", lambda s: replace(s, objective="total")),
    ("lower bound is true", lambda s: replace(s, discount_rate=replace(s.discount_rate, value=0.5))),
    ("ratios follow levels", lambda s: replace(s, floor_share=replace(s.floor_share, value=0.5))),
]  # fmt: skip


def _assets(scenario: Scenario, name: str, **changes: Any) -> Any:
    return tuple(replace(asset, **changes) if asset.id == name else asset for asset in scenario.assets)


def _none(supply: Any) -> Any:
    return replace(supply, base=supply.base * 0)


def _capped(scenario: Scenario, kappa: float) -> Any:
    cap = replace(scenario.discount_rate, value=kappa)
    return tuple(replace(f, usable_per_talent=cap) if f.id == "services" else f for f in scenario.factors)


@pytest.mark.parametrize(("check", "change"), STRICTER, ids=[case[0] for case in STRICTER])
def test_a_plan_does_not_pass_for_a_stricter_question(check: str, change: Callable[[Scenario], Scenario]):
    plan, scenario = rich_plan(), change(rich())
    verdict = verify(scenario, plan)
    assert check in {found.name for found in verdict.checks if not found.passed}, problems(verdict)[:5]


OPENING = [{"upper": 1.0, "lower": 0.0}, {"upper": 2.0, "lower": 0.0}]

SUMMARIES = [
    ("lower bound is true", "plan.json: bounds", lambda plan: with_bounds(plan, lower=-1.0)),
    ("upper bound is above", "plan.json: bounds", lambda plan: with_bounds(plan, upper=-1.0)),
    ("gap is the difference", "plan.json: bounds", lambda plan: with_bounds(plan, gap=1e-3)),
    ("gap is what was asked", "plan.json: bounds", lambda plan: with_bounds(plan, upper=1.0, gap=2.0)),
    ("bounds never widen", "plan.json: round 2", lambda plan: with_summary(plan, rounds=OPENING)),
    ("summary is complete", "plan.json: status", lambda plan: with_summary(plan, status="done")),
    ("summary is complete", "plan.json: bounds.upper", lambda plan: with_bounds(plan, upper=math.nan)),
    ("summary is complete", "plan.json: bounds.lower", lambda plan: with_summary(plan, bounds={"upper": 1.0})),
    ("summary is complete", "plan.json: bounds.upper", lambda plan: with_summary(plan, bounds=None)),
    ("question is the same", "plan.json: years", lambda plan: with_summary(plan, years=[2026])),
    ("question is the same", "plan.json: regions", lambda plan: with_summary(plan, regions=[{"id": "north"}])),
    ("inputs are unchanged", "plan.yaml", lambda plan: with_summary(plan, inputs={"plan.yaml": "cd" * 32})),
    ("inputs are unchanged", "more.csv", lambda plan: with_summary(plan, inputs=rich().files | {"more.csv": "x"})),
]  # fmt: skip


@pytest.mark.parametrize(("check", "place", "change"), SUMMARIES, ids=[f"{c[0]}-{c[1]}" for c in SUMMARIES])
def test_a_false_statement_in_plan_json_is_found(check: str, place: str, change: Callable[[Plan], Plan]):
    broken = {found.name: found for found in verify(rich(), change(rich_plan())).checks if not found.passed}
    assert check in broken
    assert place in broken[check].place


def test_a_plan_stopped_by_a_limit_may_have_any_gap():
    plan = with_summary(with_bounds(rich_plan(), upper=math.inf, gap=math.inf), status="limit")
    assert problems(verify(rich(), plan)) == []


def test_a_plan_of_a_changed_config_says_which_file():
    plan = with_summary(rich_plan(), inputs={"plan.yaml": "cd" * 32})
    broken = verify(rich(), plan).broken
    assert broken is not None
    assert (
        broken.message
        == "plan.yaml: sha256 is abababababab..., the plan was solved with cdcdcdcdcdcd...; solve again or restore it"
    )
