"""The rank test against SciPy's, the exact one and the approximation; Holm by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.compare.ranks import EXACT_PAIRS, holm, mann_whitney

stats = pytest.importorskip("scipy.stats")
shares = st.lists(st.floats(0, 1), min_size=1, max_size=30)
integers = st.lists(st.integers(0, 6), min_size=2, max_size=40)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 3), (5, 9), (20, 20), (8, 50), (2, 200)])
def test_it_is_exact_for_few_samples_without_ties(n: int, m: int) -> None:
    rng = np.random.default_rng(n * m)
    a, b = rng.random(n), rng.random(m) + 0.3
    assert n * m <= EXACT_PAIRS
    assert mann_whitney(a, b) == pytest.approx(stats.mannwhitneyu(a, b, method="exact").pvalue)


@given(integers, integers)
def test_ties_are_corrected_for(a: list[int], b: list[int]) -> None:
    assume(len({*a, *b}) < len(a) + len(b))
    expected = 1.0 if len({*a, *b}) == 1 else stats.mannwhitneyu(a, b, method="asymptotic").pvalue
    assert mann_whitney(a, b) == pytest.approx(expected, abs=1e-12)


@given(st.integers(21, 60), st.integers(21, 60), st.integers(0, 1000))
def test_many_samples_use_the_approximation(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random(n), rng.random(m) + 0.2
    assert mann_whitney(a, b) == pytest.approx(stats.mannwhitneyu(a, b, method="asymptotic").pvalue)


@given(integers, integers)
def test_sides_may_be_swapped(a: list[int], b: list[int]) -> None:
    assert mann_whitney(a, b) == mann_whitney(b, a)


def test_samples_that_resemble_each_other_count_for_less() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.random(40), rng.random(40) + 0.4
    assert mann_whitney(a, b) < mann_whitney(a, b, inflation=2.0) < mann_whitney(a, b, inflation=4.0)


def test_it_needs_both_sides() -> None:
    with pytest.raises(ValueError, match="both sides"):
        mann_whitney([], [1.0])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.2]) == (0.2,)
    assert holm([]) == ()


@given(shares)
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(new >= old for old, new in zip(p_values, adjusted, strict=True))
    assert max(adjusted) <= 1
    by_old = [new for _, new in sorted(zip(p_values, adjusted, strict=True))]
    assert by_old == sorted(by_old)
