"""Operators of vectors against NumPy, value by value."""

import operator

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels import simd

FLOATS = (np.float32, np.float64)
INTEGERS = (np.int32, np.uint32, np.int64, np.uint64)

each_float = pytest.mark.parametrize("dtype", FLOATS)
each_integer = pytest.mark.parametrize("dtype", INTEGERS)


def values(dtype, seed):
    """Three whole vectors; integers use all their bits."""
    random = np.random.default_rng(seed)
    count = 3 * simd.BITS // 8 // np.dtype(dtype).itemsize
    if np.dtype(dtype).kind == "f":
        return (random.standard_normal(count) * 10.0 ** random.integers(-5, 5, count)).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, count, dtype, endpoint=True)


def mapped(function):
    """`function` of the vectors of one or two arrays, stored into `out`."""

    @njit
    def one(a, out):
        for i in range(0, a.size, simd.lanes(a)):
            simd.store(out, i, function(simd.load(a, i)))

    @njit
    def two(a, b, out):
        for i in range(0, a.size, simd.lanes(a)):
            simd.store(out, i, function(simd.load(a, i), simd.load(b, i)))

    return {1: one, 2: two}[function.py_func.__code__.co_argcount]


def apply(function, *arrays, dtype=None):
    out = np.empty_like(arrays[0], dtype=dtype)
    mapped(function)(*arrays, out)
    return out


@each_float
@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
def test_float_operators_round_once(dtype, name):
    function = getattr(operator, name)
    a, b = values(dtype, 1), values(dtype, 2)
    assert np.array_equal(apply(njit(lambda x, y: function(x, y)), a, b), function(a, b))


@each_integer
@pytest.mark.parametrize("name", ["add", "sub", "mul", "and_", "or_", "xor"])
def test_integer_operators_wrap_around(dtype, name):
    function = getattr(operator, name)
    a, b = values(dtype, 1), values(dtype, 2)
    assert np.array_equal(apply(njit(lambda x, y: function(x, y)), a, b), function(a, b))


@each_integer
def test_shifts_keep_or_drop_the_sign_like_numpy(dtype):
    a = values(dtype, 3)
    assert np.array_equal(apply(njit(lambda x: x << 5), a), a << dtype(5))
    assert np.array_equal(apply(njit(lambda x: x >> 5), a), a >> dtype(5))


@each_integer
def test_rotation_loses_no_bit(dtype):
    a = values(dtype, 4)
    bits = 8 * a.itemsize
    turned = apply(njit(lambda x: simd.rotate_left(x, 7)), a)
    unsigned = a.view(f"u{a.itemsize}")
    expected = (unsigned << unsigned.dtype.type(7)) | (unsigned >> unsigned.dtype.type(bits - 7))
    assert np.array_equal(turned.view(unsigned.dtype), expected)


@each_float
def test_a_number_stands_for_a_vector_on_either_side(dtype):
    a = values(dtype, 5)
    assert np.array_equal(apply(njit(lambda x: 2.0 * x), a), dtype(2) * a)
    assert np.array_equal(apply(njit(lambda x: x - 3), a), a - dtype(3))
    assert np.array_equal(apply(njit(lambda x: 1.0 / x), a), dtype(1) / a)


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS)
@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge", "eq", "ne"])
def test_comparisons_choose_lanes(dtype, name):
    compare = getattr(operator, name)
    a, b = values(dtype, 6), values(dtype, 7)
    b[::3] = a[::3]
    chosen = apply(njit(lambda x, y: simd.select(compare(x, y), x, y)), a, b)
    assert np.array_equal(chosen, np.where(compare(a, b), a, b))


@each_float
@pytest.mark.parametrize("compare", [operator.lt, operator.ge, operator.eq])
def test_an_ordered_comparison_with_nan_is_false(dtype, compare):
    a, b = values(dtype, 8), np.full_like(values(dtype, 8), np.nan)
    assert np.isnan(apply(njit(lambda x, y: simd.select(compare(x, y), x, y)), a, b)).all()


@each_float
def test_a_number_may_stand_in_a_multiply_add(dtype):
    a = values(dtype, 16)
    expected = apply(njit(lambda x: simd.fma(x, x - x + 2.5, x - x - 3.0)), a)
    assert np.array_equal(apply(njit(lambda x: simd.fma(x, 2.5, -3.0)), a), expected)
    with pytest.raises(TypingError, match="fma needs vectors of one type of float"):
        apply(njit(lambda x: simd.fma(x, simd.as_bits(x), x)), a)


@each_float
def test_masks_are_combined(dtype):
    a, b = values(dtype, 14), values(dtype, 15)
    between = apply(njit(lambda x, y: simd.select((x > 0) & (x < y), x, y)), a, b)
    assert np.array_equal(between, np.where((a > 0) & (a < b), a, b))
    outside = apply(njit(lambda x, y: simd.select((x < 0) | (x > y), x, y)), a, b)
    assert np.array_equal(outside, np.where((a < 0) | (a > b), a, b))


@each_float
def test_functions_of_one_vector(dtype):
    a = values(dtype, 9)
    assert np.array_equal(apply(njit(lambda x: simd.absolute(x)), a), np.abs(a))
    assert np.array_equal(apply(njit(lambda x: simd.sqrt(x)), np.abs(a)), np.sqrt(np.abs(a)))
    halves = np.round(4 * np.clip(a, -9, 9)) / dtype(2)
    assert np.array_equal(apply(njit(lambda x: simd.nearest(x)), halves), np.rint(halves))


@each_float
def test_extremes_of_two_vectors(dtype):
    a, b = values(dtype, 10), values(dtype, 11)
    assert np.array_equal(apply(njit(lambda x, y: simd.maximum(x, y)), a, b), np.maximum(a, b))
    assert np.array_equal(apply(njit(lambda x, y: simd.minimum(x, y)), a, b), np.minimum(a, b))


@each_float
def test_bits_of_floats_and_back(dtype):
    a = values(dtype, 12)
    unsigned = np.dtype(f"u{a.itemsize}")
    assert np.array_equal(apply(njit(lambda x: simd.as_bits(x)), a, dtype=unsigned), a.view(unsigned))
    assert np.array_equal(apply(njit(lambda x: simd.as_float(x)), a.view(unsigned), dtype=dtype), a)


@each_float
def test_conversions_between_floats_and_integers_of_one_width(dtype):
    a = np.clip(values(dtype, 13), -1e6, 1e6)
    signed = np.dtype(f"i{a.itemsize}")
    whole = apply(njit(lambda x: simd.to_int(x)), a, dtype=signed)
    assert np.array_equal(whole, a.astype(signed))
    assert np.array_equal(apply(njit(lambda x: simd.to_float(x)), whole, dtype=dtype), whole.astype(dtype))
    large = np.full(whole.shape, np.iinfo(f"u{a.itemsize}").max, f"u{a.itemsize}")
    assert (apply(njit(lambda x: simd.to_float(x)), large, dtype=dtype) == large.astype(dtype)).all()


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_are_not_divided_and_have_no_root(dtype):
    with pytest.raises(TypingError):
        apply(njit(lambda x, y: x / y), values(dtype, 1), values(dtype, 2))
    with pytest.raises(TypingError, match="vectors of float32 or float64"):
        apply(njit(lambda x: simd.sqrt(x)), values(dtype, 1))


def test_types_do_not_mix():
    a, b = values(np.float64, 1), values(np.int64, 2)
    with pytest.raises(TypingError):
        apply(njit(lambda x, y: x + y), a, b)
    with pytest.raises(TypingError, match="vectors of one type"):
        apply(njit(lambda x, y: simd.select(x < y, x, simd.as_bits(y))), a, a)
