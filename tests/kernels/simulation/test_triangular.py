"""Triangular systems, solved a few lines at a time."""

import numpy as np
import pytest
from numba import njit

from kernels.simulation.triangular import BLOCK, TOGETHER, lowest_bit, solve_triangle


@njit
def solve(a, row, column, ones, x, at, line, count):
    """Solve in place for `count` lines of a flat x."""
    solve_triangle(a, 0, row, column, ones, x, at, line, count)


@pytest.mark.parametrize("count", [0, 1, TOGETHER, 3 * TOGETHER + 1])
@pytest.mark.parametrize("ones", [True, False])
@pytest.mark.parametrize("by_columns", [True, False])
def test_solves_and_touches_nothing_else(count, ones, by_columns):
    random = np.random.default_rng(count)
    matrix = random.uniform(-1, 1, (BLOCK, BLOCK)) + 3 * np.eye(BLOCK)
    lower = np.tril(matrix, -1) + np.eye(BLOCK) if ones else np.tril(matrix)
    x = random.uniform(-1, 1, (20, BLOCK + 7))
    before = x.copy()
    stored = np.ascontiguousarray(matrix.T if by_columns else matrix).ravel()
    row, column = (1, BLOCK) if by_columns else (BLOCK, 1)
    solve(stored, row, column, int(ones), x.ravel(), 5, BLOCK + 7, count)
    solved = x[:count, 5 : 5 + BLOCK].copy()
    assert np.allclose(solved @ lower.T, before[:count, 5 : 5 + BLOCK], rtol=0, atol=1e-9)
    x[:count, 5 : 5 + BLOCK] = before[:count, 5 : 5 + BLOCK]
    assert np.array_equal(x, before)


def test_lowest_bit():
    assert [lowest_bit(number) for number in range(1, 9)] == [1, 2, 1, 4, 1, 2, 1, 8]
