"""The SIMD layer against NumPy, value by value, on every width."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
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


@pytest.mark.parametrize(
    ("features", "bits"),
    [({"avx512f", "avx2", "avx"}, 512), ({"avx2", "avx"}, 256), ({"sse2"}, 128), ({"neon"}, 128), (set(), 128)],
)
def test_width_follows_the_processor(features, bits):
    assert simd.choose_bits({}, features) == bits


def test_width_can_be_overridden():
    assert simd.choose_bits({"INNOCAP_SIMD_BITS": "256"}, {"avx512f"}) == 256
    with pytest.raises(ValueError, match="INNOCAP_SIMD_BITS is '64', expected one of"):
        simd.choose_bits({"INNOCAP_SIMD_BITS": "64"}, set())


@pytest.mark.skipif("INNOCAP_SIMD_BITS" in os.environ, reason="this is already a run with a chosen width")
@pytest.mark.parametrize("bits", [width for width in simd.WIDTHS if width != simd.BITS])
def test_every_other_width_computes_the_same(bits):
    kernels = "agrees_with_the_reference and primes and not reversed and (triad or fp32 or attention)"
    chosen = f"not quick and (test_simd.py or test_tile.py or ({kernels}))"
    command = [sys.executable, "-m", "pytest", "tests/kernels", "-k", chosen, "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        env={**os.environ, "INNOCAP_SIMD_BITS": str(bits)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
