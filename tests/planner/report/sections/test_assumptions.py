"""Assumptions: counted by kind, every one shown, whatever the data columns and the limits of the model are."""

from __future__ import annotations

import pytest

from planner.report.blocks import Fold, Points
from planner.report.context import context
from planner.report.sections import assumptions
from tests.planner.report.by_hand import EN, ZH, bare, grid_of, small, small_plan, told, values
from tests.planner.report.made_up import changed

SOURCES = [
    {
        "column": "gdp",
        "file": "data/regions.csv",
        "unit": "CNY",
        "year": "2024",
        "kind": "found",
        "source": "Yearbook",
        "note": "at current prices",
    },
    {
        "column": "talent",
        "file": "data/regions.csv",
        "unit": "people",
        "year": "2020",
        "kind": "measured",
        "source": "Census",
        "note": "",
    },
]


def test_kinds_are_counted_in_order_of_firmness() -> None:
    table = grid_of(assumptions.section(small()).blocks, "assumption_kinds")
    assert [(row[0], *row[2:]) for row in values(table)] == [
        ("found", 1, 0.25, 0),
        ("recalled", 1, 0.25, 0),
        ("assumption", 1, 0.25, 0),
        ("estimated", 1, 0.25, 0),
    ]
    assert table.total == (2, 4)


def test_the_lead_says_how_many_are_weak() -> None:
    assert assumptions.section(small()).lead.startswith("4 numbers in all, of which 2 are assumptions or estimates.")
    one = small(assumptions=(("floor", 1.0, 0.0, 0.0, "1", "assumption", "x", "plan.yaml:2"),))
    assert assumptions.section(one).lead.startswith("One number in all, of which 1 is an assumption or an estimate.")
    assert assumptions.section(bare()).lead.startswith("No number is given as an assumption.")


def test_every_assumption_is_shown_with_its_range_and_place() -> None:
    ctx = small(assumptions=(("price", 3.0, 2.0, 4.0, "CNY/kWh", "recalled", "A book", "plan.yaml:4"),))
    table = grid_of(assumptions.section(ctx).blocks, "assumptions")
    assert values(table) == [("price", 3.0, 2.0, 4.0, "CNY/kWh", "recalled", "A book", "plan.yaml:4")]
    assert table.filterable


def test_plain_numbers_have_no_unit() -> None:
    assert {row[4] for row in values(grid_of(assumptions.section(small()).blocks, "assumptions"))} == {""}


def test_kinds_of_data_columns_are_counted_beside() -> None:
    ctx = context([changed(small_plan(), sources=SOURCES)], EN)
    section = assumptions.section(ctx)
    counts = {row[0]: (row[2], row[4]) for row in values(grid_of(section.blocks, "assumption_kinds"))}
    assert counts["measured"] == (0, 1)
    assert counts["found"] == (1, 1)
    assert values(grid_of(section.blocks, "data_columns")) == [
        ("gdp", "regions.csv", "CNY", "2024", "found", "Yearbook", "at current prices"),
        ("talent", "regions.csv", "people", "2020", "measured", "Census", ""),
    ]
    assert "Every column of the data tables (2)" in told(section.blocks)


def test_a_kind_nobody_knows_is_shown_as_it_stands() -> None:
    ctx = small(assumptions=(("x", 1.0, 0.0, 0.0, "1", "guessed", "", ""),))
    (row,) = values(grid_of(assumptions.section(ctx).blocks, "assumption_kinds"))
    assert row == ("guessed", "", 1, 1.0, 0)


@pytest.mark.parametrize("words", [EN, ZH])
def test_what_is_not_modelled_is_listed(words) -> None:
    points = [block for block in assumptions.section(small(words)).blocks if isinstance(block, Points)]
    assert len(points[0].items) == len(assumptions.NOT_MODELLED)
    assert all(points[0].items)


def test_works_that_are_cited_are_listed_with_address_and_date() -> None:
    works = [
        {"id": id, "text": f"Work {id}", "address": f"https://example.org/{id}", "read_on": "2026-11-23"}
        for id in ("S1", "S12", "S7", "S9")
    ]
    facts = (("price", 3.0, 2.0, 4.0, "CNY", "found", "S12, S1: a book", "plan.yaml:4"),)
    machines = [{"id": "box", "name": "Box", "source": "peak S9 (found)"}]
    plan = changed(small_plan(assumptions=facts), references=works, machines=machines)
    section = assumptions.section(context([plan], EN))
    assert values(grid_of(section.blocks, "works")) == [
        (id, f"Work {id}", f"https://example.org/{id}", "23 November 2026") for id in ("S1", "S12", "S9")
    ]
    assert "The 3 works that the sources cite" in told(section.blocks)


def test_nothing_cited_is_no_list() -> None:
    works = [{"id": "S1", "text": "Work", "address": "", "read_on": "2026-11-23"}]
    section = assumptions.section(context([changed(small_plan(), references=works)], EN))
    assert "works that the sources cite" not in told(section.blocks)


def test_notices_from_the_data_are_told() -> None:
    ctx = context([changed(small_plan(), notices=["regions.csv:7: no population; taken from 2020"])], EN)
    fold = next(block for block in assumptions.section(ctx).blocks if isinstance(block, Fold))
    assert fold.title == "Notices from reading the data (1)"
    assert "taken from 2020" in str(fold.blocks)
