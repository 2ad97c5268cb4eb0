"""Laws of the transposition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.arrays import aligned, poisoned
from kernels.memory.stream import STREAM_FROM_BYTES
from kernels.memory.transpose import STRIP

KERNEL = find("transpose")


def transposed(a):
    """The transpose by the kernel."""
    b = np.full(a.shape[::-1], np.nan)
    KERNEL.cpu(a, b)
    return b


@pytest.mark.parametrize("m", [*range(1, 12), STRIP - 1, STRIP, STRIP + 1, 3 * STRIP + 7])
def test_every_element_of_ragged_matrices(m):
    for n in (*range(1, 12), 16, 31, 33):
        a = np.arange(m * n + 0.0).reshape(m, n)
        assert np.array_equal(transposed(a), a.T)


@settings(max_examples=20, deadline=None)
@given(m=st.integers(1, 90), n=st.integers(1, 90), seed=st.integers(0, 2**32))
def test_twice_is_the_matrix_itself(m, n, seed):
    a = np.random.default_rng(seed).standard_normal((m, n))
    assert np.array_equal(transposed(transposed(a)), a)


def test_nothing_beyond_the_result_is_written():
    for m, n in ((8, 8), (9, 17), (40, 3)):
        buffer = poisoned(m * n + 16, np.float64)
        KERNEL.cpu(np.ones((m, n)), buffer[8 : 8 + m * n].reshape(n, m))
        assert np.isnan(buffer[:8]).all()
        assert np.isnan(buffer[8 + m * n :]).all()
        assert (buffer[8 : 8 + m * n] == 1).all()


@pytest.mark.parametrize(("m", "offset"), [(2056, 0), (2056, 1), (2055, 0)])
def test_large_matrices_with_and_without_rows_that_start_lines(m, offset):
    n = STREAM_FROM_BYTES // 8 // m + 5
    a = np.random.default_rng(1).random((m, n))
    buffer = aligned(m * n + 1, np.float64)
    buffer.fill(np.nan)
    b = buffer[offset : offset + m * n].reshape(n, m)
    KERNEL.cpu(a, b)
    assert np.array_equal(b, a.T)


def test_every_bit_is_moved():
    a = np.array([[0.0, -0.0, np.nan, np.inf], [-np.inf, 5e-324, -np.nan, 1.0]] * 8)
    a.view(np.uint64)[0, 2] ^= 12345
    assert np.array_equal(transposed(a).view(np.uint64), a.view(np.uint64).T)


def test_the_product_turns_around():
    random = np.random.default_rng(2)
    a, b = random.integers(-9, 10, (31, 20)) + 0.0, random.integers(-9, 10, (20, 27)) + 0.0
    assert np.array_equal(transposed(a @ b), transposed(b) @ transposed(a))


def test_work_moves_every_element_twice():
    moved = 0
    for _ in range(5):
        for _ in range(7):
            moved += 8 + 8
    work = KERNEL.work(m=5, n=7)
    assert (work.flops, work.bytes_moved) == (0, moved)


def test_presets_have_rows_that_start_cache_lines():
    assert all(size["m"] % 8 == 0 for size in KERNEL.sizes.values())
