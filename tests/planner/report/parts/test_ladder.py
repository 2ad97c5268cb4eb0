"""The ladder in a report: what money brings at each rung, and which rungs have no plan."""

from __future__ import annotations

import pytest

from planner.report.blocks import Chart, Note, Slider
from planner.report.parts import ladder
from tests.planner.report.by_hand import EN, ZH, grid_of, small, told, values
from tests.planner.report.studied import RUNGS, rung, studied, without_plan
from tests.planner.report.studied import ladder as study_of

# The country starts from 100 + 150 + 120 ideas, so that a point of the index is 370 ideas.
BASE = 370.0


def test_nothing_is_said_without_a_ladder() -> None:
    assert ladder.blocks(small()) == ()


def test_rungs_are_told_with_money_objective_and_slopes_in_ideas() -> None:
    table = grid_of(ladder.blocks(studied(ladder=study_of())), "ladder_rungs_table")
    low, high = values(table)
    assert low[:4] == (80.0, 6400.0, 1.0, 1.3)
    assert low[5] == pytest.approx(0.02 * BASE)
    assert low[6] is None
    assert high[6] == pytest.approx(0.0125 * BASE)


def test_words_say_what_one_more_billion_adds() -> None:
    shown = told(ladder.blocks(studied(ladder=study_of())))
    assert "At 80 % of the budget one more billion CNY adds 2.0 % of today's innovation, 7.40 ideas" in shown
    assert "At 100 % of the budget one more billion CNY adds 1.0 % of today's innovation, 3.70 ideas" in shown


def test_rungs_without_a_plan_are_named_and_their_reason_told() -> None:
    blocks = ladder.blocks(studied(ladder=study_of(without_plan(50.0), without_plan(60.0))))
    assert "At 50 and 60 % of the budget there is no plan that keeps all limits and rules." in told(blocks)
    first = values(grid_of(blocks, "ladder_rungs_table"))[0]
    assert first[0] == 50.0
    assert first[2:8] == (None,) * 6
    assert first[8] == "too little money"
    assert len(grid_of(blocks, "ladder").rows) == 2


def test_a_rung_that_was_not_solved_in_time_is_not_called_infeasible() -> None:
    shown = told(ladder.blocks(studied(ladder=study_of(without_plan(50.0, "unfinished", "time")))))
    assert "At 50 % of the budget no plan was found in time, which does not mean that there is none." in shown
    assert "there is no plan that keeps" not in shown


def test_a_rung_without_a_price_is_not_drawn_with_one() -> None:
    nameless = rung(120.0, 9.6, 1.03, float("nan"), 0.005, 4000.0, 5000.0)
    row = ladder.marks(EN, [nameless])[0]
    assert row["marginal"] is None
    assert "–" in row["label"]


def test_the_slider_stands_at_the_budget_of_the_config() -> None:
    slider = next(b for b in ladder.blocks(studied(ladder=study_of())) if isinstance(b, Slider))
    assert slider.shown == 1
    assert [frame.name for frame in slider.frames] == ["80 %", "100 %"]
    assert values(slider.data) == [(80.0, 3000.0, 3000.0), (100.0, 4000.0, 4000.0)]


def test_what_each_step_buys_most_of_comes_dearest_first() -> None:
    table = grid_of(ladder.blocks(studied(ladder=study_of())), "ladder_next")
    assert values(table) == [
        ("80 to 100 %", "Alpha", "Cable", 1000.0, 10.0, "km"),
        ("80 to 100 %", "Gamma", "Node", 900.0, 3.0, "node"),
    ]


def test_one_rung_is_no_chart() -> None:
    study = study_of()
    one = type(study)(study.kind, study.summary, study.rows[:1])
    assert not [b for b in ladder.blocks(studied(ladder=one)) if isinstance(b, Chart | Slider)]


def test_another_question_is_remarked() -> None:
    study = study_of()
    other = type(study)(study.kind, {**study.summary, "id": "other"}, study.rows)
    notes = [b for b in ladder.blocks(studied(ladder=other)) if isinstance(b, Note)]
    assert "answers another question than the plan" in str(notes)
    assert not [b for b in ladder.blocks(studied(ladder=study)) if isinstance(b, Note)]


def test_in_chinese() -> None:
    shown = told(ladder.blocks(studied(ZH, ladder=study_of(without_plan(50.0)))))
    assert "预算为50%时，没有规划能满足全部限制和规则" in shown
    assert len(RUNGS) == 2
