"""The interval of the median: laws that any such interval obeys, and its coverage on known noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.result import Spread
from bench.stats import Estimate, median_interval, split, spread

samples = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=40)


@given(samples)
def test_the_interval_holds_the_median_and_stays_within_the_samples(values: list[float]) -> None:
    found = median_interval(values)
    assert found.median == np.median(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


@given(samples)
def test_the_same_samples_give_the_same_interval(values: list[float]) -> None:
    assert median_interval(values) == median_interval(values)


@given(samples, st.sampled_from([0.25, 2.0, 1024.0]))
def test_another_unit_scales_the_interval(values: list[float], factor: float) -> None:
    one, other = median_interval(values), median_interval([value * factor for value in values])
    assert (other.low, other.median, other.high) == pytest.approx(
        (one.low * factor, one.median * factor, one.high * factor)
    )


def test_equal_samples_leave_no_doubt() -> None:
    assert median_interval([2.0] * 9) == Estimate(2.0, 2.0, 2.0)
    assert median_interval([2.0] * 9).relative_half_width == 0


def test_a_wider_confidence_gives_a_wider_interval() -> None:
    values = list(np.random.default_rng(1).normal(10, 1, 50))
    narrow, wide = median_interval(values, 0.5), median_interval(values, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_interval_covers_the_true_median_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    draws = [median_interval(random.lognormal(0, 0.3, 25)) for _ in range(300)]
    covered = np.mean([found.low <= 1.0 <= found.high for found in draws])
    assert 0.90 <= covered <= 0.99


def test_a_single_outlier_does_not_move_the_median() -> None:
    values = [1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0]
    assert median_interval([*values, 50.0]).median == pytest.approx(1.0, abs=0.02)


def test_the_half_width_is_relative_to_the_median() -> None:
    assert Estimate(10.0, 9.0, 12.0).relative_half_width == pytest.approx(0.15)
    assert Estimate(0.0, 0.0, 1.0).relative_half_width == float("inf")


def test_no_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        median_interval([])


def test_scatter_is_told_in_shares_of_the_median() -> None:
    found = spread([9.0, 10.0, 11.0, 10.0, 10.0, 9.0, 11.0, 40.0])
    assert found.mad == pytest.approx(0.1)
    assert found.outliers == 1
    assert spread([2.0] * 9) == Spread(0.0, 0, 0.0, 0.0)


@given(samples)
def test_scatter_has_no_unit(values: list[float]) -> None:
    one, other = spread(values), spread([value * 1024.0 for value in values])
    assert (one.mad, one.autocorrelation, one.drift) == pytest.approx((other.mad, other.autocorrelation, other.drift))


def test_a_trend_is_found_and_noise_is_not_taken_for_one() -> None:
    random = np.random.default_rng(3)
    noise = random.normal(10, 0.1, 60)
    assert spread(list(noise)).drift == 0
    rising = noise + np.linspace(0, 2, 60)
    assert spread(list(rising)).drift == pytest.approx(0.2, rel=0.1)
    assert spread(list(rising[::-1])).drift == pytest.approx(-0.2, rel=0.1)
    false = [spread(list(random.normal(10, 1, 30))).drift != 0 for _ in range(400)]
    assert np.mean(false) <= 0.03


def test_a_step_between_processes_is_no_trend() -> None:
    steps = [10.0 + 0.01 * (number % 3) for number in range(20)] + [12.0 + 0.01 * (number % 3) for number in range(20)]
    assert spread(steps, (20, 20)).drift == 0
    assert spread(steps).drift > 0.1


def test_successive_samples_that_resemble_each_other_are_found() -> None:
    random = np.random.default_rng(4)
    walk = [0.0]
    for step in random.normal(0, 1, 500):
        walk.append(0.8 * walk[-1] + step)
    assert spread([value + 100 for value in walk]).autocorrelation == pytest.approx(0.8, abs=0.08)
    assert abs(spread(list(random.normal(100, 1, 500))).autocorrelation) < 0.12


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=1, max_size=4))
def test_samples_are_split_as_they_were_joined(parts: list[list[int]]) -> None:
    joined = [value for part in parts for value in part]
    assert split(joined, [len(part) for part in parts]) == parts
    assert split(joined, ()) == [joined]
