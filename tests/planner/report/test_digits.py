"""Digits: what is rounded must read back to the number within its rounding."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.digits import brief, fixed, known, number, percentage, plain

sizes = st.floats(min_value=1e-4, max_value=1e12)


def back(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


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
def test_a_number_reads_back_to_half_a_percentage(size: float, sign: int) -> None:
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
    assert percentage(share) == text


@given(st.floats(min_value=1.1e-6, max_value=50))
def test_a_percentage_reads_back(share: float) -> None:
    assert back(percentage(share)) / 100 == pytest.approx(share, rel=0.06)


def test_signed_percentages_show_the_plus() -> None:
    assert percentage(0.25, signed=True) == "+25.0"
    assert percentage(-0.25, signed=True) == "−25.0"
    assert percentage(None) == percentage(math.nan) == "–"


def test_fixed_never_shows_minus_zero() -> None:
    assert fixed(-1e-9, 1) == "0.0"
    assert fixed(-2.26, 1) == "−2.3"
    assert fixed(1234.56, 1) == "1,234.6"
    assert fixed(None, 1) == "–"


def test_tiles_hold_short_numbers() -> None:
    assert [brief(v) for v in (0.0, 0.01, 0.44, 7.31, 46.2, 1234.0)] == ["0", "<0.1", "0.4", "7.3", "46", "1,234"]


@pytest.mark.parametrize(("value", "is_known"), [(None, False), (math.nan, False), (math.inf, False), (0.0, True)])
def test_known_is_there_and_finite(value: float | None, is_known: bool) -> None:
    assert known(value) is is_known
