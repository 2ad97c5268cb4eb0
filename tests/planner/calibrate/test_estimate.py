"""Regressions against closed forms, laws they must keep, and what is refused."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.calibrate.estimate import EstimateError, clustered, collinearity, fit, t_quantile
from planner.calibrate.sample import Sample
from planner.calibrate.spec import METHODS, Method


def made(seed: int = 0, regions: int = 12, years: int = 5, beta: tuple[float, ...] = (0.4, 0.2), noise: float = 0.0):
    """A balanced sample whose truth is known: ln y = beta x + year effect + region effect (+ noise)."""
    rng = np.random.default_rng(seed)
    region, year = (index.ravel() for index in np.indices((regions, years)))
    x = rng.normal(size=(regions * years, len(beta))) + 0.3 * year[:, None]
    effects = rng.normal(size=years)[year]
    y = x @ np.array(beta) + effects + noise * rng.normal(size=len(x))
    names = tuple(f"r{i}" for i in range(regions))
    return Sample(y, x, region, year, names, tuple(range(2000, 2000 + years)), ())


@pytest.mark.parametrize("method", METHODS)
def test_without_noise_the_truth_comes_back(method: Method) -> None:
    found = fit(made(), method, ("a", "b"))
    np.testing.assert_allclose(found.beta, [0.4, 0.2], atol=1e-10)
    np.testing.assert_allclose(found.error, 0, atol=1e-10)
    assert found.r2_within == pytest.approx(1)


def test_region_effects_bias_the_pooled_estimate_alone() -> None:
    held = made()
    tilted = dataclasses.replace(held, x=held.x + 0.5 * held.region[:, None], y=held.y + 3.3 * held.region)
    np.testing.assert_allclose(fit(tilted, "two_way", ("a", "b")).beta, [0.4, 0.2], atol=1e-9)
    assert abs(fit(tilted, "pooled", ("a", "b")).beta.sum() - 0.6) > 0.1


def test_one_variable_one_cluster_each_is_the_robust_formula() -> None:
    """V = c sum(x^2 u^2) / (sum x^2)^2 for one variable without constant."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 20))
    beta, v = clustered(x[:, None], y, np.arange(20))
    u = y - x * beta[0]
    assert beta[0] == pytest.approx((x @ y) / (x @ x))
    assert v[0, 0] == pytest.approx(20 / 19 * 19 / 19 * (x**2 @ u**2) / (x @ x) ** 2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 100), st.sampled_from(METHODS))
def test_units_do_not_matter(seed: int, unit: float, method: Method) -> None:
    """A column in other units is its log shifted: elasticities and errors stay."""
    held = made(seed, noise=0.5)
    moved = dataclasses.replace(held, x=held.x + math.log(unit), y=held.y - math.log(unit))
    one, other = (fit(s, method, ("a", "b")) for s in (held, moved))
    np.testing.assert_allclose(one.beta, other.beta, atol=1e-8)
    np.testing.assert_allclose(one.error, other.error, atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(METHODS))
def test_order_of_rows_does_not_matter(seed: int, method: Method) -> None:
    held = made(seed, noise=0.5)
    order = np.random.default_rng(seed).permutation(len(held.y))
    turned = dataclasses.replace(
        held, y=held.y[order], x=held.x[order], region=held.region[order], year=held.year[order]
    )
    one, other = (fit(s, method, ("a", "b")) for s in (held, turned))
    np.testing.assert_allclose(one.beta, other.beta, atol=1e-9)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-9)


def test_rows_of_a_region_twice_add_nothing_to_what_is_known() -> None:
    """Clustered errors see that doubled rows are not new evidence; plain ones would shrink by sqrt(2)."""
    held = made(noise=0.5)
    twice = dataclasses.replace(
        held, **{k: np.concatenate([getattr(held, k)] * 2) for k in ("y", "x", "region", "year")}
    )
    one, two = (fit(s, "pooled", ("a", "b")) for s in (held, twice))
    np.testing.assert_allclose(one.beta, two.beta, atol=1e-10)
    np.testing.assert_allclose(two.error / one.error, 1, atol=0.07)


@pytest.mark.parametrize("method", METHODS)
def test_a_variable_that_repeats_another_is_refused_by_name(method: Method) -> None:
    held = made(noise=0.5)
    again = dataclasses.replace(held, x=np.column_stack([held.x, held.x[:, 0] + math.log(3)]))
    with pytest.raises(EstimateError, match="a and c cannot be told apart"):
        fit(again, method, ("a", "b", "c"))


def test_a_variable_that_never_changes_is_refused_with_region_effects() -> None:
    held = made(noise=0.5)
    fixed = dataclasses.replace(held, x=np.column_stack([held.x, held.region.astype(float)]))
    assert fit(fixed, "pooled", ("a", "b", "c")).rows == 60
    with pytest.raises(EstimateError, match="two_way: c cannot be told apart"):
        fit(fixed, "two_way", ("a", "b", "c"))


def test_too_few_rows_are_refused_with_counts() -> None:
    with pytest.raises(EstimateError, match="2 rows of 2 regions are too few for 2 variables"):
        fit(made(regions=2), "between", ("a", "b"))


def test_long_difference_uses_regions_seen_at_both_ends() -> None:
    held = made(noise=0.5)
    keep = ~((held.region == 0) & (held.year == 0))
    part = dataclasses.replace(held, **{k: getattr(held, k)[keep] for k in ("y", "x", "region", "year")})
    assert fit(part, "long_difference", ("a", "b")).rows == 11


def test_condition_number_of_two_equally_long_variables_is_closed_form() -> None:
    """Correlation c: sqrt((1 + c) / (1 - c))."""
    rng = np.random.default_rng(2)
    q, _ = np.linalg.qr(rng.normal(size=(50, 2)))
    c = 0.98
    x = np.column_stack([q[:, 0], c * q[:, 0] + math.sqrt(1 - c * c) * q[:, 1]])
    condition, tangled = collinearity(x, x)
    assert condition == pytest.approx(math.sqrt((1 + c) / (1 - c)))
    assert tangled == (0, 1)


@pytest.mark.parametrize(
    ("freedom", "known"), [(1, 12.7062), (2, 4.30265), (5, 2.57058), (29, 2.04523), (100, 1.98397), (1000, 1.96234)]
)
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, known: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(known, rel=1e-5)
