"""Elasticity sets side by side: what all of them would do, and how alike they are."""

from __future__ import annotations

import pytest

from planner.plan import Plan
from planner.report.blocks import Chart, Fold, Note
from planner.report.context import Context, context
from planner.report.language import Language
from planner.report.parts import sets
from tests.planner.report.by_hand import EN, ORDERS, ZH, grid_of, small, small_plan, told, values, with_set
from tests.planner.report.made_up import changed

SETS = [
    {
        "id": "only",
        "name": "Middle (by hand)",
        "name_zh": "中间（手算）",
        "beta": {"reach": 0.2, "wit": 0.1},
        "source": "x",
    },
    {"id": "high", "name": "High", "name_zh": "偏高", "beta": {"reach": 0.4}, "spillover": 0.1, "source": "y"},
    {"id": "low", "name": "Low", "name_zh": "偏低", "beta": {"reach": 0.1}, "source": "z"},
]
# 1,000 million of B's cable go to A's; C's node is dropped.
OTHER = (
    ("A", "cable", 2026, 2026, 1.0, 20.0, "km", 2000.0, ""),
    ("B", "node", 2026, 2026, 1.0, 4.0, "node", 1000.0, ""),
    ("B", "cable", 2027, 2027, 1.0, 10.0, "km", 1000.0, ""),
)


def first() -> Plan:
    return changed(small_plan(), elasticity_sets=SETS)


def of(*plans: Plan, words: Language = EN) -> Context:
    return context(list(plans), words)


def test_one_set_alone_is_remarked() -> None:
    blocks = sets.blocks(of(first()))
    assert "One elasticity set alone was given (“Middle”)." in str([b for b in blocks if isinstance(b, Note)])
    assert not [b for b in blocks if isinstance(b, Chart)]


def test_a_plan_that_knows_no_sets_has_no_table_of_them() -> None:
    blocks = sets.blocks(of(changed(small_plan(), elasticity_sets=[])))
    assert [type(block) for block in blocks] == [Note]


def test_what_both_sets_spend_alike() -> None:
    """A's cable 1,000, B's node 1,000, B's cable 1,000 of 8,000 million; cable 2 of 3, node 1 of 5."""
    shown = told(sets.blocks(of(first(), with_set(first(), "high", orders=OTHER))))
    assert "CNY 3.00 bn, 37.5 % of the plan, is spent in the same region on the same class under both sets" in shown
    assert "Firmest is network (66.7 % in common), least firm intelligent and supercomputing (20.0 %)." in shown


def test_three_sets_are_counted() -> None:
    plans = (first(), with_set(first(), "high", orders=OTHER), with_set(first(), "low"))
    assert "under all 3 sets" in told(sets.blocks(of(*plans)))


def test_sets_side_by_side() -> None:
    table = grid_of(sets.blocks(of(first(), with_set(first(), "high", orders=OTHER))), "sets_compared")
    mine, other = values(table)
    assert mine[:2] == ("Middle (this plan)", 8000.0)
    assert other[:2] == ("High", 4000.0)
    assert sorted(mine[2:4]) == [pytest.approx(0.375), pytest.approx(0.625)]
    assert mine[-2] == 1.0
    assert mine[4] == pytest.approx(490 / 320 - 1)


def test_regions_under_each_set_with_their_spread() -> None:
    blocks = sets.blocks(of(first(), with_set(first(), "high", orders=OTHER)))
    fold = next(block for block in blocks if isinstance(block, Fold))
    assert values(grid_of((fold,), "regions_by_set")) == [
        ("Gamma", 4000.0, 0.0, 1.0, 0.0),
        ("Beta", 3000.0, 2000.0, pytest.approx(1 / 3), 2000.0),
        ("Alpha", 1000.0, 2000.0, 1.0, 1000.0),
    ]


def test_equal_plans_have_everything_in_common() -> None:
    shown = told(sets.blocks(of(first(), with_set(first(), "high"))))
    assert "CNY 8.00 bn, 100 % of the plan" in shown
    assert "correlates 1.00" in shown


def test_every_set_is_listed_with_its_elasticities() -> None:
    table = grid_of(sets.blocks(of(first())), "elasticity_sets")
    assert values(table)[0] == ("Middle (by hand)", 0.2, 0.1, pytest.approx(0.3), None, "x")
    assert values(table)[1] == ("High", 0.4, 0.0, 0.4, 0.1, "y")
    assert [row[0].mark for row in table.rows] == ["", "not-solved", "not-solved"]


def test_names_lose_what_stands_in_brackets() -> None:
    assert sets.set_name(of(first()), first()) == "Middle"
    assert sets.set_name(of(first(), words=ZH), first()) == "中间"
    assert sets.set_name(small(), changed(first(), elasticity_set="own")) == "own"
    assert len(ORDERS) == 4
