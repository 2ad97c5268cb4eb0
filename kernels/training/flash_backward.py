"""Gradient of attention without storing the tokens x tokens matrix, for use inside kernels; layout as in `flash`.

Formula  P = exp(S - L), from the log-sum-exp L of the forward pass; D = sum of dO * O for each query;
         dS = P * (dO V^T - D), dV = P^T dO, dQ = dS K / 8, dK = dS^T Q / 8.
Method   each task is one head and a share of its keys; blocks of keys go through blocks of queries. Keys and
         values are transposed once per block; every other product reads its operands as they lie.
Source   T. Dao et al., FlashAttention, NeurIPS 2022, algorithm 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, prange  # type: ignore[attr-defined]

from kernels import simd
from kernels.compile import FAST_MATH, fast_part
from kernels.elementary import LOG2_E, exp2
from kernels.shared import shared, thread_count
from kernels.tile import ROWS
from kernels.training.flash import HEAD, HEAD_DIM, HEADS, SUMS, add_product, copy_rows, score, seen, transpose_panels

BLOCK_QUERIES = 16 * ROWS
BLOCK_KEYS = 192


@fast_part
def weigh_row(scores: Any, products: Any, seen: int, keys: int, lse: Any, mean: Any) -> None:
    """Scores become P = 2^(scores - lse), products become dS = P (products - mean), both zero for unseen keys."""
    for j in range(seen):
        weight = exp2(scores[j] - lse)
        scores[j] = weight
        products[j] = weight * (products[j] - mean)
    scores[seen:keys] = 0
    products[seen:keys] = 0


@fast_part
def mean_gradient(o: Any, o_at: int, gradient: Any, gradient_at: int) -> Any:
    """D: the sum of o * dO over the 64 numbers of one token."""
    total = simd.broadcast(np.float32(0))
    for d in range(0, HEAD_DIM, simd.lanes(o)):
        total = simd.fma(simd.load(o, o_at + d), simd.load(gradient, gradient_at + d), total)
    return simd.total(total)


@fast_part
def scale_into(a: Any, count: int, factor: Any, to: Any, to_at: int, row: int, add: bool) -> None:
    """`count` tokens of `to` = factor times the 64 columns of a, or plus."""
    scale = simd.broadcast(factor)
    for i in range(count):
        for d in range(0, HEAD_DIM, simd.lanes(a)):
            value, at = simd.load(a, i * HEAD_DIM + d) * scale, to_at + i * row + d
            simd.store(to, at, simd.load(to, at) + value if add else value)


@fast_part
def prepare_queries(
    q: Any, q_at: int, row: int, o: Any, g: Any, o_at: int, o_row: int, lse: Any, lse_at: int, tokens: int,
    queries: Any, gradients: Any, means: Any, logs: Any,
) -> None:  # fmt: skip
    """Scaled queries and dO of one head side by side, padded to `means.size` tokens; D, and L as exponents of two."""
    copy_rows(q, q_at, row, tokens, means.size, np.float32(LOG2_E / np.sqrt(HEAD_DIM)), queries)
    copy_rows(g, o_at, o_row, tokens, means.size, np.float32(1), gradients)
    means[:] = 0
    logs[:] = 0
    for t in range(tokens):
        means[t] = mean_gradient(o, o_at + t * o_row, gradients, t * HEAD_DIM)
        logs[t] = lse[lse_at + t] * np.float32(LOG2_E)


@shared(
    {
        **{"key0": "int64", "key1": "int64", **HEAD, "o": "floats", "dout": "floats", "o_at": "int64"},
        **{"o_row": "int64", **SUMS, "dq": "floats", "dq_at": "int64", "dq_row": "int64"},
        **{"dk": "floats", "dk_at": "int64", "dv": "floats", "dv_at": "int64", "d_row": "int64"},
    },
    fastmath=FAST_MATH,
)
def flash_backward(
    key0: int, key1: int, tokens: int, causal: int, q: Any, q_at: int, k: Any, k_at: int, v: Any, v_at: int,
    row: int, o: Any, dout: Any, o_at: int, o_row: int, lse: Any, lse_at: int,
    dq: Any, dq_at: int, dq_row: int, dk: Any, dk_at: int, dv: Any, dv_at: int, d_row: int,
) -> None:  # fmt: skip
    """Outputs dk and dv of the keys [key0, key1) of one head, key0 a multiple of `BLOCK_KEYS`, and their part of dq."""
    qs, ks, vs, os, gs, sums = carray(q, 1), carray(k, 1), carray(v, 1), carray(o, 1), carray(dout, 1), carray(lse, 1)
    dqs, dks, dvs = carray(dq, 1), carray(dk, 1), carray(dv, 1)
    one = np.float32(1)
    padded = (tokens + BLOCK_QUERIES - 1) // BLOCK_QUERIES * BLOCK_QUERIES
    queries, gradients = np.empty(padded * HEAD_DIM, qs.dtype), np.empty(padded * HEAD_DIM, qs.dtype)
    query_sums = np.zeros(padded * HEAD_DIM, qs.dtype)
    means, logs = np.empty(padded, qs.dtype), np.empty(padded, qs.dtype)
    prepare_queries(qs, q_at, row, os, gs, o_at, o_row, sums, lse_at, tokens, queries, gradients, means, logs)
    key_panels, value_panels = np.empty(BLOCK_KEYS * HEAD_DIM, qs.dtype), np.empty(BLOCK_KEYS * HEAD_DIM, qs.dtype)
    keys, key_sums = np.empty(BLOCK_KEYS * HEAD_DIM, qs.dtype), np.empty(BLOCK_KEYS * HEAD_DIM, qs.dtype)
    value_sums = np.empty(BLOCK_KEYS * HEAD_DIM, qs.dtype)
    scores, products = np.empty((BLOCK_QUERIES, BLOCK_KEYS), qs.dtype), np.empty((BLOCK_QUERIES, BLOCK_KEYS), qs.dtype)
    for first in range(key0, key1, BLOCK_KEYS):
        count = min(BLOCK_KEYS, key1 - first)
        copy_rows(ks, k_at + first * row, row, count, BLOCK_KEYS, one, keys)
        transpose_panels(ks, k_at + first * row, row, count, key_panels)
        transpose_panels(vs, v_at + first * row, row, count, value_panels)
        key_sums[:] = 0
        value_sums[:] = 0
        start = first // BLOCK_QUERIES * BLOCK_QUERIES if causal else 0
        for query0 in range(start, tokens, BLOCK_QUERIES):
            score(queries, query0 * HEAD_DIM, BLOCK_QUERIES, key_panels, 0, count, scores, BLOCK_KEYS)
            score(gradients, query0 * HEAD_DIM, BLOCK_QUERIES, value_panels, 0, count, products, BLOCK_KEYS)
            for i in range(BLOCK_QUERIES):
                sees = seen(query0 + i, first, count, causal)
                weigh_row(scores[i], products[i], sees, BLOCK_KEYS, logs[query0 + i], means[query0 + i])
            at = query0 * HEAD_DIM
            add_product(scores, BLOCK_KEYS, 1, count, BLOCK_QUERIES, gradients, at, value_sums, 0)
            add_product(products, BLOCK_KEYS, 1, count, BLOCK_QUERIES, queries, at, key_sums, 0)
            add_product(products, 1, BLOCK_KEYS, BLOCK_QUERIES, count, keys, 0, query_sums, at)
        scale_into(key_sums, count, np.float32(1 / LOG2_E), dks, dk_at + first * d_row, d_row, False)
        scale_into(value_sums, count, one, dvs, dv_at + first * d_row, d_row, False)
    scale_into(query_sums, tokens, np.float32(1 / np.sqrt(HEAD_DIM)), dqs, dq_at, dq_row, False)


@shared(
    {
        **{**HEADS, "o": "floats", "dout": "floats", "o_head": "int64", "o_row": "int64", "lse": "floats"},
        **{"dq": "floats", "dq_at": "int64", "dk": "floats", "dk_at": "int64", "dv": "floats", "dv_at": "int64"},
    },
    parallel=True,
)
def attention_backward(
    heads: int, head: int, tokens: int, causal: int, q: Any, q_at: int, k: Any, k_at: int, v: Any, v_at: int,
    row: int, o: Any, dout: Any, o_head: int, o_row: int, lse: Any,
    dq: Any, dq_at: int, dk: Any, dk_at: int, dv: Any, dv_at: int,
) -> None:  # fmt: skip
    """dq, dk, dv of all heads, which lie in their arrays as q, k, v do.

    Where threads outnumber heads, the keys of a head are shared out, and each share sums up a dq of its own.
    """
    qs, ks, vs, os, gs, sums = carray(q, 1), carray(k, 1), carray(v, 1), carray(o, 1), carray(dout, 1), carray(lse, 1)
    dqs, dks, dvs = carray(dq, 1), carray(dk, 1), carray(dv, 1)
    blocks = (tokens + BLOCK_KEYS - 1) // BLOCK_KEYS
    shares = min(blocks, (thread_count() + heads - 1) // heads)
    parts = np.empty((shares - 1) * heads * tokens * HEAD_DIM if shares > 1 else 1, qs.dtype)
    for task in prange(heads * shares):
        h, share = task // shares, task % shares
        own = (h * (shares - 1) + share - 1) * tokens * HEAD_DIM
        key0, key1 = share * blocks // shares * BLOCK_KEYS, min(tokens, (share + 1) * blocks // shares * BLOCK_KEYS)
        into, into_at, into_row = (parts, own, HEAD_DIM) if share else (dqs, dq_at + h * head, row)
        flash_backward(
            key0, key1, tokens, causal, qs, q_at + h * head, ks, k_at + h * head, vs, v_at + h * head, row,
            os, gs, h * o_head, o_row, sums, h * tokens, into, into_at, into_row,
            dks, dk_at + h * head, dvs, dv_at + h * head, row,
        )  # fmt: skip
    if shares > 1:
        for h in prange(heads):
            for share in range(shares - 1):
                part = parts[(h * (shares - 1) + share) * tokens * HEAD_DIM :]
                scale_into(part, tokens, np.float32(1), dqs, dq_at + h * head, row, True)
