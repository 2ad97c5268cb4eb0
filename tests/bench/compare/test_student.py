"""Student's t against SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.student import LARGE, quantile, two_sided_p, within

stats = pytest.importorskip("scipy.stats")
freedoms = st.integers(1, LARGE)


@given(st.floats(-30, 30), freedoms)
def test_the_p_value_is_that_of_scipy(t: float, freedom: int) -> None:
    assert two_sided_p(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), abs=1e-9)


@given(st.floats(0.01, 0.999), freedoms)
def test_the_quantile_undoes_the_probability(confidence: float, freedom: int) -> None:
    assert within(quantile(confidence, freedom), freedom) == pytest.approx(confidence)


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 57, 400])
def test_the_quantile_is_that_of_scipy(freedom: int) -> None:
    assert quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.975, freedom))


def test_many_degrees_of_freedom_count_as_large() -> None:
    assert two_sided_p(2.0, 10**9) == two_sided_p(2.0, LARGE)
