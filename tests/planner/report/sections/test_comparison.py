"""Plans side by side: where the questions differ, what moved, what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from planner.plan import Plan
from planner.report.blocks import Chart, Note, Section
from planner.report.context import context
from planner.report.language import Language
from planner.report.parts import moves, questions
from planner.report.sections import comparison
from tests.planner.report.by_hand import EN, ZH, grid_of, small_plan, told, values, with_set
from tests.planner.report.made_up import changed

CONFIG = "schema: 1\nyears: [2026, 2027]\nregions:\n- id: A\n  people: 1\n- id: B\n  people: {people}\nlimit: {limit}\n"
# region, asset, year, in service, modules, units, unit, million, project: 1,000 less for B's cable, 3,000 more for C's
ELSEWHERE = (
    ("A", "cable", 2026, 2026, 1.0, 10.0, "km", 1000.0, ""),
    ("B", "node", 2026, 2026, 1.0, 4.0, "node", 1000.0, ""),
    ("B", "cable", 2027, 2027, 1.0, 10.0, "km", 1000.0, ""),
    ("C", "cable", 2027, 2027, 1.0, 30.0, "km", 3000.0, ""),
    ("C", "node", 2027, 2028, 1.0, 16.0, "node", 4000.0, ""),
)
# rule, kind, region, asset, year, phase, value, limit, shortfall, unit, status, price
RULE = ("floor", "floor", "A", "", 2027, "plan", 10.0, 10.0, 0.0, "x", "binding", 0.002)


def of(*plans: Plan, words: Language = EN) -> Section:
    section = comparison.section(context(plans, words))
    assert section is not None
    return section


def asked(plan: Plan, people: int = 2, limit: str = "5", **summary: Any) -> Plan:
    """The plan with a config and a note of it in its inputs."""
    config = CONFIG.replace("{people}", str(people)).replace("{limit}", limit)
    return replace(changed(plan, inputs={"plan.yaml": f"{people}{limit}"}, **summary), config=config)


def first() -> Plan:
    return asked(small_plan())


def second() -> Plan:
    return asked(small_plan(orders=ELSEWHERE), limit="7", title="Another")


def test_one_plan_has_nothing_beside_it() -> None:
    assert comparison.section(context([first()], EN)) is None


def test_elasticity_sets_alone_are_robustness() -> None:
    assert comparison.section(context([first(), with_set(first(), "high")], EN)) is None


def test_a_plan_of_another_question_is_compared_and_a_set_is_not() -> None:
    plans = [first(), with_set(first(), "high"), second()]
    found = comparison.compared(context(plans, EN))
    assert [plan.summary["title"] for plan in found] == ["A plan by hand", "Another"]


def test_each_plan_is_told_with_its_letter() -> None:
    shown = values(grid_of(of(first(), second()).blocks, "plans_compared"))
    assert [row[:2] for row in shown] == [("Plan A", "A plan by hand"), ("Plan B", "Another")]


def test_settings_that_differ_are_listed_and_no_others() -> None:
    other = replace(second(), config=CONFIG.replace("{people}", "3").replace("{limit}", "7"))
    shown = values(grid_of(of(first(), other).blocks, "questions_compared"))
    assert shown == [("regions.B.people", "2", "3"), ("limit", "5", "7")]


def test_a_data_file_whose_contents_differ_is_listed() -> None:
    a, b = (changed(first(), inputs={"plan.yaml": "1", "people.csv": h * 20, "same.csv": "9"}) for h in "xy")
    shown = values(grid_of(of(a, b).blocks, "questions_compared"))
    assert shown == [("contents of people.csv", "x" * 12, "y" * 12)]


def test_the_same_settings_are_said_to_be_the_same() -> None:
    other = changed(first(), years=[2026, 2027], objective="maximin")
    assert "Settings and files are the same." in told(of(first(), other).blocks)


def test_long_differences_are_cut_and_counted() -> None:
    a, b = (
        replace(plan, config="".join(f"k{i}: {i + shift}\n" for i in range(questions.MOST + 3)))
        for shift, plan in ((0, first()), (1, second()))
    )
    shown = grid_of(of(a, b).blocks, "questions_compared")
    assert len(shown.rows) == questions.MOST
    assert shown.remark == "3 more differences are left out; the configs in the plan folders tell them."


def test_leaves_name_items_by_their_id() -> None:
    config = {"a": {"b": 1, "c": [1, 2]}, "assets": [{"id": "x", "price": 3}, {"id": "y", "price": None}]}
    assert dict(questions.leaves(config)) == {"a.b": "1", "a.c": "1, 2", "assets.x.price": "3", "assets.y.price": "–"}


def test_money_by_class_and_what_moved() -> None:
    """Cable 3,000 and node 5,000 against cable 5,000 and node 5,000 million."""
    shown = values(grid_of(of(first(), second()).blocks, "classes_compared"))
    assert sorted(row[1:] for row in shown) == [(3000.0, 5000.0, 2000.0), (5000.0, 5000.0, 0.0)]


def test_the_largest_moves_come_first() -> None:
    shown = values(grid_of(of(first(), second()).blocks, "movers"))
    assert shown == [
        ("Plan B", "Gamma", "Cable", 0.0, 3000.0, 3000.0),
        ("Plan B", "Beta", "Cable", 2000.0, 1000.0, -1000.0),
    ]


def test_words_say_what_went_where() -> None:
    shown = told(of(first(), second()).blocks)
    assert "CNY 1.00 bn or 12.5 % of the money of plan A is spent on other places or classes, or not at all." in shown
    assert "CNY 2.00 bn more is spent in all." in shown
    assert "The largest rise is network in South, by CNY 3.00 bn." in shown
    assert "The largest fall is network in North, by CNY 1.00 bn." in shown


def test_words_in_chinese() -> None:
    shown = told(of(first(), second(), words=ZH).blocks)
    assert "方案A的资金中有10.0亿元（12.5%）改投其他地区或类别，或不再支出。" in shown
    assert "总支出增加20.0亿元。" in shown


def test_results_stand_side_by_side() -> None:
    """490 ideas against 320 without in 2027; worst-off per 10,000 people is C with 150 / 600."""
    a, b = values(grid_of(of(first(), second()).blocks, "results_compared"))
    assert a[1:4] == (8000.0, pytest.approx(490 / 320 - 1), 0.25)
    assert b[1] == 10000.0
    assert a[5] == pytest.approx(5 / 60)


def test_money_of_another_currency_is_not_compared() -> None:
    section = of(first(), asked(small_plan(orders=ELSEWHERE), limit="7", currency="EUR"))
    notes = [block for block in section.blocks if isinstance(block, Note)]
    assert "Plan B differs in the currency or the year of its prices" in str(notes)
    assert values(grid_of(section.blocks, "results_compared"))[1][1] is None
    assert not [block for block in section.blocks if isinstance(block, Chart)]


def test_a_plan_of_other_regions_assets_and_years() -> None:
    orders = (("Z", "mast", 2030, 2030, 1.0, 10.0, "mast", 500.0, ""),)
    innovation = (("Z", 2025, "base", 9.0, 1.0, 1.0, 9.0, "ideas"), ("Z", 2030, "plan", 12.0, 1.3, 1.3, 10.0, "ideas"))
    nothing: dict[str, Any] = {"demand": (), "flows": (), "factors": (), "divide": (), "budgets": (), "spending": ()}
    other = changed(
        small_plan(orders=orders, innovation=innovation, **nothing),
        years=[2030],
        regions=[{"id": "Z", "name": "Zeta", "population_10k": 5.0, "groups": []}],
        groups=[],
        assets=[{"id": "mast", "class": "radio", "name": "Mast", "unit": "mast"}],
        title="Elsewhere",
    )
    assert moves.unlike(first(), other) == ("regions", "assets", "years")
    for words in (EN, ZH):
        section = of(first(), other, words=words)
        assert values(grid_of(section.blocks, "results_compared"))[1][2:] == (None, None, None, None, 1e-3)
        assert len(values(grid_of(section.blocks, "classes_compared"))) == 3
        assert "Zeta" in {row[1] for row in values(grid_of(section.blocks, "movers"))}


def test_limits_whose_worth_differs_most() -> None:
    """1 % of a limit of 10 at 0.002 is worth 0.0002; without a price it is worth nothing."""
    a = asked(small_plan(rules=(RULE,)), rules=[{"id": "floor", "name": "Floor of A", "name_zh": "甲的下限"}])
    shown = values(grid_of(of(a, second()).blocks, "reasons"))
    assert shown == [("Floor of A", pytest.approx(2e-4), 0.0, 1, 0)]
    assert values(grid_of(of(a, second(), words=ZH).blocks, "reasons"))[0][0] == "甲的下限"


def test_prices_of_other_units_are_not_compared() -> None:
    other = changed(second(), bounds={"upper": 1.0, "lower": 1.0, "gap": 0.0, "unit": "log points"})
    section = of(first(), other)
    assert "prices of limits are not compared" in str([b for b in section.blocks if isinstance(b, Note)])
