"""Dark colours: lightness turned round, hue kept, contrast kept."""

from __future__ import annotations

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.drawing import INK, MUTED, PAPER, contrast, shade
from planner.report.forms.html.dusk import dark, rules

BYTES = st.integers(0, 255)


def parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


@given(BYTES)
def test_a_grey_stays_a_grey(level: int) -> None:
    red, green, blue = parts(dark(f"#{level:02x}{level:02x}{level:02x}"))
    assert max(red, green, blue) - min(red, green, blue) <= 1


@given(BYTES, BYTES)
def test_the_lighter_grey_becomes_the_darker(one: int, other: int) -> None:
    low, high = (parts(dark(f"#{level:02x}{level:02x}{level:02x}"))[0] for level in sorted((one, other)))
    assert low >= high


def test_paper_becomes_the_dark_page_and_ink_reads_on_it() -> None:
    assert parts(dark(PAPER)) == pytest.approx([25, 25, 25], abs=3)
    assert contrast(dark(INK), dark(PAPER)) > 10
    assert contrast(dark(MUTED), dark(PAPER)) > 4.5


@pytest.mark.parametrize("colour", ["#0b3c73", "#8a4b00", "#17603c", "#5a3d8a", "#b8541f"])
def test_hues_are_kept(colour: str) -> None:
    """Hue as HSV has it, independent of the lightness used; screens cannot show every hue at every lightness."""
    before, after = (colorsys.rgb_to_hsv(*(part / 255 for part in parts(c)))[0] for c in (colour, dark(colour)))
    assert min(abs(before - after), 1 - abs(before - after)) < 0.06
    assert contrast(dark(colour), dark(PAPER)) > 3


@given(st.sampled_from(("#0b3c73", "#c08a14", "#b4566b", "#3f7f72", "#5a3d8a", "#4b99bf")), st.floats(0, 1))
def test_text_on_shaded_tiles_still_reads(colour: str, share: float) -> None:
    both = shade(colour, share)
    assert contrast(both["fill"], both["ink"]) > 3.9
    assert contrast(dark(both["fill"]), dark(both["ink"])) > 3.4


@given(BYTES, BYTES, BYTES)
def test_the_result_is_a_colour(red: int, green: int, blue: int) -> None:
    assert len(parts(dark(f"#{red:02x}{green:02x}{blue:02x}"))) == 3


def test_there_is_one_rule_per_colour_drawn() -> None:
    style = rules(['<path fill="#123456" stroke="#654321">', '{"fill": "#123456"}', "url(#1234567)"])
    assert style.count("\n") == 1
    for colour in ("#123456", "#654321"):
        assert f'.ink [fill="{colour}"]{{fill:light-dark({colour},{dark(colour)})}}' in style
        assert f'.ink [stroke="{colour}"]' in style
