"""Laws of the Cholesky factorization."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.simulation.cholesky import SQUARE
from kernels.simulation.triangular import BLOCK
from tests.kernels.checks import error

KERNEL = find("cholesky")
EPSILON = np.finfo(float).eps
SIZES = [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, SQUARE - 1, SQUARE + 1, 2 * SQUARE + BLOCK + 1, 5 * SQUARE - 3]
few = settings(max_examples=15, deadline=None)


@pytest.fixture(autouse=True)
def one_thread():
    """Small calls: starting threads would take most of the time."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def factor(a):
    """L by the kernel."""
    lower = np.full(a.shape, np.nan)
    KERNEL.cpu(np.ascontiguousarray(a), lower)
    return lower


@pytest.mark.parametrize("n", SIZES)
def test_the_factor_times_itself_is_the_matrix(n):
    a = KERNEL.inputs(n, n=n)["a"]
    lower = factor(a)
    assert error(lower @ lower.T, a) <= (n + 1) * EPSILON
    assert np.array_equal(lower, np.tril(lower))
    assert (np.diag(lower) > 0).all()


@few
@given(n=st.integers(1, 100), seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-200, 1.0, 1e200]))
def test_a_factor_is_found_again(n, seed, scale):
    random = np.random.default_rng(seed)
    expected = np.tril(random.uniform(-1, 1, (n, n)), -1) / n + np.diag(random.uniform(1, 2, n))
    found = factor(scale * (expected @ expected.T)) / np.sqrt(scale)
    assert error(found, expected) <= 100 * n * EPSILON


def test_ill_conditioned_matrices_keep_a_small_residual():
    index = np.arange(90)
    a = np.exp(-0.01 * (index[:, None] - index) ** 2) + 1e-10 * np.eye(90)
    lower = factor(a)
    assert np.linalg.cond(a) > 1e10
    assert error(lower @ lower.T, a) <= 90 * EPSILON


def test_only_the_lower_triangle_is_read():
    a = KERNEL.inputs(1, n=100)["a"]
    assert np.array_equal(factor(np.tril(a) + np.triu(np.full(a.shape, np.nan), 1)), factor(a))


def test_diagonal_matrices_give_square_roots():
    diagonal = np.arange(1.0, 71.0)
    assert error(factor(np.diag(diagonal)), np.diag(np.sqrt(diagonal))) <= EPSILON


def test_leading_rows_do_not_depend_on_the_rest():
    a = KERNEL.inputs(2, n=150)["a"]
    assert error(factor(a[:77, :77]), factor(a)[:77, :77]) <= KERNEL.rtol


@pytest.mark.parametrize("place", [0, 5, BLOCK, 70, 99])
@pytest.mark.parametrize("value", [-1.0, -1e9, np.nan])
def test_an_indefinite_matrix_shows_from_its_first_bad_row_on(place, value):
    a = KERNEL.inputs(3, n=100)["a"]
    a[place, place] = value
    with np.errstate(invalid="ignore"):
        lower = factor(a)
    assert np.isnan(lower[place, place])
    whole = place // BLOCK * BLOCK
    assert np.isfinite(lower[:, :whole]).all()
    assert np.isnan(np.diag(lower)[place:]).all()
    assert not np.triu(lower, 1).any()


@pytest.mark.parametrize("n", [1, 3, 40])
def test_a_zero_matrix_is_not_positive_definite(n):
    lower = factor(np.zeros((n, n)))
    assert lower[0, 0] == 0
    assert n == 1 or not np.isfinite(lower).all()


def test_no_rows_are_fine():
    KERNEL.cpu(np.empty((0, 0)), np.empty((0, 0)))


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_flops_of_the_textbook(n):
    flops = 0
    for column in range(n):
        flops += 2 * column + 1
        flops += sum(2 * column + 1 for _ in range(column + 1, n))
    assert KERNEL.work(n=n).flops == flops
