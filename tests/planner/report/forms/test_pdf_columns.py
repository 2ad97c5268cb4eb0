"""Tables of the PDF: what each column needs, what it gets, and when a table is turned sideways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fluent.runtime", reason="the report extra is not installed")

from planner.report.blocks import Cell, Column, Grid, grid
from planner.report.forms.pdf.columns import GAP, SIDEWAYS, UPRIGHT, Need, ems, fit, longest, shares
from planner.report.forms.pdf.layout import short
from planner.report.forms.pdf.tables import plain, table_of
from planner.report.language import Language, language
from planner.report.measures import COUNT, MONEY, TEXT

EN, ZH = language("en"), language("zh")


def numbers(columns: int, rows: int, value: float = 1234.0) -> Grid:
    heads = ["Name", *(Column(f"n{at}", COUNT) for at in range(columns))]
    return grid("t", "T", heads, [(f"row {at}", *[value] * columns) for at in range(rows)])


def fitted(table: Grid, words: Language = EN) -> tuple[float, tuple[float, ...], bool]:
    found = fit(table, words, [0.0] * len(table.columns))
    return found.size, found.widths, found.sideways


def test_a_small_table_is_upright_in_large_letters():
    size, widths, sideways = fitted(numbers(3, 5))
    assert (size, sideways) == (8.5, False)
    assert sum(widths) <= UPRIGHT + 0.01


def test_letters_shrink_before_a_table_is_turned():
    found = [fitted(numbers(columns, 5, 12345678.0)) for columns in range(3, 16)]
    upright = [size for size, _, sideways in found if not sideways]
    assert upright == sorted(upright, reverse=True)
    assert upright[0] > upright[-1]
    turned = [sideways for _, _, sideways in found]
    assert turned == sorted(turned)
    assert turned[-1] is True


@pytest.mark.parametrize("columns", [1, 4, 9, 14, 25, 60])
@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
def test_no_table_is_wider_than_its_page_and_no_number_wider_than_its_column(columns, words):
    size, widths, sideways = fitted(numbers(columns, 3, 1234567.0), words)
    assert sum(widths) <= (SIDEWAYS if sideways else UPRIGHT) + 0.01
    assert all(width >= (ems("1,234,567", words) + GAP) * size - 0.01 for width in widths[1:])


def test_a_table_of_long_texts_and_many_rows_is_turned_but_not_a_short_one():
    def told(rows: int) -> Grid:
        return grid("t", "T", ["a", "b", "c"], [(f"k{at}", "word " * 40, "word " * 40) for at in range(rows)])

    assert fitted(told(60))[2] is True
    assert fitted(told(5))[2] is False


def test_an_empty_table_fits():
    size, widths, _ = fitted(grid("t", "T", ["Only", Column("n", COUNT)], []))
    assert size > 0
    assert len(widths) == 2


needs = st.lists(
    st.tuples(st.floats(0.5, 5), st.floats(0, 60), st.lists(st.floats(0.1, 60), min_size=3, max_size=3)),
    min_size=1,
    max_size=6,
).map(
    lambda drawn: [
        Need(least, least + more, tuple(min(c, least + more) for c in cells)) for least, more, cells in drawn
    ]
)


@given(needs, st.floats(0, 80))
def test_every_column_gets_what_it_needs_and_together_they_fill_no_more_than_the_room(drawn, more):
    room = sum(need.least + GAP for need in drawn) + more
    widths = shares(drawn, room)
    assert sum(widths) <= room + 1e-6
    assert all(width >= need.least + GAP - 1e-9 for width, need in zip(widths, drawn, strict=True))
    whole = sum(need.whole + GAP for need in drawn)
    if whole <= room:
        assert all(width >= need.whole + GAP - 1e-9 for width, need in zip(widths, drawn, strict=True))
    else:
        assert sum(widths) == pytest.approx(room, abs=0.02)


def test_width_goes_where_it_saves_lines():
    long, brief = Need(4.0, 60.0, (60.0, 60.0)), Need(4.0, 8.0, (4.0, 8.0))
    first, second = shares([long, brief], 40.0)
    assert first > 25 > second


def test_chinese_is_as_wide_as_its_letters_and_breaks_between_them():
    assert ems("增长上限", ZH) == 4
    assert longest("增长上限", ZH) == 1
    assert longest("Growth limit", EN) == ems("Growth", EN)
    assert ems("1,234", EN) < ems("1,234", ZH) < 3


def test_long_titles_are_cut_for_the_running_head():
    assert short("A title", 20, EN) == "A title"
    cut = short("word " * 40, 20, EN)
    assert cut.startswith("word word")
    assert cut.endswith("…")
    assert ems(cut, EN) <= 20
    assert short("规划" * 40, 20, ZH) == "规划" * 9 + "规…"


def test_marks_hints_and_bars_are_parts_of_their_cells():
    row = (
        Cell("a", hint="b"),
        Cell(1500.0, mark="estimated", share=1.7),
        Cell("measured", mark="measured"),
        Cell(None),
    )
    laid = table_of(
        grid("t", "C", ["x", Column("y", MONEY), "z", Column("w", COUNT)], [row], total=(1,)), EN, "Table 1", "t"
    )
    assert laid["rows"] == [
        [
            {"text": "a", "mark": "", "said": "", "hint": "b", "bar": None},
            {"text": "1.5", "mark": "estimated", "said": "est.", "hint": "", "bar": 1.0},
            {"text": "", "mark": "measured", "said": "measured", "hint": "", "bar": None},
            "–",
        ]
    ]
    assert laid["total"] == ["Total", "1.5", "", ""]
    assert [room > 0 for room in laid["room"]] == [False, True, False, False]
    assert laid["numeric"] == [False, True, False, True]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\tb\nc", "a b c"),
        ("\x00a\x7f", "a"),
        ("\ud800x", "x"),
        ("\ue000x", "x"),
        ("  x ", "x"),
        ("名 × ⁻⁸", "名 × ⁻⁸"),
    ],
)
def test_characters_no_font_can_show_are_left_out(given, shown):
    assert plain(given) == shown


def test_text_columns_are_not_numeric():
    laid = table_of(grid("t", "C", [Column("x", TEXT), Column("y", COUNT)], [("a", 1)]), EN, "Table 1", "t")
    assert laid["numeric"] == [False, True]
    assert laid["rows"] == [["a", "1"]]
