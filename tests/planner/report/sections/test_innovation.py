"""Innovation with and without the plan, by region and year, against sums done by hand."""

from __future__ import annotations

import pytest

from planner.report.blocks import grids
from planner.report.context import Context
from planner.report.sections import innovation
from tests.planner.report.by_hand import INNOVATION, ZH, bare, grid_of, one_region_one_year, small, told, values
from tests.planner.report.made_up import BASE


def test_regions_with_and_without_the_plan() -> None:
    rows = values(grid_of(innovation.section(small()).blocks, "innovation_by_region"))
    assert rows == [
        ("Beta", 150.0, 120.0, 180.0, pytest.approx(0.5), 0.6, ""),
        ("Alpha", 100.0, 80.0, 160.0, pytest.approx(1.0), 1.6, "Wit × 2.50"),
        ("Gamma", 120.0, 120.0, 150.0, pytest.approx(0.25), 0.25, ""),
    ]


def test_levels_per_head_and_their_ratio() -> None:
    """1.6 against 0.25 with the plan, 0.8 against 0.2 without."""
    blocks = innovation.section(small()).blocks
    assert values(grid_of(blocks, "innovation_per_head")) == [
        ("Alpha", 0.8, 1.6),
        ("Beta", 0.4, 0.6),
        ("Gamma", 0.2, 0.25),
    ]
    assert "Alpha stands at 6.40 times Gamma per head, against 4.00 times" in told(blocks)
    assert "The plan moves every region up." in told(blocks)


def test_a_region_that_gains_nothing_is_not_called_moved() -> None:
    still = tuple((*row[:6], row[3], "ideas") if row[0] == "C" else (*row, "ideas") for row in INNOVATION)
    assert "The plan moves 2 of 3 regions up." in told(innovation.section(small(innovation=still)).blocks)


def test_the_country_by_year() -> None:
    rows = values(grid_of(innovation.section(small()).blocks, "innovation_by_year"))
    assert rows == [
        (2026, 370.0, 380.0, 10.0, pytest.approx(380 / 370 - 1)),
        (2027, 320.0, 490.0, 170.0, pytest.approx(490 / 320 - 1)),
    ]


def test_factors_and_how_they_grew() -> None:
    shown = grid_of(innovation.section(small()).blocks, "factor_growth")
    assert [column.name for column in shown.columns] == ["Region", "Reach", "Wit"]
    assert values(shown) == [("Alpha", 1.5, 2.5), ("Beta", None, None), ("Gamma", None, None)]


def test_words_name_who_gains() -> None:
    shown = told(innovation.section(small()).blocks)
    assert "The gain over doing nothing: Alpha (100 %), Beta (50.0 %) and Gamma (25.0 %)." in shown
    assert "it goes from 2.7 % in 2026 to 53.1 % in 2027" in shown
    chinese = told(innovation.section(small(ZH)).blocks)
    assert "甲（100%）、乙（50.0%）和丙（25.0%）" in chinese
    assert "按人均计，甲为丙的6.40倍；若不投资则为4.00倍。" in chinese


def test_a_national_plan_names_the_ends(ctx: Context) -> None:
    section = innovation.section(ctx)
    rows = values(grid_of(section.blocks, "innovation_by_region"))
    order = sorted(rows, key=lambda row: -row[4])
    shown = told(section.blocks)
    assert f"{order[0][0]}" in shown
    assert f"{order[-1][0]}" in shown
    base = [row for row in ctx.plan.tables["innovation"].records() if row["year"] == BASE]
    assert sum(row[1] for row in rows) == pytest.approx(sum(row["innovation"] for row in base))


def test_plans_that_lack_things() -> None:
    alone = innovation.section(one_region_one_year()).blocks
    assert "innovation_per_head" not in [found.id for found in grids(alone)]
    assert "The gain over doing nothing: Alpha (100 %)." in told(alone)
    assert "factor_growth" not in [found.id for found in grids(innovation.section(bare()).blocks)]
