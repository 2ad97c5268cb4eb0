"""Laws of the LU factorization with partial pivoting."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.triangular import BLOCK
from tests.kernels.checks import error

KERNEL = find("lu")
EPSILON = np.finfo(float).eps
SIZES = [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 4 * BLOCK + 3, 7 * BLOCK - 1, 130]
few = settings(max_examples=15, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def factor(matrix):
    """Lower and upper factor and the order of the rows of P A, by the kernel."""
    n = len(matrix)
    lu, pivots = np.full((n, n), np.nan), np.full(n, -1, np.int32)
    KERNEL.cpu(np.ascontiguousarray(matrix.T), lu, pivots)
    order = np.arange(n)
    for k, other in enumerate(pivots):
        assert k <= other < n
        order[[k, other]] = order[[other, k]]
    return np.tril(lu.T, -1) + np.eye(n), np.triu(lu.T), order


def residual(matrix):
    """HPL's scaled residual of the factorization: a few units for a stable one."""
    lower, upper, order = factor(matrix)
    difference = np.abs(matrix[order] - lower @ upper).sum(axis=1).max()
    return difference / (EPSILON * len(matrix) * np.abs(matrix).sum(axis=1).max())


@pytest.mark.parametrize("n", SIZES)
def test_the_factors_multiply_to_the_matrix(n):
    matrix = KERNEL.inputs(n, n=n)["a"].T
    assert residual(matrix) < 4
    lower, _, _ = factor(matrix)
    assert np.abs(lower).max() == 1


@few
@given(n=st.integers(1, 70), seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-150, 1.0, 1e150]))
def test_the_factors_multiply_to_any_matrix(n, seed, scale):
    random = np.random.default_rng(seed)
    matrix = scale * random.standard_normal((n, n)) * 10.0 ** random.integers(-3, 4, (n, 1))
    assert residual(matrix) < 8


@pytest.mark.parametrize("n", [20, 67])
def test_the_determinant(n):
    matrix = KERNEL.inputs(1, n=n)["a"].T
    _, upper, order = factor(matrix)
    swaps = np.linalg.det(np.eye(n)[order])
    sign, logarithm = np.linalg.slogdet(matrix)
    assert np.sign(np.diag(upper)).prod() * swaps * sign > 0
    assert np.isclose(np.log(np.abs(np.diag(upper))).sum(), logarithm, rtol=1e-12)


@pytest.mark.parametrize("n", [40, 100])
def test_a_permutation_is_found_exactly(n):
    rows = np.random.default_rng(2).permutation(n)
    matrix = np.eye(n)[rows]
    lower, upper, order = factor(matrix)
    assert np.array_equal(lower, np.eye(n))
    assert np.array_equal(upper, np.eye(n))
    assert np.array_equal(rows[order], np.arange(n))


def test_rows_in_another_order_give_the_same_factors():
    matrix = KERNEL.inputs(3, n=75)["a"].T
    rows = np.random.default_rng(4).permutation(75)
    lower, upper, order = factor(matrix)
    again = factor(matrix[rows])
    assert np.array_equal(rows[again[2]], order)
    assert error(again[0], lower) <= KERNEL.rtol
    assert error(again[1], upper) <= KERNEL.rtol


def test_of_equal_candidates_the_first_is_the_pivot():
    _, _, order = factor(np.array([[1.0, 2.0], [-1.0, 5.0]]))
    assert order.tolist() == [0, 1]


@pytest.mark.parametrize("n", [3, 50])
def test_a_singular_matrix_keeps_its_zero_pivots(n):
    matrix = KERNEL.inputs(5, n=n)["a"].T.copy()
    matrix[:, n // 2] = 0
    lower, upper, order = factor(matrix)
    assert upper[n // 2, n // 2] == 0
    assert not lower[n // 2 + 1 :, n // 2].any()
    assert error(lower @ upper, matrix[order]) <= 1e-13
    assert np.count_nonzero(np.diag(upper) == 0) == 1


def test_zeros_stay_zeros():
    lower, upper, order = factor(np.zeros((37, 37)))
    assert np.array_equal(lower, np.eye(37))
    assert not upper.any()
    assert np.array_equal(order, np.arange(37))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_shows(bad):
    matrix = KERNEL.inputs(6, n=45)["a"].T.copy()
    matrix[3, 4] = bad
    n = len(matrix)
    lu, pivots = np.empty((n, n)), np.empty(n, np.int32)
    KERNEL.cpu(np.ascontiguousarray(matrix.T), lu, pivots)
    assert not np.isfinite(lu).all()
    assert ((pivots >= np.arange(n)) & (pivots < n)).all()


def test_no_rows_are_fine():
    KERNEL.cpu(np.empty((0, 0)), np.empty((0, 0)), np.empty(0, np.int32))


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_flops_of_elimination(n):
    flops = 0
    for k in range(n):
        below = n - 1 - k
        flops += 1 + below  # one over the pivot, and its column times that
        flops += 2 * below * below
    assert KERNEL.work(n=n).flops == flops
