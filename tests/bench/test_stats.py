"""The interval of the median: laws that any such interval obeys, and its coverage on known noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.result import Spread
from bench.stats import Estimate, median_interval, repetition, split, spread

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


Noise = Callable[[np.random.Generator, int], Any]


def two_peaks(random: np.random.Generator, count: int) -> Any:
    return np.where(random.random(count) < 0.7, random.normal(10, 0.1, count), random.normal(11, 0.1, count))


def wild(random: np.random.Generator, count: int) -> Any:
    """One sample in ten comes late, some of them very late, on either side alike."""
    return random.normal(10, 0.1, count) + np.where(random.random(count) < 0.1, random.standard_cauchy(count), 0)


NOISES: dict[str, tuple[Noise, float]] = {
    "normal": (lambda random, count: random.normal(10, 0.1, count), 10.0),
    "lognormal": (lambda random, count: random.lognormal(0, 0.3, count), 1.0),
    "exponential": (lambda random, count: 1 + random.exponential(1, count), 1 + math.log(2)),
    "two peaks": (two_peaks, float(np.median(two_peaks(np.random.default_rng(1), 2_000_000)))),
    "wild": (wild, 10.0),
}


def wandering(random: np.random.Generator, count: int, correlation: float) -> Any:
    """Lognormal noise around 1 whose logarithm is an autoregressive series of first order."""
    found = random.normal(0, 1, count)
    for place in range(1, count):
        found[place] = correlation * found[place - 1] + math.sqrt(1 - correlation**2) * found[place]
    return np.exp(0.3 * found)


def coverage(noise: Noise, truth: float, count: int, series: int, seed: int) -> float:
    """Share of simulated series whose interval holds the truth."""
    random = np.random.default_rng(seed)
    found = (median_interval(noise(random, count)) for _ in range(series))
    return sum(one.low <= truth <= one.high for one in found) / series


@pytest.mark.parametrize("count", [7, 10, 16, 60, 200])
@pytest.mark.parametrize("name", NOISES)
def test_the_interval_covers_the_true_median_as_often_as_it_says(name: str, count: int) -> None:
    assert 0.93 <= coverage(*NOISES[name], count, 3000, seed=count) <= 0.97


@pytest.mark.parametrize(("correlation", "count", "least"), [(0.3, 20, 0.92), (0.3, 200, 0.93), (0.6, 30, 0.88),
                                                             (0.6, 100, 0.92), (0.6, 200, 0.92)])  # fmt: skip
def test_samples_that_resemble_their_predecessors_give_a_wider_interval(
    correlation: float, count: int, least: float
) -> None:
    covered = coverage(lambda random, count: wandering(random, count, correlation), 1.0, count, 600, seed=3)
    assert least <= covered <= 0.97


def test_shuffling_narrows_the_interval_of_wandering_samples() -> None:
    random = np.random.default_rng(5)
    values = wandering(random, 200, 0.6)
    in_order, shuffled = median_interval(values), median_interval(random.permutation(values))
    assert in_order.high - in_order.low > 1.5 * (shuffled.high - shuffled.low)


def test_a_step_between_processes_is_no_correlation() -> None:
    random = np.random.default_rng(6)
    one, other = random.normal(10, 0.1, 40), random.normal(10.3, 0.1, 40)
    assert repetition([one, other]) < 1.3
    assert repetition([np.concatenate([one, other])]) > 4
    joined = [*one, *other]
    apart, together = median_interval(joined, counts=(40, 40)), median_interval(joined)
    assert apart.high - apart.low < together.high - together.low


@given(samples)
def test_repeated_samples_never_count_more_than_once(values: list[float]) -> None:
    assert 1.0 <= repetition([np.array(values)]) <= len(values)


def test_the_places_of_the_ends_by_hand() -> None:
    """Seven samples: the range covers 126/128, the second to the sixth 112/128; the table of the binomial."""
    share = (126 / 128 - 0.95) / (14 / 128)
    inward = 6 * share / (1 + 5 * share)
    found = median_interval([3.0, 0.0, 6.0, 1.0, 5.0, 2.0, 4.0])
    assert (found.low, found.high) == (pytest.approx(inward), pytest.approx(6 - inward))


def test_few_samples_give_their_whole_range() -> None:
    for count in range(1, 6):
        values = [10.0 + (place * 7) % 5 for place in range(count)]
        assert (median_interval(values).low, median_interval(values).high) == (min(values), max(values))


@pytest.mark.parametrize("count", [401, 5000])
def test_the_rule_for_many_samples_goes_on_where_the_exact_one_ends(count: int) -> None:
    values = np.random.default_rng(7).permutation(np.arange(count, dtype=float))
    found = median_interval(values)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * math.sqrt(count) / 2, rel=0.01)


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
