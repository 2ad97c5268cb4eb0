"""A sweep in a report: the span of the results, what moves them most, scenarios without a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.report.blocks import Chart, Slider
from planner.report.parts import sweep
from tests.planner.report.by_hand import EN, ZH, grid_of, small, told, values
from tests.planner.report.studied import studied
from tests.planner.report.studied import sweep as study_of

BROKE = {"name": "broke", "status": "infeasible", "why": "no money"}


def test_nothing_is_said_without_a_sweep() -> None:
    assert sweep.blocks(small()) == ()


def test_effects_are_means_over_the_other_scenarios() -> None:
    found = sweep.effects(study_of())
    assert found["discount_rate"] == {"3 %": pytest.approx(1.40), "8 %": pytest.approx(1.38)}
    assert found["scale.budgets"] == {"0.9": pytest.approx(1.29), "1.1": pytest.approx(1.49)}


def test_what_moves_most_is_told_first() -> None:
    shown = told(sweep.blocks(studied(sweep=study_of())))
    assert "lies between 1.2800 (scenario 003) and 1.5000 (scenario 002) times the base year" in shown
    assert "its Gini between 0.3900 and 0.4200" in shown
    assert shown.index("“All budgets, times” moves innovation from 1.2900 (0.9) to 1.4900 (1.1)") < shown.index(
        "“Discount rate” moves innovation from 1.3800 (8 %) to 1.4000 (3 %)"
    )


def test_scenarios_without_a_plan_are_counted_and_say_why() -> None:
    blocks = sweep.blocks(studied(sweep=study_of(BROKE)))
    assert "One scenario has no plan; the table says why." in told(blocks)
    last = values(grid_of(blocks, "sweep_table"))[-1]
    assert (last[0], last[3], last[-1]) == ("broke", "no plan exists", "no money")
    assert len(grid_of(blocks, "sweep").rows) == 4


def test_a_parameter_of_one_value_moves_nothing() -> None:
    study = study_of()
    fixed = replace(study, rows=tuple({**row, "discount_rate": "3 %"} for row in study.rows))
    assert list(sweep.effects(fixed)) == ["scale.budgets"]


def test_the_slider_names_scenarios_by_their_values() -> None:
    slider = next(b for b in sweep.blocks(studied(sweep=study_of())) if isinstance(b, Slider))
    assert [frame.name for frame in slider.frames][:2] == ["001 · 3 % · 0.9", "002 · 3 % · 1.1"]
    assert values(slider.data)[1] == ("002", pytest.approx(4400.0))


def test_many_scenarios_have_a_chart_and_no_slider() -> None:
    study = study_of()
    many = replace(study, rows=study.rows * 8)
    blocks = sweep.blocks(studied(sweep=many))
    assert [b for b in blocks if isinstance(b, Chart)]
    assert not [b for b in blocks if isinstance(b, Slider)]
    assert grid_of(blocks, "sweep_table").filterable


def test_no_scenario_at_all_has_a_plan() -> None:
    study = replace(study_of(), rows=(BROKE,))
    blocks = sweep.blocks(studied(sweep=study))
    assert not [b for b in blocks if isinstance(b, Chart | Slider)]
    assert "has no plan" in told(blocks)


def test_parameters_go_by_their_words_where_there_are_any() -> None:
    assert sweep.parameter_name(EN, "discount_rate") == "Discount rate"
    assert sweep.parameter_name(EN, "assets.node.capex") == "assets.node.capex"
    shown = told(sweep.blocks(studied(ZH, sweep=study_of(BROKE))))
    assert "1.2900" in shown
