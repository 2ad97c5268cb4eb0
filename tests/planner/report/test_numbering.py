"""Figures and tables are counted apart, in reading order, once each."""

from __future__ import annotations

from planner.report.blocks import Chart, Fold, Grid, Panel, Section, Slider, Text, grid
from planner.report.numbering import numbering


def table(id: str) -> Grid:
    return grid(id, "caption", ["name"], [("a",)])


def chart(id: str) -> Chart:
    return Chart(id, "title", (Panel({}, "alt"),), "", table(id))


def test_reading_order_over_sections_and_folds():
    sections = [
        Section("one", "", "", (Text(("words",)), chart("money"), table("money"), Fold("more", (table("units"),)))),
        Section("two", "", "", (Fold("f", (Fold("g", (chart("map"),)),)), Slider("years", "", "", (), table("y")))),
    ]
    found = numbering(sections)
    assert found.figures == {"money": 1, "map": 2, "years": 3}
    assert found.tables == {"money": 1, "units": 2}


def test_tables_behind_charts_have_no_number():
    assert numbering([Section("s", "", "", (chart("only"),))]).tables == {}
