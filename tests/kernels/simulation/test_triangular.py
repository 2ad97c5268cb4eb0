"""Triangular systems, solved a few lines at a time."""

import numpy as np
import pytest
from numba import njit

from kernels.simulation.triangular import (
    BLOCK,
    TOGETHER,
    lowest_bit,
    pack_triangle,
    scale_triangle,
    solve_lines,
)


@njit
def solve(a, row, column, size, ones, x, stride, count):
    """Solve in place for `count` lines; a is flat."""
    triangle, inverses, lines = np.empty(BLOCK * BLOCK), np.ones(BLOCK), np.zeros(TOGETHER * BLOCK)
    pack_triangle(a, 0, row, column, size, triangle)
    if not ones:
        scale_triangle(a, 0, row + column, size, triangle, inverses)
    solve_lines(triangle, inverses, x, 0, stride, size, count, lines)


@pytest.mark.parametrize("size", [1, 5, BLOCK - 1, BLOCK])
@pytest.mark.parametrize("count", [1, TOGETHER])
@pytest.mark.parametrize("ones", [True, False])
@pytest.mark.parametrize("by_columns", [True, False])
def test_solves_and_touches_nothing_else(size, count, ones, by_columns):
    random = np.random.default_rng(size)
    matrix = random.uniform(-1, 1, (size, size)) + 3 * np.eye(size)
    lower = np.tril(matrix, -1) + np.eye(size) if ones else np.tril(matrix)
    x = random.uniform(-1, 1, (TOGETHER, size + 3))
    before = x.copy()
    stored = np.ascontiguousarray(matrix.T if by_columns else matrix).ravel()
    row, column = (1, size) if by_columns else (size, 1)
    solve(stored, row, column, size, ones, x.ravel(), size + 3, count)
    assert np.allclose(x[:count, :size] @ lower.T, before[:count, :size], rtol=0, atol=1e-11)
    assert np.array_equal(x[:, size:], before[:, size:])
    assert np.array_equal(x[count:], before[count:])


def test_lowest_bit():
    assert [lowest_bit(number) for number in range(1, 9)] == [1, 2, 1, 4, 1, 2, 1, 8]
