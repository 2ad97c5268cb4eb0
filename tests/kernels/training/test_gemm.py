"""Laws of the matrix product."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import find
from kernels.dense import DEPTH_BYTES, STRIPS
from tests.kernels.checks import error

each_precision = pytest.mark.parametrize("kernel", [find("gemm_fp32"), find("gemm_fp64")], ids=lambda k: k.name)
lengths = st.integers(1, 80)


def product(kernel, a, b):
    """A times B by the kernel."""
    c = np.full((a.shape[0], b.shape[1]), np.nan, a.dtype)
    kernel.cpu(a, b, c)
    return c


@each_precision
@settings(max_examples=60, deadline=None)
@given(m=lengths, n=lengths, k=lengths, seed=st.integers(0, 2**32 - 1))
def test_integers_multiply_exactly_in_any_shape(kernel, m, n, k, seed):
    random = np.random.default_rng(seed)
    dtype = kernel.inputs(0, m=1, n=1, k=1)["a"].dtype
    a, b = random.integers(-9, 10, (m, k)), random.integers(-9, 10, (k, n))
    assert np.array_equal(product(kernel, a.astype(dtype), b.astype(dtype)), a @ b)


@each_precision
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_shapes_around_the_blocks(kernel, extra):
    arrays = kernel.inputs(1, m=6 * STRIPS * 2 + extra, n=64 + extra, k=2 * DEPTH_BYTES // 4 + extra)
    expected = kernel.reference(**arrays)["c"]
    kernel.cpu(*arrays.values())
    assert error(arrays["c"], expected) <= kernel.rtol


@each_precision
def test_identity_and_linearity(kernel):
    arrays = kernel.inputs(2, m=45, n=71, k=71)
    a, b = arrays["a"], arrays["b"]
    identity = np.eye(71, dtype=a.dtype)
    assert np.array_equal(product(kernel, a, identity), a)
    together = product(kernel, a, (b + 2 * identity).astype(a.dtype))
    assert error(together, product(kernel, a, b) + 2.0 * a) <= 4 * kernel.rtol


@each_precision
def test_transposed_product(kernel):
    arrays = kernel.inputs(3, m=29, n=50, k=131)
    a, b = arrays["a"], arrays["b"]
    swapped = product(kernel, np.ascontiguousarray(b.T), np.ascontiguousarray(a.T))
    assert error(product(kernel, a, b), swapped.T.astype(np.float64)) <= kernel.rtol


@each_precision
def test_infinities_and_nan_pass_through(kernel):
    arrays = kernel.inputs(4, m=7, n=9, k=11)
    arrays["a"][2, 3] = np.nan
    c = product(kernel, arrays["a"], arrays["b"])
    assert np.isnan(c[2]).all()
    assert np.isfinite(np.delete(c, 2, axis=0)).all()


@each_precision
def test_no_columns_are_refused_and_no_rows_are_fine(kernel):
    a = kernel.inputs(5, m=2, n=1, k=3)["a"]
    with pytest.raises(ValueError, match="a has no columns"):
        product(kernel, a[:, :0].copy(), a[:0].copy())
    assert product(kernel, a[:0], a.T.copy()).shape == (0, 2)


def test_flops_are_twice_the_products():
    assert find("gemm_fp32").work(m=2, n=3, k=5).flops == 2 * sum(1 for _ in np.ndindex(2, 3, 5))
