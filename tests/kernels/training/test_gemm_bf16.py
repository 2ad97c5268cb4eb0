"""Laws of the product of bfloat16 matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.bfloat16 import PER_WORD, decode, encode
from kernels.dense import STRIPS
from kernels.training.gemm_bf16 import DEPTH, ROWS
from tests.kernels.checks import error

GEMM = find("gemm_bf16")
FLOAT32_SUMS = 1e-5
lengths = st.integers(1, 80)


def product(a, b):
    """A times B by the kernel, for float32 matrices that bfloat16 holds exactly."""
    c = np.full((a.shape[0], b.shape[1]), np.nan, np.float32)
    GEMM.cpu(encode(a), encode(b), c)
    return c


@settings(max_examples=60, deadline=None)
@given(m=lengths, n=lengths, k=lengths, seed=st.integers(0, 2**32 - 1))
def test_integers_multiply_exactly_in_any_shape(m, n, k, seed):
    random = np.random.default_rng(seed)
    a, b = random.integers(-9, 10, (m, k)), random.integers(-9, 10, (k, n))
    assert np.array_equal(product(a.astype(np.float32), b.astype(np.float32)), a @ b)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_shapes_around_the_blocks_err_like_float32_sums(extra):
    arrays = GEMM.inputs(1, m=ROWS * STRIPS * 2 + extra, n=64 + extra, k=DEPTH * PER_WORD + extra)
    expected = GEMM.reference(**arrays)["c"]
    GEMM.cpu(*arrays.values())
    assert error(arrays["c"], expected) <= FLOAT32_SUMS


def test_more_than_one_slab():
    arrays = GEMM.inputs(2, m=5, n=2000, k=3 * DEPTH * PER_WORD + 7)
    expected = GEMM.reference(**arrays)["c"]
    GEMM.cpu(*arrays.values())
    assert error(arrays["c"], expected) <= FLOAT32_SUMS


def test_identity_leaves_every_number():
    a = decode(GEMM.inputs(3, m=45, n=1, k=71)["a"])
    assert np.array_equal(product(a, np.eye(71, dtype=np.float32)), a)


def test_transposed_product():
    arrays = GEMM.inputs(4, m=29, n=50, k=131)
    a, b = decode(arrays["a"]), decode(arrays["b"])
    assert error(product(a, b), product(b.T, a.T).T) <= FLOAT32_SUMS


def test_nan_and_infinity_reach_their_row_only():
    arrays = GEMM.inputs(5, m=7, n=9, k=11)
    a, b = decode(arrays["a"]), decode(arrays["b"])
    a[2, 3], a[4, 10] = np.nan, np.inf
    c = product(a, b)
    assert np.isnan(c[2]).all()
    assert np.array_equal(c[4], np.where(b[10] > 0, np.inf, -np.inf))
    assert np.isfinite(np.delete(c, [2, 4], axis=0)).all()


def test_no_columns_are_refused_and_no_rows_are_fine():
    with pytest.raises(ValueError, match="a has no columns"):
        product(np.zeros((2, 0), np.float32), np.zeros((0, 2), np.float32))
    assert product(np.zeros((0, 3), np.float32), np.zeros((3, 2), np.float32)).shape == (0, 2)


def test_flops_are_twice_the_products():
    assert GEMM.work(m=2, n=3, k=5).flops == 2 * sum(1 for _ in np.ndindex(2, 3, 5))
