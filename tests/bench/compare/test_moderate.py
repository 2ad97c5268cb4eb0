"""Scatter of units, moderated by that of other cases: known variances are found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.moderate import (
    FEWEST,
    MOST_FREEDOM,
    Scatter,
    _digamma,
    _inverse_trigamma,
    _trigamma,
    prior,
)

special = pytest.importorskip("scipy.special")


def drawn(count: int, freedom: int, prior_freedom: float, seed: int = 1) -> list[Scatter]:
    """Cases whose variances scatter around 1 with this many degrees of freedom."""
    rng = np.random.default_rng(seed)
    true = np.ones(count) if np.isinf(prior_freedom) else prior_freedom / rng.chisquare(prior_freedom, count)
    return [Scatter(float(v * rng.chisquare(freedom) / freedom), freedom) for v in true]


def test_cases_that_scatter_alike_lend_each_other_all_they_know() -> None:
    found = prior(drawn(400, 2, np.inf))
    assert found is not None
    assert found.variance == pytest.approx(1.0, rel=0.15)
    assert found.freedom > 50


def test_cases_that_scatter_differently_lend_little() -> None:
    found = prior(drawn(2000, 4, 6.0))
    assert found is not None
    assert found.freedom == pytest.approx(6.0, rel=0.35)
    assert found.variance == pytest.approx(1.0, rel=0.15)


def test_few_cases_or_none_that_scatter_say_nothing() -> None:
    assert prior(drawn(FEWEST - 1, 2, np.inf)) is None
    assert prior([Scatter(0.0, 2)] * FEWEST) is None
    assert prior([]) is None


@given(st.floats(0, 10), st.floats(1, 50), st.floats(0, 10), st.floats(0.1, 300))
def test_the_moderated_variance_lies_between_both(own: float, freedom: float, other: float, weight: float) -> None:
    found = Scatter(own, freedom).moderated(Scatter(other, weight))
    assert min(own, other) <= found.variance * (1 + 1e-12) + 1e-12
    assert found.variance <= max(own, other) * (1 + 1e-12)
    assert found.freedom == min(freedom + weight, MOST_FREEDOM)
    assert Scatter(own, freedom).moderated(None) == Scatter(own, freedom)


@given(st.floats(0.01, 1000))
def test_the_special_functions_are_those_of_scipy(x: float) -> None:
    assert _digamma(x) == pytest.approx(special.digamma(x), rel=1e-7, abs=1e-7)
    assert _trigamma(x) == pytest.approx(special.polygamma(1, x), rel=1e-7)
    assert _inverse_trigamma(_trigamma(x)) == pytest.approx(x, rel=1e-5)
