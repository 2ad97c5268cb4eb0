"""Laws of reading a cache again and again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find, simd

ROUNDING = 2.0**-53


def read(x, repeats):
    """The sums of the rows by the kernel."""
    result = np.full(x.shape[0], np.nan)
    find("cache_read").cpu(x, repeats, result)
    return result


@pytest.mark.parametrize("repeats", [1, 2, 7])
def test_every_element_is_counted_once_each_time(repeats):
    for n in (*range(1, 140), 997, 1024):
        powers = 2.0 ** (np.arange(3 * n).reshape(3, n) % 30)
        assert np.array_equal(read(powers, repeats), repeats * powers.sum(axis=1))


def test_no_repeat_is_no_sum():
    assert np.array_equal(read(np.ones((2, 100)), 0), np.zeros(2))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 600), repeats=st.integers(1, 30))
def test_the_error_bound_of_the_docstring_holds(seed, n, repeats):
    x = np.random.default_rng(seed).random((2, n))
    lanes = simd.BITS // 64
    additions = n * repeats / (8 * lanes) + 8 * lanes + repeats * 8 * lanes
    expected = np.sum(x, axis=1, dtype=np.longdouble) * repeats
    assert (np.abs(read(x, repeats) - expected) <= (additions + 2) * ROUNDING * expected).all()


def test_the_tolerance_covers_the_presets_on_the_narrowest_vectors():
    kernel = find("cache_read")
    most = max(size["n"] * size["repeats"] for size in kernel.sizes.values())
    assert (most / 16 + 32) * ROUNDING < kernel.rtol


def test_each_row_is_read_for_its_own_thread():
    x = np.zeros((5, 64))
    x[3] = 1.0
    assert np.array_equal(read(x, 4), [0, 0, 0, 256, 0])
