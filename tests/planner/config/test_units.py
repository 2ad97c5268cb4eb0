"""Quantities: known conversions, round trips, scale laws, and what is refused."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.config import units
from planner.config.problems import FaultError
from planner.config.units import DIMENSIONS, Dimension, quantity

KNOWN = [
    ("0.35 CNY/kWh", units.PRICE, 0.35),
    ("350 CNY/MWh", units.PRICE, 0.35),
    ("0.35元/度", units.PRICE, 0.35),
    ("1200 MW", units.POWER, 1.2e6),
    ("3 万千瓦", units.POWER, 3e4),
    ("2 亿元", units.MONEY, 200.0),
    ("500 万元", units.MONEY, 5.0),
    ("190000 CNY", units.MONEY, 0.19),
    ("0.6 billion CNY", units.MONEY, 600.0),
    ("7 million  yuan", units.MONEY, 7.0),
    ("12 M USD", units.in_currency(units.MONEY, "USD"), 12.0),
    ("1.5 billion US$", units.in_currency(units.MONEY, "USD"), 1500.0),
    ("11.9 cents/kWh", units.in_currency(units.PRICE, "USD"), 0.119),
    ("119 USD/MWh", units.in_currency(units.PRICE, "USD"), 0.119),
    ("3 million CHF", units.in_currency(units.MONEY, "CHF"), 3.0),
    ("5 %", units.SHARE, 0.05),
    ("5％", units.SHARE, 0.05),
    ("5 % per year", units.RATE, 0.05),
    ("-3 %/year", units.RATE, -0.03),
    ("1 亿kWh", units.ELECTRICITY, 100.0),
    ("1 TWh", units.ELECTRICITY, 1000.0),
    ("18 months", units.YEARS, 1.5),
    ("500 m", units.DISTANCE, 0.5),
    ("250 us", units.DELAY, 0.25),
    ("300 PFLOPS", units.COMPUTE, 0.3),
    ("300 PFLOP/s", units.COMPUTE, 0.3),
    ("1 PFLOPS", units.PEAK, 1000.0),
    ("40 Gbit/s per EFLOPS", units.TRAFFIC, 40.0),
    ("40 Mbps / PFLOPS", units.TRAFFIC, 40.0),
    ("5 GB/s per EFLOPS", units.TRAFFIC, 40.0),
    ("10 min", units.TIME, 600.0),
    ("+1.5e1 ms", units.DELAY, 15.0),
]


@pytest.mark.parametrize(("text", "dimension", "expected"), KNOWN)
def test_known_conversions(text: str, dimension: Dimension, expected: float) -> None:
    assert quantity(text, dimension) == pytest.approx(expected, rel=1e-15)


def test_percent_is_exact() -> None:
    assert [quantity(f"{k} %", units.SHARE) for k in range(101)] == [k / 100 for k in range(101)]


finite = st.floats(min_value=1e-6, max_value=1e9, allow_nan=False)
dimensions = st.sampled_from([d for d in DIMENSIONS if d.high == math.inf])


@given(finite, dimensions)
def test_a_number_is_in_the_canonical_unit(value: float, dimension: Dimension) -> None:
    assert quantity(value + max(dimension.low, 0), dimension) == value + max(dimension.low, 0)


@given(finite, dimensions, st.data())
def test_text_scales_by_the_factor_of_its_unit(value: float, dimension: Dimension, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(sorted(dimension.units)))
    expected = value * dimension.units[unit]
    if dimension.low < expected:
        assert quantity(f"{value!r} {unit}", dimension) == pytest.approx(expected, rel=1e-12)
        assert quantity(f" {value!r}{unit}  ", dimension) == quantity(f"{value!r} {unit}", dimension)


@given(finite, dimensions, st.data())
def test_round_trip_between_units(value: float, dimension: Dimension, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(sorted(dimension.units))) for _ in range(2))
    there = value * dimension.units[one] / dimension.units[other]
    if dimension.low < value * dimension.units[one]:
        assert quantity(f"{there!r} {other}", dimension) == pytest.approx(quantity(f"{value!r} {one}", dimension))


@given(finite, finite, dimensions, st.data())
def test_order_is_kept(low: float, high: float, dimension: Dimension, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(sorted(dimension.units)))
    low, high = sorted((low, high))
    if dimension.low < low * dimension.units[unit]:
        assert quantity(f"{low!r} {unit}", dimension) <= quantity(f"{high!r} {unit}", dimension)


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda held: held.name)
def test_every_example_is_right(dimension: Dimension) -> None:
    example = dimension.example if dimension.shown else float(dimension.example)
    assert math.isfinite(quantity(example, dimension))
    assert dimension.name in dimension.expected
    assert dimension.example in dimension.remedy


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda held: held.name)
def test_units_do_not_collide_when_squeezed(dimension: Dimension) -> None:
    for unit, factor in dimension.units.items():
        assert dimension.squeezed[units.squeeze(unit)] == factor


REFUSED = [
    ("3 kW", units.MONEY, "has unit kW"),
    ("5", units.MONEY, "text without a unit"),
    ("1,200 MW", units.POWER, "sign inside the number"),
    ("1_000 MW", units.POWER, "sign inside the number"),
    ("1e999 MW", units.POWER, "not a finite number"),
    ("１２ MW", units.POWER, "does not begin with a number"),
    ("MW", units.POWER, "does not begin with a number"),
    ("", units.COUNT, "does not begin with a number"),
    ("5 mw", units.POWER, "has unit mw"),
    (True, units.COUNT, "not a quantity"),
    (None, units.COUNT, "not a quantity"),
    ([1], units.COUNT, "not a quantity"),
    (float("nan"), units.COUNT, "not a finite number"),
    (float("inf"), units.COUNT, "not a finite number"),
    (-1e-9, units.MONEY, "negative; expected at least 0"),
    (0, units.POSITIVE, "too small; expected a number, above 0"),
    (1.0000001, units.SHARE, "too large"),
    (-1.5, units.RATE, "too small"),
    (0.99, units.AT_LEAST_ONE, "too small; expected a factor, at least 1"),
    (1.0, units.SPILLOVER, "too large"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "dimension", "message"), REFUSED)
def test_refused(value: object, dimension: Dimension, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        quantity(value, dimension)
    assert message in caught.value.message
    assert caught.value.remedy


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_a_fault(text: str) -> None:
    for dimension in (units.MONEY, units.SHARE, units.TRAFFIC):
        with contextlib.suppress(FaultError):
            assert math.isfinite(quantity(text, dimension))


@pytest.mark.parametrize(
    ("text", "own", "foreign"),
    [("2 亿元", "USD", "CNY"), ("3 million USD", "CNY", "USD"), ("7 yuan", "EUR", "CNY"), ("1 bn EUR", "CHF", "EUR")],
)
def test_another_currency_is_refused_by_name(text: str, own: str, foreign: str) -> None:
    with pytest.raises(FaultError) as caught:
        quantity(text, units.in_currency(units.MONEY, own))
    assert caught.value.message == f"value {text!r} is in {foreign}, but the plan counts in {own}"
    assert caught.value.remedy == f"write it in {own}; convert it first, and state the rate in its source"


def test_wan_and_yi_go_with_yuan_alone() -> None:
    with pytest.raises(FaultError, match="has unit 亿 USD"):
        quantity("2 亿 USD", units.in_currency(units.MONEY, "USD"))


@given(st.sampled_from([units.SHARE, units.POWER, units.TIME]), st.sampled_from(["CNY", "USD", "CHF"]))
def test_only_money_has_a_currency(dimension: Dimension, code: str) -> None:
    assert units.in_currency(dimension, code) is dimension


def test_nearest_unit_is_named() -> None:
    with pytest.raises(FaultError) as caught:
        quantity("5 gwh", units.ELECTRICITY)
    assert caught.value.remedy == "did you mean 'GWh'?"


def test_per_unit_is_taken_off_only_where_it_is_the_own_unit() -> None:
    assert quantity(units.without_per("190000 CNY/station", "station"), units.MONEY) == 0.19
    assert quantity(units.without_per("2 CNY per Gbit/s*km", "Gbit/s*km"), units.MONEY) == 2e-6
    assert units.without_per("190000 CNY/rack", "station") == "190000 CNY/rack"
    assert units.without_per(3, "station") == 3
