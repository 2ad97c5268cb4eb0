"""Numbers as text: what is rounded must read back to the number within its rounding."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.words import billion, brief, fixed, listed, money, number, percent, plain, plural, spans

SPACE = "\u00a0"
sizes = st.floats(min_value=1e-4, max_value=1e12)


def back(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("%", "").replace(SPACE, ""))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.01234, "0.0123"), (1.2345, "1.23"), (9.996, "10.0"), (12.345, "12.3"), (99.97, "100"),
        (1234.5, "1,234"), (1234567.0, "1,234,567"), (-12.345, "−12.3"), (1.23e-7, "1.23×10⁻⁷"),
        (math.nan, "–"), (None, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_numbers_keep_three_figures(value: float | None, text: str) -> None:
    assert number(value) == text


@given(sizes, st.sampled_from([1, -1]))
def test_a_number_reads_back_to_half_a_percent(size: float, sign: int) -> None:
    assert back(number(sign * size)) == pytest.approx(sign * size, rel=6e-3)


@given(sizes)
def test_a_given_number_reads_back_to_six_figures(value: float) -> None:
    assert back(plain(value)) == pytest.approx(value, rel=6e-6)


@pytest.mark.parametrize(
    ("value", "text"),
    [(10.0, "10"), (0.19, "0.19"), (190000.0, "190,000"), (0.0, "0"), (1e-6, "1.00×10⁻⁶"), (None, "–")],
)
def test_given_numbers_get_no_zeros(value: float | None, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.1234, "12.3"),
        (1.0, "100"),
        (0.0, "0"),
        (7.9e-5, "0.0079"),
        (0.0014, "0.14"),
        (12.5, "1,250"),
        (6.8e-9, "6.80×10⁻⁷"),
    ],
)
def test_shares_become_percentages(share: float, text: str) -> None:
    assert percent(share) == f"{text}{SPACE}%"


@given(st.floats(min_value=1.1e-6, max_value=50))
def test_a_percentage_reads_back(share: float) -> None:
    assert back(percent(share)) / 100 == pytest.approx(share, rel=0.06)


def test_signed_percentages_show_the_plus() -> None:
    assert percent(0.25, signed=True) == f"+25.0{SPACE}%"
    assert percent(-0.25, signed=True) == f"−25.0{SPACE}%"
    assert percent(None) == percent(math.nan) == "–"


def test_money_chooses_its_unit() -> None:
    assert money(2_490_000, "CNY") == f"CNY{SPACE}2,490{SPACE}bn"
    assert money(56.7, "CNY") == f"CNY{SPACE}56.7{SPACE}million"
    assert money(math.nan, "CNY") == "–"
    assert billion(1500) == "1.50"


def test_fixed_never_shows_minus_zero() -> None:
    assert fixed(-1e-9, 1) == "0.0"
    assert fixed(-2.26, 1) == "−2.3"
    assert fixed(1234.56, 1) == "1,234.6"
    assert fixed(None, 1) == "–"


def test_tiles_hold_short_numbers() -> None:
    assert [brief(v) for v in (0.0, 0.01, 0.44, 7.31, 46.2, 1234.0)] == ["0", "<0.1", "0.4", "7.3", "46", "1,234"]


def test_lists_read_as_prose() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(list("ABCDEFG")) == "A, B, C and 4 more"


def test_counts_agree_with_their_noun() -> None:
    assert plural(1, "rule") == "1 rule"
    assert plural(1200, "rule") == "1,200 rules"
    assert plural(2, "country", "countries") == "2 countries"


@given(st.sets(st.integers(2020, 2045), min_size=1))
def test_spans_name_every_year_once(years: set[int]) -> None:
    named: list[int] = []
    for part in spans(list(years)).split(", "):
        ends = [int(end) for end in part.split("–")]
        named += range(ends[0], ends[-1] + 1)
    assert named == sorted(years)
