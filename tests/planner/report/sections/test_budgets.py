"""Budgets and projects: what is granted, spent, carried over, and what more would bring."""

from __future__ import annotations

import pytest

from planner.report.blocks import Block
from planner.report.context import Context, context
from planner.report.language import language
from planner.report.sections import budgets
from tests.planner.report.by_hand import BUDGETS, ZH, bare, grid_of, small, small_plan, told, values
from tests.planner.report.made_up import changed


def blocks_of(ctx: Context) -> tuple[Block, ...]:
    section = budgets.section(ctx)
    assert section is not None
    return section.blocks


def test_every_figure_of_every_budget() -> None:
    """2e-3 of an index whose base is 370 ideas: 0.74 ideas for one more billion."""
    first, second, upkeep = values(grid_of(blocks_of(small()), "budgets"))
    assert first == ("Money of a year", "2026", 3000.0, 0.0, 2000.0, pytest.approx(2 / 3), 1000.0, 0.0, 0.0)
    assert second[5] == pytest.approx(1.0)
    assert second[8] == pytest.approx(0.74)
    assert upkeep[:3] == ("Upkeep", "total", 400.0)
    assert values(grid_of(blocks_of(small()), "budgets_after"))[0][:6] == ("Upkeep", "2030", 50.0, 0.0, 25.0, 0.5)


def test_what_is_left_is_what_may_be_spent_less_what_is() -> None:
    left = [row[3] for row in values(grid_of(blocks_of(small()), "budget_use"))]
    assert left == [1000.0, 0.0, 300.0]


def test_words_say_what_is_carried_and_where_money_is_scarce() -> None:
    shown = told(blocks_of(small()))
    assert (
        "Money of a year: 100 % of what is granted is spent; money is carried over in 2026, up to CNY 1.00 bn" in shown
    )
    assert "Upkeep: 25.0 % of what is granted is spent." in shown
    assert "scarcest in Money of a year, 2027: one more billion CNY would bring 0.20 % of today's innovation" in shown


def test_it_speaks_chinese() -> None:
    shown = told(blocks_of(small(ZH)))
    assert "“年度资金”支出占批准额的100%；2026年有结转，单年最多10.0亿元。" in shown
    assert "资金最紧的是“年度资金”（2027年）：每增加10亿元可带来当前创新能力的0.20%" in shown


def test_money_without_a_price_is_said_to_bring_nothing() -> None:
    free = tuple((*row[:8], 0.0) for row in BUDGETS)
    assert "More money in any of them would bring nothing" in told(blocks_of(small(budgets=free)))


def test_projects_are_taken_or_left() -> None:
    rows = (("trunk", "B", 1, 2026, 2027, 5e3, 40.0), ("campus", "A", 0, 0, 0, 0.0, 0.0))
    named = [{"id": "trunk", "name": "Trunk line", "name_zh": "干线"}]
    plan = changed(small_plan(projects=rows), projects=named)
    shown = grid_of(blocks_of(context([plan], language("en"))), "projects")
    assert values(shown) == [
        ("Trunk line", "Beta", "taken in 2026", "2027", 5000.0, 40.0),
        ("campus", "Alpha", "left", "", None, None),
    ]
    assert shown.remark == "One of 2 is taken."
    chinese = grid_of(blocks_of(context([plan], language("zh"))), "projects")
    assert values(chinese)[0][:3] == ("干线", "乙", "2026年采纳")
    assert chinese.remark == "2个备选项目中采纳1个。"


def test_plans_that_lack_things() -> None:
    assert budgets.section(bare()) is None
    assert budgets.section(small(budgets=BUDGETS[-1:])) is not None
