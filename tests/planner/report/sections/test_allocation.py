"""The plan by class, year, region, group and asset: tables against sums done by hand."""

from __future__ import annotations

import pytest

from planner.report.blocks import Slider, grids
from planner.report.context import Context, capex_by
from planner.report.measures import MONEY, MONEY_FINE
from planner.report.sections import allocation
from tests.planner.report.by_hand import ZH, bare, grid_of, one_region_one_year, small, told, values
from tests.planner.report.made_up import PEOPLE, YEARS


def test_money_by_year_class_and_region() -> None:
    blocks = allocation.section(small()).blocks
    assert values(grid_of(blocks, "orders_by_year")) == [(2026, 1000.0, 1000.0), (2027, 2000.0, 4000.0)]
    assert values(grid_of(blocks, "orders_by_macro")) == [("North", 3000.0, 1000.0), ("South", 0.0, 4000.0)]
    by_class = values(grid_of(blocks, "orders_by_region_and_class"))
    assert by_class == [("Alpha", 1000.0, 0.0), ("Beta", 2000.0, 1000.0), ("Gamma", 0.0, 4000.0)]


def test_regions_come_with_their_share_and_what_it_is_per_head() -> None:
    """4,000 million for 600 times 10,000 people: 667 a head."""
    rows = values(grid_of(allocation.section(small()).blocks, "orders_by_region"))
    assert [row[0] for row in rows] == ["Gamma", "Beta", "Alpha"]
    assert rows[0][1:] == ("South", 4000.0, 0.5, pytest.approx(4000e6 / 6e6))
    assert rows[1][1:] == ("North", 3000.0, 0.375, pytest.approx(1000.0))


def test_groups_of_regions_have_their_sums() -> None:
    rows = values(grid_of(allocation.section(small()).blocks, "orders_by_group"))
    assert rows == [
        ("North", 2, 4000.0, 0.5, 0.4, pytest.approx(1000.0)),
        ("South", 1, 4000.0, 0.5, 0.6, pytest.approx(4000e6 / 6e6)),
    ]


def test_assets_in_units_and_in_money() -> None:
    blocks = allocation.section(small()).blocks
    assert values(grid_of(blocks, "orders_by_asset_units")) == [
        ("Cable", "Network", "km", 10.0, 20.0, 30.0),
        ("Node", "Intelligent and supercomputing", "node", 4.0, 16.0, 20.0),
    ]
    assert [row[2:] for row in values(grid_of(blocks, "orders_by_asset_money"))] == [
        (1000.0, 2000.0, 3000.0),
        (1000.0, 4000.0, 5000.0),
    ]
    assert values(grid_of(blocks, "orders_by_region_units"))[1] == ("Beta", 20.0, 4.0)
    assert values(grid_of(blocks, "orders_by_region_money"))[1] == ("Beta", 2000.0, 1000.0)


def test_words_say_what_moves_most() -> None:
    """Network falls from half of 2,000 to a third of 6,000."""
    assert "Network gives way most: from 50.0 % of the money in 2026 to 33.3 % in 2027" in told(
        allocation.section(small()).blocks
    )
    shown = told(allocation.section(small(ZH)).blocks)
    assert "网络占比下降最多：从2026年的50.0%降至2027年的33.3%" in shown
    assert "北方获得投资的50.0%，人口占40.0%；其中最多的是网络" in shown


def test_every_stop_of_the_slider_has_its_own_figures_and_one_scale() -> None:
    slider = next(block for block in allocation.section(small()).blocks if isinstance(block, Slider))
    assert [frame.name for frame in slider.frames] == ["2026", "2027"]
    first, last = ([figure.value.replace("\u00a0", " ") for figure in frame.figures] for frame in slider.frames)
    assert first == ["CNY 2.00 bn", "CNY 1.00 bn", "+2.7 %", "0 %"]
    assert last == ["CNY 6.00 bn", "CNY 4.00 bn", "+53.1 %", "8.3 %"]
    fills = [
        {row["name"]: row["fill"] for row in next(iter(frame.panel.spec["datasets"].values()))}
        for frame in slider.frames
    ]
    assert fills[0]["C"] != fills[1]["C"]
    assert fills[0]["A"] not in (fills[1]["C"], fills[0]["C"])


@pytest.mark.parametrize(
    "id", ["orders_by_year", "orders_by_macro", "orders_by_region_and_class", "orders_by_region_and_year"]
)
def test_every_table_sums_to_all_orders(ctx: Context, id: str) -> None:
    shown = grid_of(allocation.section(ctx).blocks, id)
    whole = sum(capex_by(ctx, ctx.plan, "class").values())
    assert sum(row[at].value for row in shown.rows for at in shown.total) == pytest.approx(whole)


def test_a_national_plan_has_every_region_year_and_estimate(ctx: Context) -> None:
    blocks = allocation.section(ctx).blocks
    assert len(grid_of(blocks, "orders_by_region").rows) == len(PEOPLE)
    assert len(grid_of(blocks, "orders_by_region_and_year").columns) == 1 + len(YEARS)
    marks = {row[0].value: row[0].mark for row in grid_of(blocks, "orders_by_asset_units").rows}
    marked = {name for name, mark in marks.items() if mark}
    assert marked in ({"Data-center halls", "Accelerator nodes"}, {"数据中心机房", "智算节点"})


def test_little_money_keeps_its_figures(ctx: Context) -> None:
    assert small().money_measure is MONEY_FINE
    assert ctx.money_measure is MONEY


def test_plans_that_lack_things() -> None:
    assert told(allocation.section(bare()).blocks) == "Nothing is ordered in 2026–2027."
    alone = allocation.section(one_region_one_year()).blocks
    assert "CNY 1.00 bn is ordered in 2027." in told(alone)
    ids = [found.id for found in grids(alone)]
    assert "orders_by_macro" not in ids
    assert "orders_by_region_and_year" not in ids
    assert "2027年订购10.0亿元。" in told(allocation.section(one_region_one_year(ZH)).blocks)
