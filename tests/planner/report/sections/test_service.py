"""Demand by the links of the economy: asked, served, unmet, where it is made."""

from __future__ import annotations

import pytest

from planner.report.blocks import Block, Fold
from planner.report.context import Context
from planner.report.sections import service
from tests.planner.report.by_hand import DEMAND, ZH, bare, grid_of, one_region_one_year, small, told, values


def blocks_of(ctx: Context) -> tuple[Block, ...]:
    section = service.section(ctx)
    assert section is not None
    return section.blocks


def test_links_come_in_the_order_of_the_economy(ctx: Context) -> None:
    assert list(service.links(ctx)) == ["production", "distribution", "circulation", "research"]
    assert list(service.links(small())) == ["circulation", "research"]


def test_demand_is_split_by_where_it_is_served_from() -> None:
    """Shops ask 30: 15 made at home, 10 in the macro-region, 5 nowhere; the 30 of laboratories come from afar."""
    blocks = blocks_of(small())
    circulation, research = values(grid_of(blocks, "demand_by_link"))
    assert circulation == ("Circulation", pytest.approx(0.5), pytest.approx(1 / 3), 0.0, pytest.approx(1 / 6))
    assert research == ("Research", 0.0, 0.0, 1.0, 0.0)
    assert "what stays unmet is 16.7 % of Circulation" in told(blocks)


def test_classes_have_their_delay_and_what_they_lack() -> None:
    """Mean delay of shops: (10 x 0.5 + 10 x 3.5 + 5 x 0.5) / 25 = 1.7 ms."""
    shops, lab = values(grid_of(blocks_of(small()), "demand_by_class"))
    assert shops == ("Shops", "Circulation", "5 ms", pytest.approx(1.7), 30.0, 25.0, 5.0, pytest.approx(5 / 6))
    assert lab == ("Laboratories", "Research", "none", 8.0, 30.0, 30.0, 0.0, 1.0)


def test_what_is_received_by_year() -> None:
    blocks = blocks_of(small())
    assert values(grid_of(blocks, "served_by_link")) == [(2026, 10.0, 0.0), (2027, 25.0, 30.0)]
    assert "goes from 10.0 EFLOPS in 2026 to 55.0 in 2027, 5.50 times as much" in told(blocks)


def test_regions_with_unmet_demand_are_named() -> None:
    assert values(grid_of(blocks_of(small()), "unmet_by_region")) == [("Beta", 20.0, 5.0, 0.25)]
    served = small(demand=(DEMAND[0], DEMAND[2]))
    assert not any(isinstance(block, Fold) for block in blocks_of(served))
    assert "In 2027 all demand is served." in told(blocks_of(served))


def test_it_speaks_chinese() -> None:
    blocks = blocks_of(small(ZH))
    assert "流通的16.7%" in told(blocks)
    assert values(grid_of(blocks, "demand_by_class"))[1][:3] == ("实验室", "科研", "无")
    assert values(grid_of(blocks, "demand_by_class"))[0][2] == "5毫秒"


def test_shares_of_every_link_make_a_whole(ctx: Context) -> None:
    for row in values(grid_of(blocks_of(ctx), "demand_by_link")):
        assert sum(row[1:]) == pytest.approx(1.0)


def test_a_class_without_a_link_has_its_own_name(ctx: Context) -> None:
    assert service.link_name(ctx, "training") == ctx.words.name(ctx.demand["training"])
    assert service.link_name(ctx, "unheard_of") == "unheard_of"


def test_plans_that_lack_things() -> None:
    assert service.section(bare()) is None
    assert "10.0 EFLOPS are received in 2027." in told(blocks_of(one_region_one_year()))
