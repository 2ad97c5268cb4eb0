"""Laws of the batched product."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding

from kernels import find, simd
from kernels.training.batched_gemm import LOW, ROWS
from tests.kernels.checks import error

BATCHED = find("batched_gemm")
LANES = simd.BITS // 32
lengths = st.integers(1, 70)


def products(a, b):
    """A_q times B_q by the kernel."""
    c = np.full((a.shape[0], a.shape[1], b.shape[2]), np.nan, np.float32)
    BATCHED.cpu(a, b, c)
    return c


@settings(max_examples=60, deadline=None)
@given(batch=st.integers(1, 4), m=lengths, n=lengths, k=lengths, seed=st.integers(0, 2**32 - 1))
def test_integers_multiply_exactly_in_any_shape(batch, m, n, k, seed):
    random = np.random.default_rng(seed)
    a, b = random.integers(-9, 10, (batch, m, k)), random.integers(-9, 10, (batch, k, n))
    assert np.array_equal(products(a.astype(np.float32), b.astype(np.float32)), a @ b)


@pytest.mark.parametrize("m", [LOW - 1, LOW, LOW + 1, ROWS - 1, ROWS, ROWS + 1, 2 * LOW, 13])
@pytest.mark.parametrize("n", [LANES - 1, LANES, LANES + 1, 2 * LANES, 2 * LANES + 1, 4 * LANES, 7 * LANES + 1])
def test_shapes_around_a_tile(m, n):
    arrays = BATCHED.inputs(1, batch=3, m=m, n=n, k=9)
    expected = BATCHED.reference(**arrays)["c"]
    BATCHED.cpu(*arrays.values())
    assert error(arrays["c"], expected) <= BATCHED.rtol


@pytest.mark.skipif("avx512vl" not in simd.host_features(), reason="this is already a run with 16 registers")
def test_with_sixteen_registers_the_same_comes_out():
    features = binding.get_host_cpu_features()
    for name in features:
        features[name] = features[name] and not name.startswith("avx512")
    command = [sys.executable, "-m", "pytest", __file__, "-k", "not sixteen", "-p", "no:cacheprovider"]
    narrow = {"INNOCAP_SIMD_BITS": "256", "NUMBA_CPU_FEATURES": features.flatten(), "NUMBA_CPU_NAME": "haswell"}
    done = subprocess.run(
        command, env={**os.environ, **narrow}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_product_is_its_own():
    arrays = BATCHED.inputs(2, batch=5, m=17, n=33, k=12)
    together = products(arrays["a"], arrays["b"])
    for q in range(5):
        alone = products(arrays["a"][q : q + 1].copy(), arrays["b"][q : q + 1].copy())
        assert np.array_equal(together[q], alone[0])


def test_identity_leaves_every_matrix():
    a = BATCHED.inputs(3, batch=4, m=19, n=1, k=21)["a"]
    identity = np.broadcast_to(np.eye(21, dtype=np.float32), (4, 21, 21)).copy()
    assert np.array_equal(products(a, identity), a)


def test_nan_and_infinity_stay_in_their_row_and_product():
    arrays = BATCHED.inputs(4, batch=3, m=11, n=37, k=5)
    arrays["a"][1, 2, 3], arrays["a"][1, 4, 0] = np.nan, np.inf
    c = products(arrays["a"], arrays["b"])
    assert np.isnan(c[1, 2]).all()
    assert np.isinf(c[1, 4]).all()
    assert np.isfinite(c[[0, 2]]).all()
    assert np.isfinite(np.delete(c[1], [2, 4], axis=0)).all()


@pytest.mark.parametrize("m", [2, LOW, ROWS])
def test_an_empty_sum_is_zero_and_an_empty_batch_is_fine(m):
    for n in (3, 2 * LANES, 4 * LANES):
        assert (products(np.zeros((2, m, 0), np.float32), np.zeros((2, 0, n), np.float32)) == 0).all()
    assert products(np.zeros((0, m, 4), np.float32), np.zeros((0, 4, 3), np.float32)).shape == (0, m, 3)


def test_flops_are_twice_the_products():
    assert BATCHED.work(batch=2, m=3, n=4, k=5).flops == 2 * sum(1 for _ in np.ndindex(2, 3, 4, 5))
