"""Laws of attention and of its exponential."""

import numpy as np
import pytest
from numba import njit

from kernels import find
from kernels.elementary import exp2
from kernels.training.flash import HEAD_DIM, KEYS, QUERIES
from tests.kernels.checks import error

KERNEL = find("attention")


def attend(q, k, v):
    """Attention by the kernel."""
    o = np.full_like(q, np.nan)
    KERNEL.cpu(q, k, v, o)
    return o


@njit
def exp2_of(values, result):
    for i in range(values.size):
        result[i] = exp2(values[i])


def test_exponential_of_two():
    values = np.linspace(-126, 126, 200_001, dtype=np.float32)
    result = np.empty_like(values)
    exp2_of(values, result)
    assert np.max(np.abs(result / np.exp2(values.astype(np.float64)) - 1)) < 3e-7
    whole = np.arange(-125, 126).astype(np.float32)
    powers = np.empty_like(whole)
    exp2_of(whole, powers)
    assert np.array_equal(powers, np.exp2(whole))


def test_far_below_everything_the_exponential_vanishes():
    result = np.empty(3, np.float32)
    exp2_of(np.array([-126, -1000, -1e30], np.float32), result)
    assert (result < 2e-38).all()


@pytest.mark.parametrize("tokens", [1, QUERIES - 1, QUERIES + 1, KEYS - 1, KEYS, KEYS + 1, 2 * KEYS + 65])
def test_lengths_around_the_blocks(tokens):
    arrays = KERNEL.inputs(1, heads=2, tokens=tokens)
    expected = KERNEL.reference(**arrays)["o"]
    KERNEL.cpu(*arrays.values())
    assert error(arrays["o"], expected) <= KERNEL.rtol


def test_weights_sum_to_one_so_equal_values_come_back():
    arrays = KERNEL.inputs(2, heads=3, tokens=300)
    v = np.broadcast_to(arrays["v"][:, :1], arrays["v"].shape).copy()
    assert np.allclose(attend(arrays["q"], arrays["k"], v), v, rtol=1e-5, atol=1e-6)


def test_zero_queries_average_the_values():
    arrays = KERNEL.inputs(3, heads=1, tokens=77)
    o = attend(np.zeros_like(arrays["q"]), arrays["k"], arrays["v"])
    assert np.allclose(o, arrays["v"].mean(axis=1, keepdims=True), atol=1e-6)


def test_one_overwhelming_key_selects_its_value():
    tokens = 400
    q = np.ones((1, tokens, HEAD_DIM), np.float32)
    k = np.zeros_like(q)
    k[0, 333] = 100
    v = KERNEL.inputs(4, heads=1, tokens=tokens)["v"]
    assert np.allclose(attend(q, k, v), v[:, 333:334], rtol=1e-6)
    assert np.allclose(attend(q, -k, v), np.delete(v, 333, axis=1).mean(axis=1, keepdims=True), atol=1e-6)


def test_order_of_keys_does_not_matter_and_heads_are_independent():
    arrays = KERNEL.inputs(5, heads=3, tokens=290)
    q, k, v = arrays["q"], arrays["k"], arrays["v"]
    order = np.random.default_rng(1).permutation(290)
    whole = attend(q, k, v)
    assert np.allclose(attend(q, k[:, order].copy(), v[:, order].copy()), whole, atol=2e-5)
    assert np.array_equal(attend(q[1:2], k[1:2], v[1:2]), whole[1:2])


def test_flops_of_two_products():
    assert KERNEL.work(heads=2, tokens=3).flops == 2 * (2 * 3 * 3 * HEAD_DIM) * 2
