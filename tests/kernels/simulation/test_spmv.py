"""Laws of the sparse product."""

import numpy as np
import pytest

from kernels import find
from kernels.simulation.spmv import grid_matrix

KERNEL = find("spmv")
SHAPES = [(1, 1, 1), (2, 3, 1), (4, 3, 5)]


def dense(row_start, column, value, columns):
    """The matrix written out."""
    matrix = np.zeros((row_start.size - 1, columns))
    for row in range(row_start.size - 1):
        for entry in range(row_start[row], row_start[row + 1]):
            matrix[row, column[entry]] += value[entry]
    return matrix


@pytest.mark.parametrize("shape", SHAPES)
def test_matrix_couples_neighbours(shape):
    row_start, column = grid_matrix(*shape)
    points = np.array(list(np.ndindex(*shape)))
    near = (np.abs(points[:, None] - points[None]) <= 1).all(axis=2)
    assert np.array_equal(dense(row_start, column, np.ones(column.size), len(points)), near)
    assert all(np.all(np.diff(row.astype(int)) > 0) for row in np.split(column, row_start[1:-1]))


@pytest.mark.parametrize("shape", SHAPES)
def test_work_counts_the_entries(shape):
    nx, ny, nz = shape
    _, column = grid_matrix(nx, ny, nz)
    assert KERNEL.work(nx=nx, ny=ny, nz=nz).flops == 2 * column.size


def test_equals_the_dense_product_and_is_linear():
    arrays = KERNEL.inputs(1, nx=5, ny=4, nz=3)
    row_start, column, value, x, y = arrays.values()
    matrix = dense(row_start, column, value, x.size)
    KERNEL.cpu(row_start, column, value, x, y)
    assert np.allclose(y, matrix @ x, rtol=0, atol=1e-14)
    twice = np.empty_like(y)
    KERNEL.cpu(row_start, column, value, 2 * x + 1, twice)
    assert np.allclose(twice, 2 * y + matrix.sum(axis=1), rtol=0, atol=1e-13)


def test_empty_rows_and_a_rectangular_matrix():
    row_start = np.array([0, 0, 2, 2, 3, 3], np.uint32)
    column = np.array([6, 0, 3], np.uint32)
    value = np.array([2.0, 3.0, 5.0])
    x, y = np.arange(7.0) + 1, np.full(5, np.nan)
    expected = KERNEL.reference(row_start, column, value, x, y)["y"]
    KERNEL.cpu(row_start, column, value, x, y)
    assert y.tolist() == expected.tolist() == [0, 2 * 7 + 3 * 1, 0, 5 * 4, 0]
