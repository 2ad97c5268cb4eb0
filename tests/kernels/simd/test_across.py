"""Sums, extremes and interleaving of lanes against NumPy."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels import simd
from tests.kernels.simd.test_arithmetic import values

each_float = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def count_of(dtype):
    return simd.BITS // 8 // np.dtype(dtype).itemsize


@njit
def reductions(a):
    vector = simd.load(a, 0)
    return simd.total(vector), simd.highest(vector), simd.lowest(vector)


@njit
def pairs(a, b, out):
    x, y, count = simd.load(a, 0), simd.load(b, 0), simd.lanes(a)
    simd.store(out, 0, simd.low_pairs(x, y))
    simd.store(out, count, simd.high_pairs(x, y))


@njit
def apart(a, out):
    count = simd.lanes(a)
    x, y = simd.load(a, 0), simd.load(a, count)
    simd.store(out, 0, simd.even(x, y))
    simd.store(out, count, simd.odd(x, y))


@njit
def counting(out):
    simd.store(out, 0, simd.steps(out))


@each_float
def test_sum_and_extremes_of_the_lanes(dtype):
    a = np.random.default_rng(1).integers(-1000, 1000, count_of(dtype)).astype(dtype)
    assert reductions(a) == (a.sum(), a.max(), a.min())
    assert reductions(-np.abs(a))[1] == -np.abs(a).min()


@each_float
def test_pairs_interleave_and_even_and_odd_take_them_apart(dtype):
    count = count_of(dtype)
    a, b = np.arange(count).astype(dtype), np.arange(count).astype(dtype) + 100
    out, back = np.empty(2 * count, dtype), np.empty(2 * count, dtype)
    pairs(a, b, out)
    assert np.array_equal(out, np.column_stack([a, b]).ravel())
    apart(out, back)
    assert np.array_equal(back, np.concatenate([a, b]))


@njit
def neighbours(a, out):
    count = simd.lanes(a)
    x, y = simd.load(a, 0), simd.load(a, count)
    simd.store(out, 0, simd.window(x, y, -1))
    simd.store(out, count, simd.window(x, y, 1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint64])
def test_a_window_slides_from_one_vector_to_the_next(dtype):
    count = count_of(dtype)
    a, out = np.arange(2 * count).astype(dtype), np.empty(2 * count, dtype)
    neighbours(a, out)
    assert np.array_equal(out, [*range(count - 1, 2 * count - 1), *range(1, count + 1)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint64])
def test_steps_count_from_zero(dtype):
    out = np.full(count_of(dtype), 9, dtype)
    counting(out)
    assert np.array_equal(out, np.arange(out.size))


def test_integers_have_no_reductions_here():
    with pytest.raises(TypingError, match="vectors of float32 or float64"):
        reductions(np.ones(64, np.int64))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint64])
def test_pairs_come_apart_again(dtype):
    a, b = values(dtype, 21), values(dtype, 22)

    @njit
    def there_and_back(a, b, first, second):
        for i in range(0, a.size, simd.lanes(a)):
            joined = simd.pair(simd.load(a, i), simd.load(b, i))
            simd.store(first, i, simd.first_half(joined))
            simd.store(second, i, simd.second_half(joined))

    first, second = np.empty_like(a), np.empty_like(b)
    there_and_back(a, b, first, second)
    assert np.array_equal(first, a)
    assert np.array_equal(second, b)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arithmetic_of_pairs_is_that_of_their_halves(dtype):
    a = np.abs(values(dtype, 23)) + dtype(0.5)

    @njit
    def some_of_everything(x):
        bits = simd.as_float(simd.as_bits(x) & simd.as_bits(x))
        chosen = simd.select((x > 1.0) & (bits < 3.0), simd.sqrt(x), simd.fma(x, 2.0, bits))
        return simd.polynomial(chosen, (0.5, 0.25)) + simd.inverse(x) + simd.inverse_sqrt_estimate(x)

    @njit
    def joined(a, first, second):
        for i in range(0, a.size, simd.lanes(a)):
            x = simd.load(a, i)
            result = some_of_everything(simd.pair(x, x + 1.0))
            simd.store(first, i, simd.first_half(result))
            simd.store(second, i, simd.second_half(result))

    @njit
    def alone(a, first, second):
        for i in range(0, a.size, simd.lanes(a)):
            x = simd.load(a, i)
            simd.store(first, i, some_of_everything(x))
            simd.store(second, i, some_of_everything(x + 1.0))

    found, expected = np.empty((2, 2, a.size), dtype)
    joined(a, *found)
    alone(a, *expected)
    assert np.array_equal(found, expected)
