"""The blocked product on blocks of larger arrays, against NumPy on small integers, so without rounding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit, prange

from kernels import dense, simd
from kernels.dense import DEPTH_BYTES, STRIPS
from kernels.tile import ROWS, VECTORS

PRECISIONS = (np.float32, np.float64)

each_precision = pytest.mark.parametrize("dtype", PRECISIONS)
lengths = st.integers(1, 70)


@njit
def multiply(m, n, k, alpha, a, a_places, b, b_places, keep, c, c_at, c_row):
    left = dense.Matrix(a, a_places[0], a_places[1], a_places[2])
    right = dense.Matrix(b, b_places[0], b_places[1], b_places[2])
    dense.multiply(m, n, k, alpha, left, right, keep, c, c_at, c_row)


@njit(parallel=True)
def multiply_each(a, b, c):
    count, m, k = a.shape
    n = b.shape[2]
    for i in prange(count):
        left, right = dense.Matrix(a, i * m * k, k, 1), dense.Matrix(b, i * k * n, n, 1)
        dense.multiply_alone(m, n, k, -1.0, left, right, 1.0, c, i * m * n, n)


def integers(random, shape, dtype):
    """Whole numbers, whose products are exact."""
    return random.integers(-9, 10, shape).astype(dtype)


def operand(random, rows, columns, dtype, transposed):
    """A block inside a larger array of sevens: (array, (start, row stride, column stride), the block's values)."""
    values = integers(random, (rows, columns), dtype)
    whole = np.full((columns + 2, rows + 3) if transposed else (rows + 2, columns + 3), 7, dtype)
    whole[1:-1, 2:-1] = values.T if transposed else values
    stride = whole.shape[1]
    return whole, (stride + 2, 1, stride) if transposed else (stride + 2, stride, 1), values


@each_precision
@settings(max_examples=60, deadline=None)
@given(
    m=lengths,
    n=lengths,
    k=lengths,
    transposed=st.tuples(st.booleans(), st.booleans()),
    factors=st.sampled_from([(1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (2.0, 0.0)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_form_on_blocks_of_larger_arrays(dtype, m, n, k, transposed, factors, seed):
    random = np.random.default_rng(seed)
    alpha, keep = factors
    a, a_places, left = operand(random, m, k, dtype, transposed[0])
    b, b_places, right = operand(random, k, n, dtype, transposed[1])
    c = integers(random, (m + 2, n + 5), dtype)
    expected = c.copy()
    expected[1 : m + 1, 3 : n + 3] = keep * c[1 : m + 1, 3 : n + 3] + alpha * (left @ right)
    if not keep:
        c[1 : m + 1, 3 : n + 3] = np.nan
    multiply(m, n, k, alpha, a, a_places, b, b_places, keep, c, n + 5 + 3, n + 5)
    assert np.array_equal(c, expected)


@each_precision
@pytest.mark.parametrize("extra", [-1, 0, 1])
@pytest.mark.parametrize("keep", [0.0, 1.0])
def test_sizes_around_the_blocks(dtype, extra, keep):
    random = np.random.default_rng(extra + 1)
    depth = DEPTH_BYTES // np.dtype(dtype).itemsize
    m, n, k = STRIPS * ROWS + extra, 70 + extra, 2 * depth + extra
    a, b, c = (integers(random, shape, dtype) for shape in ((m, k), (k, n), (m, n)))
    expected = keep * c + a @ b
    multiply(m, n, k, 1.0, a, (0, k, 1), b, (0, n, 1), keep, c, 0, n)
    assert np.array_equal(c, expected)


@each_precision
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_more_columns_than_one_slab_of_b_holds(dtype, extra):
    random = np.random.default_rng(3)
    width = VECTORS * simd.BITS // 8 // np.dtype(dtype).itemsize
    m, n, k = 7, dense.SLAB_BYTES // (DEPTH_BYTES * width) * width + extra, 5
    a, b, c = (integers(random, shape, dtype) for shape in ((m, k), (k, n), (m, n)))
    expected = c - a @ b
    multiply(m, n, k, -1.0, a, (0, k, 1), b, (0, n, 1), 1.0, c, 0, n)
    assert np.array_equal(c, expected)


@each_precision
def test_one_product_for_each_thread(dtype):
    random = np.random.default_rng(4)
    a, b, c = (integers(random, shape, dtype) for shape in ((9, 20, 31), (9, 31, 40), (9, 20, 40)))
    expected = c - a @ b
    multiply_each(a, b, c)
    assert np.array_equal(c, expected)


def test_nothing_to_do():
    c = np.ones((3, 4))
    for m, n in ((0, 4), (3, 0)):
        multiply(m, n, 2, 1.0, c, (0, 4, 1), c, (0, 4, 1), 0.0, c, 0, 4)
    assert (c == 1).all()


@pytest.mark.parametrize("threads", [1, 2, 3, 7, 16, 64])
@pytest.mark.parametrize(("strips", "panels"), [(171, 16), (1, 40), (40, 1), (0, 0), (9, 9)])
def test_the_grid_shares_tiles_evenly(threads, strips, panels):
    rows, columns = dense.grid(threads, strips, panels)
    assert 1 <= rows * columns <= threads
    largest = -(-strips // rows) * -(-panels // columns)
    assert largest <= max(-(-strips // threads) * panels, 1)
