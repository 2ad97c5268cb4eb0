"""Who computes for whom: places, regions, matrices, corridors against sums done by hand."""

from __future__ import annotations

import pytest

from planner.report.blocks import Block, Slider, grids
from planner.report.context import Context, rows
from planner.report.sections import flows
from tests.planner.report.by_hand import ZH, bare, grid_of, one_region_one_year, small, told, values


def blocks_of(ctx: Context) -> tuple[Block, ...]:
    section = flows.section(ctx)
    assert section is not None
    return section.blocks


def test_compute_by_place_and_year() -> None:
    """Of 55 made in 2027, 15 stay at home, 10 in the macro-region, 30 cross."""
    blocks = blocks_of(small())
    assert values(grid_of(blocks, "compute_by_place")) == [
        (2026, 10.0, 0.0, 0.0, 0.0),
        (2027, 15.0, 10.0, 30.0, pytest.approx(40 / 55)),
    ]
    assert "0 % was made outside the region that uses it in 2026; in 2027 it is 72.7 %" in told(blocks)
    assert "Laboratories travels most: 100 % of it comes from another region" in told(blocks)


def test_what_regions_make_for_others() -> None:
    blocks = blocks_of(small())
    assert values(grid_of(blocks, "compute_by_region")) == [
        ("Alpha", 10.0, 10.0, 0.0, 10.0),
        ("Beta", 5.0, 30.0, 10.0, 20.0),
        ("Gamma", 0.0, 0.0, 30.0, -30.0),
    ]
    assert "most is made in Beta (75.0 %) and Alpha (25.0 %), and most is used in Gamma (75.0 %)" in told(blocks)


def test_only_what_crosses_has_a_matrix() -> None:
    blocks = blocks_of(small())
    assert values(grid_of(blocks, "compute_matrix")) == [
        ("Laboratories", "North", 0.0, 30.0),
        ("Laboratories", "South", 0.0, 0.0),
    ]
    assert "Net hosts, in EFLOPS: North 30.0. Net users: South 30.0." in told(blocks)


def test_the_slider_follows_the_years() -> None:
    blocks = blocks_of(small())
    assert values(grid_of(blocks, "compute_by_year")) == [("North", "North", 10.0, 25.0), ("North", "South", 0.0, 30.0)]
    slider = next(block for block in blocks if isinstance(block, Slider))
    assert [frame.figures[0].value for frame in slider.frames] == ["10.0", "55.0"]


def test_corridors_are_the_busiest_first() -> None:
    rows_shown = values(grid_of(blocks_of(small()), "busiest_corridors"))
    assert rows_shown == [("Beta", "Gamma", 30.0, 0.75, 8.0, 9.0), ("Alpha", "Beta", 10.0, 0.25, 3.5, 2.0)]


def test_it_speaks_chinese() -> None:
    shown = told(blocks_of(small(ZH)))
    assert "2026年为0%，2027年为72.7%" in shown
    assert "流动最多的是实验室，其100%来自其他地区" in shown
    assert "净提供（EFLOPS）：北方30.0；净使用：南方30.0" in shown


def test_a_national_plan_adds_up(ctx: Context) -> None:
    blocks = blocks_of(ctx)
    total = sum(row["flow_eflops"] for row in rows(ctx.plan, "flows", year=2030))
    place = values(grid_of(blocks, "compute_by_place"))[-1]
    assert sum(place[1:4]) == pytest.approx(total)
    regions = values(grid_of(blocks, "compute_by_region"))
    assert sum(row[1] + row[2] for row in regions) == pytest.approx(total)
    assert sum(row[4] for row in regions) == pytest.approx(0.0, abs=1e-9 * total)
    assert len(grid_of(blocks, "busiest_corridors").rows) == 15
    years = grid_of(blocks, "compute_by_year")
    assert sum(row[-1].value for row in years.rows) == pytest.approx(total)


def test_plans_that_lack_things() -> None:
    assert flows.section(bare()) is None
    alone = blocks_of(one_region_one_year())
    assert [found.id for found in grids(alone)] == ["compute_by_place"]
    assert "In 2027 every region makes all the compute it uses." in told(alone)
    assert "2027年各地区所用算力全部由本地区提供。" in told(blocks_of(one_region_one_year(ZH)))
