"""Tiles against NumPy, value by value."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from kernels import simd, tile

PRECISIONS = (np.float32, np.float64)
SHAPES = ((1, 1), (1, 3), (5, 1), (6, 4))


def lanes(dtype):
    """Elements of one vector."""
    return simd.BITS // 8 // np.dtype(dtype).itemsize


def function_for(rows, vectors):
    """A function that adds to a block of c the product of a and b, by way of every tile operation."""

    @njit
    def multiply(a, b, c, at, stride, factor, shift):
        block = tile.zeros(c, rows, vectors)
        tile.prefetch(block, c, at, stride)
        for k in range(b.shape[0]):
            block = tile.add_outer(block, a, k, a.shape[1], b, k * b.shape[1])
        block = tile.affine(block, simd.broadcast(factor), simd.broadcast(shift))
        block = tile.add(block, c, at, stride)
        tile.store(block, c, at, stride)

    return multiply


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize(("rows", "vectors"), SHAPES)
def test_block_of_a_product(dtype, rows, vectors):
    random = np.random.default_rng(rows)
    columns, depth = vectors * lanes(dtype), 7
    a = random.integers(-9, 10, (rows, depth)).astype(dtype)
    b = random.integers(-9, 10, (depth, columns)).astype(dtype)
    c = random.integers(-9, 10, (rows + 2, columns + 3)).astype(dtype)
    expected = c.copy()
    expected[1 : 1 + rows, 2 : 2 + columns] += 2 * (a @ b) + 3
    function_for(rows, vectors)(a, b, c, columns + 3 + 2, columns + 3, dtype(2), dtype(3))
    assert np.array_equal(c, expected)


def test_precisions_do_not_mix():
    a, b, c = np.ones((1, 2), np.float32), np.ones((2, 16), np.float32), np.ones((3, 19))
    with pytest.raises(TypingError, match="does not match the precision"):
        function_for(1, 1)(a, b, c, 0, 19, 1.0, 0.0)
