"""Vectors and memory against NumPy, value by value."""

import platform
import re

import numpy as np
import pytest
from numba import njit, typeof, types
from numba.core.errors import TypingError

from kernels import simd
from kernels.arrays import aligned

PRECISIONS = (np.float32, np.float64)

each_precision = pytest.mark.parametrize("dtype", PRECISIONS)


def vectors(dtype, count=3):
    """`count` arrays of 5 whole vectors of random numbers of very different size, not aligned."""
    random = np.random.default_rng(1)
    length = 5 * simd.BITS // 8 // np.dtype(dtype).itemsize
    arrays = []
    for _ in range(count):
        values = random.standard_normal(length + 1) * 10.0 ** random.integers(-9, 9, length + 1)
        arrays.append(values.astype(dtype)[1:])
    return arrays


@njit
def each_add(a, b, out):
    for i in range(0, a.size, simd.lanes(a)):
        simd.store(out, i, simd.load(a, i) + simd.load(b, i))


@njit
def each_multiply(a, b, out):
    for i in range(0, a.size, simd.lanes(a)):
        simd.store(out, i, simd.load(a, i) * simd.load(b, i))


@njit
def each_fma(a, b, c, out):
    for i in range(0, a.size, simd.lanes(a)):
        simd.store(out, i, simd.fma(simd.load(a, i), simd.load(b, i), simd.load(c, i)))


@njit
def each_broadcast(a, out):
    for i in range(0, out.size, simd.lanes(a)):
        simd.prefetch(a, i)
        simd.store(out, i, simd.broadcast(a[i]))


@njit
def prefetch_both(a, b):
    simd.prefetch(a, 0)
    simd.prefetch(b, 0)
    simd.prefetch_far(b, 16)
    simd.prefetch_to_write(b, 32)


@njit
def each_stream(a, out):
    for i in range(0, a.size, simd.lanes(a)):
        simd.stream(out, i, simd.load(a, i))


@njit(fastmath={"reassoc"})
def largest(a):
    top = a[0]
    for i in range(a.size):
        top = simd.maximum(top, a[i])
    return top


@njit
def lanes_and_address(a):
    return simd.lanes(a), simd.address(a)


@njit
def first(a):
    simd.store(a, 0, simd.load(a, 0))


@njit
def store_other(a, b):
    simd.store(a, 0, simd.load(b, 0))


@njit
def broadcast_any(x, a):
    simd.store(a, 0, simd.broadcast(x))


@each_precision
def test_add_and_multiply_round_once(dtype):
    a, b, out = vectors(dtype)
    each_add(a, b, out)
    assert np.array_equal(out, a + b)
    each_multiply(a, b, out)
    assert np.array_equal(out, a * b)


@each_precision
def test_fma_is_between_fused_and_rounded_twice(dtype):
    a, b, c = vectors(dtype)
    out = np.full_like(a, np.nan)
    each_fma(a, b, c, out)
    exact = a.astype(np.longdouble) * b + c
    allowed = np.finfo(dtype).eps * (np.abs(a.astype(np.longdouble) * b) + np.abs(exact))
    assert (np.abs(out - exact) <= allowed).all()


@each_precision
def test_broadcast_fills_every_lane(dtype):
    (a,) = vectors(dtype, 1)
    out = np.full_like(a, np.nan)
    each_broadcast(a, out)
    lanes = simd.BITS // 8 // a.itemsize
    assert np.array_equal(out, np.repeat(a[::lanes], lanes))


@each_precision
def test_stream_writes_what_it_is_given(dtype):
    (a,) = vectors(dtype, 1)
    out = aligned(a.size, dtype)
    each_stream(a, out)
    assert np.array_equal(out, a)


@each_precision
def test_maximum_reduces(dtype):
    (a,) = vectors(dtype, 1)
    assert largest(a) == a.max()
    assert largest(-np.abs(a)) == -np.abs(a).min()


@each_precision
def test_lanes_and_address(dtype):
    (a,) = vectors(dtype, 1)
    assert lanes_and_address(a) == (simd.BITS // 8 // a.itemsize, a.ctypes.data)


@pytest.mark.parametrize(
    "array", [np.zeros(64)[::2], np.zeros(64, np.int16), np.asfortranarray(np.zeros((8, 8)))], ids=str
)
def test_only_contiguous_numbers_of_32_or_64_bits_are_addressed(array):
    with pytest.raises(TypingError, match="C-contiguous array of 32 or 64 bit numbers"):
        first(array)


def test_mixed_precision_read_only_and_integers_are_refused():
    with pytest.raises(TypingError, match="cannot store"):
        store_other(np.zeros(64), np.zeros(64, np.float32))
    frozen = np.zeros(64)
    frozen.flags.writeable = False
    with pytest.raises(TypingError, match="read-only"):
        first(frozen)
    with pytest.raises(TypingError, match="broadcast needs"):
        broadcast_any(1j, np.zeros(64))


@njit
def gathered(a, indices, out):
    for i in range(0, indices.size, simd.lanes(indices)):
        simd.store(out, i, simd.gather(a, simd.load(indices, i)))


@njit
def copied_in_part(a, out, at, count):
    simd.store_part(out, at, simd.load_part(a, at, count), count)


@pytest.mark.parametrize(
    ("dtype", "index"),
    [(np.float32, np.uint32), (np.float32, np.int32), (np.float64, np.uint64), (np.int64, np.int64)],
)
def test_gather_follows_its_indices(dtype, index):
    random = np.random.default_rng(2)
    a = random.integers(0, 10**6, 1000).astype(dtype)
    indices = random.integers(0, a.size, 3 * simd.BITS // 8 // np.dtype(index).itemsize).astype(index)
    out = np.empty(indices.size, dtype)
    gathered(a, indices, out)
    assert np.array_equal(out, a[indices])


@pytest.mark.parametrize(("index", "conversion"), [(np.uint32, "zext"), (np.int32, "sext")])
def test_only_signed_indices_are_extended_with_their_sign(index, conversion):
    indices = np.zeros(simd.BITS // 32, index)
    kinds = tuple(typeof(array) for array in (np.zeros(8, np.float32), indices, np.zeros(indices.size, np.float32)))
    gathered.compile(kinds)
    assert re.search(rf"{conversion} <{indices.size} x i32> .* to <{indices.size} x i64>", gathered.inspect_llvm(kinds))


@each_precision
def test_a_part_of_a_vector_touches_no_more(dtype):
    lanes = simd.BITS // 8 // np.dtype(dtype).itemsize
    for count in range(lanes + 1):
        a, out = np.arange(1, 2 * lanes + 1).astype(dtype), np.zeros(2 * lanes, dtype)
        copied_in_part(a, out, 1, count)
        expected = np.zeros_like(out)
        expected[1 : 1 + count] = a[1 : 1 + count]
        assert np.array_equal(out, expected)


def test_gather_needs_indices_as_wide_as_the_elements():
    with pytest.raises(TypingError, match="integer indices"):
        gathered(np.zeros(64), np.zeros(64, np.uint32), np.zeros(64))


def test_one_function_prefetches_arrays_of_several_types():
    assert prefetch_both(np.zeros(16), np.zeros(16, np.uint32)) is None
    if platform.machine() == "x86_64":
        code = next(iter(prefetch_both.inspect_asm().values()))
        assert "prefetcht0" in code
        assert "prefetcht1" in code
        assert "prefetchw" in code


def test_parts_of_narrow_numbers_leave_the_type_of_wide_ones_alone():
    """Numba keeps one type per name, so changing one changes it for everybody."""
    wide = simd.VectorType(types.int64)
    a = np.ones(64, np.float32)
    copied_in_part(a, np.zeros_like(a), 0, 3)
    assert wide.lanes == simd.VectorType(types.int64).lanes == simd.BITS // 64
