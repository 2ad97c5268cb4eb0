"""Drawings of the PDF: how wide they stand, and the families their text names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

pytest.importorskip("vl_convert", reason="the report extra is not installed")

from planner.report.blocks import Panel
from planner.report.forms.pdf.columns import UPRIGHT
from planner.report.forms.pdf.drawings import LEGIBLE, drawings, lettered
from tests.planner.report.forms.specimen import PANEL

HALF_PANEL = replace(PANEL, wide=False)


def a_map(letters: int) -> Panel:
    """A drawing without axes and with letters of a size in pixels."""
    spec = {
        "data": {"values": [{"name": "广东"}, {"name": "Beijing"}]},
        "mark": {"type": "text", "fontSize": letters},
        "encoding": {"text": {"field": "name"}},
        "height": 300,
    }
    return Panel(spec, "a map", "Map")


def fonts(text: str) -> tuple[str, ...]:
    return ("Han", "Latin") if "广" in text else ("Latin", "Han")


def widths(*panels: Panel) -> list[float]:
    return [drawn["width"] for drawn in drawings(panels, fonts)]


def test_a_wide_panel_and_a_panel_alone_are_as_wide_as_the_page():
    assert widths(PANEL) == pytest.approx([UPRIGHT], abs=1)
    assert widths(HALF_PANEL) == pytest.approx([UPRIGHT], abs=1)
    assert widths(PANEL, PANEL) == pytest.approx([UPRIGHT] * 2, abs=1)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_two_panels_share_a_line(count):
    found = widths(*[HALF_PANEL] * count)
    assert all(width <= (UPRIGHT - 17) / 2 for width in found)
    assert all(width > 0.46 * UPRIGHT for width in found)


def test_maps_are_small_among_maps_larger_beside_charts_and_largest_alone():
    among, beside, alone = widths(*[a_map(16)] * 4)[0], widths(a_map(16), HALF_PANEL)[0], widths(a_map(16))[0]
    assert among < beside < alone < UPRIGHT


@pytest.mark.parametrize("letters", [9, 10, 12, 16])
def test_letters_on_maps_can_be_read(letters):
    for drawn in drawings([a_map(letters)] * 4, fonts):
        pixels = float(re.search(r'<svg[^>]* width="([\d.]+)"', drawn["svg"])[1])
        assert letters * drawn["width"] / pixels >= LEGIBLE - 0.1
        assert drawn["width"] <= UPRIGHT / 2


def test_a_drawing_carries_its_title_and_what_it_shows():
    drawn = drawings([a_map(16), PANEL], fonts)
    assert [one["title"] for one in drawn] == ["Map", ""]
    assert [one["alt"] for one in drawn] == ["a map", "a line that rises"]
    assert [one["wide"] for one in drawn] == [False, True]


def test_every_text_names_families_that_have_its_characters():
    drawn = drawings([a_map(16)], fonts)[0]["svg"]
    named = dict(re.findall(r'<text[^>]*font-family="([^"]*)"[^>]*>([^<]*)', drawn))
    assert named == {"Han, Latin": "广东", "Latin, Han": "Beijing"}
    assert "sans-serif" not in drawn


def test_what_is_not_text_stays_as_it_is():
    assert lettered('<path d="M0,0"/><text font-family="sans-serif" x="1">广 a</text>', fonts) == (
        '<path d="M0,0"/><text font-family="Han, Latin" x="1">广 a</text>'
    )
