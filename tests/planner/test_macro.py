"""Macro-regions are a partition, or the nation."""

from __future__ import annotations

from planner.macro import classes, macro_regions, member_mask
from planner.scenario import Group
from tests.planner.toys import tiny


def test_groups_that_partition_the_regions_are_taken():
    groups = (Group("n", "N", ("north",)), Group("both", "Both", ("north", "south")), Group("s", "S", ("south",)))
    assert [g.id for g in macro_regions(tiny(groups=groups))] == ["n", "s"]


def test_without_a_partition_there_is_the_nation():
    (nation,) = macro_regions(tiny(groups=(Group("n", "N", ("north",)),)))
    assert nation.id == "nation"
    assert member_mask(tiny(), nation.members).all()


def test_classes_stand_in_the_order_of_the_assets():
    assert classes(tiny()) == ("network", "information_service")
    assert member_mask(tiny(), ("south",)).tolist() == [False, True]
