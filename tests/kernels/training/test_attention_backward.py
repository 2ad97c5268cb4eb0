"""Laws of the gradient of attention, and attention inside larger arrays, causal or not."""

import numpy as np
import pytest
from numba import get_num_threads, njit, set_num_threads

from kernels import find
from kernels.training import flash, flash_backward
from kernels.training.attention_backward import HEAD_DIM, softmax_of_scores
from kernels.training.flash_backward import BLOCK_KEYS, BLOCK_QUERIES
from tests.kernels.checks import error

KERNEL = find("attention_backward")
GRADIENTS = ("dq", "dk", "dv")


def gradients(arrays):
    """The three gradients by the kernel."""
    KERNEL.cpu(*arrays.values())
    return tuple(arrays[name] for name in GRADIENTS)


def forward(q, k, v, seen=None):
    """Attention of one head in double precision by another formula: normalised after the product."""
    weights = np.exp(q @ k.T / np.sqrt(HEAD_DIM))
    if seen is not None:
        weights = weights * seen
    return weights @ v / weights.sum(axis=1, keepdims=True)


def slope(q, k, v, upstream, name, place, seen=None):
    """Finite difference of sum(o * upstream) by one number of q, k or v, in double precision."""
    step, sums = 1e-5, []
    for sign in (1, -1):
        moved = {"dq": q.copy(), "dk": k.copy(), "dv": v.copy()}
        moved[name][place] += sign * step
        sums.append(np.sum(forward(*moved.values(), seen) * upstream))
    return (sums[0] - sums[1]) / (2 * step)


@pytest.mark.parametrize("name", GRADIENTS)
def test_reference_is_the_slope_of_the_forward_formula(name):
    arrays = KERNEL.inputs(1, heads=1, tokens=9)
    q, k, v, upstream = (arrays[key][0].astype(np.float64) for key in ("q", "k", "v", "do"))
    expected = KERNEL.reference(**arrays)[name][0]
    for place in ((0, 0), (4, 63), (8, 17)):
        assert slope(q, k, v, upstream, name, place) == pytest.approx(expected[place], rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    "tokens",
    [BLOCK_QUERIES - 1, BLOCK_QUERIES, BLOCK_QUERIES + 1, BLOCK_KEYS - 1, BLOCK_KEYS + 1, 2 * BLOCK_KEYS + 65],
)
def test_lengths_around_the_blocks(tokens):
    arrays = KERNEL.inputs(2, heads=2, tokens=tokens)
    expected = KERNEL.reference(**arrays)
    for name, found in zip(GRADIENTS, gradients(arrays), strict=True):
        assert error(found, expected[name]) <= KERNEL.rtol, name


def test_threads_share_the_keys_of_one_head():
    arrays = KERNEL.inputs(3, heads=1, tokens=3 * BLOCK_KEYS + 5)
    expected = KERNEL.reference(**arrays)
    threads = get_num_threads()
    for count in range(1, threads + 1):
        set_num_threads(count)
        try:
            for name, found in zip(GRADIENTS, gradients(arrays), strict=True):
                assert error(found, expected[name]) <= KERNEL.rtol, name
        finally:
            set_num_threads(threads)


def test_gradient_is_linear_in_the_upstream_gradient():
    arrays = KERNEL.inputs(4, heads=2, tokens=100)
    once = [found.copy() for found in gradients(arrays)]
    arrays["do"] *= -2
    for first, second in zip(once, gradients(arrays), strict=True):
        assert np.allclose(second, -2 * first, rtol=1e-5, atol=1e-5)


def test_equal_values_leave_nothing_for_queries_and_keys():
    arrays = KERNEL.inputs(5, heads=1, tokens=150)
    arrays["v"][:] = arrays["v"][:, :1]
    arrays["o"][:] = arrays["v"]
    dq, dk, dv = gradients(arrays)
    assert np.abs(dq).max() < 1e-5
    assert np.abs(dk).max() < 1e-5
    assert np.allclose(dv.sum(axis=1), arrays["do"].sum(axis=1), rtol=1e-4, atol=1e-4)


def test_heads_are_independent():
    arrays = KERNEL.inputs(6, heads=3, tokens=130)
    whole = [found[1:2].copy() for found in gradients(arrays)]
    alone = {name: np.ascontiguousarray(array[1:2]) for name, array in arrays.items()}
    for found, expected in zip(gradients(alone), whole, strict=True):
        assert np.array_equal(found, expected)


def test_nan_stays_in_its_head():
    arrays = KERNEL.inputs(7, heads=2, tokens=20)
    arrays["do"][1, 3, 5] = np.nan
    dq, dk, dv = gradients(arrays)
    assert all(np.isfinite(found[0]).all() for found in (dq, dk, dv))
    assert np.isnan(dv[1, :, 5]).all()


@njit
def both_ways(qkv, causal, o, lse, upstream, slopes):
    tokens, width = o.shape
    flash.attention_forward(
        width // 64, 64, tokens, causal, qkv, 0, qkv, width, qkv, 2 * width, 3 * width, o, 64, width, lse
    )
    flash_backward.attention_backward(
        width // 64, 64, tokens, causal, qkv, 0, qkv, width, qkv, 2 * width, 3 * width, o, upstream, 64, width, lse,
        slopes, 0, slopes, width, slopes, 2 * width,
    )  # fmt: skip


@pytest.mark.parametrize("tokens", [1, 5, 97, 200, 300])
@pytest.mark.parametrize("causal", [0, 1])
def test_heads_as_columns_of_one_matrix(tokens, causal):
    random = np.random.default_rng(tokens)
    heads, width = 2, 2 * HEAD_DIM
    qkv, upstream = (random.standard_normal((tokens, n)).astype(np.float32) for n in (3 * width, width))
    o, slopes = np.full((tokens, width), np.nan, np.float32), np.full((tokens, 3 * width), np.nan, np.float32)
    lse = np.full((heads, tokens), np.nan, np.float32)
    both_ways(qkv, causal, o, lse, upstream, slopes)
    seen = np.tril(np.ones((tokens, tokens))) if causal else np.ones((tokens, tokens))
    for head in range(heads):
        columns = slice(head * HEAD_DIM, (head + 1) * HEAD_DIM)
        q, k, v = (qkv[:, start:][:, columns].astype(np.float64) for start in (0, width, 2 * width))
        assert error(o[:, columns], forward(q, k, v, seen)) < 2e-6
        totals = np.log((np.exp(q @ k.T / 8) * seen).sum(axis=1))
        assert np.allclose(lse[head], totals, rtol=1e-5, atol=1e-5)
        for name, start in zip(GRADIENTS, (0, width, 2 * width), strict=True):
            for place in ((0, 0), (tokens // 2, 63), (tokens - 1, 7)):
                expected = slope(q, k, v, upstream[:, columns].astype(np.float64), name, place, seen)
                assert slopes[:, start:][:, columns][place] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_softmax_and_log_sum_exp():
    q, k = np.zeros((2, HEAD_DIM)), np.zeros((2, HEAD_DIM))
    q[0, 0], k[0, 0] = 8, np.log(3)
    weights, sums = softmax_of_scores(q, k)
    assert np.allclose(weights, [[0.75, 0.25], [0.5, 0.5]])
    assert np.allclose(sums, np.log([4, 2]))


def test_flops_of_five_products():
    assert KERNEL.work(heads=2, tokens=3).flops == 5 * 2 * sum(1 for _ in np.ndindex(2, 3, 3, HEAD_DIM))
