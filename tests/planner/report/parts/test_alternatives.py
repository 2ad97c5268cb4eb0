"""Alternatives in a report: which amounts are decided, which are a matter of choice, what no plan goes without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.report.blocks import Chart, Fold
from planner.report.parts import alternatives
from tests.planner.report.by_hand import ZH, grid_of, small, told, values
from tests.planner.report.studied import alternatives as study_of
from tests.planner.report.studied import studied


def test_nothing_is_said_without_alternatives() -> None:
    assert alternatives.blocks(small()) == ()


def test_ranges_are_told_as_they_are() -> None:
    table = grid_of(alternatives.blocks(studied(alternatives=study_of())), "alternatives")
    assert values(table)[0] == ("Network", "North", 1.0, 3000.0, 2900.0, 3100.0, 2890.0, None)
    assert len(table.rows) == 4


def test_the_firmest_and_the_loosest_within_the_narrowest_margin() -> None:
    shown = told(alternatives.blocks(studied(alternatives=study_of())))
    assert "Firmest is network in North: CNY 2.90 bn to CNY 3.10 bn, with CNY 3.00 bn in the plan." in shown
    assert (
        "Loosest is intelligent and supercomputing in South: CNY 1.00 bn to CNY 6.00 bn, with CNY 5.00 bn in the plan."
        in shown
    )


def test_one_panel_per_thing_and_one_colour_per_margin() -> None:
    chart = next(b for b in alternatives.blocks(studied(alternatives=study_of())) if isinstance(b, Chart))
    assert len(chart.panels) == 2
    assert [name.replace("\u00a0", " ") for name, _ in chart.legend] == ["within 5 %", "within 1 %"]
    assert len({colour for _, colour in chart.legend}) == 2


def test_what_no_plan_goes_without() -> None:
    """1,500 of the 8,000 million of the plan, counted region by region, which is finer than by group."""
    blocks = alternatives.blocks(studied(alternatives=study_of()))
    assert "spend at least CNY 1.50 bn alike" in told(blocks)
    assert "18.8 % of the money of the plan" in told(blocks)
    groups, regions = (grid_of(blocks, f"no_regret_{kind}") for kind in ("groups", "regions"))
    assert values(groups) == [("North", "Cable", 20.0, 30.0, "km", pytest.approx(2 / 3), 2000.0, 3000.0)]
    assert values(regions)[0][:2] == ("Beta", "Cable")
    assert [b for b in blocks if isinstance(b, Fold)]


def test_nothing_in_common_is_no_table() -> None:
    study = study_of()
    bare = replace(study, summary={**study.summary, "no_regret": []})
    blocks = alternatives.blocks(studied(alternatives=bare))
    assert "No regret" not in told(blocks)
    assert len(blocks) == 1


def test_in_chinese() -> None:
    table = grid_of(alternatives.blocks(studied(ZH, alternatives=study_of())), "alternatives")
    assert values(table)[0][1] == "北方"
