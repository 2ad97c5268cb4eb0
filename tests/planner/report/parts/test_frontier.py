"""The frontier in a report: what the worst-off gain, what it costs, where the plan lies."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from planner.report.blocks import Note, Slider
from planner.report.context import context
from planner.report.parts import frontier
from planner.report.studies import Studies, Study
from tests.planner.report.by_hand import EN, ZH, grid_of, small, small_plan, told, values
from tests.planner.report.made_up import changed
from tests.planner.report.studied import frontier as study_of
from tests.planner.report.studied import studied


def test_nothing_is_said_without_a_frontier() -> None:
    assert frontier.blocks(small()) == ()


def test_points_are_told_with_their_changes() -> None:
    first, middle, last = values(grid_of(frontier.blocks(studied(frontier=study_of())), "frontier_points"))
    assert first[:5] == (1, 1.10, 0.0, 0.25, 0.0)
    assert middle[2] == pytest.approx(1.09 / 1.10 - 1)
    assert last[4] == pytest.approx(math.exp(0.2) - 1)
    assert last[8] == pytest.approx(0.99 * 1.0001)


def test_words_say_what_the_whole_way_and_half_of_it_cost() -> None:
    shown = told(frontier.blocks(studied(frontier=study_of())))
    assert "gives the worst-off region 22.1 % more and costs 10.0 % of total innovation" in shown
    assert "10.5 % more for the worst-off costs 0.91 % of the total" in shown
    assert "This plan is the point at the upper left" in shown


def test_a_cost_within_the_gap_is_nothing_that_can_be_measured() -> None:
    study = study_of()
    rows = tuple({**row, "total_index": 1.1, "bound_total_index": 1.1001} for row in study.rows)
    shown = told(frontier.blocks(studied(frontier=replace(study, rows=rows))))
    assert "costs nothing that can be measured of total innovation" in shown


@pytest.mark.parametrize(
    ("gini", "said"),
    [
        (0.33, "By its Gini of 0.3300 this plan stands between points 2 and 3"),
        (0.9, "With its Gini of 0.9000 this plan stands outside the span of the frontier"),
        (None, "Where this plan lies is not known"),
    ],
)
def test_a_plan_of_another_objective_is_placed_by_its_gini(gini: float | None, said: str) -> None:
    spread = () if gini is None else ((2027, "gini", gini, 0.3, "1"),)
    plan = changed(small_plan(divide=spread), objective="proportional")
    ctx = replace(context([plan], EN), studies=Studies(frontier=study_of()))
    assert said in told(frontier.blocks(ctx))


def test_the_own_point_is_marked_only_for_the_same_question() -> None:
    assert frontier.own_point(small(), study_of()) == 0
    assert frontier.own_point(small(), study_of(id="other")) is None
    blocks = frontier.blocks(studied(frontier=study_of(id="other")))
    assert [block for block in blocks if isinstance(block, Note)]
    assert "This plan is the point" not in told(blocks)


def test_who_the_worst_off_are() -> None:
    assert frontier.who(EN, study_of()) == "the worst-off region"
    assert frontier.who(EN, study_of(asked={"regions": 5})) == "the 5 worst-off regions"
    people = frontier.who(EN, study_of(asked={"people_share": 0.2})).replace("\u00a0", " ")
    assert people == "the worst-off 20.0 % of people"


def test_the_slider_shows_shares_of_money_by_macro_region() -> None:
    slider = next(b for b in frontier.blocks(studied(frontier=study_of())) if isinstance(b, Slider))
    assert values(slider.data) == [(1, 0.5, 0.5), (2, 0.4, 0.6), (3, pytest.approx(0.3), 0.7)]
    assert [head.name for head in slider.data.columns][1:] == ["North", "South"]


def test_one_point_has_nothing_to_weigh() -> None:
    study = study_of()
    one = Study(study.kind, study.summary, study.rows[:1])
    blocks = frontier.blocks(studied(frontier=one))
    assert "there is nothing to weigh" in told(blocks)
    assert not [b for b in blocks if isinstance(b, Slider)]


def test_in_chinese() -> None:
    blocks = frontier.blocks(studied(ZH, frontier=study_of()))
    assert "22.1%" in told(blocks)
    slider = next(b for b in blocks if isinstance(b, Slider))
    assert [head.name for head in slider.data.columns][1:] == ["北方", "南方"]
