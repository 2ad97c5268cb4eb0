"""Words and numbers in two languages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.language import language, spans
from planner.report.measures import CHANGE, COUNT, MONEY, MONEY_FINE, NUMBER, PLAIN, SHARE, TEXT, YEAR, Measure

EN, ZH = language("en"), language("zh")
SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("million", "english", "chinese"),
    [
        (2_490_000.0, f"CNY{SPACE}2,490{SPACE}bn", "24,900亿元"),
        (56.7, f"CNY{SPACE}56.7{SPACE}million", "5,670万元"),
        (150.0, f"CNY{SPACE}150{SPACE}million", "1.50亿元"),
        (math.nan, "–", "–"),
        (None, "–", "–"),
    ],
)
def test_money_chooses_its_unit(million: float | None, english: str, chinese: str) -> None:
    assert EN.money(million, "CNY").replace(" ", SPACE) == english
    assert ZH.money(million, "CNY") == chinese


@given(st.floats(min_value=1.0, max_value=1e9))
def test_money_in_tables_is_the_same_money(million: float) -> None:
    """One yi is 100 million, one bn 1,000 million: the two languages differ by ten."""
    assert ZH.stored(million, MONEY) == pytest.approx(10 * EN.stored(million, MONEY))
    assert EN.stored(million, MONEY) == pytest.approx(million / 1000)
    assert ZH.stored(million, NUMBER) == million


@pytest.mark.parametrize(
    ("value", "measure", "english", "chinese"),
    [
        (2030, YEAR, "2030", "2030"),
        (12345, COUNT, "12,345", "12,345"),
        (0.1234, SHARE, f"12.3{SPACE}%", "12.3%"),
        (0.1234, CHANGE, f"+12.3{SPACE}%", "+12.3%"),
        (1500.0, MONEY, "1.5", "15.0"),
        (1.0, MONEY_FINE, "0.00100", "0.0100"),
        (1234.5, NUMBER, "1,234", "1,234"),
        (0.19, PLAIN, "0.19", "0.19"),
        (1.5, Measure("fixed", 3), "1.500", "1.500"),
        (1.5, Measure("fixed", 1, signed=True), "+1.5", "+1.5"),
        (math.nan, NUMBER, "–", "–"),
        (None, MONEY, "–", "–"),
        (None, TEXT, "", ""),
        ("as given", TEXT, "as given", "as given"),
    ],
)
def test_cells_are_shown_by_their_measure(
    value: str | float | None, measure: Measure, english: str, chinese: str
) -> None:
    assert EN.show(value, measure) == english
    assert ZH.show(value, measure) == chinese


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        ("", "", ""),
        ("A", "A", "A"),
        ("AB", "A and B", "A和B"),
        ("ABC", "A, B and C", "A、B和C"),
        ("ABCDEFG", "A, B, C and 4 more", "A、B、C和另外4个"),
    ],
)
def test_lists_read_as_prose(names: str, english: str, chinese: str) -> None:
    assert EN.listed(names) == english
    assert ZH.listed(names) == chinese


def test_dates_are_days() -> None:
    assert EN.date("2026-11-23T22:57:56+00:00") == "23 November 2026"
    assert ZH.date("2026-11-23T22:57:56+00:00") == "2026年11月23日"
    assert EN.date("soon") == "soon"


def test_names_fall_back_to_what_is_given() -> None:
    item = {"id": "rack", "name": "Halls", "name_zh": "机房"}
    assert [words.name(item) for words in (EN, ZH)] == ["Halls", "机房"]
    assert ZH.name({"id": "rack", "name": "Halls", "name_zh": ""}) == "Halls"
    assert ZH.name({"id": "rack"}) == "rack"


def test_units_are_translated_where_the_catalog_knows_them() -> None:
    assert EN.unit("a*b") == "a·b"
    assert ZH.unit("no such unit") == "no such unit"


def test_a_hole_in_the_catalog_is_an_error() -> None:
    with pytest.raises(KeyError, match="no message 'no-such-message'"):
        EN.say("no-such-message")
    with pytest.raises(ValueError, match="summary-nothing"):
        EN.say("summary-nothing")


def test_counts_agree_with_their_noun() -> None:
    assert EN.say("rests-on", count=1, which="x") == "rests on one estimated input: x"
    assert EN.say("rests-on", count=2, which="x, y") == "rests on 2 estimated inputs: x, y"


@given(st.sets(st.integers(2020, 2045), min_size=1))
def test_spans_name_every_year_once(years: set[int]) -> None:
    named: list[int] = []
    for part in spans(list(years)).split(", "):
        ends = [int(end) for end in part.split("–")]
        named += range(ends[0], ends[-1] + 1)
    assert named == sorted(years)


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (0.531, "+53.1 %", "+53.1%"),
        (9.99, "+999 %", "+999%"),
        (10.0, "×11.0", "+10.0倍"),
        (11262.89, "×11,264", "+11,263倍"),
        (-0.2, "−20.0 %", "−20.0%"),
        (math.inf, "–", "–"),
        (None, "–", "–"),
    ],
)
def test_a_tenfold_change_is_told_in_times(share: float | None, english: str, chinese: str) -> None:
    for words, said in ((language("en"), english), (language("zh"), chinese)):
        assert words.percent(share, signed=True).replace("\u00a0", " ") == said
        assert words.gain(share).replace("\u00a0", " ") == said.removeprefix("+")


def test_a_share_stays_in_percent_however_large() -> None:
    assert language("zh").percent(12.0) == "1,200%"
