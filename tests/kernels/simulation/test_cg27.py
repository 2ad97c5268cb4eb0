"""Laws of the preconditioned solver: colours, the matrix, convergence, the preconditioner."""

import itertools

import numpy as np
import pytest

from kernels.simulation.cg27 import CG27 as KERNEL
from kernels.simulation.cg27 import COLOURS, coloured, coloured_matrix

SIZES = ((1, 1, 1), (2, 2, 2), (3, 4, 5), (7, 1, 6), (6, 5, 4))


def dense(found):
    """The whole matrix as an array."""
    rows = found["diagonal"].size
    matrix = np.diag(found["diagonal"])
    for half in ("lower", "upper"):
        start, column, value = (found[f"{half}_{name}"] for name in ("start", "column", "value"))
        for row in range(rows):
            for entry in range(start[row], start[row + 1]):
                matrix[row, column[entry]] += value[entry]
    return matrix


def solve(arrays):
    """Solution and norms after the iterations of the arguments, on copies."""
    copies = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arrays.items()}
    KERNEL.cpu(*copies.values())
    return copies["x"], copies["norms"]


@pytest.mark.parametrize("size", SIZES)
def test_the_matrix_couples_neighbours_only(size):
    order, _ = coloured(*size)
    points = np.stack(np.unravel_index(order, size), axis=1)
    near = np.abs(points[:, None] - points[None]).max(axis=2)
    expected = np.where(near == 0, 26.0, np.where(near == 1, -1.0, 0.0))
    assert np.array_equal(dense(coloured_matrix(*size)), expected)


@pytest.mark.parametrize("size", SIZES)
def test_halves_lie_on_their_sides_and_colours_share_no_neighbours(size):
    found = coloured_matrix(*size)
    matrix, edges = dense(found), found["colour_start"]
    for row in range(matrix.shape[0]):
        below = found["lower_column"][found["lower_start"][row] : found["lower_start"][row + 1]]
        above = found["upper_column"][found["upper_start"][row] : found["upper_start"][row + 1]]
        assert (below < row).all()
        assert (above > row).all()
    assert (edges[0], edges[-1], edges.size) == (0, matrix.shape[0], COLOURS + 1)
    for first, last in itertools.pairwise(edges):
        block = matrix[first:last, first:last]
        assert np.array_equal(block, np.diag(np.diag(block)))


def test_the_preconditioner_is_symmetric_gauss_seidel():
    """One iteration from x = 0 moves along M^-1 b, with M = (D + L) D^-1 (D + U)."""
    arrays = KERNEL.inputs(1, nx=4, ny=3, nz=5, iterations=1)
    matrix = dense(arrays)
    d, lower = np.diag(np.diag(matrix)), np.tril(matrix, -1)
    m = (d + lower) @ np.linalg.inv(d) @ (d + lower.T)
    x, _ = solve(arrays)
    direction = np.linalg.solve(m, arrays["b"])
    step = (arrays["b"] @ direction) / (direction @ matrix @ direction)
    assert np.allclose(x, step * direction, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_the_error_falls_in_the_energy_norm_and_the_residual_is_that_of_x(seed):
    exact = None
    errors = []
    for iterations in range(1, 9):
        arrays = KERNEL.inputs(seed, nx=6, ny=5, nz=7, iterations=iterations)
        matrix = dense(arrays)
        exact = np.linalg.solve(matrix, arrays["b"]) if exact is None else exact
        x, norms = solve(arrays)
        errors.append((x - exact) @ matrix @ (x - exact))
        assert norms[0] == pytest.approx(np.linalg.norm(arrays["b"]))
        assert norms[-1] == pytest.approx(np.linalg.norm(arrays["b"] - matrix @ x), rel=1e-6, abs=1e-13)
    assert (np.diff(errors) < 0).all()


def test_enough_iterations_solve_the_system_and_more_do_no_harm():
    arrays = KERNEL.inputs(2, nx=3, ny=4, nz=3, iterations=60)
    x, norms = solve(arrays)
    assert np.allclose(dense(arrays) @ x, arrays["b"], atol=1e-13)
    assert norms[-1] < 1e-13
    assert np.isfinite(norms).all()


def test_a_right_hand_side_of_zero_stays_zero():
    arrays = KERNEL.inputs(3, nx=4, ny=4, nz=4, iterations=3)
    arrays["b"][:] = 0
    x, norms = solve(arrays)
    assert not x.any()
    assert not norms.any()


def test_norms_of_another_length_are_refused():
    arrays = KERNEL.inputs(4, nx=2, ny=2, nz=2, iterations=3)
    with pytest.raises(ValueError, match=r"norms has another length than iterations \+ 1"):
        KERNEL.cpu(*{**arrays, "iterations": 4}.values())


def test_flops_and_bytes_counted_step_by_step():
    size = {"nx": 3, "ny": 4, "nz": 2, "iterations": 2}
    arrays = KERNEL.inputs(5, **size)
    rows = arrays["b"].size
    beside = arrays["lower_column"].size + arrays["upper_column"].size
    flops = read = written = 0
    flops, read, written = 2 * rows, 8 * rows, 16 * rows
    for iteration in range(size["iterations"]):
        flops += 2 * beside + (2 + 2 + 2) * rows
        read += 12 * beside + (4 + 3 * 8) * rows + (4 + 3 * 8) * rows
        written += 8 * rows + 8 * rows
        flops += 2 * rows if iteration else 0
        read += (16 if iteration else 8) * rows
        written += 8 * rows
        flops += 2 * beside + (1 + 1 + 2) * rows
        read += 12 * beside + (4 + 4 + 8 + 8) * rows
        written += 8 * rows
        flops += (2 + 2 + 2) * rows
        read += 32 * rows
        written += 16 * rows
    work = KERNEL.work(**size)
    assert (work.flops, work.bytes_read, work.bytes_written) == (flops, read, written)
