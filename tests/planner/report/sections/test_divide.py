"""The divide: which way it goes, who has least, what they gain and are given."""

from __future__ import annotations

import pytest

from planner.report.blocks import Chart
from planner.report.context import context
from planner.report.sections import divide
from tests.planner.report.by_hand import EN, INNOVATION, ZH, bare, grid_of, one_region_one_year, small, small_plan, told
from tests.planner.report.by_hand import values as rows_of
from tests.planner.report.made_up import changed


def spread(*rows: tuple[int, str, float, float]) -> tuple[tuple[object, ...], ...]:
    """Rows of the table `divide`: year, indicator, with the plan, without it."""
    return tuple((*row, "1") for row in rows)


def test_a_wider_gini_is_said_to_be_wider() -> None:
    shown = told(divide.section(small()).blocks)
    assert "The plan widens the divide: the Gini in 2027 is 0.400 against 0.300 without it." in shown
    assert "The objective is total innovation; equity is not part of it beyond the rules." in shown


@pytest.mark.parametrize(
    ("with_plan", "without", "said"),
    [
        (0.3, 0.4, "The plan narrows the divide: the Gini in 2027 is 0.300 against 0.400 without it"),
        (0.4, 0.4004, "The plan leaves the divide as it is: the Gini in 2027 is 0.400 against 0.400 without it"),
    ],
)
def test_the_direction_follows_the_numbers(with_plan: float, without: float, said: str) -> None:
    ctx = small(divide=spread((2027, "gini", with_plan, without)))
    assert said in told(divide.section(ctx).blocks)


def test_where_it_comes_from_and_the_worst_fifth_are_told() -> None:
    ctx = small(
        divide=spread((2025, "gini", 0.5, 0.5), (2027, "gini", 0.4, 0.45), (2027, "worst_fifth_share", 0.081, 0.074))
    )
    shown = told(divide.section(ctx).blocks)
    assert "is 0.400 against 0.450 without it, from 0.500 in 2025." in shown
    assert "The worst-off fifth of people has 8.1 % of innovation, 7.4 % without the plan." in shown


def test_an_equitable_objective_is_not_called_total() -> None:
    plan = changed(small_plan(), objective="max_min")
    assert "equity is not part of it" not in told(divide.section(context([plan], EN)).blocks)


def test_one_panel_per_indicator_that_the_plan_has() -> None:
    charts = [block for block in divide.section(small()).blocks if isinstance(block, Chart)]
    assert len(charts) == 1
    assert len(charts[0].panels) == 2
    table = grid_of(divide.section(small()).blocks, "divide_indicators")
    assert rows_of(table) == [(2027, 0.4, 0.3, 6.4, 4.0)]


def test_a_share_is_drawn_in_percent_and_told_as_a_share() -> None:
    ctx = small(divide=spread((2027, "worst_fifth_share", 0.08, 0.07)))
    chart = next(block for block in divide.section(ctx).blocks if isinstance(block, Chart))
    drawn = str(chart.panels[0].spec)
    assert "8.0" in drawn
    assert rows_of(grid_of((chart,), "divide_indicators")) == [(2027, 0.08, 0.07)]


def test_the_worst_off_region_by_hand() -> None:
    """C has 150 ideas in 2027, 120 without, among 6 million people: 0.25 and 0.2 per 10,000; 4,000 of 8,000 million."""
    table = grid_of(divide.section(small()).blocks, "worst_off_regions")
    assert rows_of(table) == [("Gamma", 0.2, 0.25, pytest.approx(0.2), pytest.approx(0.25), 4000.0)]
    remark = table.remark.replace("\u00a0", " ")
    assert (
        remark
        == "Together they gain 25.0 %, the nation 53.1 %. They hold 60.0 % of people and are given 50.0 % of the money."
    )


def test_a_region_with_nothing_has_no_relative_gain() -> None:
    nothing = (("C", 2027, "plan", 0.0, 1.0, 0.0, 0.0),)
    kept = tuple(row for row in INNOVATION if (row[0], row[1]) != ("C", 2027))
    ctx = small(innovation=tuple((*row, "ideas") for row in (*kept, *nothing)))
    (row,) = rows_of(grid_of(divide.section(ctx).blocks, "worst_off_regions"))
    assert row[:5] == ("Gamma", 0.2, 0.0, 0.0, None)


def test_in_chinese() -> None:
    section = divide.section(small(ZH))
    assert "2027年" in told(section.blocks)
    assert rows_of(grid_of(section.blocks, "worst_off_regions"))[0][0] == "丙"


def test_plans_that_lack_it_say_so() -> None:
    assert "The plan holds no indicators of the divide." in told(divide.section(bare()).blocks)
    section = divide.section(one_region_one_year())
    assert not [
        g for block in section.blocks if isinstance(block, Chart) for g in [block] if g.id == "worst_off_regions"
    ]
